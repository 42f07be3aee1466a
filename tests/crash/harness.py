"""Kill programs and the server at random instants of mixed work, then see what is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy import text
from tests.crash import program
from tests.crash.acts import MIXED
from tests.store.programs import REPOSITORY, until

from yibao.store import Home, Register, open_register, work
from yibao.store.embedded.layout import Layout, read_note

PROGRAMS = ("clerk", "worker", "worker 2")
LONGEST = 0.2
"""A kill comes at a random instant of so many seconds after work was seen to go on."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run of killing came to."""

    kills: Counter[str]
    acknowledged: int
    acts: int
    faults: list[str]


def crash(home: Home, journal: Path, kills: int, seed: int) -> Tally:
    """Kill so many times, victims and instants chosen by the seed; then let the work come to rest and judge it."""
    chance = Random(seed)
    killed: Counter[str] = Counter()
    faults: list[str] = []
    with open_register(home) as register:
        with register.unit_of_work("test") as unit:
            program.prepare(unit)
        for acts in MIXED:
            acts.begin(register)
    journal.touch()
    with _nursery(home, journal) as nursery:
        pids = {name: nursery.born(name) for name in PROGRAMS}
        for _ in range(kills):
            _wait_for_progress(journal)
            time.sleep(chance.uniform(0, LONGEST))
            victim = chance.choice((*PROGRAMS, "server"))
            if victim == "server":
                _kill_server(home)
            else:
                if not _killed(pids[victim]):
                    faults.append(f"{victim} ended by itself before kill {killed.total() + 1}")
                pids[victim] = nursery.born(victim)
            killed[victim.split()[0]] += 1
        faults += [f"{name} ended by itself" for name, pid in pids.items() if not _killed(pid)]
    acknowledged = _acknowledged(journal)
    with open_register(home) as register:
        _rest(register)
        with register.engine.connect() as connection:
            done = set(connection.scalars(text("SELECT number FROM crash_act")))
        faults += [f"act {number} was acknowledged and is lost" for number in sorted(acknowledged - done)]
        faults += [fault for acts in MIXED for fault in acts.faults(register, acknowledged)]
    return Tally(killed, len(acknowledged), len(done), faults)


class _Nursery:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def born(self, name: str) -> int:
        """Have a program born; give its pid."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{name.split()[0]}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def _nursery(home: Home, journal: Path) -> Iterator[_Nursery]:
    command = [sys.executable, program.__file__, str(home.path), str(journal)]
    path = os.pathsep.join([str(REPOSITORY), *sys.path])
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
            yield _Nursery(process)
        finally:
            process.kill()


def _wait_for_progress(journal: Path) -> None:
    before = journal.stat().st_size
    until(lambda: journal.stat().st_size > before)


def _kill_server(home: Home) -> None:
    note = read_note(Layout(home.register).note)
    if note is not None and note.server is not None:
        _killed(note.server.pid)


def _killed(pid: int) -> bool:
    """Kill a program; say whether it was there to be killed."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def _acknowledged(journal: Path) -> set[int]:
    whole, _, _broken_off = journal.read_text().rpartition("\n")
    return {int(line) for line in whole.split("\n") if line}


def _rest(register: Register) -> None:
    """Work off all that is left, without waiting for pauses; what the killed held is free when its lease is over."""
    jobs = {kind: handler for acts in MIXED for kind, handler in acts.jobs.items()}
    events = {kind: handler for acts in MIXED for kind, handler in acts.events.items()}

    def at_rest() -> bool:
        with register.unit_of_work("test") as unit:
            unit.connection.execute(
                text("UPDATE job SET run_at = now() WHERE state = 'waiting' AND run_at > now()")
            )
        work(register, jobs, events=events, attempts=program.ENDLESS)
        with register.engine.connect() as connection:
            left = text(
                "SELECT (SELECT count(*) FROM job WHERE state IN ('waiting', 'running')) "
                "+ (SELECT count(*) FROM outbox WHERE delivered_at IS NULL)"
            )
            return connection.scalar(left) == 0

    until(at_rest)
