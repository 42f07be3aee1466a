from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibao.kernel import (
    OPEN_END,
    Period,
    Refused,
    add_months,
    date_of,
    day_of,
    day_of_minute,
    day_of_ymd,
    first_day_of_month,
    minute_of,
    moment_of,
    month_of,
    parse_day,
    segments,
    ymd_of,
)

DATES = st.dates(date(1900, 1, 1), date(2200, 12, 31))
DAYS = st.integers(0, 60)
PERIODS = st.builds(lambda begin, length: Period(begin, begin + length), DAYS, st.integers(1, 30))


@given(DATES)
def test_every_form_of_a_day_leads_back(on: date) -> None:
    day = day_of(on)
    assert date_of(day) == on
    assert day_of_ymd(ymd_of(day)) == day
    assert month_of(day) == on.year * 100 + on.month
    assert first_day_of_month(month_of(day)) == day_of(on.replace(day=1))
    for text in (f"{on:%Y-%m-%d}", f"{on:%Y%m%d}", f"{on.year}/{on.month}/{on.day}", f" {on:%Y.%m.%d} "):
        assert parse_day(text) == day
    assert parse_day(f"{on.year}年{on.month}月{on.day}日") == day


def test_the_epoch() -> None:
    assert day_of(date(1970, 1, 1)) == 0
    assert day_of(date(2026, 3, 5)) == 20517
    assert date_of(OPEN_END) == date(2243, 10, 16)


@pytest.mark.parametrize(
    "text", ["", "2026-2-30", "2026-13-01", "2026-3/5", "26-03-05", "2026-03", "20260300", "今天"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"kernel\.day"):
        parse_day(text)


@pytest.mark.parametrize("ymd", [20260230, 20261301, 0, -1])
def test_integers_that_are_no_date_are_refused(ymd: int) -> None:
    with pytest.raises(Refused, match=r"kernel\.day"):
        day_of_ymd(ymd)


@given(st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_minutes_lead_back(moment: datetime) -> None:
    minute = minute_of(moment)
    assert moment_of(minute) == moment.replace(second=0, microsecond=0)
    assert day_of_minute(minute) == day_of(moment)


def test_zones_are_refused() -> None:
    with pytest.raises(Refused, match=r"kernel\.zone"):
        minute_of(datetime(2026, 3, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("begin", "months", "end"),
    [(20240131, 1, 20240229), (20250131, 1, 20250228), (20240229, 12, 20250228), (20251231, 2, 20260228),
     (20260315, -3, 20251215), (20260331, -1, 20260228), (20260315, 0, 20260315)],
)  # fmt: skip
def test_months_end_on_the_day_or_on_the_last(begin: int, months: int, end: int) -> None:
    assert ymd_of(add_months(day_of_ymd(begin), months)) == end


@pytest.mark.parametrize(("begin", "until"), [(5, 5), (6, 5), (0, 100_000)])
def test_periods_without_a_day_are_refused(begin: int, until: int) -> None:
    with pytest.raises(Refused, match=r"kernel\.period"):
        Period(begin, until)


@given(PERIODS, PERIODS)
def test_periods_agree_with_their_days(one: Period, other: Period) -> None:
    mine, theirs = set(range(one.from_day, one.until_day)), set(range(other.from_day, other.until_day))
    assert {day for day in range(100) if day in one} == mine
    assert len(one) == len(mine)
    assert one.last_day == max(mine)
    assert one.overlaps(other) == bool(mine & theirs)
    assert one.covers(other) == (theirs <= mine)
    shared = one.overlap(other)
    assert (set(range(shared.from_day, shared.until_day)) if shared else set()) == mine & theirs


@given(st.lists(PERIODS, max_size=8))
def test_segments_are_the_constant_stretches(periods: list[Period]) -> None:
    def in_force(day: int) -> frozenset[int]:
        return frozenset(i for i, period in enumerate(periods) if day in period)

    found = segments(periods)
    assert {day for s in found for day in range(s.from_day, s.until_day)} == {
        d for d in range(100) if in_force(d)
    }
    for stretch in found:
        assert len({in_force(day) for day in range(stretch.from_day, stretch.until_day)}) == 1
    for one, following in pairwise(found):
        assert one.until_day <= following.from_day
        assert in_force(one.last_day) != in_force(following.from_day)


def test_open_periods_stay_open() -> None:
    assert segments([Period(3), Period(5)]) == [Period(3, 5), Period(5)]
    assert Period(3).is_open and not Period(3, 4).is_open
