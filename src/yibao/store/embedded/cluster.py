"""The data directory: made whole or not at all, of one major version, open to one system user."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yibao.kernel import Refused, Text
from yibao.store.embedded.account import Account
from yibao.store.embedded.binaries import Binaries
from yibao.store.embedded.layout import Layout
from yibao.store.embedded.privilege import Demotion
from yibao.store.embedded.socketdir import PORT

ROLE, DATABASE = "yibao", "postgres"  # the database is the one that initdb makes
LONGEST_PATH = 800  # PostgreSQL cuts paths at 1024 bytes and adds its own names
_DRAFT = "data.new-"

# The server's surroundings are ours: PGDATA, PGPORT and their kin in the user's shell must not reach it.
ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"}

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "jit": "off",  # our queries are short; compiling them costs more than it gives
    "max_parallel_workers_per_gather": "0",  # needs /dev/shm, which is tiny in containers
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log must not repeat personal data: neither failed statements nor the values in their details.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "logging_collector": "off",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data directory with the programs and the accounts that serve it."""

    layout: Layout
    binaries: Binaries
    opening: Account
    server: Account
    capability: int | None

    def prepare(self) -> None:
        """Make the data directory if there is none, and write down who may connect.

        Raises `Refused`: ``store.other_major`` for a directory of another PostgreSQL release,
        ``store.init_failed`` where it cannot be made, ``store.path_too_long``.
        """
        if len(os.fsencode(self.layout.data)) > LONGEST_PATH:
            raise _path_too_long(self.layout.data)
        for draft in self.layout.root.glob(f"{_DRAFT}*"):
            shutil.rmtree(draft, ignore_errors=True)  # left by a start that was killed
        if not self.layout.data.exists():
            self._initialise()
        check_major(self.layout.data, self.binaries.major)
        self._write_for_server(self.layout.access_file, "local all all peer map=yibao\n")
        name = self.opening.name.replace('"', '""')
        self._write_for_server(self.layout.names_file, f'yibao "{name}" {ROLE}\n')

    def command(self, socket: Path) -> list[str]:
        """Give the server's command line."""
        settings = {
            **SETTINGS,
            "unix_socket_directories": str(socket),
            "hba_file": str(self.layout.access_file),
            "ident_file": str(self.layout.names_file),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self.binaries["postgres"], "-D", str(self.layout.data), "-p", str(PORT), *options]

    def demotion(self, on_death: signal.Signals) -> Demotion:
        """Give the change of identity for a child of the keeper."""
        return Demotion(self.server, self.capability, on_death)

    def _initialise(self) -> None:
        """Make the data directory under another name and rename it when it is whole and on disk."""
        draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=self.layout.root))
        if self.server.uid != os.geteuid():
            os.chown(draft, self.server.uid, self.server.gid)
        options = (
            f"--username={ROLE}", "--auth-local=peer", "--auth-host=reject", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--data-checksums", "--no-instructions",
        )  # fmt: skip
        self._run([self.binaries["initdb"], f"--pgdata={draft}", *options])
        draft.rename(self.layout.data)
        _sync_directory(self.layout.root)

    def _run(self, command: Sequence[str]) -> None:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            env=dict(ENVIRONMENT),
            cwd="/",
            preexec_fn=self.demotion(signal.SIGKILL),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            raise Refused(
                "store.init_failed",
                zh="数据库无法初始化",
                en="the database could not be initialised",
                where=str(self.layout.root),
                wanted=" ".join(command[:1]),
                came=(done.stderr.strip() or f"exit {done.returncode}")[-2000:],
                todo=Text(
                    zh="按上面的提示处理(磁盘空间、权限)后重试",
                    en="remove the cause told above (disk space, permissions) and try again",
                ),
            )

    def _write_for_server(self, path: Path, content: str) -> None:
        draft = path.with_suffix(".new")
        draft.write_text(content, encoding="utf-8")
        draft.chmod(0o640)
        if self.server.gid != os.getegid() and os.geteuid() == 0:
            os.chown(draft, 0, self.server.gid)
        draft.replace(path)


def check_major(data: Path, major: int) -> None:
    """Refuse a data directory made by another major release, with the steps that carry it over."""
    came = (data / "PG_VERSION").read_text().strip() if (data / "PG_VERSION").exists() else "?"
    if came == str(major):
        return
    home = data.parent.parent
    raise Refused(
        "store.other_major",
        zh="数据库目录属于另一个 PostgreSQL 主版本",
        en="the data directory belongs to another major release of PostgreSQL",
        where=str(data),
        wanted=str(major),
        came=came,
        todo=Text(
            zh=f"1. 用原来的版本导出: python -m yibao.store dump '{home}' register.dump;"
            f"2. 移走 '{data.parent}';"
            f"3. 用当前版本导入: python -m yibao.store restore '{home}' register.dump",
            en=f"1. with the former version: python -m yibao.store dump '{home}' register.dump; "
            f"2. move '{data.parent}' away; "
            f"3. with this version: python -m yibao.store restore '{home}' register.dump",
        ),
    )


def _path_too_long(path: Path) -> Refused:
    return Refused(
        "store.path_too_long",
        zh="数据目录的路径太长",
        en="the path of the home is too long",
        where=str(path),
        wanted=f"<= {LONGEST_PATH} bytes",
        came=f"{len(os.fsencode(path))} bytes",
        todo=Text(zh="换一个较短的数据目录(--home)", en="choose a home with a shorter path (--home)"),
    )


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
