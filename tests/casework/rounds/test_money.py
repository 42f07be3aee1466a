"""Money: no fen of a line is spoken of twice, purses add up, and whatever is done, what is recovered is what is due."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from tests.casework.rounds.conftest import Bureau

from yibao.casework import rounds
from yibao.casework.cases import Money
from yibao.casework.cases.stakes import Part, purses, stakes
from yibao.casework.rounds import Answer, LineState, Outcome, Said, View
from yibao.casework.rounds.model import part_of, sample
from yibao.kernel import Refused

pytestmark = pytest.mark.xdist_group("money")

FEN = st.integers(0, 10**12)


@given(FEN, st.one_of(st.none(), st.integers(-5, 10**12)), st.one_of(st.none(), st.integers(-5, 10**13)))
def test_two_purses_are_the_whole(fen: int, bill: int | None, pool: int | None) -> None:
    money = purses(fen, bill, pool)
    assert money.total_fen == fen and money.fund_fen >= 0 and money.patient_fen >= 0


@given(FEN, FEN, st.data())
def test_a_part_is_shared_as_the_whole_and_loses_no_fen(fund: int, patient: int, data: st.DataObject) -> None:
    whole = Money(fund, patient)
    total = data.draw(st.integers(0, whole.total_fen))
    part = part_of(whole, total, "")
    assert part.total_fen == total
    assert 0 <= part.fund_fen <= fund and 0 <= part.patient_fen <= patient
    with pytest.raises(Refused, match=r"casework\.beyond_stake"):
        part_of(whole, whole.total_fen + 1, "")


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=6), st.integers(0, 1200))
def test_what_another_case_speaks_of_is_taken_off(at_stake: list[int], held: int) -> None:
    """Findings on one line, credited by rank as the audit credits them, with some of the line held elsewhere."""
    so_far, found = 0, []
    for number, fen in enumerate(at_stake):
        credited = max(so_far, fen) - so_far
        so_far = max(so_far, fen)
        found.append(Part(number, 1, credited, fen, 1000, 600))
    told = stakes(found, {1: held})
    assert sum(stake.money.total_fen for stake in told.values()) == max(0, so_far - held)
    assert all(sum(fen for _, fen in stake.lines) == stake.money.total_fen for stake in told.values())


@given(st.sets(st.integers(1, 10**6), min_size=1, max_size=200), st.integers(0, 10_000), st.integers(0, 99))
def test_a_sample_is_a_share_at_least_one_and_the_same_for_the_same_seed(
    ids: set[int], share: int, seed: int
) -> None:
    drawn = sample(sorted(ids), share, seed)
    assert drawn <= ids and len(drawn) == max(1, -(-len(ids) * share // 10_000))
    assert drawn == sample(sorted(ids, reverse=True), share, seed)


class Walker:
    """Does at random whatever a state allows, with whoever may, and never more than is allowed."""

    def __init__(self, bureau: Bureau, seed: int) -> None:
        self.bureau, self.dice = bureau, random.Random(seed)

    def part(self, whole: int) -> int:
        return self.dice.randint(1, whole - 1)

    def view(self, line: rounds.Line) -> View:
        outcome = self.dice.choice(list(Outcome)) if line.at_stake.total_fen > 1 else Outcome.FULL
        return View(outcome, self.part(line.at_stake.total_fen) if outcome is Outcome.PART else None)

    def step(self, line: rounds.Line) -> None:
        day, whole = self.bureau.day, line.at_stake.total_fen
        staff = f"inst:{line.institution_id}"
        match line.state:
            case LineState.TO_ASSIGN:
                answers = list(Answer) if whole > 1 else [Answer.DISPUTE]
                kind = self.dice.choice(answers)
                said = Said(kind, "理由", self.part(whole) if kind is Answer.PART else None)
                self.do(staff, lambda d: rounds.answer(d, {line.case_id: said}, day=day))
            case LineState.ACCEPTED:
                self.do("wang", lambda d: rounds.confirm(d, [line], self.view(line), day=day))
            case LineState.SECOND_REVIEW:
                self.do("wang", lambda d: rounds.review(d, [line], self.view(line), day=day, reason="复审"))
            case LineState.FINAL_REVIEW:
                other = self.view(line) if self.dice.random() < 0.5 else None
                self.do("qian", lambda d: rounds.decide(d, [line], day=day, reason="终审", view=other))
            case LineState.DECIDED if self.dice.random() < 0.3:
                self.do("head2", lambda d: rounds.reopen(d, [line], day=day, reason="重审"))
            case LineState.DECIDED | LineState.TO_REFUND:
                self.plan()
            case LineState.DEDUCTED:
                self.do(staff, lambda d: rounds.ask_reconsideration(d, [line], day=day, reason="证据"))
            case LineState.RECONSIDERED if self.dice.random() < 0.3:
                self.do("zhao", lambda d: rounds.uphold(d, [line], day=day, reason="维持"))
            case LineState.RECONSIDERED:
                assert line.decided is not None
                part = self.part(line.decided.total_fen) if line.decided.total_fen > 1 else None
                self.do("zhao", lambda d: rounds.grant(d, [line], day=day, reason="退还", part_fen=part))

    def plan(self) -> None:
        with self.bureau.at("zhang") as desk:
            number = rounds.plan(desk, 202604, day=self.bureau.day).number
        if self.dice.random() < 0.3:
            self.do("zhang", lambda d: rounds.drop(d, number, day=self.bureau.day, reason="改期"))
        else:
            self.do("li", lambda d: rounds.execute(d, number, day=self.bureau.day, voucher="V"))

    def do(self, name: str, deed: Any) -> None:
        with self.bureau.at(name) as desk:
            deed(desk)


_SUMS = """
    SELECT l.case_id, c.state, l.fund_fen, l.patient_fen,
        coalesce(l.decided_fund_fen, 0) AS decided_fund, coalesce(l.decided_patient_fen, 0) AS decided_patient,
        coalesce(l.refund_fund_fen, 0) AS refund_fund, coalesce(l.refund_patient_fen, 0) AS refund_patient,
        coalesce(sum(a.fund_fen) FILTER (WHERE a.kind = 'decided'), 0) AS sworn_fund,
        coalesce(sum(a.patient_fen) FILTER (WHERE a.kind = 'decided'), 0) AS sworn_patient,
        coalesce(sum(a.fund_fen) FILTER (WHERE a.kind = 'recovered'), 0) AS got_fund,
        coalesce(sum(a.patient_fen) FILTER (WHERE a.kind = 'recovered'), 0) AS got_patient
    FROM round_line l JOIN case_file c ON c.id = l.case_id JOIN case_amount a ON a.case_id = l.case_id
    GROUP BY l.case_id, c.state
"""
_DEDUCTED = {"deducted", "reconsidered", "to_refund", "refunded", "closed"}


def check(bureau: Bureau) -> set[str]:
    with bureau.register.engine.connect() as connection:
        rows = list(connection.execute(text(_SUMS)))
    for row in rows:
        for purse, stake in (("fund", row.fund_fen), ("patient", row.patient_fen)):
            decided, refund = getattr(row, f"decided_{purse}"), getattr(row, f"refund_{purse}")
            assert 0 <= decided <= stake and 0 <= refund <= decided
            assert getattr(row, f"sworn_{purse}") == decided, "what acts decided adds up to what stands"
            back = refund if row.state in ("refunded", "closed") else 0
            due = decided - back if row.state in _DEDUCTED else 0
            assert getattr(row, f"got_{purse}") == due, (row.state, purse)
    return {row.state for row in rows}


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_done_the_money_adds_up(sent_bureau: tuple[Bureau, str], seed: int) -> None:
    bureau, code = sent_bureau
    walker = Walker(bureau, seed)
    mine = [line.case_id for line in bureau.lines(code) if line.at_stake.total_fen > 1][:12]
    states: set[str] = set()
    for _ in range(9):
        for key in mine:
            line = next(one for one in bureau.lines(code) if one.case_id == key)
            walker.step(line)
        states |= check(bureau)
    assert {"deducted", "refunded", "spared"} <= states
