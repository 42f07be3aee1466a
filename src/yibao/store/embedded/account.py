"""The two operating-system accounts: who opens the register, and who its server runs as."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from dataclasses import dataclass

from yibao.kernel import Refused, Text

SERVER_ACCOUNT = "yibao-register"
_USERADD = (
    "useradd", "--system", "--user-group", "--no-create-home",
    "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", SERVER_ACCOUNT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the operating system."""

    name: str
    uid: int
    gid: int


def opening_account() -> Account:
    """Give the account this program runs as; the register answers to it alone.

    Raises `Refused` (``store.no_account``) where the uid has no name: PostgreSQL's peer check needs one.
    """
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise Refused(
            "store.no_account",
            zh="当前用户号在系统中没有用户名,数据库无法核对身份",
            en="the current user id has no name, so the database cannot check who is asking",
            wanted="an entry for this uid in the system's user list",
            came=f"uid {uid}",
            todo=Text(
                zh=f"在 /etc/passwd 中为 uid {uid} 建立用户,或以其他用户运行",
                en=f"add a user for uid {uid} to /etc/passwd, or run as another user",
            ),
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def server_account(opening: Account) -> Account:
    """Give the account the server runs as: the opening one, or an unprivileged one when root opens.

    PostgreSQL refuses to run as root. Raises `Refused` (``store.no_server_account``) where the account
    does not exist and cannot be made.
    """
    if opening.uid != 0:
        return opening
    found = _look_up()
    complaint = "useradd: not found"
    for attempt in range(3):
        if found is not None:
            return found
        if shutil.which(_USERADD[0]) is None:
            break
        # Another program may be making the same account, or holding the user list's lock, this very moment.
        time.sleep(0.2 * attempt)
        made = subprocess.run(_USERADD, capture_output=True, text=True, check=False)
        complaint = made.stderr.strip()
        found = _look_up()
    if found is not None:
        return found
    raise Refused(
        "store.no_server_account",
        zh="以 root 运行时,数据库需要一个普通系统用户,但无法建立",
        en="when root opens the register its server needs an ordinary system user, which could not be made",
        wanted=f"a system user {SERVER_ACCOUNT}",
        came=complaint,
        todo=Text(
            zh=f"请先执行: {' '.join(_USERADD)};或以普通用户运行;或设置 YIBAO_REGISTER_URL",
            en=f"run: {' '.join(_USERADD)}; or run as an ordinary user; or set YIBAO_REGISTER_URL",
        ),
    )


def _look_up() -> Account | None:
    try:
        entry = pwd.getpwnam(SERVER_ACCOUNT)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
