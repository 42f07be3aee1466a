from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibao.kernel import (
    Clock,
    ClockUnit,
    Period,
    Refused,
    add_months,
    china_workdays,
    day_of,
    day_of_ymd,
    deadline,
    deadline_minute,
    moment_of,
    read_workdays,
    ymd_of,
)

STARTS = st.integers(day_of_ymd(20200101), day_of_ymd(20251231))
DAY_UNITS = st.sampled_from([u for u in ClockUnit if u is not ClockUnit.HOURS])


def end(
    start: int, amount: int, unit: ClockUnit, *, rolls: bool = True, pauses: tuple[Period, ...] = ()
) -> int:
    return ymd_of(deadline(day_of_ymd(start), amount, unit, last_day_rolls=rolls, pauses=pauses))


def test_the_calendar_agrees_with_an_independent_one() -> None:
    on, last = date(2020, 1, 1), date(2026, 12, 31)
    while on <= last:
        assert china_workdays().is_working_day(day_of(on)) == chinese_calendar.is_workday(on), on
        on += timedelta(days=1)


def test_every_year_names_its_notice_and_how_sure_we_are() -> None:
    years = china_workdays().years
    assert [year.year for year in years] == list(range(2020, 2027))
    assert all("国办发明电〔" in year.instrument for year in years)
    assert {year.status for year in years} == {"secondary"}


@pytest.mark.parametrize("ymd", [20191231, 20270101])
def test_years_without_a_notice_are_refused(ymd: int) -> None:
    with pytest.raises(Refused, match=r"kernel\.workdays_year") as refusal:
        china_workdays().is_working_day(day_of_ymd(ymd))
    assert str(ymd)[:4] in refusal.value.text.zh
    assert refusal.value.todo is not None and "workdays.yaml" in refusal.value.todo.zh


@pytest.mark.parametrize(
    ("start", "amount", "unit", "last"),
    [
        # five working days over a weekend; over the National Day week with its make-up Saturday
        (20260303, 5, ClockUnit.WORKING_DAYS, 20260310),
        (20260930, 5, ClockUnit.WORKING_DAYS, 20261013),
        # a make-up Sunday counts
        (20260212, 2, ClockUnit.WORKING_DAYS, 20260214),
        # begun on a day off
        (20260307, 1, ClockUnit.WORKING_DAYS, 20260309),
        # calendar days: ends inside the week of the National Day, moves to the first working day
        (20260919, 15, ClockUnit.CALENDAR_DAYS, 20261008),
        (20260303, 7, ClockUnit.CALENDAR_DAYS, 20260310),
        # ends on a make-up Sunday, which is a working day
        (20260215, 13, ClockUnit.CALENDAR_DAYS, 20260228),
        # administrative review 60 days, suit 6 months, limitation 2 years, months without the day
        (20260105, 60, ClockUnit.CALENDAR_DAYS, 20260306),
        (20260105, 6, ClockUnit.MONTHS, 20260706),
        (20240229, 1, ClockUnit.YEARS, 20250228),
        (20260831, 1, ClockUnit.MONTHS, 20260930),
        (20240105, 2, ClockUnit.YEARS, 20260105),
    ],
)
def test_deadlines(start: int, amount: int, unit: ClockUnit, last: int) -> None:
    assert end(start, amount, unit) == last


def test_a_last_day_off_stays_where_the_instrument_does_not_let_it_move() -> None:
    assert end(20260919, 15, ClockUnit.CALENDAR_DAYS, rolls=False) == 20261004
    assert end(20260105, 6, ClockUnit.MONTHS, rolls=False) == 20260705


def test_excluded_time_does_not_run() -> None:
    hearing = (Period(day_of_ymd(20260310), day_of_ymd(20260320)),)
    assert end(20260302, 90, ClockUnit.CALENDAR_DAYS, rolls=False) == 20260531
    assert end(20260302, 90, ClockUnit.CALENDAR_DAYS, rolls=False, pauses=hearing) == 20260610
    assert end(20260309, 3, ClockUnit.WORKING_DAYS, pauses=hearing) == 20260324
    assert end(20260209, 1, ClockUnit.MONTHS, pauses=hearing) == 20260309, "over before the pause"
    assert end(20260210, 1, ClockUnit.MONTHS, pauses=hearing) == 20260320
    twice = (*hearing, Period(day_of_ymd(20260315), day_of_ymd(20260322)))
    assert end(20260309, 3, ClockUnit.CALENDAR_DAYS, pauses=twice) == 20260324, (
        "a day paused twice is one day"
    )


def test_a_pause_without_end_is_refused() -> None:
    for unit in (ClockUnit.WORKING_DAYS, ClockUnit.CALENDAR_DAYS):
        with pytest.raises(Refused, match=r"kernel\.clock"):
            end(20260309, 3, unit, pauses=(Period(day_of_ymd(20260310)),))


@given(STARTS, st.integers(1, 60))
def test_working_days_count_back(start: int, amount: int) -> None:
    last = deadline(start, amount, ClockUnit.WORKING_DAYS, last_day_rolls=True)
    assert china_workdays().working_days_between(start, last) == amount
    assert china_workdays().working_days_between(last, start) == -amount
    assert china_workdays().is_working_day(last)


@given(STARTS, st.integers(1, 12), DAY_UNITS, st.integers(0, 40), st.integers(1, 40))
def test_deadlines_move_one_way(start: int, amount: int, unit: ClockUnit, after: int, length: int) -> None:
    amount = 1 if unit is ClockUnit.YEARS else amount
    plain = deadline(start, amount, unit, last_day_rolls=False)
    rolled = deadline(start, amount, unit, last_day_rolls=True)
    pause = Period(start + after, start + after + length)
    paused = deadline(start, amount, unit, last_day_rolls=False, pauses=[pause])
    assert start < plain <= rolled
    assert china_workdays().is_working_day(rolled)
    assert plain <= paused
    assert paused not in pause
    if unit is ClockUnit.CALENDAR_DAYS:
        counted = [d for d in range(start + 1, paused + 1) if d not in pause]
        assert len(counted) == amount
    if unit is ClockUnit.MONTHS and plain < pause.from_day:
        assert paused == add_months(start, amount)


def test_calendar_periods_that_do_not_roll_need_no_calendar() -> None:
    assert end(20350101, 10, ClockUnit.CALENDAR_DAYS, rolls=False) == 20350111


def test_hours_run_from_the_moment() -> None:
    told = day_of_ymd(20260305) * 1440 + 510
    assert moment_of(deadline_minute(told, 24)).isoformat() == "2026-03-06T08:30:00"
    with pytest.raises(Refused, match=r"kernel\.clock"):
        end(20260305, 24, ClockUnit.HOURS)
    with pytest.raises(Refused, match=r"kernel\.clock"):
        deadline_minute(told, 0)


def test_a_clock_is_a_period_as_the_instrument_gives_it() -> None:
    hearing = Clock(5, ClockUnit.WORKING_DAYS)
    assert ymd_of(hearing.deadline(day_of_ymd(20260930))) == 20261013
    with pytest.raises(Refused, match=r"kernel\.clock"):
        Clock(0, ClockUnit.WORKING_DAYS)


YEAR = """- {year: 2031, instrument: a, status: b,
   holidays: {元旦: {first: 2031-01-%s, last: 2031-01-%s}},
   make_up: [%s]}"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("y2031: {}", "f"),
        ("- 2031", "f"),
        ("- year: 2031\n  holidays: {}", "f:1"),
        ("- {year: '2031', instrument: a, status: b, holidays: {}, make_up: []}", "f:1"),
        ("- {year: 2031, instrument: a, status: b, holidays: {元旦: 2031-01-01}, make_up: []}", "f:1"),
        (YEAR % ("03", "01", ""), "f:2"),
        (YEAR % ("01", "03", "2031-01-06"), "f:3"),
        (YEAR % ("01", "05", "2031-01-04"), "f:3"),
        (YEAR % ("01", "03", "2032-01-04"), "f:3"),
        (YEAR % ("01", "03", "1月4日"), "f:3"),
    ],
)
def test_holiday_files_of_another_form_are_refused(text: str, line: str) -> None:
    with pytest.raises(Refused, match=r"kernel\.workdays_file") as refusal:
        read_workdays(text, "f")
    assert refusal.value.where == line
