"""The keeper: a small process that owns the server, so that no program has to.

``boot.py ROOT LINGER`` takes the keeper's lock (or leaves, where another keeper has it), goes into the
background, starts PostgreSQL as its child, starts it again if it is killed, and stops it when no program has
held the users' lock for LINGER seconds. If the keeper itself is killed, the kernel tells the server to shut
down (death signal), and the next keeper waits until the last server process is gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import traceback
from dataclasses import replace
from pathlib import Path

from yibao.kernel import Refused, Text
from yibao.store.embedded.account import opening_account, server_account
from yibao.store.embedded.binaries import find_binaries
from yibao.store.embedded.cluster import ENVIRONMENT, Cluster
from yibao.store.embedded.filelock import FileLock
from yibao.store.embedded.layout import Layout, Note, read_note
from yibao.store.embedded.privilege import capability_for
from yibao.store.embedded.processes import Identity, is_postgres_in, postgres_in, send
from yibao.store.embedded.socketdir import make_socket_directory, remove_socket_directory

TICK = 0.05
SHUTDOWN_PATIENCE = 60.0  # a fast shutdown writes a checkpoint; after this it is cut short, which is safe
MOST_STARTS, STARTS_WINDOW = 5, 60.0
LOG_LIMIT = 10_000_000


def main(arguments: list[str]) -> int:
    """Become the keeper of the register below ``arguments[0]``; 0 also where another one already is."""
    os.umask(0o077)
    layout, linger = Layout(Path(arguments[0])), float(arguments[1])
    lock = FileLock(layout.lock("keeper"))
    if not lock.try_exclusive():
        return 0
    socket = _former_socket(layout)
    layout.note.unlink(missing_ok=True)  # a former keeper's word must not be taken for ours
    if os.fork() != 0:
        os._exit(0)  # the lock lives on in the child: whoever started us knows now that a keeper exists
    os.setsid()
    note = Note("starting", _myself(), socket=socket)
    note.write(layout.note)
    keeper = Keeper(layout, linger, note)
    try:
        keeper.run()
        layout.note.unlink(missing_ok=True)
        return 0
    except Refused as refused:
        replace(keeper.note, phase="failed", refusal=refused.as_json()).write(layout.note)
    except BaseException:
        traceback.print_exc()
        replace(keeper.note, phase="failed").write(layout.note)
    finally:
        keeper.stop()
    return 1


class Keeper:
    """Starts, watches and stops one server."""

    def __init__(self, layout: Layout, linger: float, note: Note) -> None:
        self.note = note
        self._layout = layout
        self._linger = linger
        self._users = FileLock(layout.lock("users"))
        self._server: subprocess.Popen[bytes] | None = None
        self._socket: Path | None = None
        self._asked_to_stop = False
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def run(self) -> None:
        """Serve until nobody needs the server any more; the users' lock is then kept, so none can slip in."""
        opening = opening_account()
        server = server_account(opening)
        binaries = find_binaries()
        _open_path(self._layout.root, server.gid)
        capability = capability_for(server, [Path(binaries["postgres"])], [self._layout.root])
        cluster = Cluster(self._layout, binaries, opening, server, capability)
        cluster.prepare()
        _turn_over(self._layout.server_log)
        starts: list[float] = []
        idle_since: float | None = None
        while not self._asked_to_stop:
            if self._server is None or self._server.poll() is not None:
                starts = [start for start in starts if start > time.monotonic() - STARTS_WINDOW]
                if len(starts) >= MOST_STARTS:
                    raise self._does_not_start()
                starts.append(time.monotonic())
                self._start(cluster)
            if self.note.phase == "starting" and self._server_is_ready():
                self.note = replace(self.note, phase="ready")
                self.note.write(self._layout.note)
            if not self._users.try_exclusive():
                idle_since = None
            else:
                idle_since = time.monotonic() if idle_since is None else idle_since
                if time.monotonic() - idle_since >= self._linger:
                    return
                self._users.release()
            time.sleep(TICK)

    def stop(self) -> None:
        """Stop the server: politely, then at once; then remove the socket's directory."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            for harder in (signal.SIGQUIT, signal.SIGKILL):
                try:
                    self._server.wait(SHUTDOWN_PATIENCE)
                    break
                except subprocess.TimeoutExpired:
                    self._server.send_signal(harder)
            self._server.wait()
        if self._socket is not None and self.note.server_uid is not None:
            remove_socket_directory(self._socket, self._layout.root, self.note.server_uid)

    def _start(self, cluster: Cluster) -> None:
        """Start the server once every process of the former one is gone."""
        with _server_lock_when_free(self._layout) as lock:
            self._forget_socket(cluster.server.uid)
            self._socket = make_socket_directory(self._layout.root, cluster.server)
            with self._layout.server_log.open("ab") as log:
                try:
                    self._server = subprocess.Popen(
                        cluster.command(self._socket),
                        env=dict(ENVIRONMENT),
                        cwd="/",
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        # The server's processes inherit the lock, and hold it for as long as they live.
                        pass_fds=[lock.fileno()],
                        preexec_fn=cluster.demotion(signal.SIGINT),
                        start_new_session=True,
                    )
                except (OSError, subprocess.SubprocessError) as error:
                    raise self._does_not_start(str(error)) from error
        self.note = replace(
            self.note,
            phase="starting",
            socket=str(self._socket),
            server_account=cluster.server.name,
            server_uid=cluster.server.uid,
            server=Identity.of(self._server.pid),
        )
        self.note.write(self._layout.note)

    def _server_is_ready(self) -> bool:
        """Whether the server says so itself, in the eighth line of its pid file."""
        try:
            lines = (self._layout.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        ours = self._server is not None and lines[:1] == [str(self._server.pid)]
        return ours and len(lines) >= 8 and lines[7].strip() == "ready"

    def _forget_socket(self, owner: int) -> None:
        former = self._socket or (Path(self.note.socket) if self.note.socket else None)
        if former is not None:
            remove_socket_directory(former, self._layout.root, owner)

    def _does_not_start(self, came: str | None = None) -> Refused:
        return Refused(
            "store.start_failed",
            zh="数据库无法启动",
            en="the database does not start",
            where=str(self._layout.server_log),
            wanted="a running PostgreSQL",
            came=came or self._layout.log_tail(),
            todo=Text(
                zh="按日志提示处理后重试(常见原因: 磁盘已满、权限被改动)",
                en="remove the cause told by the log and try again (often: a full disk, changed permissions)",
            ),
        )

    def _on_signal(self, *_: object) -> None:
        self._asked_to_stop = True


def _server_lock_when_free(layout: Layout) -> FileLock:
    """Take the server's lock once no process of a former server lives; help the stubborn ones to end.

    A postmaster without a keeper is shutting down already (its death signal); it is told again. Children
    without a postmaster (it was killed) may sit in a long query; SIGQUIT ends them without harm, because
    the next start recovers from the log in any case.
    """
    lock = FileLock(layout.lock("server"))
    began = time.monotonic()
    while not lock.try_exclusive():
        waited = time.monotonic() - began
        postmaster = _noted_postmaster(layout)
        if waited > 2 * SHUTDOWN_PATIENCE:
            _signal_all(layout, signal.SIGKILL)
        elif waited > SHUTDOWN_PATIENCE or postmaster is None:
            _signal_all(layout, signal.SIGQUIT)
        else:
            send(postmaster, signal.SIGINT, lambda pid: is_postgres_in(pid, layout.data))
        time.sleep(TICK)
    foreign = postgres_in(layout.data)
    if foreign:
        lock.close()
        raise Refused(
            "store.foreign_server",
            zh="这个数据目录正由别处启动的 PostgreSQL 使用",
            en="a PostgreSQL that was started elsewhere is using this data directory",
            where=str(layout.data),
            wanted="no other server",
            came=f"pid {', '.join(map(str, foreign))}",
            todo=Text(zh="先停止那个 PostgreSQL", en="stop that PostgreSQL first"),
        )
    # Nobody serves this directory, so whatever pid the file names belongs to somebody else by now.
    (layout.data / "postmaster.pid").unlink(missing_ok=True)
    return lock


def _noted_postmaster(layout: Layout) -> int | None:
    try:
        pid = int((layout.data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if is_postgres_in(pid, layout.data) else None


def _signal_all(layout: Layout, number: signal.Signals) -> None:
    for pid in postgres_in(layout.data):
        send(pid, number, lambda one: is_postgres_in(one, layout.data))


def _open_path(root: Path, group: int) -> None:
    """As root: let the server's group, and it alone, pass through our own closed directories."""
    if os.geteuid() != 0:
        return
    for directory in (root.parent, root):
        found = directory.stat()
        if found.st_uid == 0 and not found.st_mode & 0o077:
            os.chown(directory, -1, group)
            directory.chmod(0o710)


def _turn_over(log: Path) -> None:
    """Start a new log when the old one has grown large; one old one is kept."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
    log.touch(mode=0o600)


def _former_socket(layout: Layout) -> str | None:
    former = read_note(layout.note)
    return former.socket if former else None


def _myself() -> Identity:
    identity = Identity.of(os.getpid())
    if identity is None:
        raise RuntimeError("/proc does not show this process")
    return identity
