"""The program's side: find the running server, or have a keeper start it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yibao.kernel import Refused, Text
from yibao.store.embedded.cluster import DATABASE, ROLE
from yibao.store.embedded.filelock import FileLock
from yibao.store.embedded.layout import Layout, Note, read_note
from yibao.store.embedded.processes import Identity, send
from yibao.store.embedded.socketdir import PORT, check_socket_directory

POLL = 0.01


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens and which account it must run as."""

    socket: Path
    server_account: str

    @property
    def parameters(self) -> dict[str, Any]:
        """The connection parameters; the server's account is checked too (``requirepeer``)."""
        return {
            "host": str(self.socket),
            "port": PORT,
            "user": ROLE,
            "dbname": DATABASE,
            "requirepeer": self.server_account,
            "gssencmode": "disable",
        }


class EmbeddedServer:
    """This program's hold on the embedded server: while it is open, the server runs.

    Raises `Refused` where the home belongs to another system user (``store.other_owner``), and what the
    keeper refuses, and ``store.start_timeout``.
    """

    def __init__(self, register: Path, *, start_timeout: float, linger: float) -> None:
        _check_owner(register)
        self._layout = Layout(register)
        self.start_timeout = start_timeout
        self._linger = linger
        self._users = FileLock(self._layout.lock("users"))
        self._hold(time.monotonic() + start_timeout)

    def address(self) -> Address:
        """Give the address of the running server, starting it (again) where it does not run."""
        deadline = time.monotonic() + self.start_timeout
        before = read_note(self._layout.note)
        while True:
            # A new keeper first tears up the former one's note, so what is read below is news.
            self._ensure_keeper(deadline)
            note = self._news(before, deadline)
            if note is not None:
                return _address(note)

    def close(self) -> None:
        """Let go; the last program to do so lets the keeper stop the server a little later."""
        self._users.close()

    def _news(self, before: Note | None, deadline: float) -> Note | None:
        """Wait for the keeper to be ready; None where it died on the way, so that another must be started.

        A failure that was told ``before`` we came is not ours: its keeper is about to leave.
        """
        while True:
            note = read_note(self._layout.note)
            if note is not None and note.phase == "failed" and note != before:
                raise _told(note, self._layout)
            if note is not None and not note.keeper.alive:
                return None
            if note is not None and note.ready:
                return note
            if note is None and self._keeper_is_gone():
                return None
            if time.monotonic() > deadline:
                raise self._too_slow()
            time.sleep(POLL)

    def _keeper_is_gone(self) -> bool:
        with FileLock(self._layout.lock("start")) as start, FileLock(self._layout.lock("keeper")) as keeper:
            return start.try_exclusive() and keeper.try_shared()

    def _hold(self, deadline: float) -> None:
        # A keeper that is just shutting its server down holds this lock until it is gone.
        while not self._users.try_shared():
            if time.monotonic() > deadline:
                raise self._too_slow()
            time.sleep(POLL)

    def _ensure_keeper(self, deadline: float) -> None:
        """Start a keeper unless one lives; only one program at a time looks and starts."""
        with FileLock(self._layout.lock("start")) as start, FileLock(self._layout.lock("keeper")) as keeper:
            while not start.try_exclusive():
                if time.monotonic() > deadline:
                    raise self._too_slow()
                time.sleep(POLL)
            if keeper.try_shared():
                keeper.close()
                self._spawn_keeper()

    def _spawn_keeper(self) -> None:
        """Run the keeper's program; it returns at once, leaving the keeper in the background."""
        command = [sys.executable, "-P", str(Path(__file__).with_name("boot.py"))]
        self._layout.keeper_log.touch(mode=0o600)
        with self._layout.keeper_log.open("wb") as log:
            done = subprocess.run(
                [*command, str(self._layout.root), str(self._linger)],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                check=False,
            )
        if done.returncode != 0:
            raise Refused(
                "store.start_failed",
                zh="数据库的看护进程无法启动",
                en="the keeper of the database does not start",
                where=str(self._layout.keeper_log),
                wanted="exit 0",
                came=self._layout.keeper_log.read_text(errors="replace")[-2000:] or f"exit {done.returncode}",
                todo=Text(zh="按提示处理后重试", en="remove the cause told above and try again"),
            )

    def _too_slow(self) -> Refused:
        return Refused(
            "store.start_timeout",
            zh="数据库在限定时间内没有启动完成",
            en="the database was not ready in time",
            where=str(self._layout.server_log),
            wanted=f"ready within {self.start_timeout:g} s",
            came=self._layout.log_tail() or "nothing in the log yet",
            todo=Text(
                zh="数据量大或上次异常中断时恢复需要更久: 增大启动超时后重试",
                en="recovery after a crash may take longer: raise the start time-out and try again",
            ),
        )


def _check_owner(register: Path) -> None:
    owner = register.stat().st_uid
    if owner != os.geteuid():
        raise Refused(
            "store.other_owner",
            zh="这个数据目录属于另一个系统用户",
            en="this home belongs to another user of the system",
            where=str(register),
            wanted=f"uid {owner}",
            came=f"uid {os.geteuid()}",
            todo=Text(
                zh="由目录的所有者运行,或换一个自己的数据目录(--home)",
                en="run as the owner of the directory, or choose a home of your own (--home)",
            ),
        )


def _address(note: Note) -> Address:
    if note.socket is None or note.server_account is None or note.server_uid is None:
        raise ValueError(f"the keeper's note says ready but not where: {note}")
    check_socket_directory(Path(note.socket), note.server_uid)
    return Address(Path(note.socket), note.server_account)


def _told(note: Note, layout: Layout) -> Refused:
    """The keeper's refusal, as it would have been raised here."""
    told = note.refusal
    if told is None:
        return Refused(
            "store.start_failed",
            zh="数据库的看护进程异常退出",
            en="the keeper of the database broke",
            where=str(layout.keeper_log),
            wanted="a running PostgreSQL",
            came=layout.keeper_log.read_text(errors="replace")[-2000:],
            todo=Text(zh="请把该日志交给维护人员", en="hand this log to the maintainers"),
        )
    todo_zh, todo_en = told["todo_zh"], told["todo_en"]
    return Refused(
        told["code"] or "store.start_failed",
        zh=told["zh"] or "",
        en=told["en"] or "",
        where=told["where"],
        wanted=told["wanted"],
        came=told["came"],
        todo=Text(zh=todo_zh, en=todo_en) if todo_zh and todo_en else None,
    )


def stop_server(register: Path, patience: float = 120.0) -> bool:
    """Ask the keeper to stop the server now, whoever uses it; say whether one was running."""
    layout = Layout(register)
    note = read_note(layout.note)
    keeper_was = note.keeper if note else None
    asked = keeper_was is not None and send(
        keeper_was.pid, signal.SIGTERM, lambda pid: Identity.of(pid) == keeper_was
    )
    deadline = time.monotonic() + patience
    with FileLock(layout.lock("keeper")) as keeper, FileLock(layout.lock("server")) as server:
        while not (keeper.try_shared() and server.try_shared()):
            if time.monotonic() > deadline:
                break
            time.sleep(POLL)
    return asked
