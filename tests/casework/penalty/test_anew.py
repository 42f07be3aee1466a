"""What fell in review is decided anew on the same case: not heavier, not the same again, and paid by its own service."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.casework.cases.people import HEAD, LAWYER, LI, WANG, ZHAO
from tests.casework.penalty.test_walk import LOSS, Bureau

from yibao.casework import penalty
from yibao.casework.cases import Amount, Money, case_clocks, standing_amounts
from yibao.casework.penalty import Article, Fault, Measures, State
from yibao.kernel import Refused, date_of
from yibao.store import Register


def fallen(register: Register, measures: Measures, fault: Fault = Fault.FACTS) -> Bureau:
    """Walk a case to a decision that a review annulled, and take it up again."""
    bureau = Bureau(register)
    bureau.weigh(measures)
    told = bureau.by(ZHAO, lambda d: penalty.dossier(d.unit, bureau.case)).told
    if told is not None and told.hearing_due:
        bureau.does(LI, "discuss")
        bureau.does(HEAD, "conclude")
    bureau.decide(measures)
    bureau.by(LI, lambda d: penalty.serve(d, bureau.case, bureau.doing()))
    bureau.by(LI, lambda d: penalty.contest(d, bureau.case, "review", bureau.doing("不服处罚")))
    bureau.day += 30
    bureau.by(HEAD, lambda d: penalty.revoke(d, bureau.case, bureau.doing("复议撤销")))
    bureau.by(HEAD, lambda d: penalty.reopen(d, bureau.case, fault, bureau.doing("责令重新作出")))
    return bureau


def retell(bureau: Bureau, measures: Measures) -> None:
    bureau.does(LI, "report")
    bureau.does(LAWYER, "pass_review")
    bureau.by(LI, lambda d: penalty.tell(d, bureau.case, measures, bureau.doing()))


def test_a_decision_that_fell_is_made_anew_and_lighter(fresh_register: Register) -> None:
    bureau = fallen(fresh_register, LOSS)
    assert bureau.state == State.INVESTIGATED
    clocks = bureau.by(ZHAO, lambda d: case_clocks(d.unit, bureau.case))
    assert [c.running.kind for c in clocks if c.stopped_day is None] == ["decide_anew"]
    bureau.day += 20
    lighter = replace(LOSS, fine_fen=800_000)
    retell(bureau, lighter)
    bureau.by(LI, lambda d: penalty.serve_notice(d, bureau.case, bureau.doing()))
    bureau.by(WANG, lambda d: penalty.answer(d, bureau.case, "defend", bureau.doing("请求从轻")))
    bureau.by(WANG, lambda d: penalty.weigh(d, bureau.case, bureau.doing("采纳")))
    bureau.decide(lighter)
    amounts = bureau.by(ZHAO, lambda d: standing_amounts(d.unit, bureau.case))
    assert amounts[Amount.FINE] == Money(800_000), "the fine that fell counts no more"
    assert bureau.by(LI, lambda d: penalty.unpaid(d, bureau.case, bureau.day)) == (1_000_000, 800_000)
    bureau.by(LI, lambda d: penalty.serve(d, bureau.case, bureau.doing()))
    later = bureau.day + 16
    back, fine = bureau.by(LI, lambda d: penalty.unpaid(d, bureau.case, later))
    assert fine == 800_000 + 24_000, "late by one day since the new decision, not since the one that fell"
    assert back == 1_000_000


def test_what_is_told_anew_is_not_heavier_and_not_the_same(fresh_register: Register) -> None:
    bureau = fallen(fresh_register, LOSS)
    with pytest.raises(Refused, match=r"casework\.heavier_again"):
        retell(bureau, replace(LOSS, fine_fen=1_200_000))
    with pytest.raises(Refused, match=r"casework\.same_again"):
        bureau.by(LI, lambda d: penalty.tell(d, bureau.case, LOSS, bureau.doing()))
    with pytest.raises(Refused, match=r"casework\.heavier_again"):
        fraud = replace(LOSS, article=Article.FRAUD, fine_fen=2_000_000)
        bureau.by(LI, lambda d: penalty.tell(d, bureau.case, fraud, bureau.doing()))


def test_where_only_the_procedure_was_wrong_the_same_may_come_again(fresh_register: Register) -> None:
    bureau = fallen(fresh_register, LOSS, Fault.PROCEDURE)
    retell(bureau, LOSS)
    assert bureau.state == State.TOLD


def test_what_nobody_contested_is_not_reopened(fresh_register: Register) -> None:
    bureau = Bureau(fresh_register)
    bureau.weigh()
    bureau.decide()
    bureau.by(HEAD, lambda d: penalty.revoke(d, bureau.case, bureau.doing("自行纠正")))
    with pytest.raises(Refused, match=r"casework\.not_contested") as refused:
        bureau.by(HEAD, lambda d: penalty.reopen(d, bureau.case, Fault.LAW, bureau.doing("重新作出")))
    assert str(date_of(bureau.day)) and refused.value.todo is not None
