"""Looking at rounds: which there are, how their lines stand, what was sent and what came back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from yibao.access import NO_CASE, Permission, scope
from yibao.casework.cases import Desk, Money, doers
from yibao.casework.rounds import store
from yibao.casework.rounds.acting import find_round, permit
from yibao.casework.rounds.machine import LINE, UNDECIDED
from yibao.casework.rounds.model import Dispatch, Line, Round, money_json
from yibao.kernel import date_of


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round laid open: how many lines stand where with how much at stake, its dispatches, receipts and acts."""

    round: Round
    states: Mapping[str, tuple[int, Money]]
    dispatches: Sequence[Dispatch]
    receipts: Sequence[Mapping[str, Any]]
    acts: Sequence[Mapping[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            **self.round.as_json(),
            "states": [
                {"state": s, "name": LINE.named(s).zh, "lines": n, "at_stake": money_json(m)}
                for s, (n, m) in self.states.items()
            ],
            "dispatches": [d.as_json() for d in self.dispatches],
            "receipts": [dict(r) for r in self.receipts],
            "acts": [dict(a) for a in self.acts],
        }


def list_rounds(desk: Desk) -> list[Round]:
    """Give the rounds of the desk's region, newest first; an institution sees those that were sent to it."""
    whose = desk.actor.institution_id
    permit(desk, "round:read", str(desk.policy.region), whose)
    found = store.rounds(desk.unit.connection)
    if whose is None:
        return found
    return [one for one in found if whose in store.dispatches(desk.unit.connection, one.number)]


def show_round(desk: Desk, code: str | int) -> RoundView:
    """Lay a round open; an institution sees its own part of it. Raises `Refused`: ``casework.unknown_round``."""
    one, whose = find_round(desk, code), desk.actor.institution_id
    permit(desk, "round:read", one.region, whose)
    connection = desk.unit.connection
    found = list_lines(desk, one.number)
    states: dict[str, tuple[int, Money]] = {}
    for line in found:
        number, sums = states.get(line.state, (0, Money(0)))
        states[line.state] = (number + 1, sums + line.at_stake)
    order = [str(state) for state in LINE.names]
    return RoundView(
        round=one if whose is None else replace(one, lines=len(found), snoozed=0, held=0, seed=0, asked={}),
        states=dict(sorted(states.items(), key=lambda pair: order.index(pair[0]))),
        dispatches=[
            d for key, d in store.dispatches(connection, one.number).items() if whose is None or key == whose
        ],
        receipts=[
            {
                "receipt": r.number, "institution_id": r.institution_id, "file": r.file, "sha256": r.digest,
                "day": date_of(r.day).isoformat(), "actor": r.actor, "received": r.received, "unknown": r.unknown,
                "late": r.late,
            }
            for r in store.receipts(connection, one.number)
            if whose is None or r.institution_id == whose
        ],
        acts=[
            {
                "verb": a.verb, "from": a.came_from, "to": a.led_to, "day": date_of(a.day).isoformat(),
                "actor": a.actor, "reason": a.reason, "body": a.body, "ledger_entry": a.ledger_entry,
            }
            for a in store.round_acts(connection, one.number)
            if whose is None
        ],
    )  # fmt: skip


def list_lines(
    desk: Desk, code: str | int | None = None, *, states: Collection[str] | None = None, institution: int | None = None,
    rule: str | None = None, limit: int | None = None,
) -> list[Line]:  # fmt: skip
    """Give the lines that the actor may see: of a round, in some states, of an institution, of a rule.

    An institution sees what was sent to it, and of that no view that the agency has not decided on.
    """
    number = find_round(desk, code).number if code is not None else None
    seen = scope(
        desk.actor, Permission.ROUND_READ, region="case_file.region", institution="case_file.institution_id",
        subject=NO_CASE,
    )  # fmt: skip
    found = store.lines(
        desk.unit.connection, number=number, states=states, institution=institution, rule=rule,
        scope=(seen.sql, seen.parameters), limit=limit,
    )  # fmt: skip
    if desk.actor.institution_id is None:
        return found
    return [as_outsiders_see(line) for line in sent_lines(desk, found)]


def sent_lines(desk: Desk, lines: Sequence[Line]) -> list[Line]:
    """Give the lines that were sent to their institution; of others, also of those handed over before, it does not hear."""
    gone = doers(desk.unit, [line.case_id for line in lines], {"dispatch"})
    return [line for line in lines if gone[line.case_id]]


def as_outsiders_see(line: Line) -> Line:
    """Give a line without what is proposed of it: the institution learns what is decided."""
    if line.state in UNDECIDED:
        return replace(line, outcome=None, proposed=None)
    return replace(line, proposed=None)
