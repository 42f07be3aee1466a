"""An agreement disposal walks its whole way, hears the party, never fines, and hands over what is the bureau's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from tests.casework.cases import people
from tests.casework.cases.people import AGENCY_HEAD, CLERK, HOSPITAL, REVIEWER, SECOND_CLERK

from yibao.access import Actor
from yibao.casework import agreement
from yibao.casework.agreement import Measure, State, Taken
from yibao.casework.cases import Amount, Desk, Doing, Money, Opening, Organ, cases, standing_amounts
from yibao.casework.tracks import hand_over
from yibao.kernel import Refused, day_of_ymd
from yibao.store import Register

T = TypeVar("T")

RECOVER = Taken(Measure.RECOVER, 30_000, 5_000)
SUSPEND = Taken(Measure.SUSPEND, months=3)
CLAUSE = "服务协议第四十五条"


class Agency:
    """A register and a case; ``by`` does one thing in a transaction of its own, in somebody's name."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.day = day_of_ymd(20260302)
        opening = Opening(region=people.CITY, cause="超限定频次", institution_id=7)
        self.case = self.by(CLERK, lambda d: agreement.register(d, opening, self.doing())).id

    def by(self, actor: Actor, deed: Callable[[Desk], T]) -> T:
        with self.register.unit_of_work(actor=actor.name) as unit:
            return deed(people.desk(unit, actor))

    def does(self, actor: Actor, verb: str) -> int:
        return self.by(actor, lambda d: agreement.act(d, self.case, verb, self.doing()))

    def doing(self) -> Doing:
        return Doing(self.day, "经核实")

    @property
    def state(self) -> str:
        return self.by(CLERK, lambda d: cases(d.unit, [self.case])[0].state)

    def tell(self, *measures: Taken) -> None:
        self.does(CLERK, "verify")
        self.by(CLERK, lambda d: agreement.tell(d, self.case, CLAUSE, measures, self.doing()))
        self.by(CLERK, lambda d: agreement.serve_notice(d, self.case, self.doing()))

    def weigh(self) -> None:
        self.by(HOSPITAL, lambda d: agreement.answer(d, self.case, "defend", self.doing()))
        self.by(REVIEWER, lambda d: agreement.weigh(d, self.case, self.doing()))

    def decide(self, *measures: Taken) -> int:
        return self.by(AGENCY_HEAD, lambda d: agreement.decide(d, self.case, CLAUSE, measures, self.doing()))


@pytest.fixture
def agency(fresh_register: Register) -> Agency:
    return Agency(fresh_register)


def test_from_a_breach_to_money_back(agency: Agency) -> None:
    agency.tell(RECOVER, SUSPEND)
    agency.weigh()
    agency.decide(RECOVER)
    agency.by(CLERK, lambda d: agreement.serve(d, agency.case, agency.doing()))
    with pytest.raises(Refused, match=r"casework\.open_ends"):
        agency.by(CLERK, lambda d: agreement.close(d, agency.case, agency.doing()))
    with pytest.raises(Refused, match=r"casework\.too_much"):
        agency.by(CLERK, lambda d: agreement.recover(d, agency.case, Money(30_000, 5_001), 0, agency.doing()))
    agency.by(CLERK, lambda d: agreement.recover(d, agency.case, Money(30_000, 5_000), 0, agency.doing()))
    with pytest.raises(
        Refused, match=r"casework\.papers_missing.*协议处理事先告知书、协议处理决定（拒付、追回）通知书"
    ):
        agency.by(CLERK, lambda d: agreement.close(d, agency.case, agency.doing()))
    agency.by(
        CLERK,
        lambda d: agreement.close(
            d, agency.case, agency.doing(), on_paper=["agr_prior_notice", "agr_recovery_decision"]
        ),
    )
    assert agency.state == State.CLOSED
    amounts = agency.by(CLERK, lambda d: standing_amounts(d.unit, agency.case))
    assert amounts[Amount.RECOVERED] == Money(30_000, 5_000)


def test_the_party_is_heard_first_and_nothing_heavier_is_decided(agency: Agency) -> None:
    agency.tell(RECOVER)
    with pytest.raises(Refused, match=r"casework\.too_early"):
        agency.by(REVIEWER, lambda d: agreement.weigh(d, agency.case, agency.doing()))
    agency.day = day_of_ymd(20260310)
    agency.by(REVIEWER, lambda d: agreement.weigh(d, agency.case, agency.doing()))
    for heavier in (
        (Taken(Measure.RECOVER, 30_001, 5_000),),
        (RECOVER, SUSPEND),
        (Taken(Measure.TERMINATE),),
    ):
        with pytest.raises(Refused, match=r"casework\.heavier"):
            agency.decide(*heavier)
    agency.decide(RECOVER)


def test_told_anew_the_party_has_its_time_anew(agency: Agency) -> None:
    agency.tell(RECOVER)
    agency.weigh()
    agency.day = day_of_ymd(20260320)
    agency.does(CLERK, "tell_anew")
    agency.by(CLERK, lambda d: agreement.tell(d, agency.case, CLAUSE, (RECOVER, SUSPEND), agency.doing()))
    with pytest.raises(Refused, match=r"casework\.too_early"):
        agency.by(REVIEWER, lambda d: agreement.weigh(d, agency.case, agency.doing()))
    agency.by(CLERK, lambda d: agreement.serve_notice(d, agency.case, agency.doing()))
    with pytest.raises(Refused, match=r"casework\.too_early"):
        agency.by(REVIEWER, lambda d: agreement.weigh(d, agency.case, agency.doing()))
    told = agency.by(CLERK, lambda d: standing_amounts(d.unit, agency.case))[Amount.FOUND]
    assert told == Money(30_000, 5_000), "found once, however often it was told"


@pytest.mark.parametrize(
    ("measures", "code"),
    [
        ((), "no_measure"),
        ((Taken(Measure.RECOVER),), "measure"),
        ((Taken(Measure.SUSPEND),), "measure"),
        ((Taken(Measure.INTERVIEW, 5),), "measure"),
        ((Taken(Measure.RECOVER, -5, 10),), "measure"),
        ((RECOVER, RECOVER), "measure"),
        ((Taken(Measure.RECOVER, 10**19),), "measure"),
        ((Taken(Measure.SUSPEND, months=7),), "suspension_range"),
    ],
)
def test_measures_that_the_regulation_does_not_know(
    agency: Agency, measures: tuple[Taken, ...], code: str
) -> None:
    agency.does(CLERK, "verify")
    with pytest.raises(Refused, match=rf"casework\.{code}"):
        agency.by(CLERK, lambda d: agreement.tell(d, agency.case, CLAUSE, measures, agency.doing()))


def test_who_verified_does_not_weigh_and_who_told_does_not_decide(agency: Agency) -> None:
    agency.tell(RECOVER)
    agency.by(HOSPITAL, lambda d: agreement.answer(d, agency.case, "waive", agency.doing()))
    same = people.person("clerk", *REVIEWER.roles)
    with pytest.raises(Refused, match=r"access\.four_eyes"):
        agency.by(same, lambda d: agreement.weigh(d, agency.case, agency.doing()))
    other = people.person("other_hospital", *HOSPITAL.roles, institution=8)
    with pytest.raises(Refused, match=r"access\.denied"):
        agency.by(other, lambda d: agreement.answer(d, agency.case, "defend", agency.doing()))


def test_what_is_the_bureaus_is_handed_over_and_done_with_here(agency: Agency) -> None:
    agency.by(
        CLERK, lambda d: agreement.refer(d, agency.case, Organ.DISCIPLINE, "驻局纪检组", agency.doing())
    )
    with pytest.raises(Refused, match=r"casework\.needs_more"):
        agency.does(CLERK, "hand_over")
    agency.by(CLERK, lambda d: hand_over(d, agency.case, agency.doing()))
    assert agency.state == State.HANDED_OVER
    with pytest.raises(Refused, match=r"casework\.not_now"):
        agency.does(SECOND_CLERK, "verify")
