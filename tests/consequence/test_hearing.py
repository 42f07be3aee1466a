"""What a case decides has its consequences by itself, and what it revokes loses them; both through the outbox and a job."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from tests.casework.cases import people
from tests.casework.cases.people import AGENCY_HEAD, CLERK, HOSPITAL, REVIEWER
from tests.casework.cases.plant import plant

from yibao import consequence
from yibao.access import Actor
from yibao.archive import files
from yibao.archive.files import FactKind, NewFact, Subject, SubjectKind
from yibao.bootstrap import EVENTS, House
from yibao.casework import agreement
from yibao.casework.agreement import Measure, Taken
from yibao.casework.cases import Desk, Doing, Opening
from yibao.consequence import State
from yibao.kernel import Json, date_of, today
from yibao.store import Register

T = TypeVar("T")
pytestmark = pytest.mark.xdist_group("consequence")
DAY = today() - 200
"""Far enough back for every clock of the agreement, near enough for the suspension to run still."""


def by(register: Register, actor: Actor, deed: Callable[[Desk], T]) -> T:
    with register.unit_of_work(actor=actor.name) as unit:
        done = deed(people.desk(unit, actor))
    while register.deliver(EVENTS):
        pass
    return done


def test_a_decision_is_followed_and_a_revocation_undoes_it(fresh_register: Register) -> None:
    r, doing = fresh_register, Doing(DAY, "经核实")
    plant(r, 5)
    house = House(r.home, r, "cli")
    measures = (Taken(Measure.RECOVER, 30_000, 500), Taken(Measure.WITHHOLD, 10_000))
    opening = Opening(people.CITY, "超限定频次", institution_id=7)
    case = by(r, CLERK, lambda d: agreement.register(d, opening, doing)).id
    by(r, CLERK, lambda d: agreement.act(d, case, "verify", doing))
    by(r, CLERK, lambda d: agreement.tell(d, case, "第四十五条", measures, doing))
    by(r, CLERK, lambda d: agreement.serve_notice(d, case, doing))
    by(r, HOSPITAL, lambda d: agreement.answer(d, case, "defend", doing))
    by(r, REVIEWER, lambda d: agreement.weigh(d, case, doing))
    by(r, AGENCY_HEAD, lambda d: agreement.decide(d, case, "第四十五条", measures, doing))

    def work() -> None:
        troubles: list[str] = []
        house.work(until=None, trouble=lambda at, why: troubles.append(f"{at}: {why}"))
        assert troubles == []

    def states() -> dict[str, State]:
        found = by(r, CLERK, lambda d: consequence.orders_about(d, "H00000000007"))
        return {one.order.effect: one.state for one in found}

    assert states() == {}
    work()
    assert states() == {"recovery": State.ORDERED, "withhold_payment": State.IN_FORCE}
    orders = by(r, CLERK, lambda d: consequence.orders_about(d, "H00000000007"))
    assert {(o.order.actor, o.order.mode) for o in orders} == {("agency_head", "law")}, (
        "in the name of who decided"
    )
    head = by(r, CLERK, lambda d: files.find_subject(d.unit, "H00000000007")).id
    assert by(r, CLERK, lambda d: consequence.terms(d.unit, head, today())).withheld_fen == 10_000
    work()
    assert len(states()) == 2, "heard again, done once"
    doctor = Subject(0, SubjectKind.PRACTITIONER, people.CITY, "D1", "王", 5, "doctor")
    [instrument] = [o.order.cause for o in orders if o.order.effect == "recovery"]
    [person] = by(r, CLERK, lambda d: files.open_subjects(d.unit, [doctor]))
    points: dict[str, Json] = {"year": date_of(DAY).year, "behaviour": "x", "value": 12, "cases": []}
    record = NewFact(person, FactKind.POINTS, DAY, points, instrument)
    by(r, CLERK, lambda d: files.write_facts(d.unit, [record]))
    by(r, CLERK, lambda d: consequence.follow(d, person, today()))
    assert by(r, CLERK, lambda d: consequence.terms(d.unit, person, today())).refused
    by(r, AGENCY_HEAD, lambda d: agreement.revoke(d, case, doing))
    assert by(r, CLERK, lambda d: consequence.terms(d.unit, head, today())).withheld_fen == 0
    work()
    assert states() == {"recovery": State.UNDONE, "withhold_payment": State.UNDONE}
    [his] = by(r, CLERK, lambda d: consequence.orders_about(d, person))
    assert his.state is State.UNDONE, "whose points rested on it was followed too"
