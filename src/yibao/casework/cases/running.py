"""The clocks that acts start, stop, pause and resume, on record."""

from __future__ import annotations

from collections.abc import Sequence

from yibao.casework.cases import store
from yibao.casework.cases.clocks import ClockKind, Running, limit, pause, resume, start
from yibao.casework.cases.desk import Desk, Step
from yibao.casework.cases.machine import Machine, Move
from yibao.casework.cases.model import Case
from yibao.kernel import Refused, Text, date_of
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
        begins = _extended_from(desk, case, move, doing.day) if move.extends else doing.day
        for kind in move.starts:
            if (kind, begins) not in lengths:
                lengths[kind, begins] = _started(desk.policy, kind, begins)
            starting.append((case.id, *lengths[kind, begins]))
    for (day, kinds), ids in stopped.items():
        store.stop_clocks(desk.unit.connection, ids, kinds, day)
    store.start_clocks(desk.unit.connection, starting)


def _extended_from(desk: Desk, case: Case, move: Move, day: int) -> int:
    """Give the last day of the clock that a move extends; refuses one that is over, stands still, or does not run.

    An extension adds to a period, it does not begin one: granted early it loses nothing, granted late it hides nothing.
    """
    kinds = {kind.name for kind in move.stops}
    running = store.clocks(desk.unit.connection, [case.id], running=True).get(case.id, ())
    mine = [clock for clock in running if clock.running.kind in kinds]
    if mine and mine[-1].due_day is None and not mine[-1].running.paused:
        return day  # a year whose holidays are not announced: its end is not known yet
    due = mine[-1].due_day if mine else None
    if due is not None and day <= due:
        return due
    raise Refused(
        "casework.cannot_extend",
        zh="期限已经届满、中止或没有在计算，不能延长",
        en="the clock is over, stands still or does not run; it cannot be extended",
        where=case.number,
        wanted=f"≤ {date_of(due)}" if due is not None else " | ".join(sorted(kinds)),
        came=str(date_of(day)),
        todo=Text(
            zh="延长须在期限届满前批准；中止的先恢复计算",
            en="it is extended before it is over; let it run again first where it stands still",
        ),
    )


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
