"""A penalty walks its whole way, with everybody who must be somebody else, and is refused at every wrong turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from tests.casework.cases import people
from tests.casework.cases.people import HEAD, LAWYER, LI, WANG, ZHAO

from yibao.access import Actor
from yibao.casework import penalty
from yibao.casework.cases import (
    Amount,
    Desk,
    Doing,
    Money,
    Opening,
    Organ,
    acts,
    case_clocks,
    cases,
    standing_amounts,
)
from yibao.casework.documents import kinds
from yibao.casework.penalty import Article, Circumstance, Measures, Officer, State
from yibao.kernel import Refused, date_of, day_of_ymd
from yibao.store import Register

T = TypeVar("T")

DAY = day_of_ymd(20260302)
OFFICERS = (Officer("li", "浙A001"), Officer("wang", "浙A002"))
LOSS = Measures(
    article=Article.LOSS, act_day=day_of_ymd(20251101), loss_fen=1_000_000, refund_fen=1_000_000, patient_fen=200_000,
    fine_fen=1_000_000,
)  # fmt: skip
"""A loss of 10,000 yuan, of which 8,000 the fund's: the fine lies between 8,000 and 16,000 yuan."""


class Bureau:
    """A register and a case; ``by`` does one thing in a transaction of its own, in somebody's name."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.case = self.by(ZHAO, lambda d: penalty.register(d, _opening(), Doing(DAY, "举报线索"))).id
        self.day = DAY

    def by(self, actor: Actor, deed: Callable[[Desk], T]) -> T:
        with self.register.unit_of_work(actor=actor.name) as unit:
            return deed(people.desk(unit, actor))

    def does(self, actor: Actor, verb: str, reason: str = "经查证属实", days: int = 0) -> int:
        self.day += days
        return self.by(actor, lambda d: penalty.act(d, self.case, verb, Doing(self.day, reason)))

    @property
    def state(self) -> str:
        return self.by(ZHAO, lambda d: cases(d.unit, [self.case])[0].state)

    def file(self) -> None:
        self.does(ZHAO, "propose_filing")
        self.does(HEAD, "file")
        self.by(ZHAO, lambda d: penalty.assign(d, self.case, OFFICERS, self.doing()))

    def investigate(self) -> None:
        self.file()
        piece = {"name": "明细账页", "kind": "documentary", "sha256": "ab" * 32, "proves": "收费次数"}
        self.by(LI, lambda d: penalty.add_evidence(d, self.case, [piece], self.doing()))
        self.does(LI, "report")
        self.does(LAWYER, "pass_review")

    def tell(self, measures: Measures = LOSS) -> None:
        self.investigate()
        self.by(LI, lambda d: penalty.tell(d, self.case, measures, self.doing()))
        self.by(LI, lambda d: penalty.serve_notice(d, self.case, self.doing()))

    def weigh(self, measures: Measures = LOSS) -> None:
        self.tell(measures)
        self.by(WANG, lambda d: penalty.answer(d, self.case, "defend", self.doing("部分收费有医嘱")))
        self.by(WANG, lambda d: penalty.weigh(d, self.case, self.doing("理由不成立")))

    def decide(self, measures: Measures = LOSS, circumstance: Circumstance | None = None) -> penalty.Decision:
        return self.by(
            HEAD,
            lambda d: penalty.decide(
                d, self.case, measures, self.doing("裁量适当"), circumstance=circumstance
            ),
        )

    def doing(self, reason: str = "登记") -> Doing:
        return Doing(self.day, reason)


def _opening() -> Opening:
    return Opening(region=people.CITY, cause="重复收费", institution_id=7)


@pytest.fixture
def bureau(fresh_register: Register) -> Bureau:
    return Bureau(fresh_register)


def _due(bureau: Bureau, kind: str) -> str | None:
    clocks = bureau.by(ZHAO, lambda d: case_clocks(d.unit, bureau.case))
    return next(
        (str(date_of(c.due_day)) for c in clocks if c.running.kind == kind and c.due_day is not None), None
    )


def test_from_a_clue_to_a_closed_case(bureau: Bureau) -> None:
    assert _due(bureau, "verify_clue") == "2026-03-23"
    bureau.weigh()
    assert bureau.state == State.TO_DECIDE
    made = bureau.decide()
    assert (made.least_fen, made.most_fen) == (800_000, 1_600_000)
    assert _due(bureau, "deliver") == "2026-03-11"
    bureau.by(LI, lambda d: penalty.serve(d, bureau.case, bureau.doing()))
    assert _due(bureau, "pay_fine") == "2026-03-17"
    assert _due(bureau, "suit") == "2026-09-02"
    with pytest.raises(Refused, match=r"casework\.open_ends"):
        bureau.by(LI, lambda d: penalty.close(d, bureau.case, bureau.doing()))
    bureau.day += 10
    bureau.by(
        LI, lambda d: penalty.recover(d, bureau.case, Money(800_000, 200_000), 1_000_000, bureau.doing())
    )
    with pytest.raises(Refused, match=r"casework\.too_much"):
        bureau.by(LI, lambda d: penalty.recover(d, bureau.case, Money(1), 0, bureau.doing()))
    bureau.by(LI, lambda d: penalty.close(d, bureau.case, bureau.doing("执行完毕"), on_paper=kinds()))
    assert bureau.state == State.CLOSED
    amounts = bureau.by(ZHAO, lambda d: standing_amounts(d.unit, bureau.case))
    assert amounts[Amount.RECOVERED] == amounts[Amount.DECIDED] == Money(800_000, 200_000)
    assert amounts[Amount.FINE] == Money(1_000_000)
    with pytest.raises(Refused, match=r"casework\.not_now"):
        bureau.decide()
    done = bureau.by(ZHAO, lambda d: acts(d.unit, bureau.case))
    assert [one.verb for one in done][:3] == ["register", "propose_filing", "file"]
    assert len({one.entry for one in done}) == len(done), "each act has an entry of its own in the ledger"
    clocks = bureau.by(ZHAO, lambda d: case_clocks(d.unit, bureau.case))
    assert all(clock.stopped_day is not None for clock in clocks)


def test_who_proposed_cannot_file_and_who_investigated_cannot_review_or_decide(bureau: Bureau) -> None:
    both = replace(HEAD, name="zhao", roles=HEAD.roles | ZHAO.roles)
    bureau.does(ZHAO, "propose_filing")
    with pytest.raises(Refused, match=r"access\.four_eyes"):
        bureau.does(both, "file")
    bureau.does(HEAD, "file")
    bureau.by(ZHAO, lambda d: penalty.assign(d, bureau.case, OFFICERS, bureau.doing()))
    bureau.does(LI, "report")
    with pytest.raises(Refused, match=r"casework\.officer_judges"):
        bureau.does(replace(LAWYER, name="li"), "pass_review")


def test_two_officers_and_no_others(bureau: Bureau) -> None:
    bureau.does(ZHAO, "propose_filing")
    bureau.does(HEAD, "file")
    with pytest.raises(Refused, match=r"casework\.two_officers"):
        bureau.does(LI, "report")
    for few in (OFFICERS[:1], (OFFICERS[0], Officer("li", "浙A002")), (OFFICERS[0], Officer("wang", " "))):
        with pytest.raises(Refused, match=r"casework\.two_officers"):
            bureau.by(ZHAO, lambda d, few=few: penalty.assign(d, bureau.case, few, bureau.doing()))  # type: ignore[misc]
    bureau.by(ZHAO, lambda d: penalty.assign(d, bureau.case, OFFICERS, bureau.doing()))
    third = people.person("sun", *LI.roles)
    with pytest.raises(Refused, match=r"casework\.not_an_officer"):
        bureau.does(third, "report")


def test_the_recused_and_strangers_are_kept_out(bureau: Bureau) -> None:
    number = bureau.by(ZHAO, lambda d: cases(d.unit, [bureau.case])[0].number)
    with pytest.raises(Refused, match=r"access\.recused"):
        bureau.does(replace(ZHAO, recused=frozenset({number})), "propose_filing")
    with pytest.raises(Refused, match=r"access\.recused"):
        bureau.does(replace(ZHAO, recused_institutions=frozenset({7})), "propose_filing")
    for stranger in (
        people.person("far", *ZHAO.roles, region=people.ELSEWHERE),
        people.CLERK,
        people.HOSPITAL,
    ):
        with pytest.raises(Refused, match=r"access\.denied"):
            bureau.does(stranger, "propose_filing")
    assert bureau.state == State.CLUE


def test_above_the_range_and_below_it(bureau: Bureau) -> None:
    bureau.investigate()
    for fine, code in ((1_600_001, "above_range"), (799_999, "below_range"), (0, "below_range")):
        with pytest.raises(Refused, match=rf"casework\.{code}"):
            bureau.by(
                LI,
                lambda d, fine=fine: penalty.tell(
                    d, bureau.case, replace(LOSS, fine_fen=fine), bureau.doing()
                ),  # type: ignore[misc]
            )
    low = replace(LOSS, fine_fen=500_000)
    remedied = Circumstance.MITIGATED_REMEDIED
    bureau.by(LI, lambda d: penalty.tell(d, bureau.case, low, bureau.doing(), circumstance=remedied))
    bureau.by(LI, lambda d: penalty.serve_notice(d, bureau.case, bureau.doing()))
    bureau.by(WANG, lambda d: penalty.answer(d, bureau.case, "waive", bureau.doing()))
    bureau.by(WANG, lambda d: penalty.weigh(d, bureau.case, bureau.doing()))
    for wrong in (None, Circumstance.NONE_SLIGHT):
        with pytest.raises(Refused, match=r"casework\.below_range"):
            bureau.decide(low, wrong)
    assert bureau.decide(low, remedied).circumstance is remedied


def test_nobody_pays_for_having_defended_himself(bureau: Bureau) -> None:
    bureau.weigh()
    for heavier in (
        replace(LOSS, fine_fen=1_000_001),
        replace(LOSS, article=Article.FRAUD, fine_fen=1_600_000),
        replace(LOSS, loss_fen=1_100_000),
        replace(LOSS, act_day=LOSS.act_day - 1),
    ):
        with pytest.raises(Refused, match=r"casework\.heavier"):
            bureau.decide(heavier)
    bureau.does(LI, "tell_anew", "发现新的事实")
    more = replace(LOSS, fine_fen=1_200_000)
    bureau.by(LI, lambda d: penalty.tell(d, bureau.case, more, bureau.doing()))
    with pytest.raises(Refused, match=r"casework\.not_told"):
        bureau.by(LI, lambda d: penalty.weigh(d, bureau.case, bureau.doing()))
    bureau.by(LI, lambda d: penalty.serve_notice(d, bureau.case, bureau.doing()))
    with pytest.raises(Refused, match=r"casework\.too_early"):
        bureau.by(LI, lambda d: penalty.weigh(d, bureau.case, bureau.doing()))
    bureau.day = day_of_ymd(20260310)
    bureau.by(LI, lambda d: penalty.weigh(d, bureau.case, bureau.doing()))
    assert bureau.decide(more).measures.fine_fen == 1_200_000


def test_a_large_fine_brings_the_right_to_a_hearing_and_discussion(bureau: Bureau) -> None:
    large = replace(LOSS, loss_fen=20_000_000, refund_fen=20_000_000, fine_fen=20_000_000)
    bureau.tell(large)
    bureau.by(WANG, lambda d: penalty.answer(d, bureau.case, "ask_hearing", bureau.doing()))
    assert _due(bureau, "decide") is None, "the time to decide stands still"
    with pytest.raises(Refused, match=r"casework\.hearing_not_told"):
        bureau.by(LAWYER, lambda d: penalty.answer(d, bureau.case, "hear", bureau.doing("听证意见")))
    bureau.does(LI, "told_hearing", "3月16日9时，第二会议室")
    bureau.day += 8
    with pytest.raises(Refused, match=r"casework\.hearing_not_told") as early:
        bureau.by(LAWYER, lambda d: penalty.answer(d, bureau.case, "hear", bureau.doing("听证意见")))
    assert "2026-03-11" in early.value.wanted, "seven working days after 2 March"
    bureau.day += 6
    with pytest.raises(Refused, match=r"casework\.officer_judges"):
        bureau.by(
            replace(LAWYER, name="li"), lambda d: penalty.answer(d, bureau.case, "hear", bureau.doing())
        )
    bureau.by(LAWYER, lambda d: penalty.answer(d, bureau.case, "hear", bureau.doing("听证意见")))
    assert _due(bureau, "decide") == "2026-06-15", "ninety days from 2 March, and the fourteen of the hearing"
    bureau.by(LI, lambda d: penalty.weigh(d, bureau.case, bureau.doing()))
    with pytest.raises(Refused, match=r"casework\.not_discussed"):
        bureau.decide(large)
    bureau.does(LI, "discuss")
    bureau.does(HEAD, "conclude")
    assert bureau.decide(large).measures == large


def test_no_hearing_where_none_is_due_or_the_time_is_over(bureau: Bureau) -> None:
    bureau.tell()
    with pytest.raises(Refused, match=r"casework\.no_hearing"):
        bureau.by(WANG, lambda d: penalty.answer(d, bureau.case, "ask_hearing", bureau.doing()))


def test_review_and_suit_stop_the_addition_and_nothing_else(bureau: Bureau) -> None:
    bureau.weigh()
    bureau.decide()
    bureau.by(LI, lambda d: penalty.serve(d, bureau.case, bureau.doing()))
    due = day_of_ymd(20260317)

    def fine(day: int) -> int:
        return bureau.by(ZHAO, lambda d: penalty.unpaid(d, bureau.case, day))[1]

    assert fine(due) == 1_000_000
    assert fine(due + 2) == 1_060_000
    bureau.day = due + 2
    bureau.by(LI, lambda d: penalty.contest(d, bureau.case, "review", bureau.doing("申请复议")))
    assert fine(due + 20) == 1_030_000, "the day of the review itself does not count any more"
    bureau.day = due + 20
    bureau.by(LI, lambda d: penalty.upheld(d, bureau.case, bureau.doing("维持")))
    assert fine(due + 400) == 2_000_000, "never more than the fine itself"


def test_a_revoked_decision_is_rows_with_a_minus(bureau: Bureau) -> None:
    bureau.weigh()
    bureau.decide()
    bureau.by(LI, lambda d: penalty.serve(d, bureau.case, bureau.doing()))
    bureau.by(HEAD, lambda d: penalty.revoke(d, bureau.case, bureau.doing("复议撤销")))
    amounts = bureau.by(ZHAO, lambda d: standing_amounts(d.unit, bureau.case))
    assert amounts[Amount.DECIDED] == amounts[Amount.FINE] == Money(0)
    assert bureau.by(ZHAO, lambda d: penalty.unpaid(d, bureau.case, bureau.day + 99)) == (0, 0)


def test_a_transfer_that_is_never_acknowledged_keeps_the_case_open(bureau: Bureau) -> None:
    bureau.file()
    bureau.by(
        ZHAO, lambda d: penalty.refer(d, bureau.case, Organ.POLICE, "某市公安局", bureau.doing("涉嫌诈骗"))
    )
    assert _due(bureau, "receipt") == "2026-03-17"
    bureau.day += 30
    with pytest.raises(Refused, match=r"casework\.open_ends"):
        bureau.by(LI, lambda d: penalty.close(d, bureau.case, bureau.doing()))
    bureau.by(ZHAO, lambda d: penalty.acknowledged(d, bureau.case, "taken_back", bureau.doing("不予立案")))
    assert bureau.state == State.INVESTIGATED
    assert _due(bureau, "decide") == "2026-06-30", "the thirty days with the police do not count"


def test_an_on_the_spot_fine_is_small(bureau: Bureau) -> None:
    small = Measures(Article.LOSS, DAY, 200_000, 200_000, 0, 300_000)
    for fine, code in ((300_001, "above_spot"), (199_999, "below_range")):
        with pytest.raises(Refused, match=rf"casework\.{code}"):
            bureau.by(
                LI, lambda d, fine=fine: penalty.decide_on_the_spot(  # type: ignore[misc]
                    d, bureau.case, replace(small, fine_fen=fine), OFFICERS, bureau.doing())
            )  # fmt: skip
    bureau.by(LI, lambda d: penalty.decide_on_the_spot(d, bureau.case, small, OFFICERS, bureau.doing()))
    assert bureau.state == State.CARRIED_OUT


def test_a_fine_by_article_39_is_never_made_on_the_spot(bureau: Bureau) -> None:
    """Its minimum is above what may be fined on the spot, and an order to rectify comes first."""
    small = Measures(Article.MANAGEMENT, DAY, 0, 0, 0, 300_000)
    with pytest.raises(Refused, match=r"casework\.below_range"):
        bureau.by(LI, lambda d: penalty.decide_on_the_spot(d, bureau.case, small, OFFICERS, bureau.doing()))


def test_sparing_needs_a_circumstance_that_spares(bureau: Bureau) -> None:
    bureau.weigh()
    for wrong in (Circumstance.MITIGATED_MERIT,):
        with pytest.raises(Refused, match=r"casework\.no_circumstance"):
            bureau.by(HEAD, lambda d, wrong=wrong: penalty.spare(d, bureau.case, wrong, LOSS, bureau.doing()))  # type: ignore[misc]
    first = Circumstance.NONE_FIRST
    bureau.by(HEAD, lambda d: penalty.spare(d, bureau.case, first, LOSS, bureau.doing()))
    assert bureau.by(ZHAO, lambda d: penalty.unpaid(d, bureau.case, bureau.day)) == (1_000_000, 0), (
        "not punished is not spared the refund"
    )


def test_time_does_not_run_backwards_and_an_old_look_is_refused(bureau: Bureau) -> None:
    bureau.does(ZHAO, "propose_filing", days=3)
    with pytest.raises(Refused, match=r"casework\.backwards"):
        bureau.does(HEAD, "file", days=-1)
    bureau.day += 1
    with pytest.raises(Refused, match=r"casework\.stale") as refused:
        bureau.by(HEAD, lambda d: penalty.act(d, bureau.case, "file", Doing(bureau.day, expected_version=1)))
    assert "zhao" in refused.value.text.zh
    with pytest.raises(Refused, match=r"casework\.no_reason"):
        bureau.does(HEAD, "not_file", reason=" ")
    with pytest.raises(Refused, match=r"casework\.needs_more"):
        bureau.does(HEAD, "decide")
