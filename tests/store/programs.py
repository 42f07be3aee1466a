"""Programs that the tests run beside themselves, and kill: ``python programs.py VERB …``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from yibao.kernel import Refused
from yibao.store import Home, Job, Lake, UnitOfWork, open_register, work

SCRIPT = str(Path(__file__).resolve())
REPOSITORY = Path(__file__).resolve().parents[2]


def command(*arguments: object) -> list[str]:
    return [sys.executable, SCRIPT, *map(str, arguments)]


@contextmanager
def running(*arguments: object, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a program until it says it is ready; kill it at the end."""
    with subprocess.Popen(
        command(*arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        **options,
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def until(condition: Callable[[], object], patience: float = 60.0) -> None:
    """Wait for something that must come; patience is a limit for a broken run, not a measurement."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def write_rows(path: Path, count: int) -> None:
    import pyarrow as pa  # late: most of these programs write none
    from pyarrow import parquet

    parquet.write_table(pa.table({"n": list(range(count))}), path)


def _hold(home: str, linger: str = "0.3") -> None:
    """Open the register, say which server it is, and stay until standard input ends."""
    with open_register(Home(home), linger=float(linger)) as register:
        with register.engine.connect() as connection:
            print(connection.scalar(text("SELECT pg_postmaster_start_time()::text")), flush=True)
        sys.stdin.read()


def _journal(home: str, journal: str) -> None:
    """Write numbers as fast as they are acknowledged; note each one in a file only after its commit."""
    with open_register(Home(home), linger=0.3) as register, Path(journal).open("a") as acknowledged:
        with register.unit_of_work("journal") as unit:
            unit.connection.execute(text("CREATE TABLE IF NOT EXISTS journal (n bigint PRIMARY KEY)"))
            number = unit.connection.scalar(text("SELECT coalesce(max(n), 0) FROM journal"))
        print("ready", flush=True)
        while True:
            number += 1
            # A commit that breaks off may or may not have happened; either is right, it was not acknowledged.
            with suppress(DBAPIError):
                with register.unit_of_work("journal") as unit:
                    unit.connection.execute(
                        text("INSERT INTO journal VALUES (:n) ON CONFLICT DO NOTHING"), {"n": number}
                    )
                acknowledged.write(f"{number}\n")
                acknowledged.flush()


def _refusal(home: str, timeout: str = "60") -> None:
    """Open the register and print ``opened``, or the code of the refusal."""
    try:
        with open_register(Home(home), start_timeout=float(timeout), linger=0.3) as register:
            with register.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
            print("opened")
    except Refused as refused:
        print(refused.code)


def _lock(home: str, url: str, name: str) -> None:
    """Take an exclusive lock; say so; hold it until standard input ends."""
    with (
        open_register(Home(home), url) as register,
        register.exclusive(name, on_wait=lambda: print("waiting", flush=True)),
    ):
        print("held", flush=True)
        sys.stdin.read()


def _batch(home: str, url: str) -> None:
    """Open a batch, write a file, say its path, and stay until standard input ends."""
    with (
        open_register(Home(home), url) as register,
        Lake(register.home, register).batch("test", "x") as batch,
    ):
        path = batch.stage("line")
        write_rows(path, 3)
        print(path, flush=True)
        sys.stdin.read()


def _publish(home: str, url: str, where: str) -> None:
    """Publish two files and die of SIGKILL at the named place, as if the power failed there."""
    import yibao.store.batch as room

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    function, _, times = where.partition(":")
    calls = 0
    target: Any = Path if function == "rename" else room
    if function not in ("commit", "done"):
        real = getattr(target, function)

        def dying(*arguments: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls > int(times):
                die()
            return real(*arguments)

        setattr(target, function, dying)
    with open_register(Home(home), url) as register:
        lake = Lake(register.home, register)
        with lake.batch("test", "crash") as batch:
            for _ in range(2):
                write_rows(batch.stage("line"), 5)
            with register.unit_of_work("test") as unit:
                batch.publish(unit)
                if function == "commit":
                    die()
            die()


def _back_up(home: str, url: str, place: str, largest: str, die_at: str = "") -> None:
    """Back up with files of so many bytes at most (0: any), or die of SIGKILL at the nth file stored."""
    import resource

    from yibao.store import back_up
    from yibao.store.vault import Archive, Folder

    if largest != "0":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), int(largest)))
    stored = 0
    for vault in (Archive, Folder) if die_at else ():

        def dying(*arguments: Any, put: Any = vault.put, **options: Any) -> Any:
            nonlocal stored
            stored += 1
            if stored == int(die_at):
                os.kill(os.getpid(), signal.SIGKILL)
            return put(*arguments, **options)

        vault.put = dying  # type: ignore[method-assign]
    try:
        back_up(Home(home), Path(place), url)
    except Refused as refused:
        print(refused.code)


def _restore(home: str, place: str, where: str) -> None:
    """Restore and die of SIGKILL at the nth file, before the register, or after its commit."""
    import yibao.store.restoring as room

    function, _, times = where.partition(":")
    name = {"file": "_bring", "register": "restore", "commit": "migrate"}[function]
    calls, real = 0, getattr(room, name)

    def dying(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > int(times or 0):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)

    setattr(room, name, dying)
    room.restore_home(Home(home), Path(place))


def _work_and_hang(home: str, url: str) -> None:
    """Take a job under a short lease, write its effect, say so, and never come to the end of it."""

    def hang(unit: UnitOfWork, job: Job) -> None:
        unit.connection.execute(text("INSERT INTO effect VALUES (:job, 'hung')"), {"job": job.id})
        print("held", flush=True)
        sys.stdin.read()

    with open_register(Home(home), url) as register:
        work(register, {"write": hang}, lease=timedelta(seconds=0.3))


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    globals()[f"_{verb}"](*rest)
