"""Sending a round (发出批次): it waits to leave and can be recalled until then; with its leaving, notice is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from yibao.access import Permission, Target, check
from yibao.casework.cases import Desk, begun, doers
from yibao.casework.findings import store as finding_store
from yibao.casework.findings.notices import record_notices
from yibao.casework.rounds import store
from yibao.casework.rounds.acting import act_on_round, do, find_round, in_states, total
from yibao.casework.rounds.machine import APPEAL, ROUND, UNSENT, LineState, RoundState
from yibao.casework.rounds.model import Dispatch, Line, Round
from yibao.casework.rounds.reviewing import withdraw_gone
from yibao.kernel import CHINA, Json, Refused, Region, Text, Workdays, date_of
from yibao.store import Home, Lake, Register, defer

LEAVES: Final = "round:leave"
"""The kind of the background job by which a round leaves."""
_UNREVIEWED: Final = UNSENT - {LineState.READY}


def send(desk: Desk, code: str | int, *, day: int, now: datetime) -> Round:
    """Let a round whose lines were all reviewed wait to leave; until then it can be recalled.

    When its time is over it leaves by itself, by a background job (`leave`). Raises `Refused`: ``casework.not_now``,
    ``casework.not_reviewed`` while lines wait for first review, ``casework.nothing_to_send``, ``access.denied``,
    ``access.four_eyes`` for who reviewed the lines himself.
    """
    one = find_round(desk, code, lock=True)
    lines = store.lines(desk.unit.connection, number=one.number)
    waiting, ready = in_states(lines, _UNREVIEWED), in_states(lines, {LineState.READY})
    if waiting:
        raise Refused(
            "casework.not_reviewed",
            zh=f"批次中还有 {len(waiting)} 条未初审（或待补数据），不能发出",
            en=f"{len(waiting)} lines of the round wait for first review or data; it cannot be sent",
            where=one.code,
            wanted="0",
            came=str(len(waiting)),
            todo=Text(
                zh="先初审：yibao round review；补不齐的用 yibao round withdraw 移出",
                en="review them with yibao round review, or take them out with yibao round withdraw",
            ),
        )
    if not ready:
        raise _nothing_to_send(one)
    _check_second_eyes(desk, one, ready)
    minutes = desk.policy.at("casework.round.recall_minutes", day).number
    leaves_at = now + timedelta(minutes=minutes)
    defer(desk.unit, LEAVES, {"round": one.number}, run_at=leaves_at, key=f"{LEAVES}:{one.number}")
    return act_on_round(
        desk,
        one,
        "send",
        day,
        body={"lines": len(ready), "minutes": minutes},
        leaves_at=leaves_at,
    )


def recall(desk: Desk, code: str | int, *, day: int, now: datetime, reason: str | None = None) -> Round:
    """Call a round back before it leaves; its lines stay reviewed.

    Raises `Refused`: ``casework.not_now`` once it has left, ``casework.too_late_to_recall`` once its time is over.
    """
    one = find_round(desk, code, lock=True)
    if one.leaves_at is not None and now >= one.leaves_at:
        raise Refused(
            "casework.too_late_to_recall",
            zh="可撤回的时间已过，批次视为已经发出",
            en="the time to recall is over; the round counts as sent",
            where=one.code,
            wanted=f"< {_moment(one.leaves_at)}",
            came=_moment(now),
            todo=Text(
                zh="已发出的疑点逐条撤销：yibao round withdraw", en="withdraw lines that were sent one by one"
            ),
        )
    return act_on_round(desk, one, "recall", day, reason=reason, leaves_at=None)


def dispatch(
    desk: Desk,
    home: Home,
    register: Register,
    code: str | int,
    *,
    day: int,
    now: datetime,
    document: str | None = None,
) -> list[Dispatch]:
    """Let a round leave whose time to recall is over: every line, one notice an institution, and the deadlines.

    Lines whose finding a run withdrew meanwhile stay behind. Within ``register.exclusive("audit")``: the notice
    settles what an institution may still correct by itself.
    Raises `Refused`: ``casework.still_waiting``, ``access.four_eyes`` where who sends has reviewed.
    """
    one = find_round(desk, code, lock=True)
    ROUND.move(one.state, "dispatch", one.code)
    if one.leaves_at is not None and now < one.leaves_at:
        raise Refused(
            "casework.still_waiting",
            zh="批次还在可撤回的时间内，尚未下发",
            en="the round can still be recalled; it has not left yet",
            where=one.code,
            wanted=f"≥ {_moment(one.leaves_at)}",
            came=_moment(now),
            todo=Text(zh="到时再运行 yibao round send", en="run yibao round send again then"),
        )
    withdraw_gone(desk, one.number, day=day)
    lines = store.lines(desk.unit.connection, number=one.number, states={LineState.READY})
    if not lines:
        raise _nothing_to_send(one)
    running = begun(desk.policy, APPEAL, day)
    due = running.due(desk.policy.workdays)
    assert due is not None
    confirm = days_before(
        due, desk.policy.at("casework.clock.confirm_responsible", day).number, desk.policy.workdays
    )
    do(desk, "dispatch", lines, day, body=lambda line: {"due": date_of(due).isoformat()})
    notices = _give_notices(desk, home, register, lines, day, document)
    gone = _dispatches(one.number, lines, notices, (day, confirm, due), document)
    store.add_dispatches(desk.unit.connection, [_row(d) for d in gone])
    body: dict[str, Json] = {"institutions": len(gone), "lines": len(lines), "due": date_of(due).isoformat()}
    act_on_round(desk, one, "dispatch", day, body=body, sent_day=day, due_day=due, leaves_at=None)
    return gone


def leave(
    desk: Desk, home: Home, register: Register, number: int, *, day: int, now: datetime
) -> list[Dispatch]:
    """Let a round leave that still waits when its time is over; one that was recalled or has left stays as it is."""
    one = find_round(desk, number, lock=True)
    if one.state != RoundState.WAITING or one.leaves_at is None or now < one.leaves_at:
        return []
    return dispatch(desk, home, register, number, day=max(day, one.last_day), now=now)


def days_before(day: int, working_days: int, workdays: Workdays) -> int:
    """Give the day that lies so many working days before another."""
    while working_days:
        day -= 1
        working_days -= workdays.is_working_day(day)
    return day


def _give_notices(
    desk: Desk, home: Home, register: Register, lines: Sequence[Line], day: int, document: str | None
) -> Mapping[int, int]:
    """Record the notices of findings of which none was given before; give their numbers by institution."""
    headers = finding_store.headers(
        desk.unit.connection, ids=[line.finding_id for line in lines], unnoticed=True
    )
    known_no = max((b.known_no or 0 for b in Lake(home, register).batches()), default=0)
    told = record_notices(desk.unit, headers, known_no, day, document, desk.actor.name)
    return {institution: one.number for institution, one in told.items()}


def _dispatches(
    number: int,
    lines: Sequence[Line],
    notices: Mapping[int, int],
    days: tuple[int, int, int],
    document: str | None,
) -> list[Dispatch]:
    sent, confirm, due = days
    ordered = sorted(lines, key=lambda line: line.institution_id)
    return [
        Dispatch(
            round=number, institution_id=institution, lines=len(mine), at_stake=total(line.at_stake for line in mine),
            sent_day=sent, confirm_day=confirm, due_day=due, document=document, notice=notices.get(institution),
        )
        for institution, mine in (
            (key, list(group)) for key, group in groupby(ordered, lambda line: line.institution_id)
        )
    ]  # fmt: skip


def _row(one: Dispatch) -> dict[str, object]:
    return {
        "round": one.round, "institution_id": one.institution_id, "notice": one.notice, "lines": one.lines,
        "fund_fen": one.at_stake.fund_fen, "patient_fen": one.at_stake.patient_fen, "sent_day": one.sent_day,
        "confirm_day": one.confirm_day, "due_day": one.due_day, "document": one.document,
    }  # fmt: skip


def _moment(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _check_second_eyes(desk: Desk, one: Round, ready: Sequence[Line]) -> None:
    """Refuse who reviewed any of the lines: asked when the round is ordered to leave, not ten minutes later."""
    did = doers(desk.unit, [line.case_id for line in ready], {"pass"})
    mine = frozenset({desk.actor.name}) & frozenset().union(*did.values())
    check(desk.actor, Permission.ROUND_SEND, Target(Region(one.region), done_by=mine))


def _nothing_to_send(one: Round) -> Refused:
    return Refused(
        "casework.nothing_to_send",
        zh="批次中没有要下发的疑点",
        en="the round has no line to send",
        where=one.code,
        todo=Text(zh="没有申诉内容的批次无需发出", en="a round with nothing to answer need not be sent"),
    )
