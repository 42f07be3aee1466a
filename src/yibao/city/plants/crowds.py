"""Plants that no single bill shows: years near the cap, complications that cost nothing, crowds, outliers, holidays.

The law names no number for any of them (条例 Art. 38(2), (5), (7), Art. 40(1), Art. 41); the plants are plain ones, and
their look-alikes are those that inspections met: pay-days, families, dialysis shifts, true severe cases.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from yibao.city.amounts import FUND_SHARE
from yibao.city.arrays import ints
from yibao.city.dear import LEVEL_COST
from yibao.city.institutions import COMMUNITY, PHARMACY, SECONDARY, TERTIARY
from yibao.city.lines import DAY_MINUTES
from yibao.city.people import RESIDENT
from yibao.city.plan import YUAN
from yibao.city.plants.honest import long_holidays, on_holiday
from yibao.city.plants.stage import Stage
from yibao.city.visits import CHRONIC, PURCHASE, STAY

RESIDENT_CAP: Final = 250_000 * YUAN
"""What the city's residents' scheme pays of one person in a year, as its capital city does (made up)."""

DEAR: Final = "SYN-P-0331"
TONIC: Final = "SYN-P-0401"
_SEVERE: Final = "A41.900"
_CARDS: Final = 8
_ROUND: Final = 14
_COMPANIONS: Final = 4
_AFTER_HOLIDAY: Final = 10
_ADMITTED: Final = 14
_COMPANY: Final = 24
_OUTLIERS_EACH: Final = 2


def plant_crowds(stage: Stage) -> None:
    """Plant what only a look at many bills shows."""
    _near_the_cap(stage)
    _clusters(stage)
    _round_sums(stage)
    _companions(stage)
    _holidays(stage)
    pairs = _busy(stage)
    _company(stage, pairs)
    _outliers(stage, pairs)
    _codes_for_nothing(stage, pairs)


def _near_the_cap(stage: Stage) -> None:
    """A year is spent up to the cap in its last weeks (冲顶消费)."""
    who = stage.grown(45, 80) & (stage.people.group == RESIDENT)
    wrong = dict.fromkeys(("rush_in_december", "just_over_nine_tenths"), who)
    right = dict.fromkeys(("even_months", "rush_below_the_line", "two_visits_at_the_end"), who)
    # hundredths of the cap by month from July, then how many bills make December's
    years = {
        "rush_in_december": ((11, 11, 11, 11, 11), 42, 5), "just_over_nine_tenths": ((10, 10, 10, 10, 10), 42, 4),
        "even_months": ((16, 16, 16, 16, 16), 15, 1), "rush_below_the_line": ((8, 8, 8, 8, 8), 40, 5),
        "two_visits_at_the_end": ((13, 13, 13, 13, 13), 29, 2),
    }  # fmt: skip
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("near_cap", violation, ways):
            house = stage.house(TERTIARY, SECONDARY)
            months, last, bills = years[way]
            for month, part in enumerate(months):
                day = stage.plan.first_day + 31 * month + turn % 20
                _spend(stage, person, house, day, part, plant=-1 if violation else plant)
            for each in range(bills):
                day = stage.plan.first_day + 158 + each * 4 + turn % 3
                _spend(stage, person, house, day, last / bills, plant=plant)


def _spend(stage: Stage, person: int, house: int, day: int, hundredths: float, *, plant: int) -> None:
    visit = stage.visit(
        person, house, stage.minute(day), kind=CHRONIC, diagnosis=stage.diagnosis("C34.900x001", "chronic")
    )
    item = stage.item(DEAR)
    share = FUND_SHARE[CHRONIC][1][int(stage.institutions.group[house])] / 10_000
    packs = hundredths * (RESIDENT_CAP // 100) / (stage.price(visit, item) * 0.9 * share)
    stage.charge(visit, item, packs=round(packs, 2), plant=plant)


def _clusters(stage: Stage) -> None:
    """Many cards for one sum within minutes (药店聚集刷卡)."""
    who = stage.grown(45, 88)
    wrong = dict.fromkeys(("eight_cards_in_eight_minutes", "seven_minutes_before_closing"), who)
    right = dict.fromkeys(("pay_day_with_many_sums", "same_sum_over_the_day"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, people, turn in stage.cast("card_cluster", violation, ways, each=_CARDS):
            day, house = stage.day(), stage.house(PHARMACY)
            start = day * DAY_MINUTES + (20 * 60 if way == "seven_minutes_before_closing" else 9 * 60)
            drugs = stage.everyday
            for place, person in enumerate(people):
                later = place * (70 if way == "same_sum_over_the_day" else 1)
                visit = stage.visit(person, house, start + later, kind=PURCHASE, took=1)
                many = way == "pay_day_with_many_sums"
                item = drugs[(turn + place) % len(drugs)] if many else stage.item(TONIC)
                stage.charge(visit, item, packs=1 + place % 3 if many else 1, plant=plant)


def _round_sums(stage: Stage) -> None:
    """A pharmacy's day of round sums, or of bills in the dead of night (药店尾数、夜间规律)."""
    who = stage.grown(25, 88)
    wrong = dict.fromkeys(("round_sums_all_day", "bills_of_the_night"), who)
    right = dict.fromkeys(("busy_day_of_odd_sums", "busy_morning"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, people, turn in stage.cast("pharmacy_pattern", violation, ways, each=_ROUND):
            day, house = stage.day(), stage.house(PHARMACY)
            drugs = stage.everyday
            for place, person in enumerate(people):
                minute = (
                    day * DAY_MINUTES
                    + {"bills_of_the_night": 60, "busy_morning": 8 * 60}.get(way, 540)
                    + (place * (17 if way in ("bills_of_the_night", "busy_morning") else 41))
                )
                visit = stage.visit(person, house, minute, kind=PURCHASE)
                even = way == "round_sums_all_day"
                price = (80 + 10 * (place % 5)) * YUAN if even else 0
                item = stage.item(TONIC) if even else drugs[(turn * 5 + place) % len(drugs)]
                stage.charge(visit, item, price=price, plant=plant)


def _companions(stage: Stage) -> None:
    """The same people come to hospital together again and again (结伴住院)."""
    who = stage.grown(45, 85)
    wrong = dict.fromkeys(("three_times_together", "every_two_months"), who)
    right = dict.fromkeys(("once_together", "different_hospitals", "one_bill_each_reversed"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, people, turn in stage.cast("companions", violation, ways, each=_COMPANIONS):
            day, house = stage.day(10, 60), stage.house(SECONDARY, COMMUNITY)
            times = {"once_together": 1, "three_times_together": 3}.get(way, 4)
            for each in range(times):
                for place, person in enumerate(people):
                    where = (
                        stage.house(SECONDARY, COMMUNITY, other_than=house)
                        if way == "different_hospitals"
                        else house
                    )
                    when = day + 62 * each + (place * 3 if way == "different_hospitals" else 0)
                    when += _AFTER_HOLIDAY if on_holiday(ints([when]))[0] else 0
                    visit = stage.stay(
                        person, where, when, 5, diagnosis=stage.diagnosis("M51.202", "stay"), dressed=True
                    )
                    stage.marks.visit(plant, visit, violating=True)
                    if way == "one_bill_each_reversed":
                        stage.undone.append((visit, 45 + turn))


def _holidays(stage: Stage) -> None:
    """A ward that is full over the holiday (假期住院人次异常)."""
    who = stage.grown(45, 85)
    within = [
        h
        for h in long_holidays()
        if stage.plan.first_day + 40 < h[0] < stage.plan.first_day + stage.plan.days - 30
    ]
    if not within:
        return
    wrong = dict.fromkeys(("full_over_the_holiday", "admitted_on_the_first_days"), who)
    right = dict.fromkeys(("in_the_week_before", "spread_over_hospitals"), who)
    used: set[tuple[int, int]] = set()
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, people, turn in stage.cast("holiday_stays", violation, ways, each=_ADMITTED):
            first, last = within[turn % len(within)]
            house = next((h for h in _wards(stage, first) if (h, first) not in used), stage.house(COMMUNITY))
            used.add((house, first))
            for place, person in enumerate(people):
                day = first + place % (last - first + 1)
                if way == "admitted_on_the_first_days":
                    day = first + place % 3
                if way == "in_the_week_before":
                    day = first - 8 + place % 7
                where = (
                    stage.house(COMMUNITY, SECONDARY, TERTIARY) if way == "spread_over_hospitals" else house
                )
                visit = stage.stay(
                    person,
                    where,
                    day,
                    5 + place % 3,
                    diagnosis=stage.diagnosis("K29.500", "stay"),
                    dressed=True,
                )
                stage.marks.visit(plant, visit, violating=True)


def _wards(stage: Stage, first: int) -> list[int]:
    """Give hospitals that have had patients long before a holiday, those with the fewest just before it first."""
    visits = stage.visits
    rows = np.flatnonzero((visits.kind == STAY) & ~stage.played[visits.person])
    day, house = visits.start[rows] // DAY_MINUTES, visits.institution[rows]
    n = len(stage.institutions)
    long_before = np.bincount(house[day < first - 40], minlength=n) > 0
    just_before = np.bincount(house[(day >= first - 28) & (day < first)], minlength=n)
    order = stage.throw.permutation(n)
    order = order[np.argsort(just_before[order], kind="stable")]
    calm = ~stage.institutions.bent  # those of bad habits may be in something organised
    return [int(h) for h in order if long_before[h] and calm[h]]


def _company(stage: Stage, pairs: list[tuple[int, int]]) -> None:
    """Give hospitals enough plain stays of a disease to hold the others against."""
    for house, what in pairs:
        for person in stage.actors(stage.grown(46, 84), _COMPANY):
            usual = max(round(float(stage.catalogue.diagnoses.days[what])), 3)
            stage.stay(person, house, stage.day(20, 320), usual, diagnosis=what, dressed=True)


def _outliers(stage: Stage, pairs: list[tuple[int, int]]) -> None:
    """A stay that costs many times what its like cost at the same hospital (同病种费用离群)."""
    for turn, (house, what) in enumerate(pairs * _OUTLIERS_EACH):
        for person in stage.actors(stage.grown(46, 84), 1):
            way = ("dear_drug_day_after_day", "one_line_of_everything")[turn % 2]
            visit = stage.stay(person, house, stage.day(20, 320), 7 + turn % 4, diagnosis=what, dressed=True)
            plant = stage.plant("cost_outlier", way, violation=True)
            stage.marks.visit(plant, visit, violating=True)
            packs = 30 if way == "one_line_of_everything" else 4
            for each in range(1 if way == "one_line_of_everything" else 7):
                at = stage.span(visit)[0] + 600 + each * DAY_MINUTES
                stage.charge(visit, stage.item(DEAR), minute=at, packs=packs)
    for way, plant, (person,), turn in stage.cast(
        "cost_outlier", False, dict.fromkeys(("dear_and_not_far_off", "reversed"), stage.grown(46, 84))
    ):
        visit = stage.stay(person, stage.house(TERTIARY, SECONDARY), stage.day(), 9, dressed=True)
        stage.marks.visit(plant, visit, violating=True)
        stage.charge(visit, stage.item(DEAR), packs=1 + turn % 2)
        if way == "reversed":
            stage.charge(visit, stage.item(DEAR), packs=30)
            stage.undone.append((visit, 50))


def _codes_for_nothing(stage: Stage, pairs: list[tuple[int, int]]) -> None:
    """A severe complication on the list of a stay that cost no more than one without (高套编码)."""
    who = stage.grown(46, 84)
    wrong = dict.fromkeys(("sepsis_of_two_nights", "sepsis_of_three_nights"), who)
    right = dict.fromkeys(("true_severe_case", "no_complication"), who)
    if not pairs:
        return
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("up_coding", violation, ways):
            house, what = pairs[turn % len(pairs)]
            table = stage.catalogue.diagnoses
            usual = max(round(float(table.days[what])), 3)
            nights = {"sepsis_of_two_nights": 2, "sepsis_of_three_nights": 3}.get(way, usual)
            day = stage.day(20, 320)
            visit = stage.stay(person, house, day, nights, diagnosis=what, dressed=not violation)
            stage.marks.visit(plant, visit, violating=True)
            if violation:
                stage.ward(visit, day, nights, treated=nights, plant=-1)
            if way != "no_complication":
                stage.said.besides.append((visit, _SEVERE))
            if way == "true_severe_case":
                mean = table.cost[what] * LEVEL_COST[True][min(int(stage.institutions.tier[house]), 2)] * YUAN
                packs = round(1.8 * float(mean) / stage.price(visit, stage.item(DEAR)), 2)
                stage.charge(visit, stage.item(DEAR), packs=packs)


def _busy(stage: Stage) -> list[tuple[int, int]]:
    """Give hospitals and diseases of which they had many stays without an operation."""
    visits, table = stage.visits, stage.catalogue.diagnoses
    plain = table.styled("medical") & (table.operation < 0) & (table.age_low <= 46) & (table.age_low >= 1)
    plain &= np.isin(table.sex, (0,))
    rows = np.flatnonzero(
        (visits.kind == STAY)
        & plain[visits.diagnosis]
        & ~stage.played[visits.person]
        & ~on_holiday(visits.start // DAY_MINUTES)
    )
    key = visits.institution[rows] * len(table.rows) + visits.diagnosis[rows]
    found, count = np.unique(key, return_counts=True)
    told = stage.quota.rare_violations()
    wanted = max(1, min(4, told // 5)) if told else 0
    order = np.argsort(-count, kind="stable")[:wanted]
    return [(int(found[p]) // len(table.rows), int(found[p]) % len(table.rows)) for p in order]
