"""After money was deducted (扣款复议): the institution may ask once more, and a third person decides; then it ends.

扣款复议 is a step of the service agreement and not the administrative review of law (行政复议).
"""

from __future__ import annotations

from collections.abc import Sequence

from yibao.casework.cases import Desk, running_clocks
from yibao.casework.rounds import store
from yibao.casework.rounds.acting import act_on_round, do, find_round, in_states
from yibao.casework.rounds.deciding import View
from yibao.casework.rounds.machine import ASK_RECONSIDERATION, AT_REST, UNDECIDED, LineState
from yibao.casework.rounds.model import Line, Outcome, Round, part_of
from yibao.kernel import Refused, Text, date_of


def ask_reconsideration(desk: Desk, lines: Sequence[Line], *, day: int, reason: str) -> dict[int, int]:
    """Ask for reconsideration of a deduction, in time; refuses after (``casework.too_late``)."""
    for line, due in _due(desk, lines):
        if due is not None and day > due:
            raise Refused(
                "casework.too_late",
                zh="申请扣款复议的期限已过",
                en="the time to ask for reconsideration is over",
                where=line.finding,
                wanted=f"≤ {date_of(due)}",
                came=str(date_of(day)),
                todo=Text(zh="其他途径见扣款通知书", en="the notice of deduction tells the other ways"),
            )
    return do(desk, "ask_reconsideration", lines, day, reason=reason)


def uphold(desk: Desk, lines: Sequence[Line], *, day: int, reason: str) -> dict[int, int]:
    """Uphold deductions, by a third person: neither who reviewed nor who decided."""
    return do(desk, "uphold", lines, day, reason=reason)


def grant(
    desk: Desk, lines: Sequence[Line], *, day: int, reason: str, part_fen: int | None = None
) -> dict[int, int]:
    """Grant a refund of all that was deducted, or of a part, by a third person.

    Raises `Refused`: ``casework.part_without`` for a part that is none, ``casework.beyond_stake``.
    """
    for line in lines:
        if part_fen == 0:
            View(Outcome.PART, 0).money(line)
    sums = {
        line.case_id: line.decided if part_fen is None else part_of(line.decided, part_fen, line.finding)
        for line in lines
        if line.decided is not None
    }
    acts = do(
        desk, "grant", lines, day, reason=reason,
        body=lambda line: {
            "refund_fund_fen": sums[line.case_id].fund_fen, "refund_patient_fen": sums[line.case_id].patient_fen,
        },
    )  # fmt: skip
    store.change_lines(
        desk.unit.connection,
        [
            {"case_id": k, "refund_fund_fen": m.fund_fen, "refund_patient_fen": m.patient_fen}
            for k, m in sums.items()
        ],
    )
    return acts


def close_lines(desk: Desk, lines: Sequence[Line], *, day: int) -> dict[int, int]:
    """Close lines that were refunded, or of which nobody asked for reconsideration in time.

    Raises `Refused` (``casework.can_still_ask``) while the institution still may.
    """
    for line, due in _due(desk, in_states(lines, {LineState.DEDUCTED})):
        if due is not None and day <= due:
            raise Refused(
                "casework.can_still_ask",
                zh="申请扣款复议的期限未到，不能办结",
                en="the institution may still ask for reconsideration",
                where=line.finding,
                wanted=f"> {date_of(due)}",
                came=str(date_of(day)),
                todo=Text(zh="期满后再办结", en="close it when that time is over"),
            )
    return do(desk, "close", lines, day)


def sum_up(desk: Desk, code: str | int, *, day: int) -> Round:
    """Sum a round up once every line is decided; refuses while any is not (``casework.undecided``)."""
    one = find_round(desk, code, lock=True)
    open_ones = in_states(store.lines(desk.unit.connection, number=one.number), UNDECIDED)
    if open_ones:
        raise _not_all(
            one, open_ones, "casework.undecided", "还有疑点没有终审，不能汇总", "lines are not decided yet"
        )
    return act_on_round(desk, one, "sum_up", day)


def close_round(desk: Desk, code: str | int, *, day: int) -> Round:
    """Close a round, and with it the lines whose time is over; refuses while a line is under way.

    Lines that were handed over to inspection are that track's matter. Raises `Refused`: ``casework.lines_open``,
    ``casework.can_still_ask``.
    """
    one = find_round(desk, code, lock=True)
    lines = store.lines(desk.unit.connection, number=one.number)
    over = in_states(lines, {LineState.DEDUCTED, LineState.REFUNDED})
    rest = [line for line in lines if line.state not in AT_REST and line not in over]
    if rest:
        raise _not_all(one, rest, "casework.lines_open", "批次中还有在办的疑点", "lines are under way")
    if over:
        close_lines(desk, over, day=day)
    return act_on_round(desk, one, "close", day, body={"closed": len(over)})


def _due(desk: Desk, lines: Sequence[Line]) -> list[tuple[Line, int | None]]:
    clocks = running_clocks(desk.unit, [line.case_id for line in lines])
    return [
        (
            line,
            next(
                (
                    c.due_day
                    for c in clocks.get(line.case_id, ())
                    if c.running.kind == ASK_RECONSIDERATION.name
                ),
                None,
            ),
        )
        for line in lines
    ]


def _not_all(one: Round, rest: Sequence[Line], code: str, zh: str, en: str) -> Refused:
    counts: dict[str, int] = {}
    for line in rest:
        counts[line.state_name.zh] = counts.get(line.state_name.zh, 0) + 1
    return Refused(
        code, zh=zh, en=en, where=one.code, wanted="0", came="，".join(f"{k} {v}" for k, v in counts.items()),
        todo=Text(zh="用 yibao round lines 查看", en="see them with yibao round lines"),
    )  # fmt: skip
