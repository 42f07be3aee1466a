"""Registered, held responsible, recorded: who may, on what, and what is refused with which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from tests.archive.points.facts import region_with
from tests.casework.cases import people
from tests.casework.cases.people import (
    AGENCY_HEAD,
    CITY,
    CLERK,
    HEAD,
    HOSPITAL,
    REVIEWER,
    SECOND_CLERK,
    ZHAO,
    person,
)
from tests.casework.cases.plant import plant

from yibao.access import Actor, Role
from yibao.archive import files, points
from yibao.archive.files import FactKind, NewFact, Subject, SubjectKind
from yibao.archive.points import (
    Adjustment,
    Level,
    Listed,
    Person,
    PersonClass,
    Recognised,
    Responsible,
    ShareMeasure,
    Status,
    StatusBook,
)
from yibao.bootstrap import EVENTS
from yibao.casework import agreement
from yibao.casework.agreement import Measure, Taken
from yibao.casework.cases import Desk, Doing, Opening
from yibao.kernel import Refused, date_of, day_of_ymd, ymd_of
from yibao.policy import Policy, load
from yibao.store import Register

T = TypeVar("T")
POLICY = load(CITY)
DAY = day_of_ymd(20260302)
SPAN = Person("D990100000001", "王医生", PersonClass.DOCTOR, 5)
OTHER = Person("D990100000002", "李医生", PersonClass.DOCTOR, 6)


class Town:
    """A register with two hospitals and a pharmacy, and a day that goes on."""

    def __init__(self, register: Register, policy: Policy = POLICY) -> None:
        self.register, self.policy, self.today = register, policy, DAY
        self.hospital, self.clinic, self.pharmacy = self.by(
            CLERK,
            lambda d: files.open_subjects(
                d.unit,
                [
                    Subject(0, SubjectKind.INSTITUTION, CITY, "H00000000007", "某医院7", 7, "hospital"),
                    Subject(0, SubjectKind.INSTITUTION, "990200", "H00000000008", "邻市医院", 8, "hospital"),
                    Subject(0, SubjectKind.INSTITUTION, CITY, "P00000000009", "某药店", 9, "pharmacy"),
                ],
            ),
        )

    def by(self, actor: Actor, deed: Callable[[Desk], T], policy: Policy | None = None) -> T:
        with self.register.unit_of_work(actor=actor.name) as unit:
            done = deed(Desk(unit, actor, policy or self.policy, today=self.today))
        while self.register.deliver(EVENTS):
            pass
        return done

    def on(self, ymd: int) -> int:
        self.today = day_of_ymd(ymd)
        return self.today

    def doctor(self, who: Person = SPAN, at: int | None = None, ymd: int = 20260105) -> int:
        day = day_of_ymd(ymd)
        one = self.by(CLERK, lambda d: points.register(d, who, at or self.hospital, day))
        self.by(CLERK, lambda d: points.commit(d, one, day))
        return one

    def fact(self, subject: int, kind: FactKind, body: dict[str, Any], day: int | None = None) -> int:
        new = NewFact(subject, kind, day or self.today, body)
        return self.by(CLERK, lambda d: files.write_facts(d.unit, [new], known_day=self.today))[0]

    def penalty(self, article: str = "art_40", **more: Any) -> int:
        return self.fact(self.hospital, FactKind.PENALIZED, {"article": article, **more})

    def determine(self, what: int, *who: Responsible, by: Actor = HEAD) -> list[int]:
        return self.by(by, lambda d: points.determine(d, what, who, self.today))

    def record(self, responsible: int, by: Actor = CLERK) -> int:
        return self.by(by, lambda d: points.record(d, responsible, self.today))

    def status(self, subject: int, ymd: int | None = None) -> points.Standing:
        day = self.today if ymd is None else day_of_ymd(ymd)
        return self.by(CLERK, lambda d: points.standing_of(d, subject, day))[1]


def held(subject: int, code: str = "D1", level: Level = Level.MAIN, **more: Any) -> Responsible:
    return Responsible(subject, code, level, "处方由其开具，有笔录为证", **more)


@pytest.fixture
def town(fresh_register: Register) -> Town:
    return Town(fresh_register)


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=code.replace(".", r"\."))


def test_from_registration_to_the_end_and_back(town: Town) -> None:
    """The loop of a person: 12 points and ended, re-determined to 10 and suspended, annulled and normal again."""
    one = town.doctor()
    what = town.penalty()
    [said] = town.determine(what, held(one))
    assert town.status(one).status is Status.NORMAL, "responsible, and nothing recorded yet"
    first = town.on(20260310)
    town.record(said)
    ended = town.status(one)
    assert (ended.status, ended.points_in(2026), ended.intervals[0].single) == (Status.TERMINATED, 12, True)
    town.on(20260401)
    again = town.by(HEAD, lambda d: points.redetermine(d, said, Level.GENERAL, "只起辅助作用", d.today))
    assert town.status(one).status is Status.NORMAL, "the record fell with what it rested on"
    town.on(20260403)
    town.record(again)
    found = town.status(one)
    assert (found.status, found.points_in(2026)) == (Status.SUSPENDED, 10)
    assert [(i.from_day, ymd_of(i.until or 0)) for i in found.intervals] == [(first, 20260710)], (
        "time served counts"
    )
    town.by(HEAD, lambda d: files.annul(d.unit, what, "复议撤销", d.today, known_day=d.today))
    assert town.status(one).status is Status.NORMAL and town.status(one).why == ()
    town.on(20260420)
    [lighter] = town.determine(town.penalty("art_38"), held(one, "B1"))
    town.record(lighter)
    assert (town.status(one).points_in(2026), town.status(one).to_interview) == (6, True)
    town.by(CLERK, lambda d: points.train(d, one, "培训-2026-1", d.today))
    town.by(CLERK, lambda d: points.train(d, one, "培训-2026-1", d.today))
    assert town.status(one).points_in(2026) == 5, "one event counts once"
    reason = town.by(CLERK, lambda d: files.facts_of(d.unit, one))
    assert "笔录" not in str([f.body for f in reason]), "the reason names people, and is not in the body"
    assert town.by(CLERK, lambda d: files.verify_files(d.unit))[1] == []


def test_only_the_department_that_decided_determines_and_only_the_agency_records(town: Town) -> None:
    one = town.doctor()
    penalty = town.penalty()
    disposal = town.fact(town.hospital, FactKind.DISPOSED, {"measures": [{"measure": "withhold"}]})
    for actor in (
        AGENCY_HEAD,
        CLERK,
        ZHAO,
        HOSPITAL,
        person("far", Role.DECIDING_HEAD, region=people.ELSEWHERE),
    ):
        with refused("access.denied"):
            town.determine(penalty, held(one), by=actor)
    with refused("access.denied"):
        town.determine(disposal, held(one, "A1"), by=HEAD)
    [said] = town.determine(penalty, held(one))
    [light] = town.determine(disposal, held(one, "A1"), by=AGENCY_HEAD)
    for actor in (HEAD, AGENCY_HEAD, REVIEWER, HOSPITAL):
        with refused("access.denied"):
            town.record(said, by=actor)
    both = person("both", Role.AGENCY_CLERK, Role.DECIDING_HEAD)
    with refused("access.four_eyes"):
        [mine] = town.determine(town.penalty("art_38"), held(one, "B1"), by=both)
        town.record(mine, by=both)
    town.record(said)
    town.record(light, by=SECOND_CLERK)
    assert town.status(one).points_in(2026) == 12


def test_findings_grades_and_models_give_no_points(town: Town) -> None:
    one = town.doctor()
    other = {
        kind: town.fact(town.hospital, kind, {"indicator": "x", "score": 1})
        for kind in (
            FactKind.OBSERVED,
            FactKind.RATED,
            FactKind.RATING_CONFIRMED,
            FactKind.JUDGED,
            FactKind.LISTED,
        )
    }
    for kind, fact in other.items():
        with refused("points.no_instrument") as said:
            town.determine(fact, held(one))
        assert str(kind) in (said.value.came or "") and "疑点" in said.value.text.zh
        with refused("points.not_determined"):
            town.record(fact)
    with refused("points.not_determined"):
        town.record(town.penalty())


def test_an_instrument_gives_what_it_can_give(town: Town) -> None:
    one = town.doctor()
    with refused("points.trigger") as said:
        town.determine(town.penalty("art_38"), held(one, "D1"))
    assert said.value.wanted == "B1, C1, C2"
    with refused("points.trigger"):
        town.determine(town.penalty("art_41_1"), held(one, "B1"))
    with refused("points.behaviour"):
        town.determine(town.penalty(), held(one, "D9"))
    with refused("points.behaviour"):
        town.determine(town.penalty(), held(one, "Z9"))
    with refused("points.no_reason"):
        town.determine(town.penalty(), replace(held(one), reason=" "))
    light = {"measures": [{"measure": "interview"}]}
    two = [town.fact(town.hospital, FactKind.DISPOSED, light) for _ in range(2)]
    with refused("points.trigger"):
        town.determine(two[1], held(one, "A2"), by=AGENCY_HEAD)
    third = town.fact(town.hospital, FactKind.DISPOSED, light)
    [said_] = town.determine(third, held(one, "A2", Level.GENERAL), by=AGENCY_HEAD)
    town.record(said_)
    assert town.status(one).points_in(2026) == 1


def test_notices_and_industry_actions_where_the_region_lists_them(town: Town) -> None:
    one = town.doctor()

    def noted(subject: int, kind: FactKind, topic: str, actor: Actor = ZHAO) -> int:
        return town.by(
            actor, lambda d: points.note(d, subject, kind, topic, "示医保通〔2026〕3号", "示例市医保局", d.today, "集采通报")
        )  # fmt: skip

    notice = noted(town.hospital, FactKind.NOTICED, "procurement")
    assert noted(town.hospital, FactKind.NOTICED, "procurement") == notice, "one paper, one fact"
    with refused("access.denied"):
        noted(town.hospital, FactKind.NOTICED, "procurement", CLERK)
    with refused("points.no_instrument"):
        noted(town.hospital, FactKind.RATED, "x")
    [said] = town.determine(notice, held(one, "A3", Level.IMPORTANT))
    town.record(said)
    assert town.status(one).points_in(2026) == 2
    revoked = noted(one, FactKind.INDUSTRY, "licence_revoked")
    [gone] = town.determine(revoked, held(one, "D2"))
    town.record(gone)
    assert town.status(one).status is Status.TERMINATED
    nation = load("000000")
    with refused("points.behaviour"):
        town.by(HEAD, lambda d: points.determine(d, notice, [held(one, "A3")], d.today), nation)


def test_who_is_not_registered_cannot_be_charged(town: Town) -> None:
    stranger = town.by(
        CLERK,
        lambda d: files.open_subjects(
            d.unit, [Subject(0, SubjectKind.PRACTITIONER, CITY, "D99", "钱", None, "doctor")]
        ),
    )[0]
    with refused("points.not_registered"):
        town.determine(town.penalty(), held(stranger))
    elsewhere = town.doctor(OTHER)
    about = town.fact(town.clinic, FactKind.PENALIZED, {"article": "art_40"})
    with refused("access.denied"):
        town.determine(about, held(elsewhere))
    with refused("points.elsewhere"):
        town.determine(about, held(elsewhere), by=person("neighbour", Role.DECIDING_HEAD, region="990200"))
    with refused("points.no_person"):
        town.determine(town.penalty(), held(town.hospital))
    with refused("points.not_registered"):
        town.by(CLERK, lambda d: points.commit(d, stranger, d.today))
    with refused("points.not_registered"):
        town.by(CLERK, lambda d: points.train(d, stranger, "e", d.today))
    late, day = town.penalty(), town.on(20260305)
    newcomer = town.by(CLERK, lambda d: points.register(d, replace(SPAN, code="D77"), town.hospital, day))
    with refused("points.not_registered"):
        town.determine(late, held(newcomer))
    assert town.status(newcomer, 20260304).status is Status.UNREGISTERED, (
        "before registration there is no status"
    )


def test_one_conduct_is_charged_once(town: Town) -> None:
    plant(town.register, 5)
    case = town.by(
        CLERK,
        lambda d: agreement.register(d, Opening(CITY, "超限定频次", institution_id=7), Doing(DAY, "经核实")),
    ).number
    one, other = town.doctor(), town.doctor(OTHER)
    disposal = town.fact(
        town.hospital, FactKind.DISPOSED, {"case": case, "measures": [{"measure": "damages"}]}
    )
    [light] = town.determine(disposal, held(one, "A1"), by=AGENCY_HEAD)
    with refused("points.determined"):
        town.determine(disposal, held(one, "A1", Level.GENERAL), by=AGENCY_HEAD)
    with refused("points.determined"):
        town.determine(disposal, held(other, "A1"), held(other, "A1"), by=AGENCY_HEAD)
    town.record(light)
    with refused("points.recorded"):
        town.record(light)
    penalty = town.penalty("art_38", case=case)
    [heavy] = town.determine(penalty, held(one, "B1"))
    town.record(heavy)
    assert town.status(one).points_in(2026) == 6, "of one conduct the largest"
    again = town.fact(town.hospital, FactKind.DISPOSED, {"case": case, "measures": [{"measure": "withhold"}]})
    [third] = town.determine(again, held(one, "A1"), by=AGENCY_HEAD)
    with refused("points.charged_once"):
        town.record(third)


def test_a_repetition_is_the_same_violation_in_the_same_year(town: Town) -> None:
    one = town.doctor()
    with refused("points.no_repetition"):
        town.determine(town.penalty("art_38"), held(one, "C2"))
    [said] = town.determine(town.penalty("art_38"), held(one, "B1", Level.GENERAL))
    town.record(said)
    with refused("points.no_repetition"):
        town.determine(town.penalty("art_40"), held(one, "C2"))
    [more] = town.determine(town.penalty("art_39"), held(one, "C2", Level.GENERAL))
    town.record(more)
    assert (town.status(one).points_in(2026), town.status(one).status) == (11, Status.SUSPENDED)
    town.on(20270105)
    with refused("points.no_repetition"):
        town.determine(town.penalty("art_38"), held(one, "C2"))


def test_circumstances_move_a_value_where_the_region_lets_them(town: Town) -> None:
    one, nation = town.doctor(), load("000000")
    wanted = {
        (Level.MAIN, Adjustment.CONFESSED, False): 5, (Level.GENERAL, Adjustment.CONFESSED, False): 4,
        (Level.MAIN, Adjustment.MADE_GOOD, True): 3, (Level.GENERAL, Adjustment.INTENT, False): 5,
        (Level.GENERAL, Adjustment.INTENT, True): 7, (Level.MAIN, Adjustment.UNCOOPERATIVE, False): 6,
    }  # fmt: skip
    for (level, adjusted, by_band), value in wanted.items():
        said = held(one, "B1", level, adjusted=adjusted, by_band=by_band)
        assert points.value_of(POLICY, said, DAY) == value
    lowest = held(one, "A1", Level.IMPORTANT, adjusted=Adjustment.CONFESSED, by_band=True)
    highest = held(one, "D1", Level.IMPORTANT, adjusted=Adjustment.INTENT, by_band=True)
    assert (points.value_of(POLICY, lowest, DAY), points.value_of(POLICY, highest, DAY)) == (1, 12)
    with refused("points.no_adjustment"):
        points.value_of(nation, lowest, DAY)
    tianjin = load("120000")
    assert points.level_of(tianjin, "决定作用", DAY) is points.level_of(tianjin, "main", DAY) is Level.MAIN
    with refused("points.level") as told:
        points.level_of(tianjin, "主要责任", DAY)
    assert "决定作用" in (told.value.wanted or "")


def test_dates_are_not_turned_back(town: Town) -> None:
    one = town.doctor()
    what = town.penalty()
    with refused("points.backdated"):
        town.by(HEAD, lambda d: points.determine(d, what, [held(one)], DAY - 1))
    with refused("points.future"):
        town.by(HEAD, lambda d: points.determine(d, what, [held(one)], DAY + 1))
    [said] = town.determine(what, held(one))
    town.on(20260310)
    with refused("points.backdated") as told:
        town.by(CLERK, lambda d: points.record(d, said, DAY + 3))
    assert told.value.wanted == "≥ 2026-03-10" and told.value.came == "2026-03-05"
    town.record(said)
    deadline = points.appeal_deadline(POLICY, day_of_ymd(20260928))
    assert date_of(deadline).isoformat() == "2026-10-16", "ten working days, the holidays of October left out"


def test_the_year_of_an_instrument_and_the_year_of_its_record(
    fresh_register: Register, tmp_path: Any
) -> None:
    town = Town(fresh_register)
    one, other = town.doctor(), town.doctor(OTHER)
    town.on(20261231)
    what = town.penalty("art_40")
    said = town.determine(what, held(one, "D1", Level.GENERAL), held(other, "D1", Level.GENERAL))
    town.on(20270101)
    town.record(said[0])
    found = town.status(one)
    assert (found.points_in(2026), found.points_in(2027), found.status) == (10, 0, Status.SUSPENDED)
    later = region_with(tmp_path, moment="record")
    town.by(CLERK, lambda d: points.record(d, said[1], d.today), later)
    assert (town.status(other).points_in(2026), town.status(other).points_in(2027)) == (0, 10)


def test_registration_at_several_places_and_in_two_regions(town: Town) -> None:
    one = town.doctor()
    with refused("points.registered"):
        town.doctor()
    with refused("access.denied"):
        town.by(CLERK, lambda d: points.register(d, SPAN, town.clinic, DAY))
    neighbour = person("neighbour", Role.AGENCY_CLERK, region="990200")
    assert town.by(neighbour, lambda d: points.register(d, SPAN, town.clinic, DAY)) == one, (
        "one person, one file"
    )
    assert town.status(one).places == (town.hospital, town.clinic)
    with refused("points.not_there"):
        town.by(CLERK, lambda d: points.move(d, one, town.pharmacy, town.hospital, DAY))
    with refused("points.not_there"):
        town.by(CLERK, lambda d: points.leave(d, one, town.pharmacy, DAY, "离职"))
    with refused("points.class"):
        town.by(CLERK, lambda d: points.register(d, OTHER, town.pharmacy, DAY))
    with refused("points.no_institution"):
        town.by(CLERK, lambda d: points.register(d, OTHER, one, DAY))
    with refused("points.future"):
        town.by(CLERK, lambda d: points.register(d, OTHER, town.hospital, DAY + 1))
    town.record(town.determine(town.penalty(), held(one))[0])
    assert town.by(neighbour, lambda d: points.standing_of(d, one, DAY))[1].status is Status.TERMINATED
    with refused("points.barred") as told:
        town.by(neighbour, lambda d: points.register(d, SPAN, town.clinic, d.today))
    assert told.value.wanted == "≥ 2029-03-02"
    with refused("access.denied"):
        town.by(person("far", Role.AGENCY_CLERK, region="330100"), lambda d: points.standing_of(d, one, DAY))
    own = person("own", Role.INSTITUTION_STAFF, institution=8, region="990200")
    assert town.by(own, lambda d: points.standing_of(d, one, DAY))[1].status is Status.TERMINATED
    with refused("access.denied"):
        town.by(
            person("other", Role.INSTITUTION_STAFF, institution=9), lambda d: points.standing_of(d, one, DAY)
        )


def test_leaving_does_not_end_a_suspension(town: Town) -> None:
    one = town.doctor()
    [said] = town.determine(town.penalty(), held(one, "D1", Level.GENERAL))
    town.record(said)
    town.on(20260401)
    town.by(CLERK, lambda d: points.leave(d, one, town.hospital, d.today, "离职"))
    assert (town.status(one).status, town.status(one).places) == (Status.SUSPENDED, ())
    town.on(20260703)
    assert town.status(one).status is Status.UNREGISTERED
    pharmacist = town.by(
        CLERK,
        lambda d: points.register(
            d, replace(OTHER, person_class=PersonClass.PRINCIPAL), town.pharmacy, d.today
        ),
    )
    with refused("points.class"):
        town.by(CLERK, lambda d: points.move(d, pharmacist, town.pharmacy, town.hospital, d.today))


def test_records_of_other_regions_count_here(town: Town) -> None:
    one = town.doctor()
    told = Recognised(
        "330100", "杭医保罚〔2026〕7号", "D1", Level.GENERAL, 10, day_of_ymd(20260110), day_of_ymd(20260115)
    )
    for wrong, code in (
        (replace(told, region=CITY), "points.own_region"), (replace(told, value=6), "points.band"),
        (replace(told, behaviour="Z"), "points.band"), (replace(told, day=told.instrument_day - 1), "points.band"),
    ):  # fmt: skip
        with refused(code):
            town.by(CLERK, lambda d, wrong=wrong: points.recognise(d, one, wrong))  # type: ignore[misc]
    with refused("access.denied"):
        town.by(HEAD, lambda d: points.recognise(d, one, told))
    record = town.by(CLERK, lambda d: points.recognise(d, one, told))
    assert town.by(CLERK, lambda d: points.recognise(d, one, told)) == record, "told twice, written once"
    found = town.status(one)
    assert (found.status, ymd_of(found.intervals[0].from_day)) == (Status.SUSPENDED, 20260115)
    ground = town.by(CLERK, lambda d: files.fact(d.unit, record)).rests_on or 0
    with refused("points.not_determined"):
        town.record(ground)
    town.by(CLERK, lambda d: files.annul(d.unit, ground, "外地撤销", d.today, known_day=d.today))
    assert town.status(one).status is Status.NORMAL


def test_nothing_to_repair_and_no_more_to_repair(town: Town) -> None:
    one = town.doctor()
    with refused("points.nothing_to_repair"):
        town.by(CLERK, lambda d: points.train(d, one, "e0", d.today))
    town.record(town.determine(town.penalty("art_38"), held(one, "B1"))[0])
    for event in range(4):
        town.by(CLERK, lambda d, e=event: points.train(d, one, f"e{e}", d.today))  # type: ignore[misc]
    with refused("points.repaired"):
        town.by(CLERK, lambda d: points.train(d, one, "e9", d.today))
    with refused("access.denied"):
        town.by(HEAD, lambda d: points.train(d, one, "e9", d.today))
    other = town.doctor(OTHER)
    town.record(town.determine(town.penalty(), held(other, "D1", Level.GENERAL))[0])
    with refused("points.nothing_to_repair"):
        town.by(CLERK, lambda d: points.train(d, other, "e1", d.today))


def test_files_wrongly_joined_are_parted_and_points_follow(town: Town) -> None:
    one, other = town.doctor(), town.doctor(OTHER)
    for who in (one, other):
        town.record(town.determine(town.penalty("art_38"), held(who, "B1"))[0])
    book = town.by(CLERK, lambda d: StatusBook.load(d.unit, POLICY))
    town.by(CLERK, lambda d: files.join(d.unit, one, other, "同一执业证书", DAY))
    assert town.status(one).status is town.status(other).status is Status.TERMINATED, "two times six"
    town.by(CLERK, lambda d: book.refresh(d.unit))
    assert book.status(6, DAY).status is book.status(5, DAY).status is Status.TERMINATED
    town.by(CLERK, lambda d: files.part(d.unit, one, other, "证书号录入错误", DAY))
    assert (town.status(one).points_in(2026), town.status(other).status) == (6, Status.NORMAL)
    town.by(CLERK, lambda d: book.refresh(d.unit))
    assert book.status(6, DAY).status is Status.NORMAL


def test_the_book_is_what_the_facts_say_however_it_came_to_be(town: Town) -> None:
    one, other = town.doctor(), town.doctor(OTHER)
    book = town.by(CLERK, lambda d: StatusBook.load(d.unit, POLICY))
    assert book.status(5, DAY) == book.status(f"R{one:07d}", DAY)
    assert book.status(5, DAY).settles and not book.status(999, DAY).settles
    what = town.penalty()
    for said in town.determine(what, held(one), held(other, level=Level.GENERAL)):
        town.record(said)
    assert (
        town.by(CLERK, lambda d: book.refresh(d.unit)) == 3
        and town.by(CLERK, lambda d: book.refresh(d.unit)) == 0
    )
    assert (book.status(5, DAY).status, book.status(6, DAY).status) == (Status.TERMINATED, Status.SUSPENDED)
    assert book.status(6, DAY) == town.status(other).answer
    fresh = town.by(CLERK, lambda d: StatusBook.load(d.unit, POLICY))
    assert fresh.as_bytes() == book.as_bytes(), "brought up to date, it is what loading gives"
    town.by(HEAD, lambda d: files.annul(d.unit, what, "复议撤销", d.today, known_day=d.today))
    town.by(CLERK, lambda d: book.refresh(d.unit))
    assert book.status(5, DAY).settles and book.status(6, DAY).settles, "annulled in the institution's file"
    assert town.by(CLERK, lambda d: StatusBook.load(d.unit, POLICY)).as_bytes() == book.as_bytes()


def test_the_share_of_an_institutions_staff(town: Town) -> None:
    staff = [town.doctor(replace(SPAN, code=f"D{n}", lake_key=100 + n)) for n in range(5)]
    assert town.by(CLERK, lambda d: points.share(d, town.hospital, 2026, d.today)).measure is None
    what = town.penalty()
    for said in town.determine(what, *(held(one) for one in staff[:1])):
        town.record(said)
    fifth = town.by(CLERK, lambda d: points.share(d, town.hospital, 2026, d.today))
    assert (fifth.persons, fifth.basis_points, fifth.measure) == (5, 2000, ShareMeasure.WITHHOLD)
    assert fifth.concerned == (staff[0],)
    for said in town.determine(what, *(held(one, level=Level.GENERAL) for one in staff[1:3])):
        town.record(said)
    assert (
        town.by(CLERK, lambda d: points.share(d, town.hospital, 2026, d.today)).measure
        is ShareMeasure.SUSPEND
    )
    assert town.by(CLERK, lambda d: points.share(d, town.hospital, 2025, d.today)).persons == 0
    nation = load("000000")
    assert town.by(CLERK, lambda d: points.share(d, town.hospital, 2026, d.today), nation).measure is None
    assert [head.id for head, _ in town.by(CLERK, lambda d: points.key_list(d, d.today))] == staff[:3]
    listed = town.by(CLERK, lambda d: points.listing(d, d.today, Status.SUSPENDED, 50))
    assert [one.head.id for one in listed] == staff[1:3]
    with refused("access.denied"):
        town.by(
            person("far", Role.AGENCY_CLERK, region="330100"),
            lambda d: points.share(d, town.hospital, 2026, DAY),
        )


def test_a_citys_staff_is_registered_at_once(town: Town) -> None:
    place = town.by(CLERK, lambda d: files.subject(d.unit, town.hospital))
    staff = [Listed(Person(f"D{n:06d}", None, PersonClass.NURSE, n), "H00000000007") for n in range(300)]
    known = town.doctor(replace(SPAN, code="D000007"))
    new = town.by(
        CLERK, lambda d: points.register_many(d, {"H00000000007": place}, staff, DAY, committed="承诺书-2026")
    )
    assert new == 299, "who is known is left as he is"
    assert town.status(known).registered_day == day_of_ymd(20260105)
    book = town.by(CLERK, lambda d: StatusBook.load(d.unit, POLICY))
    assert book.status(299, DAY).settles and not book.status(299, DAY - 1).settles
    assert town.by(
        CLERK, lambda d: points.register_many(d, {"H00000000007": place}, staff, DAY, committed=None)
    ) == 0  # fmt: skip
    with refused("access.denied"):
        town.by(HEAD, lambda d: points.register_many(d, {"H00000000007": place}, staff, DAY, committed=None))


def test_points_follow_the_decision_of_a_real_case(town: Town) -> None:
    """An agreement case decided and revoked: the disposal is heard in the file, and the points fall with it."""
    plant(town.register, 5)
    town.on(20291231)
    doing = Doing(DAY, "经核实")
    measures = (Taken(Measure.DAMAGES, 30_000),)
    case = town.by(
        CLERK, lambda d: agreement.register(d, Opening(CITY, "超限定频次", institution_id=7), doing)
    ).id
    town.by(CLERK, lambda d: agreement.act(d, case, "verify", doing))
    town.by(CLERK, lambda d: agreement.tell(d, case, "第四十五条", measures, doing))
    town.by(CLERK, lambda d: agreement.serve_notice(d, case, doing))
    town.by(HOSPITAL, lambda d: agreement.answer(d, case, "defend", doing))
    town.by(REVIEWER, lambda d: agreement.weigh(d, case, doing))
    town.by(AGENCY_HEAD, lambda d: agreement.decide(d, case, "第四十五条", measures, doing))
    one = town.doctor()
    facts = town.by(CLERK, lambda d: files.facts_of(d.unit, town.hospital))
    [what] = [f for f in facts if f.kind is FactKind.DISPOSED]
    [said] = town.determine(what.id, held(one, "A1"), by=AGENCY_HEAD)
    town.record(said)
    assert town.status(one).points_in(2026) == 3, "to the year of the disposal"
    town.by(AGENCY_HEAD, lambda d: agreement.revoke(d, case, doing))
    assert town.status(one).points_in(2026) == 0 and town.status(one).why == ()
    with refused("points.annulled"):
        town.determine(what.id, held(one, "A1"), by=AGENCY_HEAD)
    with refused("points.annulled"):
        town.record(said)
