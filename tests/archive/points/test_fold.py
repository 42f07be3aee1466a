"""Where somebody stands: thresholds, the year's end, repair, joined and annulled; and what holds of every file."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.archive.points.facts import CITY, NATION, PLACE, REGISTERED, File, policy_with, region_with

from yibao.archive.files import Fact, FactKind
from yibao.archive.points import STATUS_NAMES, Interval, Standing, Status, fold, timeline
from yibao.kernel import (
    Refused,
    add_months,
    date_of,
    day_of_minute,
    day_of_ymd,
    minute_of,
    ymd_of,
)

WORST = [Status.NORMAL, Status.SUSPENDED, Status.TERMINATED]


def d(ymd: int) -> int:
    return day_of_ymd(ymd)


def at(file: File, ymd: int, **more: int) -> Standing:
    return fold(file.facts, CITY, d(ymd), **more)


def span(one: Interval) -> tuple[str, int, int | None]:
    return str(one.status), ymd_of(one.from_day), None if one.until is None else ymd_of(one.until)


def test_registered_and_committed_before_anybody_is_settled() -> None:
    nobody = fold([], CITY, d(20260305))
    assert (nobody.status, nobody.answer.settles, nobody.answer.emergency_exempt) == (
        Status.UNREGISTERED,
        False,
        True,
    )
    assert nobody.registered_day is None and nobody.places == ()
    file = File(None)
    file.write(FactKind.REGISTERED, d(20260310), {"institution": PLACE})
    assert at(file, 20260310).status is Status.UNREGISTERED, "no commitment yet"
    file.write(FactKind.COMMITTED, d(20260312))
    assert [at(file, one).status for one in (20260309, 20260311, 20260312)] == [
        Status.UNREGISTERED,
        Status.UNREGISTERED,
        Status.NORMAL,
    ]
    file.write(FactKind.REGISTERED, d(20260401), {"institution": 8})
    file.write(FactKind.MOVED, d(20260501), {"from": 8, "to": 9})
    assert at(file, 20260501).places == (PLACE, 9), "several places, one file"
    file.write(FactKind.LEFT, d(20260601), {"institution": PLACE})
    assert at(file, 20260601).places == (9,) and at(file, 20260601).status is Status.NORMAL
    file.write(FactKind.LEFT, d(20260602), {"institution": 9})
    assert at(file, 20260602).status is Status.UNREGISTERED
    assert fold(file.facts, CITY, d(20240601)).answer.settles, "there was no such qualification yet"


@pytest.mark.parametrize(
    ("value", "status", "months"),
    [
        (8, Status.NORMAL, 0),
        (9, Status.SUSPENDED, 2),
        (10, Status.SUSPENDED, 4),
        (11, Status.SUSPENDED, 6),
        (12, Status.TERMINATED, 0),
    ],
)
def test_what_follows_from_how_many_points(value: int, status: Status, months: int) -> None:
    file = File()
    file.points(d(20250310), value, "D1")
    found = at(file, 20250310)
    assert (found.status, found.points_in(2025), at(file, 20250309).status) == (status, value, Status.NORMAL)
    assert found.answer.settles == (status is Status.NORMAL) and found.answer.emergency_exempt
    if months:
        assert found.answer.until == add_months(d(20250310), months)
        assert fold(file.facts, CITY, add_months(d(20250310), months)).status is Status.NORMAL
    assert STATUS_NAMES[found.status].zh


def test_the_lengths_are_the_regions() -> None:
    file = File()
    file.points(d(20250310), 9, "C1")
    longer = policy_with(suspend_months_9=3)
    assert fold(file.facts, longer, d(20250310)).answer.until == d(20250610)
    with pytest.raises(Refused, match=r"points\.table"):
        fold(file.facts, policy_with(suspend_months_9=6, suspend_months_10=2), d(20250310))


def test_twelve_at_once_bars_longer_than_twelve_in_all() -> None:
    once, all_in_all = File(), File()
    once.points(d(20250310), 12, "D1")
    for month in (3, 5):
        all_in_all.points(d(20250010 + 100 * month), 6)
    assert span(at(once, 20250601).intervals[0]) == ("terminated", 20250310, None)
    assert at(once, 20250601).intervals[0].single and not at(all_in_all, 20250601).intervals[0].single
    assert ymd_of(at(once, 20250601).barred_until or 0) == 20280310
    assert ymd_of(at(all_in_all, 20250601).barred_until or 0) == 20260510
    for file, early, late in ((once, 20280309, 20280310), (all_in_all, 20260509, 20260510)):
        file.write(FactKind.REGISTERED, d(early), {"institution": PLACE})
        assert at(file, early).status is Status.TERMINATED, "within the bar nobody is registered anew"
        file.write(FactKind.REGISTERED, d(late), {"institution": 9})
        assert (at(file, late).status, at(file, late).places) == (Status.UNREGISTERED, (9,)), (
            "to commit himself anew"
        )
        file.write(FactKind.COMMITTED, d(late))
        assert (at(file, late).status, at(file, late).places) == (Status.NORMAL, (9,))


def test_the_years_end() -> None:
    """23:59 of 31 December is that day's, and that year's; a minute later is the next."""
    last, first = (
        day_of_minute(minute_of(datetime.fromisoformat(t)))
        for t in ("2025-12-31T23:59:00", "2026-01-01T00:00:00")
    )
    file = File()
    file.points(last, 6, "B1", "C1")
    file.points(first, 6, "B1", "C2")
    assert [at(file, one).points_in(date_of(d(one)).year) for one in (20251231, 20260101)] == [6, 6]
    assert at(file, 20260101).status is Status.NORMAL, "what is cleared does not add up"
    file.points(first, 3, "A1", "C3", year=2025)
    found = at(file, 20260101)
    assert (found.points_in(2025), found.points_in(2026)) == (9, 6), "recorded after, decided before"
    assert found.status is Status.SUSPENDED


def test_a_suspension_runs_on_across_the_new_year_while_points_clear() -> None:
    file = File()
    file.points(d(20251120), 10, "C1")
    found = at(file, 20260105)
    assert (found.status, found.points_in(2026), found.points_in(2025)) == (Status.SUSPENDED, 0, 10)
    assert [span(one) for one in found.intervals] == [("suspended", 20251120, 20260320)]
    assert at(file, 20260319).status is Status.SUSPENDED and at(file, 20260320).status is Status.NORMAL


def test_a_region_may_let_suspensions_end_with_the_year_and_ends_be_repaired(tmp_path: Path) -> None:
    other = region_with(tmp_path, suspension_runs_on="false", repair_terminated="true")
    file = File()
    file.points(d(20251120), 10, "C1")
    assert [span(one) for one in fold(file.facts, other, d(20251201)).intervals] == [
        ("suspended", 20251120, 20260101)
    ]
    ended = File()
    ended.points(d(20250310), 6, "B1")
    ended.points(d(20250311), 6, "B1")
    ended.train(d(20250320))
    found = fold(ended.facts, other, d(20250320))
    assert (found.status, found.points_in(2025)) == (Status.SUSPENDED, 11)
    assert [span(one) for one in found.intervals] == [
        ("terminated", 20250311, 20250320), ("suspended", 20250320, 20250911),
    ]  # fmt: skip
    assert fold(ended.facts, other, d(20250911)).status is Status.NORMAL, "registered all the time"


def test_one_conduct_counts_once_with_its_largest() -> None:
    file = File()
    file.points(d(20250310), 2, "A1", "X000001")
    file.points(d(20250410), 6, "B1", "X000001", "C000002")
    file.points(d(20250411), 5, "B1", "C000002", "C000003")
    found = at(file, 20250501)
    assert found.points_in(2025) == 6, "cases that hang together are one conduct"
    assert [one.counts for one in found.why] == [False, True, False]
    assert at(file, 20250401).points_in(2025) == 2
    file.points(d(20250601), 6, "B1", "C000009")
    assert at(file, 20250601).points_in(2025) == 12 and at(file, 20250601).status is Status.TERMINATED
    file.points(d(20250701), 6, "B1", "C000010")
    assert at(file, 20250701).points_in(2025) == 12, "never more than twelve a year"
    assert ymd_of(at(file, 20250701).barred_until or 0) == 20260601, "the bar runs from the end"


def test_training_takes_points_off_and_the_status_is_derived_anew_from_the_decision() -> None:
    file = File()
    file.train(d(20250301))
    file.points(d(20250310), 10, "C1")
    assert at(file, 20250310).points_in(2025) == 10, "a training before there was anything repairs nothing"
    file.train(d(20250320))
    assert [span(one) for one in at(file, 20250320).intervals] == [("suspended", 20250310, 20250510)]
    file.train(d(20250401))
    assert [span(one) for one in at(file, 20250401).intervals] == [("suspended", 20250310, 20250401)]
    assert (at(file, 20250401).status, at(file, 20250331).status) == (Status.NORMAL, Status.SUSPENDED)
    late = File()
    late.points(d(20250310), 10, "C1")
    late.train(d(20250601))
    assert [span(one) for one in at(late, 20250601).intervals] == [("suspended", 20250310, 20250601)], (
        "not back in time"
    )
    for day in (20250402, 20250403, 20250404):
        file.train(d(day))
    assert (at(file, 20250404).points_in(2025), at(file, 20250404).repaired[2025]) == (6, 4), "at most four"
    fraud = File()
    fraud.points(d(20250310), 10, "D1")
    fraud.train(d(20250320))
    assert at(fraud, 20250320).points_in(2025) == 10, "fraud is not repaired by training"
    ended = File()
    ended.points(d(20250310), 6, "B1")
    ended.points(d(20250311), 6, "B1")
    ended.train(d(20250320))
    assert at(ended, 20250320).status is Status.TERMINATED, "an end is not undone by training"


def test_annulled_points_never_were_and_the_past_stays_as_it_was_known() -> None:
    file = File()
    record = file.points(d(20250310), 12, "D1")
    file.write(FactKind.ANNULLED, d(20250601), {}, record - 2)  # the penalty itself, by review
    assert at(file, 20250401).status is Status.NORMAL, "the bills refused meanwhile are settled"
    assert at(file, 20250401, known_on=d(20250531)).status is Status.TERMINATED, "so it was known then"
    file.points(d(20250610), 6, "B1")
    assert (at(file, 20250610).points_in(2025), at(file, 20250610).status) == (6, Status.NORMAL)


def test_two_files_of_one_person_add_up_and_parted_each_has_its_own() -> None:
    one, other = File(), File()
    one.points(d(20250310), 6, "B1", "C000001")
    other.points(d(20250410), 6, "B1", "C000002")
    shifted = [
        Fact(f.id + 100, 2, f.kind, f.day, f.known_day, f.body, f.rests_on and f.rests_on + 100, None, "x", f.id)
        for f in other.facts
    ]  # fmt: skip
    assert fold([*one.facts, *shifted], CITY, d(20250501)).status is Status.TERMINATED
    assert fold(one.facts, CITY, d(20250501)).points_in(2025) == 6
    assert fold(shifted, CITY, d(20250501)).status is Status.NORMAL


def test_the_interview_is_where_the_region_has_it() -> None:
    file = File()
    file.points(d(20250310), 6)
    assert at(file, 20250310).to_interview and not at(file, 20260310).to_interview
    assert not fold(file.facts, NATION, d(20250310)).to_interview


# — what holds of every file —

DAYS = st.integers(0, 700).map(lambda n: d(20250201) + n)
RECORDS = st.lists(
    st.tuples(DAYS, st.integers(1, 12), st.sampled_from(["A1", "B1", "C1", "D1"])), min_size=1, max_size=6
)
TRAININGS = st.lists(DAYS, max_size=5)


def _file(records: list[tuple[int, int, str]], trainings: list[int]) -> File:
    """A file in which every record is about other conduct."""
    file = File(d(20250102))
    for at_, (day, value, code) in enumerate(records):
        file.points(day, value, code, f"C{at_:06d}")
    for day in trainings:
        file.train(day)
    return file


def _every_day(facts: list[Fact]) -> list[Status]:
    answers = timeline(facts, CITY)
    days = range(d(20250102), d(20280601), 3)
    return [next(a.status for a in reversed(answers) if a.from_day <= day) for day in days]


def _none_better(after: list[Status], before: list[Status]) -> bool:
    return all(WORST.index(x) >= WORST.index(y) for x, y in zip(after, before, strict=True))


@settings(max_examples=100, deadline=None)
@given(RECORDS, TRAININGS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    records: list[tuple[int, int, str]], trainings: list[int], chance: random.Random
) -> None:
    shuffled, moved = list(records), list(trainings)
    chance.shuffle(shuffled)
    chance.shuffle(moved)
    one, other = _file(records, trainings), _file(shuffled, moved)
    assert timeline(one.facts, CITY) == timeline(other.facts, CITY)
    assert fold(one.facts, CITY, d(20270101)).points == fold(other.facts, CITY, d(20270101)).points


@settings(max_examples=100, deadline=None)
@given(RECORDS, TRAININGS, st.data())
def test_annulling_never_makes_worse_and_more_points_never_better(
    records: list[tuple[int, int, str]], trainings: list[int], data: st.DataObject
) -> None:
    gone = data.draw(st.integers(0, len(records) - 1))
    more = _file(records, trainings)
    fewer = _file(records[:gone] + records[gone + 1 :], trainings)
    assert _none_better(_every_day(more.facts), _every_day(fewer.facts))
    target = [f for f in more.facts if f.kind is FactKind.POINTS][gone]
    more.write(FactKind.ANNULLED, d(20280101), {}, target.id)
    assert timeline(more.facts, CITY) == timeline(fewer.facts, CITY), "annulled is as if it never was"
    day, value, code = records[gone]
    if value < 12:
        heavier = _file([*records[:gone], (day, value + 1, code), *records[gone + 1 :]], trainings)
        assert _none_better(_every_day(heavier.facts), _every_day(_file(records, trainings).facts))


@settings(max_examples=100, deadline=None)
@given(RECORDS, TRAININGS, DAYS)
def test_the_fold_of_a_day_is_the_timeline_on_that_day(
    records: list[tuple[int, int, str]], trainings: list[int], day: int
) -> None:
    file = _file(records, trainings)
    whole = timeline(file.facts, CITY)
    there = next(a for a in reversed(whole) if a.from_day <= day)
    found = fold(file.facts, CITY, day)
    assert (found.status, found.answer.from_day) == (there.status, there.from_day)
    assert all(n <= 12 for n in found.points.values())
    assert sorted(a.from_day for a in whole) == [a.from_day for a in whole]
    assert [a.until for a in whole[:-1]] == [a.from_day for a in whole[1:]] and whole[-1].until is None
    assert d(20250201) >= REGISTERED
