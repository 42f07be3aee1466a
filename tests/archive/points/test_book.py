"""What is asked of many: the book of statuses, joined files, the share of a staff."""

from __future__ import annotations

from dataclasses import replace

from tests.archive.points.town import DAY, OTHER, POLICY, SPAN, Town, held, refused
from tests.casework.cases.people import (
    CLERK,
    HEAD,
    person,
)

from yibao.access import Role
from yibao.archive import files, points
from yibao.archive.points import (
    Level,
    ShareMeasure,
    Status,
    StatusBook,
)
from yibao.policy import load


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
    assert book.status(5, DAY) == book.status(f"P{one:07d}", DAY)
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
