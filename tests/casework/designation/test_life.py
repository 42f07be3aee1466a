"""A designation lives its whole life; times, numbers and second persons are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from tests.casework.cases import people
from tests.casework.cases.people import AGENCY_HEAD, CLERK, HOSPITAL, SECOND_CLERK

from yibao.access import Actor
from yibao.casework import designation
from yibao.casework.cases import Desk, Doing, case_clocks, cases
from yibao.casework.designation import Applicant, ServiceAgreement, State
from yibao.kernel import Refused, date_of, day_of_ymd
from yibao.store import Register

T = TypeVar("T")

PRIVATE = Applicant("H99010100099", "示例民营医院", "hospital", public=False)
PUBLIC = Applicant("H99010100098", "示例县人民医院", "hospital", public=True)
TERM = ServiceAgreement("协议〔2026〕1号", day_of_ymd(20260401), day_of_ymd(20270401))


class Agency:
    """A register and an application; ``by`` does one thing in a transaction of its own, in somebody's name."""

    def __init__(self, register: Register, applicant: Applicant) -> None:
        self.register = register
        self.day = day_of_ymd(20260105)
        self.case = self.by(
            HOSPITAL, lambda d: designation.apply(d, people.CITY, applicant, Doing(self.day))
        ).id

    def by(self, actor: Actor, deed: Callable[[Desk], T]) -> T:
        with self.register.unit_of_work(actor=actor.name) as unit:
            return deed(people.desk(unit, actor))

    def does(self, actor: Actor, verb: str, on: int | None = None) -> int:
        self.day = day_of_ymd(on) if on else self.day
        return self.by(actor, lambda d: designation.act(d, self.case, verb, Doing(self.day, "按规定办理")))

    def signs(self, actor: Actor, verb: str, term: ServiceAgreement) -> int:
        return self.by(actor, lambda d: designation.sign(d, self.case, verb, term, Doing(self.day)))

    def designate(self) -> None:
        self.does(CLERK, "accept")
        self.does(CLERK, "pass")
        self.signs(AGENCY_HEAD, "sign", TERM)

    @property
    def state(self) -> str:
        return self.by(CLERK, lambda d: cases(d.unit, [self.case])[0].state)


@pytest.fixture
def agency(fresh_register: Register) -> Agency:
    return Agency(fresh_register, PRIVATE)


def test_from_application_to_the_end(agency: Agency) -> None:
    agency.designate()
    agency.does(HOSPITAL, "report_change", 20260601)
    agency.does(SECOND_CLERK, "change")
    agency.does(HOSPITAL, "ask_renewal", 20261220)
    with pytest.raises(Refused, match=r"casework\.term"):
        agency.signs(
            CLERK, "renew", ServiceAgreement("协议〔2027〕1号", day_of_ymd(20270301), day_of_ymd(20280301))
        )
    with pytest.raises(Refused, match=r"casework\.agreement_number"):
        agency.signs(
            CLERK, "renew", ServiceAgreement(TERM.number, day_of_ymd(20270401), day_of_ymd(20280401))
        )
    agency.signs(
        CLERK, "renew", ServiceAgreement("协议〔2027〕1号", day_of_ymd(20270401), day_of_ymd(20280401))
    )
    with pytest.raises(Refused, match=r"casework\.term"):
        agency.does(CLERK, "lapse", 20270601)
    agency.does(CLERK, "lapse", 20280401)
    assert agency.state == State.ENDED
    assert len(agency.by(CLERK, lambda d: designation.agreements(d, agency.case))) == 2


def test_who_assessed_does_not_sign(agency: Agency) -> None:
    agency.does(CLERK, "accept")
    agency.does(CLERK, "pass")
    with pytest.raises(Refused, match=r"access\.four_eyes"):
        agency.signs(people.person("clerk", *AGENCY_HEAD.roles), "sign", TERM)


def test_asking_too_late_is_refused(agency: Agency) -> None:
    agency.designate()
    for verb in ("ask_renewal", "ask_exit"):
        with pytest.raises(Refused, match=r"casework\.term"):
            agency.does(HOSPITAL, verb, 20270102)
    agency.does(HOSPITAL, "ask_exit", 20270101)
    assert agency.state == State.LEAVING


def test_a_public_hospital_may_not_leave(fresh_register: Register) -> None:
    agency = Agency(fresh_register, PUBLIC)
    agency.designate()
    with pytest.raises(Refused, match=r"casework\.public_hospital"):
        agency.does(HOSPITAL, "ask_exit", 20260601)


def test_one_designation_at_a_time(agency: Agency) -> None:
    again = lambda d: designation.apply(d, people.CITY, PRIVATE, Doing(agency.day))  # noqa: E731
    with pytest.raises(Refused, match=r"casework\.designated"):
        agency.by(HOSPITAL, again)
    agency.does(HOSPITAL, "withdraw")
    agency.by(HOSPITAL, again)


def test_time_for_more_papers_does_not_count(agency: Agency) -> None:
    agency.does(CLERK, "accept")
    agency.does(CLERK, "ask_more", 20260110)
    agency.does(HOSPITAL, "supplement", 20260120)
    clock = agency.by(CLERK, lambda d: case_clocks(d.unit, agency.case))[0]
    assert clock.due_day is not None
    assert str(date_of(clock.due_day)) == "2026-04-15", "three months from 5 January, and the ten days"
