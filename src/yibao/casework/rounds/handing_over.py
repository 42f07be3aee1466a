"""Handing lines over to another track (转稽核): their money is frozen here, and another case takes it over.

The receiving track opens its case with ``Opening(findings=…, taken_from={the line's case})``, which moves the hold; here
the transfer is acknowledged or handed back. Until then nobody decides about the money, and a clock asks for the receipt.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from yibao.casework.cases import Desk, case_number, holders, running_clocks
from yibao.casework.rounds import store
from yibao.casework.rounds.acting import do
from yibao.casework.rounds.machine import RECEIPT, LineState
from yibao.casework.rounds.model import Line
from yibao.kernel import Refused, Text


def hand_over(desk: Desk, lines: Sequence[Line], *, day: int, reason: str) -> dict[int, int]:
    """Hand undecided lines over; their money is frozen here from now on."""
    return do(
        desk, "hand_over", lines, day, reason=reason,
        body=lambda line: {"fund_fen": line.at_stake.fund_fen, "patient_fen": line.at_stake.patient_fen},
    )  # fmt: skip


def acknowledge(desk: Desk, lines: Sequence[Line], *, day: int) -> dict[int, int]:
    """Record that the case of another track took lines over: it holds their findings by now.

    Raises `Refused` (``casework.not_taken``) while no other case holds the finding.
    """
    held = holders(desk.unit, [line.finding_id for line in lines])
    for line in lines:
        holder = held.get(line.finding_id)
        if holder is None or holder.case_id == line.case_id:
            raise Refused(
                "casework.not_taken",
                zh="还没有其他案件接收这条疑点的资金，不能登记签收",
                en="no other case took the money of this finding over; there is nothing to acknowledge",
                where=line.finding,
                todo=Text(
                    zh="先在协议处理或行政处罚中立项", en="open a case of agreement or penalty with it first"
                ),
            )
    return do(
        desk, "acknowledge", lines, day,
        body=lambda line: {
            "into": case_number(held[line.finding_id].track, held[line.finding_id].case_id)
        },
    )  # fmt: skip


def hand_back(desk: Desk, lines: Sequence[Line], *, day: int, reason: str) -> dict[int, int]:
    """Hand lines back to payment audit: their findings are free for another round, from first review on.

    Raises `Refused` (``casework.taken_already``) where another case holds the money: it lets it go first.
    """
    held = holders(desk.unit, [line.finding_id for line in lines])
    for line in lines:
        holder = held.get(line.finding_id)
        if holder is not None and holder.case_id != line.case_id:
            raise Refused(
                "casework.taken_already",
                zh="资金已由另一案件接收，须由该案件先放开",
                en="another case took the money over; it lets it go first",
                where=line.finding,
                came=case_number(holder.track, holder.case_id),
            )
    acts = do(desk, "hand_back", lines, day, reason=reason)
    store.free_money(desk.unit.connection, acts)
    return acts


def frozen(desk: Desk, findings: Collection[int]) -> dict[int, int]:
    """Give of findings those whose money a line handed over has frozen, with the line's case: who takes over names it."""
    lines = store.lines(desk.unit.connection, findings=findings, states={LineState.HANDED_OVER})
    return {line.finding_id: line.case_id for line in lines}


def unacknowledged(desk: Desk, *, day: int) -> list[tuple[Line, int]]:
    """Give the lines handed over of which no receipt came in time, each with the last day; oldest first."""
    waiting = store.lines(desk.unit.connection, states={LineState.HANDED_OVER})
    clocks = running_clocks(desk.unit, [line.case_id for line in waiting])
    late = [
        (line, clock.due_day)
        for line in waiting
        for clock in clocks.get(line.case_id, ())
        if clock.running.kind == RECEIPT.name and clock.due_day is not None and clock.due_day < day
    ]
    return sorted(late, key=lambda one: (one[1], one[0].case_id))
