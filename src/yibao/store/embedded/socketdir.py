"""The private directory of the server's socket.

A socket's path may hold 107 bytes, and the server splits the setting that names its directory at commas.
Homes with short plain paths hold their socket themselves; for all others the kernel's random name below a
system directory is used, made by us, owned by the server, closed to all others, and noted in the home.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from pathlib import Path

from yibao.kernel import Refused, Text
from yibao.store.embedded.account import Account

PORT = 5432  # names the socket file; nothing listens on a network
SOCKET = f".s.PGSQL.{PORT}"
LONGEST = 107
_PREFIX = "yibao-"


def make_socket_directory(register: Path, server: Account) -> Path:
    """Make the directory for the socket, owned by the server's account and closed to everybody else."""
    inside = register / "socket"
    if re.fullmatch(r"[A-Za-z0-9/_.-]+", str(inside)) and len(os.fsencode(inside / SOCKET)) <= LONGEST:
        inside.mkdir(mode=0o700, exist_ok=True)
        directory = inside
    else:
        # mkdtemp never takes over an existing directory, so one laid out by somebody else is never used.
        directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_base()))
    if server.uid != os.geteuid():
        os.chown(directory, server.uid, server.gid, follow_symlinks=False)
    check_socket_directory(directory, server.uid)
    return directory


def check_socket_directory(directory: Path, owner: int) -> None:
    """Refuse a socket directory that somebody else could have put there (``store.socket_unsafe``)."""
    try:
        found = directory.lstat()
    except OSError as error:
        came = error.strerror or str(error)
    else:
        if stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o077:
            return
        came = f"{stat.filemode(found.st_mode)} uid {found.st_uid}"
    raise Refused(
        "store.socket_unsafe",
        zh="数据库的通信目录不是由本系统专用的,拒绝使用",
        en="the directory of the database's socket is not private to it, so it is not used",
        where=str(directory),
        wanted=f"drwx------ uid {owner}",
        came=came,
        todo=Text(
            zh="关闭所有使用该数据目录的程序后重试;若再次出现,请系统管理员检查是谁改动了该目录",
            en="close all programs that use this home and try again; if it recurs, find out who changes it",
        ),
    )


def remove_socket_directory(directory: Path, register: Path, owner: int) -> None:
    """Remove a socket directory we once made; anything that does not look like ours is left alone."""
    ours = directory == register / "socket" or directory.name.startswith(_PREFIX)
    try:
        check_socket_directory(directory, owner)
    except Refused:
        return
    if ours:
        for leftover in directory.glob(f"{SOCKET}*"):
            leftover.unlink(missing_ok=True)
        if not any(directory.iterdir()):
            directory.rmdir()


def _base() -> Path:
    """The directory for short names: one that only we may write to where there is one, else ``/tmp``."""
    if os.geteuid() == 0:
        # Root's own runtime directory is closed to the server's account; /run is root's and open to pass.
        return Path("/run") if os.access("/run", os.W_OK) else Path("/tmp")
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime.startswith("/") and len(os.fsencode(runtime)) < LONGEST // 2:
        try:
            found = Path(runtime).lstat()
        except OSError:
            return Path("/tmp")
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077:
            return Path(runtime)
    return Path("/tmp")
