"""Looking at rounds: which there are, how their lines stand, what was sent and what came back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yibao.access import NO_CASE, Permission, scope
from yibao.casework.cases import Desk, Money
from yibao.casework.rounds import store
from yibao.casework.rounds.acting import find_round, permit
from yibao.casework.rounds.machine import LINE
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
    """Give the rounds of the desk's region, newest first."""
    permit(desk, "round:read", str(desk.policy.region))
    return store.rounds(desk.unit.connection)


def show_round(desk: Desk, code: str | int) -> RoundView:
    """Lay a round open. Raises `Refused`: ``casework.unknown_round``, ``access.denied``."""
    one = find_round(desk, code)
    permit(desk, "round:read", one.region)
    connection = desk.unit.connection
    found = store.states(connection, one.number)
    order = [str(state) for state in LINE.names]
    return RoundView(
        round=one,
        states={
            s: (row.lines, Money(int(row.fund_fen), int(row.patient_fen)))
            for s, row in sorted(found.items(), key=lambda pair: order.index(pair[0]))
        },
        dispatches=list(store.dispatches(connection, one.number).values()),
        receipts=[
            {
                "receipt": r.number, "institution_id": r.institution_id, "file": r.file, "sha256": r.digest,
                "day": date_of(r.day).isoformat(), "actor": r.actor, "received": r.received, "unknown": r.unknown,
                "late": r.late,
            }
            for r in store.receipts(connection, one.number)
        ],
        acts=[
            {
                "verb": a.verb, "from": a.came_from, "to": a.led_to, "day": date_of(a.day).isoformat(),
                "actor": a.actor, "reason": a.reason, "body": a.body, "ledger_entry": a.ledger_entry,
            }
            for a in store.round_acts(connection, one.number)
        ],
    )  # fmt: skip


def list_lines(
    desk: Desk, code: str | int | None = None, *, states: Collection[str] | None = None, institution: int | None = None,
    rule: str | None = None, limit: int | None = None,
) -> list[Line]:  # fmt: skip
    """Give the lines that the actor may see: of a round, in some states, of an institution, of a rule."""
    number = find_round(desk, code).number if code is not None else None
    seen = scope(
        desk.actor, Permission.ROUND_READ, region="case_file.region", institution="case_file.institution_id",
        subject=NO_CASE,
    )  # fmt: skip
    return store.lines(
        desk.unit.connection, number=number, states=states, institution=institution, rule=rule,
        scope=(seen.sql, seen.parameters), limit=limit,
    )  # fmt: skip
