"""The clocks that acts start, stop, pause and resume, on record."""

from __future__ import annotations

from collections.abc import Sequence

from yibao.casework.cases import store
from yibao.casework.cases.clocks import ClockKind, Running, limit, pause, resume, start
from yibao.casework.cases.desk import Desk, Step
from yibao.casework.cases.machine import Machine, Move
from yibao.casework.cases.model import Case
from yibao.policy import Policy


def run_clocks(desk: Desk, machine: Machine, steps: Sequence[Step], acts: Sequence[int]) -> None:
    """Start, stop, pause and resume clocks as the moves of some steps say; an end stops all."""
    stopped: dict[tuple[int, tuple[str, ...] | None], list[int]] = {}
    starting = []
    lengths: dict[tuple[ClockKind, int], tuple[Running, str, int | None]] = {}
    for (case, move, doing), act in zip(steps, acts, strict=True):
        ended = move.end_state(case.state) in machine.ends
        if ended or move.stops:
            kinds = None if ended else tuple(kind.name for kind in move.stops)
            stopped.setdefault((doing.day, kinds), []).append(case.id)
        if move.pauses or move.resumes:
            _pause_or_resume(desk, case, move, doing.day, act)
        for kind in move.starts:
            if (kind, doing.day) not in lengths:
                lengths[kind, doing.day] = _started(desk.policy, kind, doing.day)
            starting.append((case.id, *lengths[kind, doing.day]))
    for (day, kinds), ids in stopped.items():
        store.stop_clocks(desk.unit.connection, ids, kinds, day)
    store.start_clocks(desk.unit.connection, starting)


def _started(policy: Policy, kind: ClockKind, day: int) -> tuple[Running, str, int | None]:
    value = limit(policy, kind, day)
    clock = start(value, kind, day)
    article = f" {value.article}" if value.article else ""
    return clock, f"{value.instrument}{article}（{value.status}）", clock.due(policy.workdays)


def _pause_or_resume(desk: Desk, case: Case, move: Move, day: int, act: int) -> None:
    connection = desk.unit.connection
    for clock in store.clocks(connection, [case.id], running=True).get(case.id, ()):
        if clock.running.kind in {kind.name for kind in move.pauses}:
            pause(clock.running, day)
            store.pause_clock(connection, clock.id, day + 1, act)
        elif clock.running.kind in {kind.name for kind in move.resumes}:
            again = resume(clock.running, day)
            store.resume_clock(connection, clock.id, day + 1, again.due(desk.policy.workdays))


def date_clocks(desk: Desk) -> None:
    """Date the clocks that waited for a year's holidays to be announced, where they are known by now."""
    connection = desk.unit.connection
    waiting = store.clocks(connection, store.undated(connection), running=True)
    found = {
        clock.id: due
        for clocks in waiting.values()
        for clock in clocks
        if clock.due_day is None and (due := clock.running.due(desk.policy.workdays)) is not None
    }
    store.date_clocks(connection, found)
