"""A file holds facts that only grow: what is annulled falls with what rests on it; what is heard twice is written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.casework.cases import people
from tests.casework.cases.people import AGENCY_HEAD, CLERK, HOSPITAL, REVIEWER
from tests.casework.cases.plant import plant

from yibao.access import Actor
from yibao.archive import files
from yibao.archive.files import Fact, FactKind, NewFact, Subject, SubjectKind, standing
from yibao.bootstrap import EVENTS
from yibao.casework import agreement
from yibao.casework.agreement import Measure, Taken
from yibao.casework.cases import Desk, Doing, Opening
from yibao.kernel import Refused, day_of_ymd
from yibao.ledger import personal_of
from yibao.store import Register

T = TypeVar("T")
DAY = day_of_ymd(20260302)
DOCTOR = Subject(0, SubjectKind.PRACTITIONER, people.CITY, "D990100000001", "王医生", 5, "doctor")
OTHER = Subject(0, SubjectKind.PRACTITIONER, people.CITY, "D990100000002", "王医生", None, "doctor")


def by(register: Register, actor: Actor, deed: Callable[[Desk], T]) -> T:
    with register.unit_of_work(actor=actor.name) as unit:
        done = deed(people.desk(unit, actor))
    while register.deliver(EVENTS):
        pass
    return done


def test_a_file_is_opened_once_and_its_facts_only_grow(fresh_register: Register) -> None:
    r = fresh_register
    [one], [again] = (by(r, CLERK, lambda d: files.open_subjects(d.unit, [DOCTOR])) for _ in range(2))
    assert one == again
    new = NewFact(
        one, FactKind.COMMITTED, DAY, {"until": DAY + 365}, source="form:1", reason="王医生本人签署"
    )
    first = by(r, CLERK, lambda d: files.write_facts(d.unit, [new]))
    assert by(r, CLERK, lambda d: files.write_facts(d.unit, [new])) == first, "heard twice, written once"
    head, facts = by(r, CLERK, lambda d: files.the_file(d, "D990100000001"))
    assert head.number == f"P{one:07d}" and [f.kind for f in facts] == [FactKind.COMMITTED]
    with pytest.raises(DBAPIError), r.unit_of_work("x") as unit:
        unit.connection.execute(text("UPDATE archive_fact SET day = 0"))
    assert by(r, CLERK, lambda d: files.verify_files(d.unit)) == (1, [])
    with r.unit_of_work("x") as unit:
        unit.connection.execute(text("ALTER TABLE archive_fact DISABLE TRIGGER USER"))
        unit.connection.execute(text("UPDATE archive_fact SET day = day + 1"))
    _, faults = by(r, CLERK, lambda d: files.verify_files(d.unit))
    assert [f.kind for f in faults] == ["unguarded", "changed"]


def test_a_file_that_a_case_opened_is_completed_by_the_lake(fresh_register: Register) -> None:
    r = fresh_register
    bare = Subject(0, SubjectKind.INSTITUTION, people.CITY, "H7", "某医院", 7, "")
    whole = Subject(0, SubjectKind.INSTITUTION, people.CITY, "H7", "某医院", 7, "hospital")
    [one] = by(r, CLERK, lambda d: files.open_subjects(d.unit, [bare]))
    for told in (whole, bare):
        assert by(r, CLERK, lambda d, told=told: files.open_subjects(d.unit, [told])) == [one]  # type: ignore[misc]
        assert by(r, CLERK, lambda d: files.subject(d.unit, one)).category == "hospital"


def test_refusals_say_what_was_wanted(fresh_register: Register) -> None:
    r = fresh_register
    [one] = by(r, CLERK, lambda d: files.open_subjects(d.unit, [DOCTOR]))
    for new, code in (
        (NewFact(one, FactKind.COMMITTED, people.TODAY + 4000), "archive.future"),
        (NewFact(one + 5, FactKind.COMMITTED, DAY), "archive.no_subject"),
        (NewFact(one, FactKind.POINTS, DAY, rests_on=99), "archive.no_fact"),
    ):
        with pytest.raises(Refused, match=code):
            by(r, CLERK, lambda d, new=new: files.write_facts(d.unit, [new]))  # type: ignore[misc]
    with pytest.raises(Refused, match=r"access\.denied"):
        by(r, HOSPITAL, lambda d: files.the_file(d, "D990100000001"))


def test_files_are_joined_and_parted_and_erased(fresh_register: Register) -> None:
    r = fresh_register
    one, other = by(r, CLERK, lambda d: files.open_subjects(d.unit, [DOCTOR, OTHER]))
    by(r, CLERK, lambda d: files.write_facts(d.unit, [NewFact(one, FactKind.TRAINED, DAY)]))
    by(r, CLERK, lambda d: files.write_facts(d.unit, [NewFact(other, FactKind.TRAINED, DAY)]))
    joined = by(r, CLERK, lambda d: files.join(d.unit, one, other, "同一执业证书", DAY))
    kinds = [f.kind for f in standing(by(r, CLERK, lambda d: files.facts_of(d.unit, other)))]
    assert kinds == [FactKind.TRAINED, FactKind.TRAINED, FactKind.JOINED]
    by(r, CLERK, lambda d: files.part(d.unit, other, one, "证书号录入错误", DAY))
    assert len(standing(by(r, CLERK, lambda d: files.facts_of(d.unit, other)))) == 1
    with pytest.raises(Refused, match=r"archive\.not_joined"):
        by(r, CLERK, lambda d: files.part(d.unit, other, one, "x", DAY))
    with pytest.raises(Refused, match=r"archive\.annulled"):
        by(r, CLERK, lambda d: files.annul(d.unit, joined, "再撤一次", DAY))
    by(r, CLERK, lambda d: files.erase_subject(d.unit, one, "本人请求", DAY))
    head = by(r, CLERK, lambda d: files.subject(d.unit, one))
    assert (head.code, head.name, head.erased_day) == (None, None, DAY)
    assert by(r, CLERK, lambda d: files.verify_files(d.unit))[1] == []
    with r.unit_of_work("x") as unit:
        kept = {value for facts in personal_of(unit, range(1, 50)).values() for value in facts.values()}
    assert not {"D990100000001", "同一执业证书"} & kept


def test_what_a_case_decides_and_revokes_is_in_the_file(fresh_register: Register) -> None:
    r = fresh_register
    plant(r, 5)
    doing = Doing(DAY, "经核实")
    measures = (Taken(Measure.RECOVER, 30_000),)
    case = by(
        r, CLERK, lambda d: agreement.register(d, Opening(people.CITY, "超限定频次", institution_id=7), doing)
    ).id
    by(r, CLERK, lambda d: agreement.act(d, case, "verify", doing))
    by(r, CLERK, lambda d: agreement.tell(d, case, "第四十五条", measures, doing))
    by(r, CLERK, lambda d: agreement.serve_notice(d, case, doing))
    by(r, HOSPITAL, lambda d: agreement.answer(d, case, "defend", doing))
    by(r, REVIEWER, lambda d: agreement.weigh(d, case, doing))
    by(r, AGENCY_HEAD, lambda d: agreement.decide(d, case, "第四十五条", measures, doing))
    head, facts = by(r, CLERK, lambda d: files.the_file(d, "H00000000007"))
    [instrument] = facts
    assert (instrument.kind, instrument.actor) == (FactKind.DISPOSED, "agency_head")
    assert instrument.body["measures"][0]["measure"] == "recover"
    rests = NewFact(head.id, FactKind.OBSERVED, DAY, rests_on=instrument.id)
    by(r, CLERK, lambda d: files.write_facts(d.unit, [rests]))
    by(r, AGENCY_HEAD, lambda d: agreement.revoke(d, case, doing))
    facts = by(r, CLERK, lambda d: files.the_file(d, head.number))[1]
    assert len(facts) == 3 and standing(facts) == [], "what rested on it fell with it"
    assert [f.id for f in standing(facts, instrument.known_day - 1)] == []


def _facts(draws: list[tuple[bool, int, int]]) -> list[Fact]:
    made = []
    for at, (annuls, on, known) in enumerate(draws, 1):
        rests = None if at == 1 or on == 0 else (on - 1) % (at - 1) + 1
        kind = FactKind.ANNULLED if annuls and rests else FactKind.OBSERVED
        made.append(Fact(at, 1, kind, 0, known, {}, rests, None, "x", at))
    return made


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 5)), max_size=14))
def test_who_counts_is_settled_whatever_the_order(draws: list[tuple[bool, int, int]]) -> None:
    facts = _facts(draws)
    by_id = {f.id: f for f in facts}
    lifted: dict[int, bool] = {}

    def annulled(number: int) -> bool:
        if number not in lifted:
            over = [f.id for f in facts if f.kind is FactKind.ANNULLED and f.rests_on == number]
            lifted[number] = any(not annulled(one) for one in over)
        return lifted[number]

    def counts(one: Fact) -> bool:
        if annulled(one.id):
            return False
        return one.kind is FactKind.ANNULLED or one.rests_on is None or counts(by_id[one.rests_on])

    wanted = [f for f in facts if f.kind is not FactKind.ANNULLED and counts(f)]
    assert standing(facts) == wanted == standing(reversed(facts))
