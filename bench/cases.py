"""``cases``: seconds to take ten thousand findings into a round, a case each, and to send it as one notice round.

What is timed apart: opening the cases (with their money, clocks, holds and entries of the ledger), first review in bulk
after the sample was opened, sending with one notice an institution, the institutions' workbooks, and one that comes back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from bench.lakes import audit, lake_of
from bench.result import Result, machine
from yibao.access import Actor, Role
from yibao.bootstrap import House
from yibao.casework import rounds
from yibao.casework.cases import Desk
from yibao.casework.rounds import Order
from yibao.kernel import day_of_ymd

FINDINGS: Final = 10_000
DAY: Final = day_of_ymd(20260302)
NOW: Final = datetime(2026, 3, 2, 4, tzinfo=UTC)
GOAL_SECONDS: Final = 20.0


def measure(lines: int) -> Result:
    """Audit a city of so many lines and time the round of its ten thousand findings with most money."""
    state = machine()
    with tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder, lake_of(lines, Path(folder)) as house:
        audit(house)
        clock = _Clock()
        one = clock.time("open", lambda: _at(house, "clerk", lambda desk: _new(house, desk)))
        found = clock.time("review", lambda: _at(house, "clerk", lambda desk: _review(desk, one.code)))
        sent = clock.time("send", lambda: _send(house, one.code))
        paths = clock.time(
            "workbooks", lambda: _at(house, "sender", lambda d: _workbooks(house, d, one.code))
        )
        most = max(sent, key=lambda d: d.lines)
        path = max(paths, key=lambda p: p.stat().st_size)
        clock.time("import", lambda: _at(house, "sender", lambda d: _back(house, d, one.code, most, path)))
    detail = {
        "findings": found, "institutions": len(sent), "seconds": clock.wall, "cpu_seconds": clock.cpu,
        "findings_per_second": round(found / clock.wall["open"]),
    }  # fmt: skip
    taken = clock.wall["open"]
    return Result("cases", found, "s", taken, GOAL_SECONDS, taken / GOAL_SECONDS, "≤ 1", state, detail)


class _Clock:
    """Wall and CPU seconds of this program by step; the register's own work is in the wall seconds only."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        began, spent = perf_counter(), process_time()
        done = work()
        self.wall[name] = round(perf_counter() - began, 2)
        self.cpu[name] = round(process_time() - spent, 2)
        return done


def _at(house: House, name: str, deed: Callable[[Desk], Any]) -> Any:
    policy = house.policy()
    actor = Actor(sum(map(ord, name)), name, frozenset({Role.AGENCY_CLERK}), policy.region)
    with house.register.unit_of_work(actor=name) as unit:
        return deed(Desk(unit, actor, policy))


def _new(house: House, desk: Desk) -> rounds.Round:
    return rounds.new_round(desk, house.home, house.register, Order(limit=FINDINGS), day=DAY, seed=1)


def _review(desk: Desk, code: str) -> int:
    lines = rounds.list_lines(desk, code)
    rounds.open_lines(desk, [line.number for line in lines if line.sampled])
    return len(rounds.first_review(desk, "pass", lines, day=DAY))


def _send(house: House, code: str) -> list[rounds.Dispatch]:
    _at(house, "sender", lambda desk: rounds.send(desk, code, day=DAY, now=NOW))
    later = NOW + timedelta(minutes=10)
    gone: list[rounds.Dispatch] = _at(
        house,
        "sender",
        lambda desk: rounds.dispatch(desk, house.home, house.register, code, day=DAY, now=later),
    )
    return gone


def _workbooks(house: House, desk: Desk, code: str) -> list[Path]:
    return rounds.workbooks(desk, house.home, house.register, code)


def _back(house: House, desk: Desk, code: str, most: rounds.Dispatch, path: Path) -> rounds.Receipt:
    return rounds.take_back(desk, house.home, code, path, day=DAY, institution=most.institution_id)
