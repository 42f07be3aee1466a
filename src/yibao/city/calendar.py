"""The calendar of the city: how much of each stream falls on each day, by month, weekday and public holiday.

The factors are data. Dates of the Spring Festival are those of the lunar calendar; years beyond the list have none.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from yibao.city.arrays import Dice, Floats, Ints, ints
from yibao.city.catalogue import read_data
from yibao.city.plan import CityPlan
from yibao.kernel import Day, day_of_ymd

SPRING_FESTIVAL: Final = (
    20000205, 20010124, 20020212, 20030201, 20040122, 20050209, 20060129, 20070218, 20080207, 20090126, 20100214,
    20110203, 20120123, 20130210, 20140131, 20150219, 20160208, 20170128, 20180216, 20190205, 20200125, 20210212,
    20220201, 20230122, 20240210, 20250129, 20260217, 20270206, 20280126, 20290213, 20300203,
)  # fmt: skip
"""The first days of the lunar years, 2000 to 2030."""

_SHORT: Final = ((101, 3), (404, 3), (501, 3))
_NATIONAL: Final = (1001, 7)
_LONG_DAYS: Final = 7
_WEEKEND: Final = 5


_LISTED: Final = (-80_000, 80_000)
"""The days, counted from 1970, of which the calendar is laid out: nobody in a city was born or lives beyond."""


@cache
def _laid_out() -> tuple[Ints, Ints]:
    day = np.arange(*_LISTED).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    in_month, count = (day - month).astype(np.int64) + 1, month.astype(np.int64)
    return ints((1970 + count // 12) * 10_000 + (count % 12 + 1) * 100 + in_month), ints(count % 12)


def dates(day: Ints) -> Ints:
    """Give days since 1970 as dates: 20250701."""
    return _laid_out()[0][day - _LISTED[0]]


def months(day: Ints) -> Ints:
    """Give the month of days since 1970, January being 0."""
    return _laid_out()[1][day - _LISTED[0]]


@cache
def factors() -> dict[tuple[str, str, str], float]:
    """Give the factors by stream, kind and key."""
    return {(r["stream"], r["kind"], r["key"]): float(r["factor"]) for r in read_data("calendar")}


@cache
def _cumulative(first: Day, days: int, stream: str) -> Floats:
    day = first + np.arange(days)
    known = factors()
    month = months(day)
    base = stream if (stream, "weekday", "1") in known else "outpatient"
    base = "inpatient_all" if stream.startswith("inpatient") and base == "outpatient" else base
    monthly = stream if (stream, "month", "1") in known else "outpatient"
    weight = np.array([known[monthly, "month", str(m + 1)] for m in range(12)])[month]
    weight = weight * np.array([known[base, "weekday", str(d + 1)] for d in range(7)])[(day + 3) % 7]
    for name, from_day, to_day in _holidays(first, days):
        factor = known.get((base, "holiday", name))
        if factor is not None:
            here = (day >= from_day) & (day < to_day)
            weight[here] = weight[here] * factor
    return np.asarray(np.cumsum(weight / weight.sum()), dtype=np.float64)


def _holidays(first: Day, days: int) -> list[tuple[str, int, int]]:
    """Give what the calendar calls the days around the holidays of the year, first and last (not in it)."""
    found: list[tuple[str, int, int]] = []
    for year in (_year(first), _year(Day(first + days - 1))):
        new_year = [int(day_of_ymd(d)) for d in SPRING_FESTIVAL if d // 10_000 == year]
        long = [("national_day_7d", int(day_of_ymd(year * 10_000 + _NATIONAL[0])))]
        for eve in (d - 1 for d in new_year):
            long.append(("spring_festival_7d", eve))
            found += [
                ("5_days_before_spring_festival", eve - 5, eve), ("10_days_before_spring_festival", eve - 10, eve),
                ("days_8_to_25_after_spring_festival_start", eve + 7, eve + 25),
            ]  # fmt: skip
        for name, start in long:
            found.append((name, start, start + _LONG_DAYS))
            found.append(("first_3_workdays_after_long_holiday", start + _LONG_DAYS, start + _LONG_DAYS + 3))
        for date, length in _SHORT:
            start = int(day_of_ymd(year * 10_000 + date))
            found.append(("short_holiday_3d", start, start + length))
        found.append(
            ("last_10_days_of_year", day_of_ymd(year * 10_000 + 1222), day_of_ymd(year * 10_000 + 1231) + 1)
        )
    return found


def _year(day: Day) -> int:
    return int(np.int64(day).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)) + 1970


def days_of(plan: CityPlan, stream: str, count: int, throw: Dice) -> Ints:
    """Throw days of a stream."""
    return days_at(plan, stream, throw.random(count))


def days_at(plan: CityPlan, stream: str, place: Floats) -> Ints:
    """Give the days at places from 0 to 1 in the year of a stream."""
    cumulative = _cumulative(plan.first_day, plan.days, stream)
    return plan.first_day + ints(np.minimum(np.searchsorted(cumulative, place), plan.days - 1))


def seasonal(stream: str, day: Ints) -> Floats:
    """Give the month's factor of a stream on days."""
    return np.array([factors()[stream, "month", str(m + 1)] for m in range(12)])[months(day)]
