"""A finding of the city walks from suspicion to money that was deducted and given back, two persons wherever due."""

from __future__ import annotations

from tests.casework.rounds.conftest import Bureau

from yibao.casework import rounds
from yibao.casework.cases import Amount, acts, standing_amounts
from yibao.casework.rounds import Order


def test_from_finding_to_refund(bureau: Bureau) -> None:
    one = bureau.new(Order(limit=20))
    assert (one.lines, one.state) == (20, "composing")
    bureau.pass_all(one.code)
    sent = bureau.send(one.code)
    assert sum(d.lines for d in sent) == 20
    line = max(bureau.lines(one.code), key=lambda x: min(x.at_stake.fund_fen, x.at_stake.patient_fen))
    assert line.at_stake.fund_fen > 0 and line.at_stake.patient_fen > 0
    bureau.deducted(line)
    bureau.day += 10
    with bureau.at(f"inst:{line.institution_id}") as desk:
        rounds.ask_reconsideration(
            desk, rounds.find_lines(desk, [line.finding]), day=bureau.day, reason="有新证据"
        )
    with bureau.at("zhao") as desk:
        rounds.grant(desk, rounds.find_lines(desk, [line.finding]), day=bureau.day, reason="证据成立")
    with bureau.at("zhang") as desk:
        back = rounds.plan(desk, 202605, day=bureau.day)
        assert back.money.total_fen == -line.at_stake.total_fen
    with bureau.at("li") as desk:
        rounds.execute(desk, back.number, day=bureau.day, voucher="V2")
        rounds.close_lines(desk, rounds.find_lines(desk, [line.finding]), day=bureau.day)
    with bureau.at("wang") as desk:
        told = [act.verb for act in acts(desk.unit, line.case_id)]
        sums = standing_amounts(desk.unit, line.case_id)
    assert told == [
        "open", "pass", "dispatch", "appeal", "review", "decide", "plan", "deduct", "ask_reconsideration", "grant",
        "refund", "close",
    ]  # fmt: skip
    assert (
        sums[Amount.AT_STAKE]
        == sums[Amount.FOUND]
        == sums[Amount.DISPUTED]
        == sums[Amount.DECIDED]
        == line.at_stake
    )
    assert sums[Amount.RECOVERED].total_fen == 0
