"""Working days (工作日): weekends, the State Council's holidays and the make-up days, as data by year.

A year whose notice we do not hold is refused, never guessed: one day wrong can cost somebody a right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Final

from yibao.kernel.days import Day, date_of, day_of
from yibao.kernel.errors import Refused, Text
from yibao.kernel.strict_yaml import Located, read_yaml

_YEAR_KEYS: Final = {"year", "instrument", "status", "holidays", "make_up"}


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year's notice: its instrument, how sure we are of it, days off and make-up working days."""

    year: int
    instrument: str
    status: str
    off: frozenset[int]
    make_up: frozenset[int]


class Workdays:
    """A working-day calendar over the years it holds notices for; refuses every other year."""

    def __init__(self, years: tuple[CalendarYear, ...]) -> None:
        self._years = {year.year: year for year in years}
        self._off = frozenset[int]().union(*(year.off for year in years))
        self._make_up = frozenset[int]().union(*(year.make_up for year in years))

    @property
    def years(self) -> tuple[CalendarYear, ...]:
        """Give the notices held, oldest first."""
        return tuple(self._years[year] for year in sorted(self._years))

    def with_years(self, years: tuple[CalendarYear, ...]) -> Workdays:
        """Give a calendar that holds these years too; a year given again replaces the one held."""
        return Workdays(tuple((self._years | {year.year: year for year in years}).values()))

    def is_working_day(self, day: int) -> bool:
        """Tell whether people work on a day, or refuse a year not held (``kernel.workdays_year``)."""
        on = date_of(day)
        if on.year not in self._years:
            raise Refused(
                "kernel.workdays_year",
                zh=f"没有 {on.year} 年的节假日安排，不能推算工作日",
                en=f"the working days of {on.year} are not known and not guessed",
                wanted="、".join(str(year.year) for year in self.years),
                came=on.isoformat(),
                todo=Text(
                    zh="按 workdays_cn.yaml 的格式把当年通知写成 workdays.yaml，放进本地政策包的 000000 目录",
                    en="write that year's notice as workdays.yaml (in the form of workdays_cn.yaml) into the "
                    "folder 000000 of a policy pack of yours",
                ),
            )
        return day in self._make_up or (on.weekday() < 5 and day not in self._off)

    def next_working_day(self, day: int) -> Day:
        """Give the first working day on or after a day."""
        while not self.is_working_day(day):
            day += 1
        return Day(day)

    def working_days_between(self, from_day: int, until_day: int) -> int:
        """Count the working days after ``from_day``, up to and including ``until_day``.

        The first day is not counted, as in a legal period: a deadline of n working days lies n after its
        start. Backwards the count is negative.
        """
        if until_day < from_day:
            return -self.working_days_between(until_day, from_day)
        return sum(self.is_working_day(day) for day in range(from_day + 1, until_day + 1))


@cache
def china_workdays() -> Workdays:
    """Give the calendar shipped with the house (State Council notices, 2020 on)."""
    file = resources.files("yibao.kernel") / "data" / "workdays_cn.yaml"
    return Workdays(read_workdays(file.read_bytes(), file.name))


def read_workdays(source: bytes | str, where: str) -> tuple[CalendarYear, ...]:
    """Read a file of yearly notices in the form of ``workdays_cn.yaml``.

    Raises `Refused` (``kernel.workdays_file`` and what `read_yaml` refuses), with file and line.
    """
    root = read_yaml(source, where)
    if not isinstance(root, list):
        raise _bad(where, "- year: …", type(root).__name__)
    return tuple(_year(entry, where) for entry in root)


def _year(entry: object, file: str) -> CalendarYear:
    if not isinstance(entry, Located):
        raise _bad(file, "- year: …", repr(entry))
    if set(entry) != _YEAR_KEYS:
        raise _bad(entry.where(), ", ".join(sorted(_YEAR_KEYS)), ", ".join(entry))
    number, holidays, make_up = entry["year"], entry["holidays"], entry["make_up"]
    if not isinstance(number, int) or not isinstance(holidays, Located) or not isinstance(make_up, list):
        came = f"{number!r}, {holidays!r}, {make_up!r}"
        raise _bad(entry.where(), "year: 2026, holidays: {name: {first, last}}, make_up: [date, …]", came)
    year = CalendarYear(
        year=number,
        instrument=str(entry["instrument"]),
        status=str(entry["status"]),
        off=frozenset(day for name in holidays for day in _range(holidays, name)),
        make_up=frozenset(day_of(_date(day, entry.where("make_up"))) for day in make_up),
    )
    for day in year.make_up:
        on = date_of(day)
        if on.weekday() < 5 or on.year != year.year or day in year.off:
            raise _bad(entry.where("make_up"), "weekend days of the year that are not holidays", str(on))
    return year


def _range(holidays: Located, name: str) -> Iterator[int]:
    span, where = holidays[name], holidays.where(name)
    if not isinstance(span, Located) or set(span) != {"first", "last"}:
        raise _bad(where, "{first: date, last: date}", repr(span))
    first, last = day_of(_date(span["first"], where)), day_of(_date(span["last"], where))
    if not 0 <= last - first < 31:
        raise _bad(where, "first ≤ last, at most a month", f"{span['first']} … {span['last']}")
    yield from range(first, last + 1)


def _date(value: object, where: str) -> date:
    if isinstance(value, date):
        return value
    raise _bad(where, "2026-01-01", repr(value))


def _bad(where: str, wanted: str, came: str) -> Refused:
    return Refused(
        "kernel.workdays_file",
        zh="节假日文件的写法不对",
        en="the holiday file is not in the known form",
        where=where,
        wanted=wanted,
        came=came,
    )
