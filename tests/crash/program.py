"""The programs that are killed: ``python program.py HOME JOURNAL`` forks a clerk or a worker for every word it reads.

Forking a program that has imported everything takes a hundredth of starting one, so that the time goes into
killing. The nursery itself never opens the register.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.crash.acts import MIXED

from yibao.kernel import Refused
from yibao.store import Home, UnitOfWork, open_register, work

LEASE = timedelta(seconds=1)
POLL = timedelta(milliseconds=50)
ENDLESS = 1_000
"""Attempts per job: that many kills may hit one job without its being given up."""


def prepare(unit: UnitOfWork) -> None:
    """Make every table of the mixed work."""
    unit.connection.execute(text("CREATE TABLE crash_act (number bigint GENERATED ALWAYS AS IDENTITY)"))
    for acts in MIXED:
        acts.prepare(unit)


def clerk(home: Home, journal: Path, nursery: int) -> None:
    """Act as fast as commits are acknowledged; note each act in the journal only after its commit."""
    with open_register(home) as register, journal.open("a") as acknowledged:
        while os.getppid() == nursery:
            # A commit that breaks off may or may not have happened; either is right, it was not acknowledged.
            with suppress(DBAPIError, Refused):
                with register.unit_of_work("clerk") as unit:
                    insert = text("INSERT INTO crash_act DEFAULT VALUES RETURNING number")
                    number = unit.connection.execute(insert).scalar_one()
                    for acts in MIXED:
                        acts.act(unit, number)
                acknowledged.write(f"{number}\n")
                acknowledged.flush()


def worker(home: Home, journal: Path, nursery: int) -> None:
    """Work off jobs and events."""
    jobs = {kind: handler for acts in MIXED for kind, handler in acts.jobs.items()}
    events = {kind: handler for acts in MIXED for kind, handler in acts.events.items()}
    with open_register(home) as register, ExitStack() as beside:
        for acts in MIXED:
            beside.enter_context(acts.beside(register))
        work(
            register, jobs, events=events, until=lambda: os.getppid() != nursery,
            attempts=ENDLESS, lease=LEASE, poll=POLL,
        )  # fmt: skip


def main(home: Home, journal: Path) -> None:
    """Fork what is asked for, and say its pid."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed are nobody's zombies
    nursery = os.getpid()
    print("ready", flush=True)
    for word in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                while os.getppid() == nursery:
                    # Who opens the register in the instant of its death is turned away, and comes again.
                    with suppress(DBAPIError, Refused):
                        {"clerk": clerk, "worker": worker}[word.strip()](home, journal, nursery)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main(Home(sys.argv[1]), Path(sys.argv[2]))
