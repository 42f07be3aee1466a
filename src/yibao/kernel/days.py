"""Days and minutes: time as integers, in the one local time the bureau knows (China's, UTC+8, no zone kept).

A `Day` counts days since 1970-01-01, a `Minute` minutes since 1970-01-01 00:00. Integers sort, subtract, join
and mean the same on every engine. Sources give dates in many spellings; `parse_day` reads them or refuses.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, timedelta, timezone
from typing import Final, NewType

from yibao.kernel.errors import Refused, Text

Day = NewType("Day", int)
"""Days since 1970-01-01."""
Minute = NewType("Minute", int)
"""Minutes since 1970-01-01 00:00, local time."""

CHINA: Final = timezone(timedelta(hours=8))
"""The one time zone of the bureau."""

OPEN_END: Final = Day(99_999)
"""The day (2243-10-16) that stands for "no end known"; never a real one."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_MINUTES_A_DAY: Final = 1_440
_DAY_SPELLINGS: Final = (
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"),
)


def day_of(value: date) -> Day:
    """Give the day of a date (or of a datetime, dropping its hour).

    >>> day_of(date(2026, 3, 5))
    20517
    """
    return Day(value.toordinal() - _EPOCH)


def today() -> Day:
    """Give the day it is in China; whoever calculates is given a day instead of asking."""
    return day_of(datetime.now(CHINA).date())


def date_of(day: int) -> date:
    """Give the date of a day.

    >>> date_of(20517).isoformat()
    '2026-03-05'
    """
    return date.fromordinal(day + _EPOCH)


def ymd_of(day: int) -> int:
    """Give a day as the integer people read, year-month-day.

    >>> ymd_of(20517)
    20260305
    """
    on = date_of(day)
    return on.year * 10_000 + on.month * 100 + on.day


def day_of_ymd(ymd: int) -> Day:
    """Give the day of an integer like 20260305, or refuse a date that does not exist (``kernel.day``)."""
    return _day(ymd // 10_000, ymd // 100 % 100, ymd % 100, came=str(ymd))


def month_of(day: int) -> int:
    """Give the month of a day as an integer.

    >>> month_of(20517)
    202603
    """
    return ymd_of(day) // 100


def first_day_of_month(month: int) -> Day:
    """Give the first day of a month like 202603, or refuse a month that does not exist (``kernel.day``)."""
    return day_of_ymd(month * 100 + 1)


def add_months(day: int, months: int) -> Day:
    """Give the same day some months later (negative: earlier), or that month's last day if it has none.

    Source: 民法典 Art. 202.

    >>> ymd_of(add_months(day_of_ymd(20240131), 1))
    20240229
    """
    on = date_of(day)
    year, month0 = divmod(on.year * 12 + on.month - 1 + months, 12)
    last = calendar.monthrange(year, month0 + 1)[1]
    return day_of(date(year, month0 + 1, min(on.day, last)))


def parse_day(text: str) -> Day:
    """Read a date as extracts write it: 2026-03-05, 2026/3/5, 2026.3.5, 20260305 or 2026年3月5日.

    Raises `Refused` (``kernel.day``) for any other spelling and for dates that do not exist.
    """
    for spelling in _DAY_SPELLINGS:
        if found := spelling.fullmatch(text.strip()):
            year, month, on = (int(part) for part in found.groups() if part.isdigit())
            return _day(year, month, on, came=text)
    raise _no_day(text)


def minute_of(moment: datetime) -> Minute:
    """Give the minute of a local moment, seconds dropped.

    Raises `Refused` (``kernel.zone``) for a moment with a zone: the house keeps local time only.
    """
    if moment.tzinfo is not None:
        raise Refused(
            "kernel.zone",
            zh="时间一律用北京时间，不带时区",
            en="moments are local (China's) and carry no zone",
            wanted="2026-03-05T08:30:00",
            came=moment.isoformat(),
            todo=Text(zh="先换算成北京时间并去掉时区", en="convert to UTC+8 and drop the zone first"),
        )
    return Minute(day_of(moment) * _MINUTES_A_DAY + moment.hour * 60 + moment.minute)


def moment_of(minute: int) -> datetime:
    """Give the local moment of a minute.

    >>> moment_of(20517 * 1440 + 510).isoformat()
    '2026-03-05T08:30:00'
    """
    day, rest = divmod(minute, _MINUTES_A_DAY)
    return datetime.combine(date_of(day), time(rest // 60, rest % 60))


def day_of_minute(minute: int) -> Day:
    """Give the day a minute lies in."""
    return Day(minute // _MINUTES_A_DAY)


def _day(year: int, month: int, on: int, *, came: str) -> Day:
    try:
        return day_of(date(year, month, on))
    except ValueError:
        raise _no_day(came) from None


def _no_day(came: str) -> Refused:
    return Refused(
        "kernel.day",
        zh="不是可识别的日期",
        en="not a date",
        wanted="2026-03-05 | 2026/3/5 | 20260305 | 2026年3月5日",
        came=came,
    )
