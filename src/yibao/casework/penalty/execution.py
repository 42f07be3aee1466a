"""What follows a penalty decision: service, money, review and suit, revocation, transfer, close."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from yibao.casework.cases import (
    Amount,
    Desk,
    Doing,
    Money,
    Organ,
    acknowledge,
    acts,
    case_clocks,
    check_file,
    check_purses,
    let_fall,
    restore,
    standing_amounts,
    transfer,
)
from yibao.casework.penalty import store
from yibao.casework.penalty.files import do, taken
from yibao.casework.penalty.guards import check_closing
from yibao.casework.penalty.machine import MACHINE
from yibao.casework.penalty.ranges import late_addition
from yibao.kernel import Json, Period, Refused, Text, date_of, format_fen


def serve(desk: Desk, case_id: int, doing: Doing) -> int:
    """Record that the decision was served; the party's clocks to pay, to return and to contest begin."""
    file = taken(desk, case_id)
    MACHINE.move(file.case.state, "serve", file.case.number)
    made = file.decision
    assert made is not None, "a case is decided when there is a decision"
    if made.served_day is not None:
        raise Refused(
            "casework.served_already",
            zh="决定书已经送达，期限不重新起算",
            en="the decision was served already; its periods do not begin anew",
            where=file.case.number,
            came=str(date_of(made.served_day)),
            todo=Text(
                zh="用 yibao case show 查看送达日与期限", en="see the day and the clocks with yibao case show"
            ),
        )
    number = do(desk, case_id, "serve", doing)
    store.served_decision(desk.unit.connection, made.id, doing.day)
    return number


def recover(desk: Desk, case_id: int, returned: Money, fine_fen: int, doing: Doing) -> int:
    """Record what came in: what returns to the fund and to patients, and what was paid to the treasury.

    Never more than is due, late addition included. Raises `Refused` (``casework.too_much``).
    """
    case = taken(desk, case_id).case
    MACHINE.move(case.state, "recover", case.number)
    due_back, due_fine = unpaid(desk, case_id, doing.day)
    if (
        returned.total_fen > due_back
        or fine_fen > due_fine
        or min(returned.fund_fen, returned.patient_fen, fine_fen) < 0
    ):
        raise Refused(
            "casework.too_much",
            zh="登记的金额超过应缴的余额",
            en="more is recorded than is still due",
            where=case.number,
            wanted=f"退回 ≤ {format_fen(due_back)}；罚款 ≤ {format_fen(due_fine)}",
            came=f"{format_fen(returned.total_fen)}；{format_fen(fine_fen)}",
            todo=Text(
                zh="核对到账凭证；用 yibao case show 查看决定与已登记的金额",
                en="check the receipts; yibao case show has what was decided and booked",
            ),
        )
    check_purses(desk.unit, case, returned)
    amounts = {Amount.RECOVERED: returned}
    body: dict[str, Json] = {"fine_paid_fen": fine_fen}
    number = do(desk, case_id, "recover", replace(doing, amounts=amounts, body=body))
    restore(desk, case_id, number, returned)
    return number


def unpaid(desk: Desk, case_id: int, day: int) -> tuple[int, int]:
    """Give what is still to be returned, and what of fine and late addition is still to be paid, on a day, in fen."""
    made = store.decision(desk.unit.connection, case_id)
    if made is None or made.revoked:
        return 0, 0
    done = acts(desk.unit, case_id)
    returned = standing_amounts(desk.unit, case_id).get(Amount.RECOVERED, Money(0))
    paid = tuple((one.day, int(one.body["fine_paid_fen"])) for one in done if one.verb == "recover")
    added = 0
    served = (
        made.served_day
    )  # a decision made anew is paid by its own service, not by that of the one that fell
    clock = next(
        (
            c for c in reversed(case_clocks(desk.unit, case_id))
            if c.running.kind == "pay_fine" and served is not None and c.running.start >= served
        ),
        None,
    )  # fmt: skip
    if clock is not None and clock.due_day is not None:
        contests = store.contests(desk.unit.connection, case_id)
        stopped = tuple(
            Period(c.from_day, max(c.until_day if c.until_day is not None else day + 1, c.from_day + 1))
            for c in contests
        )
        daily = desk.policy.at("casework.penalty.late_daily", day).number
        added = late_addition(made.measures.fine_fen, paid, clock.due_day, day, daily, stopped)
    due_fine = made.measures.fine_fen + added - sum(fen for _, fen in paid)
    return max(made.measures.refund_fen - returned.total_fen, 0), max(due_fine, 0)


def contest(desk: Desk, case_id: int, kind: str, doing: Doing) -> int:
    """Record that the party asked for review or brought a suit; execution goes on, late addition does not."""
    number = do(desk, case_id, "contest", replace(doing, body={"kind": kind}))
    store.contest(desk.unit.connection, case_id, number, kind, doing.day)
    return number


def give_up(desk: Desk, case_id: int, doing: Doing) -> int:
    """Record that the party gave its review or suit up; the decision stands."""
    number = do(desk, case_id, "give_up", doing)
    store.end_contests(desk.unit.connection, case_id, doing.day, "withdrawn")
    return number


def upheld(desk: Desk, case_id: int, doing: Doing, *, result: str = "upheld") -> int:
    """Record that the decision stood in review or before the court, or that neither took the contest on."""
    number = do(desk, case_id, "upheld", doing)
    store.end_contests(desk.unit.connection, case_id, doing.day, result)
    return number


def revoke(desk: Desk, case_id: int, doing: Doing) -> int:
    """Revoke a decision: what it decided is taken back as rows with a minus, and what came in is owed back.

    The documents that rest on it fall with it, and where it was published the time to withdraw that begins
    (行政处罚法 Art. 48). Raises `Refused` (``casework.no_decision``) where nothing was decided.
    """
    file = taken(desk, case_id)
    MACHINE.move(file.case.state, "revoke", file.case.number)
    if file.decision is None:
        raise Refused(
            "casework.no_decision", zh="本案没有作出决定，无可撤销", en="nothing was decided in this case",
            where=file.case.number, todo=Text(zh="用 yibao case show 查看", en="see yibao case show"),
        )  # fmt: skip
    back = {
        kind: -money for kind, money in standing_amounts(desk.unit, case_id).items() if kind in _OF_A_DECISION
    }
    fell: list[Json] = [*let_fall(desk, MACHINE, file.case, file.acts, doing.reason or "", doing.day)]
    body: dict[str, Json] = {"documents": fell}
    number = do(desk, case_id, "revoke", replace(doing, amounts=back, body=body))
    store.revoke(desk.unit.connection, file.decision.id, number)
    store.end_contests(desk.unit.connection, case_id, doing.day, "revoked")
    if file.did("publish"):
        do(desk, case_id, "recall_publication", Doing(doing.day, doing.reason))
    return number


_OF_A_DECISION = (Amount.DECIDED, Amount.FINE)


def refer(desk: Desk, case_id: int, organ: Organ, name: str, doing: Doing) -> int:
    """Hand a case to another organ; it stays open until the organ acknowledges, or gives it back."""
    number = do(desk, case_id, "refer", replace(doing, body={"organ": organ, "to": name}))
    transfer(desk.unit, case_id, number, organ, name, doing.day)
    return number


def acknowledged(desk: Desk, case_id: int, verb: str, doing: Doing, name: str = "") -> int:
    """Record that the organ acknowledged a transfer, or gave the case back (``taken_back``)."""
    file = taken(desk, case_id)
    number = do(desk, case_id, verb, doing)
    if verb != "taken_back" or any(one.acknowledged_day is None for one in file.transfers):
        acknowledge(desk.unit, file.case, name, doing.day, doing.reason)
    return number


def close(desk: Desk, case_id: int, doing: Doing, *, on_paper: Collection[str] = ()) -> int:
    """Close a case on which nothing is open any more and whose file is whole; ``on_paper``: documents kept on paper.

    Raises `Refused`: ``casework.open_ends``, ``casework.papers_missing``.
    """
    file = taken(desk, case_id)
    MACHINE.move(file.case.state, "close", file.case.number)
    back, fine = unpaid(desk, case_id, doing.day)
    check_closing(file, back + fine)
    kept: list[Json] = [*check_file(desk.unit, MACHINE, file.case, file.acts, on_paper)]
    return do(desk, case_id, "close", replace(doing, body={"on_paper": kept}))
