"""Registered at one place or several, in one region or two; dates, leaving, other regions' records, repair."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.archive.points.facts import region_with
from tests.archive.points.town import DAY, OTHER, POLICY, SPAN, Town, held, refused
from tests.casework.cases.people import (
    CITY,
    CLERK,
    HEAD,
    person,
)

from yibao.access import Role
from yibao.archive import files, points
from yibao.archive.files import FactKind, Subject, SubjectKind
from yibao.archive.points import (
    Level,
    Listed,
    Person,
    PersonClass,
    Recognised,
    Status,
    StatusBook,
)
from yibao.kernel import date_of, day_of_ymd, ymd_of
from yibao.store import Register


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
        town.by(CLERK, lambda d: points.commit_to_service(d, stranger, d.today))
    with refused("points.not_registered"):
        town.by(CLERK, lambda d: points.train(d, stranger, "e", d.today))
    late, day = town.penalty(), town.on(20260305)
    newcomer = town.by(CLERK, lambda d: points.register(d, replace(SPAN, code="D77"), town.hospital, day))
    with refused("points.not_registered"):
        town.determine(late, held(newcomer))
    assert town.status(newcomer, 20260304).status is Status.UNREGISTERED, (
        "before registration there is no status"
    )


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
    with refused("points.barred"):
        town.by(CLERK, lambda d: points.commit_to_service(d, one, d.today))
    with refused("access.denied"):
        town.by(person("far", Role.AGENCY_CLERK, region="330100"), lambda d: points.standing_of(d, one, DAY))
    own = person("own", Role.INSTITUTION_STAFF, institution=8, region="990200")
    assert town.by(own, lambda d: points.standing_of(d, one, DAY))[1].status is Status.TERMINATED
    with refused("access.denied"):
        town.by(
            person("other", Role.INSTITUTION_STAFF, institution=9), lambda d: points.standing_of(d, one, DAY)
        )


def test_when_the_bar_is_over_one_registers_and_commits_himself_anew(town: Town) -> None:
    one = town.doctor()
    town.record(town.determine(town.penalty(), held(one))[0])
    town.on(20290301)
    with refused("points.barred"):
        town.by(CLERK, lambda d: points.register(d, SPAN, town.hospital, d.today))
    town.on(20290302)
    assert town.by(CLERK, lambda d: points.register(d, SPAN, town.hospital, d.today)) == one
    assert town.status(one).status is Status.UNREGISTERED
    town.by(CLERK, lambda d: points.commit_to_service(d, one, d.today))
    assert (town.status(one).status, town.status(one).places) == (Status.NORMAL, (town.hospital,))


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
