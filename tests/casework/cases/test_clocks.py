"""The clocks of a case: the calendar's make-up days, a deadline on a holiday, pauses, and what a changed policy changes."""

from __future__ import annotations

from itertools import pairwise

import pytest

from yibao import policy
from yibao.casework.cases import Band, ClockKind, Nature, Running, band, limit
from yibao.casework.cases.clocks import pause, resume, start
from yibao.kernel import CalendarYear, ClockUnit, Refused, Text, china_workdays, day_of_ymd, ymd_of

DECIDE = ClockKind("decide", Text(zh="决定", en="decide"), Nature.STATUTORY)
DELIVER = ClockKind("deliver", Text(zh="送达", en="serve"), Nature.STATUTORY)
SEAL = ClockKind("seal", Text(zh="封存", en="seal"), Nature.STATUTORY, rolls=False)


def _started(kind: ClockKind, ymd: int) -> Running:
    return start(limit(policy.load("330100"), kind, day_of_ymd(ymd)), kind, day_of_ymd(ymd))


def _due(clock: Running) -> int | None:
    due = clock.due()
    return ymd_of(due) if due is not None else None


@pytest.mark.parametrize(
    ("ymd", "due"),
    [
        (20260227, 20260309),  # Saturday 28 February is worked for the Spring Festival
        (20260929, 20261014),  # seven days off from 1 October, Saturday the 10th is worked
        (20260105, 20260114),
    ],
)
def test_seven_days_are_working_days_of_the_calendar(ymd: int, due: int) -> None:
    assert _due(_started(DELIVER, ymd)) == due


def test_ninety_days_that_end_on_the_first_of_seven_days_off_move_to_the_next_working_day() -> None:
    clock = _started(DECIDE, 20260703)
    assert clock.start + 90 == day_of_ymd(20261001)
    assert _due(clock) == 20261008


def test_what_limits_the_office_does_not_move_on() -> None:
    assert _due(_started(SEAL, 20260901)) == 20261001


def test_a_pause_adds_its_days_and_no_more() -> None:
    clock = _started(DECIDE, 20260302)
    assert _due(clock) == 20260601, "31 May is a Sunday"
    standing = pause(clock, day_of_ymd(20260310))
    assert standing.due() is None
    with pytest.raises(Refused, match=r"casework\.clock_paused"):
        pause(standing, day_of_ymd(20260311))
    again = resume(standing, day_of_ymd(20260330))
    assert _due(again) == 20260622, "twenty days on, 20 June lies in the Dragon Boat holiday"
    assert resume(pause(clock, day_of_ymd(20260310)), day_of_ymd(20260310)).due() == clock.due(), (
        "no day was lost"
    )
    with pytest.raises(Refused, match=r"casework\.clock_runs"):
        resume(again, day_of_ymd(20260401))
    with pytest.raises(Refused, match=r"casework\.clock_backwards"):
        resume(standing, day_of_ymd(20260301))


def test_bands_follow_one_another_as_the_days_pass() -> None:
    due = day_of_ymd(20261009)
    days = range(day_of_ymd(20260920), day_of_ymd(20261015))
    order = [Band.LATER, Band.SOON, Band.TODAY, Band.OVERDUE]
    places = [order.index(band(due, day, china_workdays())) for day in days]
    assert places == sorted(places) and {*places} == {0, 1, 2, 3}
    assert all(b - a <= 1 for a, b in pairwise(places))
    assert band(due, day_of_ymd(20260929), china_workdays()) is Band.SOON, "seven days off lie between"
    assert band(None, days[0], china_workdays()) is Band.STANDING


def test_a_clock_keeps_the_limit_it_was_started_by() -> None:
    """A clock is numbers: nothing it does asks the policy again."""
    clock = Running("decide", day_of_ymd(20260302), 90, ClockUnit.CALENDAR_DAYS, True)
    assert clock == _started(DECIDE, 20260302)


def test_a_year_without_a_calendar_has_no_last_day_and_stops_nobody() -> None:
    clock = Running("x", day_of_ymd(20991230), 5, ClockUnit.WORKING_DAYS, True)
    assert clock.due() is None and not clock.paused
    year = CalendarYear(2099, "国办发明电〔2098〕7号", "assumed", frozenset(), frozenset())
    known = china_workdays().with_years((year, CalendarYear(2100, "…", "assumed", frozenset(), frozenset())))
    assert ymd_of(clock.due(known) or 0) == 21000106
