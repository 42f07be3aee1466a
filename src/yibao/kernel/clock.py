"""Legal clocks (期限): when a period that began on a day runs out, each in the unit its instrument names.

The day it begins on is not counted; months and years end on the corresponding day or the month's last; a last
day on a day off moves to the next working day where the instrument lets it; excluded time does not run.
Whether "7 日" means working or calendar days is the instrument's word (行政处罚法 Art. 85: 2, 3, 5 and 7 日
are working days), so the unit is always said.
Sources: 民法典 Art. 200–203, 民事诉讼法 Art. 85, 行政处罚法 Art. 85, 行政强制法 Art. 69.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from yibao.kernel.days import OPEN_END, Day, Minute, add_months
from yibao.kernel.errors import Refused
from yibao.kernel.periods import Period
from yibao.kernel.workdays import Workdays, china_workdays


class ClockUnit(StrEnum):
    """The units in which instruments give periods."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    YEARS = "years"
    HOURS = "hours"


_MONTHS: Final = {ClockUnit.MONTHS: 1, ClockUnit.YEARS: 12}


@dataclass(frozen=True, slots=True)
class Clock:
    """A legal period as an instrument gives it: so many of a unit, and whether a last day off moves on.

    Raises `Refused` (``kernel.clock``) unless the amount is positive.
    """

    amount: int
    unit: ClockUnit
    last_day_rolls: bool = True

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise _refuse("期限须为正数", "a period is positive", "≥ 1", str(self.amount))

    def deadline(
        self, start_day: int, *, pauses: Sequence[Period] = (), workdays: Workdays | None = None
    ) -> Day:
        """Give the last day on which the act is in time, as `deadline` does."""
        return deadline(
            start_day,
            self.amount,
            self.unit,
            last_day_rolls=self.last_day_rolls,
            pauses=pauses,
            workdays=workdays,
        )


def deadline(
    start_day: int,
    amount: int,
    unit: ClockUnit,
    *,
    last_day_rolls: bool,
    pauses: Sequence[Period] = (),
    workdays: Workdays | None = None,
) -> Day:
    """Give the last day of a period that began on ``start_day`` (not counted).

    ``pauses`` are days on which the period does not run (tests, hearings, public notices); ``workdays`` is
    China's calendar unless another is given. Raises `Refused`: ``kernel.clock`` for an amount below one, for
    hours (see `deadline_minute`) and for a pause without end, ``kernel.workdays_year`` when the answer needs
    a year whose holidays are not known.

    >>> from yibao.kernel.days import day_of_ymd, ymd_of
    >>> ymd_of(deadline(day_of_ymd(20260930), 5, ClockUnit.WORKING_DAYS, last_day_rolls=True))
    20261013
    >>> ymd_of(deadline(day_of_ymd(20260919), 15, ClockUnit.CALENDAR_DAYS, last_day_rolls=True))
    20261008
    """
    calendar = workdays or china_workdays()
    if amount < 1:
        raise _refuse("期限须为正数", "a period is positive", "≥ 1", str(amount))
    if unit == ClockUnit.HOURS:
        raise _refuse("以小时计的期限不按日计算", "hours end at a minute", "deadline_minute", "hours")
    if unit == ClockUnit.WORKING_DAYS:
        return _after_working_days(start_day, amount, pauses, calendar)
    if unit == ClockUnit.CALENDAR_DAYS:
        last: int = start_day + amount
    else:
        last = add_months(start_day, amount * _MONTHS[unit])
    last = _stretched(start_day, last, pauses)
    while last_day_rolls and (_paused(last, pauses) or not calendar.is_working_day(last)):
        last += 1
    return Day(last)


def deadline_minute(start_minute: int, hours: int) -> Minute:
    """Give the minute at which a period of hours ends; hours run from the moment itself (民法典 Art. 201)."""
    if hours < 1:
        raise _refuse("期限须为正数", "a period is positive", "≥ 1", str(hours))
    return Minute(start_minute + 60 * hours)


def _after_working_days(day: int, amount: int, pauses: Sequence[Period], calendar: Workdays) -> Day:
    while amount:
        day += 1
        if not _paused(day, pauses) and calendar.is_working_day(day):
            amount -= 1
    return Day(day)


def _stretched(start: int, last: int, pauses: Sequence[Period]) -> int:
    """Move the last day on by every paused day met on the way, the added days included."""
    day = start
    while day < last:
        day += 1
        if _paused(day, pauses):
            last += 1
    return last


def _paused(day: int, pauses: Sequence[Period]) -> bool:
    if day >= OPEN_END:
        raise _refuse(
            "期限仍在中止，尚无届满日", "the clock stands still, no end yet", "pauses that end", "…"
        )
    return any(day in pause for pause in pauses)


def _refuse(zh: str, en: str, wanted: str, came: str) -> Refused:
    return Refused("kernel.clock", zh=zh, en=en, wanted=wanted, came=came)
