"""Clocks of a case: how long, in which unit, by which instrument, since when, and while what they stand still; pure.

A clock keeps the limit by which it was started: a later change of the policy does not change a case that is under
way, and its row says which value it went by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from yibao.kernel import OPEN_END, ClockUnit, Day, Period, Refused, Text, Workdays, date_of, deadline
from yibao.policy import Policy, Unit, Value

CLOCK_UNITS: Final = {
    Unit.WORKING_DAYS: ClockUnit.WORKING_DAYS,
    Unit.DAYS: ClockUnit.CALENDAR_DAYS,
    Unit.MONTHS: ClockUnit.MONTHS,
    Unit.YEARS: ClockUnit.YEARS,
}


class Nature(StrEnum):
    """Whose clock it is: what happens at its end differs."""

    STATUTORY = "statutory"
    """法定: an instrument of law sets it."""
    AGREED = "agreed"
    """约定: the service agreement sets it."""
    INTERNAL = "internal"
    """内部: the office's own target."""


NATURE_NAMES = {
    Nature.STATUTORY: Text(zh="法定", en="statutory"),
    Nature.AGREED: Text(zh="约定", en="agreed"),
    Nature.INTERNAL: Text(zh="内部", en="internal"),
}


WHOSE_NAMES = {"office": Text(zh="机关", en="the office"), "party": Text(zh="当事人", en="the party")}
"""Who must act before a clock runs out."""


@dataclass(frozen=True, slots=True)
class ClockKind:
    """One kind of clock: its name, whose it is, and the policy parameter that holds its length."""

    name: str
    text: Text
    nature: Nature
    rolls: bool = True
    """Whether a last day off moves to the next working day; not where the clock limits what is done to a party."""
    whose: str = "office"
    """Who must act before it runs out: the office, or the party."""
    topic: str = "casework"
    """The topic of the policy under which its length stands."""

    @property
    def key(self) -> str:
        """Name the policy parameter of its length."""
        return f"{self.topic}.clock.{self.name}"


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that was started: by which limit, when, and which days do not count."""

    kind: str
    start: int
    amount: int
    unit: ClockUnit
    rolls: bool
    pauses: tuple[Period, ...] = ()

    @property
    def paused(self) -> bool:
        """Tell whether it stands still with no end of that known yet."""
        return any(pause.until_day >= OPEN_END for pause in self.pauses)

    def due(self, workdays: Workdays | None = None) -> Day | None:
        """Give the last day in time; None while it stands still, and while the holidays of its year are not announced.

        The State Council announces a year's holidays late in the year before. Until then nobody knows the day, and it
        is not guessed; but no office has to wait with its work for that.
        """
        if self.paused:
            return None
        try:
            return self._deadline(workdays)
        except Refused as refused:
            if refused.code != "kernel.workdays_year":
                raise
            return None

    def _deadline(self, workdays: Workdays | None) -> Day:
        return deadline(
            self.start,
            self.amount,
            self.unit,
            last_day_rolls=self.rolls,
            pauses=self.pauses,
            workdays=workdays,
        )


def limit(policy: Policy, kind: ClockKind, day: int) -> Value:
    """Give the policy value by which a clock of this kind is started on a day."""
    return policy.at(kind.key, day)


def start(value: Value, kind: ClockKind, day: int) -> Running:
    """Start a clock by a value of the policy."""
    return Running(kind.name, day, value.number, CLOCK_UNITS[value.unit], kind.rolls)


def begun(policy: Policy, kind: ClockKind, day: int) -> Running:
    """Give a clock of a kind as it begins to run on a day, by the policy of that day."""
    return start(limit(policy, kind, day), kind, day)


def pause(clock: Running, day: int) -> Running:
    """Let a clock stand still from the day after ``day`` on; refuses one that stands already."""
    if clock.paused:
        raise Refused(
            "casework.clock_paused",
            zh="期限已经中止，不能再次中止",
            en="the clock stands still already",
            came=clock.kind,
            todo=Text(zh="先恢复计算", en="let it run again first"),
        )
    return _with(clock, (*clock.pauses, Period(day + 1, OPEN_END)))


def resume(clock: Running, day: int) -> Running:
    """Let a clock run again: ``day`` is the last day that does not count; refuses one that runs."""
    if not clock.paused:
        raise Refused(
            "casework.clock_runs",
            zh="期限没有中止，无须恢复",
            en="the clock runs; there is nothing to resume",
            came=clock.kind,
            todo=Text(
                zh="无须办理；用 yibao case show 查看期限",
                en="there is nothing to do; see the clocks with yibao case show",
            ),
        )
    *before, last = clock.pauses
    if day < last.from_day - 1:
        raise Refused(
            "casework.clock_backwards",
            zh="恢复的日期早于中止的日期",
            en="it would run again before it stopped",
            wanted=f"≥ {date_of(last.from_day - 1)}",
            came=str(date_of(day)),
            todo=Text(zh="核对恢复的日期", en="check the day on which it runs again"),
        )
    ended = (Period(last.from_day, day + 1),) if day + 1 > last.from_day else ()
    return _with(clock, (*before, *ended))


def _with(clock: Running, pauses: Sequence[Period]) -> Running:
    return Running(clock.kind, clock.start, clock.amount, clock.unit, clock.rolls, tuple(pauses))


class Band(StrEnum):
    """How near the end is: the order of every work list."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    """Within three working days."""
    LATER = "later"
    STANDING = "standing"
    """It stands still, or there is none."""


BAND_NAMES = {
    Band.OVERDUE: Text(zh="已逾期", en="overdue"),
    Band.TODAY: Text(zh="今天到期", en="due today"),
    Band.SOON: Text(zh="3个工作日内", en="within three working days"),
    Band.LATER: Text(zh="其余", en="later"),
    Band.STANDING: Text(zh="无期限或中止", en="no clock runs"),
}


def band(due: int | None, today: int, workdays: Workdays) -> Band:
    """Say how near the end of a clock is on a day."""
    if due is None:
        return Band.STANDING
    if due < today:
        return Band.OVERDUE
    if due == today:
        return Band.TODAY
    return Band.SOON if workdays.working_days_between(today, due) <= 3 else Band.LATER
