"""Plants made of stays and orders: empty beds, needless tests, too much of a drug, bills cut in two or moved.

条例 Art. 38(1) 挂床住院, Art. 38(2) 过度检查、超量开药、重复开药、分解处方, Art. 38(3) and (7) for what is charged twice or
moved to an outpatient bill, Art. 40(3) 虚记费用. Where the law names no number the city keeps clear of the doubt:
its violations are plain, and the cases at an edge take the edge from 处方管理办法 Art. 19 (seven days) and
长期处方管理规范（试行）(twelve weeks).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from yibao.city.institutions import COMMUNITY, PHARMACY, SECONDARY, TERTIARY
from yibao.city.lines import DAY_MINUTES
from yibao.city.plants.stage import Stage
from yibao.city.visits import CHRONIC, EMERGENCY, PURCHASE, VISIT

ORDINARY_DAYS: Final = 7
LONG_DAYS: Final = 84
SUPPLIED: Final = ("SYN-P-0201", "SYN-P-0202", "SYN-P-0203")
PACK_DAYS: Final = 7
EXECUTED: Final = ("SYN-P-0221", "SYN-P-0222", "SYN-P-0223")
CANCELLED: Final = -1
"""An order whose execution the institution's own system took back."""

_DEAR_TESTS: Final = ("SYN-P-0211", "SYN-P-0212", "SYN-P-0213")
_BEFORE_OPERATION: Final = "SYN-P-0231"
_SHIFTED_DAYS: Final = 3
_CHRONIC: Final = "I10.x05"
_CLAIM: Final = "J18.900"


def plant_orders(stage: Stage) -> None:
    """Plant what is wrong with stays, prescriptions and executions."""
    _empty_beds(stage)
    _needless_tests(stage)
    _too_much(stage)
    _too_early(stage)
    _split_prescriptions(stage)
    _shifted(stage)
    _out_while_in(stage)
    _not_executed(stage)
    _settled_again(stage)


def _empty_beds(stage: Stage) -> None:
    """A bed is paid for and nobody is treated in it (挂床住院)."""
    who = stage.grown(30, 80)
    wrong = dict.fromkeys(
        ("bed_and_nursing_only", "treated_on_the_first_day_only", "away_most_of_the_stay"), who
    )
    right = dict.fromkeys(("treated_every_day", "weekend_leave", "one_night"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("nominal_stay", violation, ways):
            day, nights = stage.day(), 1 if way == "one_night" else 6 + turn % 4
            visit = stage.stay(person, stage.house(SECONDARY, COMMUNITY), day, nights)
            treated = {"bed_and_nursing_only": 0, "treated_on_the_first_day_only": 1}.get(way, nights)
            stage.ward(visit, day, nights, treated=treated, plant=plant)
            if way in ("away_most_of_the_stay", "weekend_leave"):
                gone = nights - 1 if violation else 2
                start = (day + 1) * DAY_MINUTES + 8 * 60
                stage.said.away.append((visit, start, start + gone * DAY_MINUTES - 30))


def _needless_tests(stage: Stage) -> None:
    """Almost all that a stay costs is tests (过度检查)."""
    who = stage.grown(30, 80)
    wrong = dict.fromkeys(("nine_tenths_are_tests", "just_over_four_fifths", "every_scan_there_is"), who)
    right = dict.fromkeys(("just_under_four_fifths", "half_are_tests"), who)
    shares = {"nine_tenths_are_tests": (89, 93), "just_over_four_fifths": (81, 83), "every_scan_there_is": (82, 97),
              "just_under_four_fifths": (76, 79), "half_are_tests": (48, 54)}  # fmt: skip
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("excess_tests", violation, ways):
            day, nights, (low, high) = stage.day(), 5 + turn % 3, shares[way]
            visit = stage.stay(person, stage.house(TERTIARY, SECONDARY), day, nights)
            stage.ward(visit, day, nights, treated=nights, plant=-1)
            tests = [
                (stage.item(code), stage.minute(day + place, 13, 16))
                for place, code in enumerate(_DEAR_TESTS)
            ]
            labs = stage.catalogue.items.role("lab")
            place, again = np.arange(len(labs)), np.arange(nights - 1)[:, None]
            on = day + 1 + (place + again).ravel() % (nights - 1)  # each once a day at most
            small = zip(labs.tolist() * (nights - 1), stage.minutes(on, 6, 7), strict=True)
            others, spent = stage.cost(visit), 0
            dear = tests if way == "every_scan_there_is" else tests[turn % 3 :][:1]
            for item, at in dict.fromkeys([*dear, *small, *tests]):
                if spent >= others * low // (100 - low):
                    break
                price = stage.price(visit, item)
                if (spent + price) * (100 - high) <= others * high:
                    stage.charge(visit, item, minute=at, plant=plant)
                    spent += price


def _too_much(stage: Stage) -> None:
    """More of a drug than a prescription may hold (超量开药)."""
    who = stage.grown(45, 85)
    wrong = dict.fromkeys(
        ("second_pack_of_a_week", "four_weeks_at_the_desk", "thirteen_weeks", "half_a_year_at_the_pharmacy"),
        who,
    )
    right = dict.fromkeys(("one_week", "twelve_weeks", "thirteenth_week_returned"), who)
    packs = {
        "second_pack_of_a_week": 2, "four_weeks_at_the_desk": 4, "thirteen_weeks": 13, "half_a_year_at_the_pharmacy": 26,
        "one_week": 1, "twelve_weeks": 12, "thirteenth_week_returned": 12,
    }  # fmt: skip
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("over_quantity", violation, ways):
            week = way in ("second_pack_of_a_week", "four_weeks_at_the_desk", "one_week")
            shop = way == "half_a_year_at_the_pharmacy"
            kind = PURCHASE if shop else VISIT if week else CHRONIC
            house = stage.house(PHARMACY) if shop else stage.house(SECONDARY, COMMUNITY)
            visit = stage.visit(
                person,
                house,
                stage.minute(stage.day()),
                kind=kind,
                diagnosis=stage.diagnosis(_CHRONIC, "chronic"),
            )
            stage.consult(visit)
            item = stage.item(SUPPLIED[turn % 3])
            stage.charge(visit, item, packs=packs[way], plant=plant)
            if way == "thirteenth_week_returned":
                stage.charge(visit, item, packs=1, plant=plant, back=True)


def _too_early(stage: Stage) -> None:
    """The same drug again while most of the last supply is still there (重复开药)."""
    who = stage.grown(45, 85)
    wrong = dict.fromkeys(("elsewhere_the_next_day", "four_weeks_early", "hospital_and_pharmacy"), who)
    right = dict.fromkeys(("when_it_ran_out", "two_days_early", "first_supply_returned", "another_drug"), who)
    gaps = {"elsewhere_the_next_day": 1, "four_weeks_early": 28, "hospital_and_pharmacy": 3, "when_it_ran_out": 56,
            "two_days_early": 54, "first_supply_returned": 10, "another_drug": 10}  # fmt: skip
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("overlapping_supply", violation, ways):
            day, house = stage.day(20, 270), stage.house(SECONDARY, COMMUNITY)
            for each in (0, 1):
                shop = each == 1 and way == "hospital_and_pharmacy"
                place = house
                if each and violation and way != "four_weeks_early":
                    place = (
                        stage.house(PHARMACY) if shop else stage.house(SECONDARY, COMMUNITY, other_than=house)
                    )
                visit = stage.visit(
                    person, place, stage.minute(day + each * gaps[way]), kind=PURCHASE if shop else CHRONIC,
                    diagnosis=stage.diagnosis(_CHRONIC, "chronic"),
                )  # fmt: skip
                stage.consult(visit)
                code = SUPPLIED[(turn + (each if way == "another_drug" else 0)) % 3]
                back = each == 0 and way == "first_supply_returned"
                wrong_one = each == 1 or not violation
                stage.charge(visit, stage.item(code), packs=8, plant=plant, violating=wrong_one, back=back)


def _split_prescriptions(stage: Stage) -> None:
    """One prescription made into several bills of one doctor on one day (分解处方)."""
    who = stage.grown(25, 85)
    wrong = dict.fromkeys(("three_bills_in_an_hour", "two_bills_in_a_row", "over_the_lunch_break"), who)
    right = dict.fromkeys(("two_departments", "first_bill_reversed", "next_day"), who)
    starts = {"three_bills_in_an_hour": (0, 15, 32), "two_bills_in_a_row": (0, 12), "over_the_lunch_break": (0, 150),
              "two_departments": (0, 70), "first_bill_reversed": (0, 30), "next_day": (0, DAY_MINUTES)}  # fmt: skip
    drugs = stage.everyday
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("split_prescription", violation, ways):
            house, first = stage.house(SECONDARY, COMMUNITY), stage.minute(stage.day(), 9, 12)
            if way == "two_departments":
                house = stage.house(SECONDARY)
            one = stage.doctor(house, 0)
            for each, later in enumerate(starts[way]):
                staff = stage.doctor(house, 4) if each and way == "two_departments" else one
                code = "H10.900" if each and way == "two_departments" else "J06.900"
                visit = stage.visit(
                    person,
                    house,
                    first + later,
                    took=10,
                    staff=staff,
                    diagnosis=stage.diagnosis(code, "visit"),
                )
                if each == 0 or way in ("two_departments", "next_day"):
                    stage.consult(visit)
                for which in (0, 1):
                    item = drugs[(turn * 7 + each * 2 + which) % len(drugs)]
                    stage.charge(visit, item, plant=plant)
                if each == 0 and way == "first_bill_reversed":
                    stage.undone.append((visit, 8))


def _shifted(stage: Stage) -> None:
    """What belongs to a stay is billed at the desk in the days before it (转嫁住院费用)."""
    who = stage.grown(30, 80)
    wrong = dict.fromkeys(("day_before", "three_days_before", "same_morning"), who)
    right = dict.fromkeys(
        ("four_days_before", "other_hospital", "emergency_turned_into_a_stay", "bill_reversed"), who
    )
    before = {"day_before": 1, "three_days_before": _SHIFTED_DAYS, "same_morning": 0, "four_days_before": 4,
              "other_hospital": 2, "emergency_turned_into_a_stay": 0, "bill_reversed": 1}  # fmt: skip
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), _ in stage.cast("cost_shifting", violation, ways):
            house, day = stage.house(TERTIARY, SECONDARY), stage.day()
            stage.stay(
                person, house, day, 6, dressed=True, start=stage.minute(day, 14, 16),
                diagnosis=stage.diagnosis(_CLAIM, "stay"),
            )  # fmt: skip
            place = stage.house(TERTIARY, SECONDARY, other_than=house) if way == "other_hospital" else house
            kind = EMERGENCY if way == "emergency_turned_into_a_stay" else VISIT
            visit = stage.visit(
                person,
                place,
                stage.minute(day - before[way], 9, 11),
                kind=kind,
                diagnosis=stage.diagnosis(_CLAIM, "visit"),
            )
            stage.consult(visit)
            stage.charge(visit, stage.item(_BEFORE_OPERATION), plant=plant)
            if way == "bill_reversed":
                stage.undone.append((visit, 30))


def _out_while_in(stage: Stage) -> None:
    """A card is used elsewhere while its owner lies in hospital (住院期间门诊/购药)."""
    who = stage.grown(30, 80)
    wrong = dict.fromkeys(("pharmacy_during_the_stay", "clinic_during_the_stay", "day_before_leaving"), who)
    right = dict.fromkeys(("morning_of_coming", "evening_of_leaving", "use_reversed"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("visit_during_stay", violation, ways):
            house, day, nights = stage.house(TERTIARY, SECONDARY), stage.day(), 7
            inside = stage.stay(person, house, day, nights, dressed=True, start=stage.minute(day, 14, 16))
            stage.marks.visit(plant, inside, violating=False)
            clinic = way in ("clinic_during_the_stay", "morning_of_coming")
            place = stage.house(COMMUNITY if clinic else PHARMACY)
            when = {
                "morning_of_coming": stage.minute(day, 8, 10), "evening_of_leaving": stage.minute(day + nights, 18, 20),
                "day_before_leaving": stage.minute(day + nights - 1, 16, 19),
            }.get(way) or stage.minute(day + 2 + turn % 3, 9, 18)  # fmt: skip
            visit = stage.visit(person, place, when, kind=VISIT if clinic else PURCHASE)
            stage.consult(visit)
            drugs = stage.everyday
            stage.charge(visit, drugs[turn % len(drugs)])
            stage.marks.visit(plant, visit, violating=True)
            if way == "use_reversed":
                stage.undone.append((visit, 15))


def _not_executed(stage: Stage) -> None:
    """More is charged than was done (虚记诊疗项目)."""
    who = stage.grown(30, 85)
    wrong = dict.fromkeys(("twice_what_was_done", "orders_cancelled", "five_of_six_not_done"), who)
    right = dict.fromkeys(("all_done", "more_done_than_charged", "one_not_recorded", "excess_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("recorded_not_executed", violation, ways):
            day, nights = stage.day(), 8
            visit = stage.stay(person, stage.house(SECONDARY, COMMUNITY), day, nights, dressed=True)
            item = stage.item(EXECUTED[turn % 3])
            for each in range(6):
                done = {
                    "twice_what_was_done": each < 3,
                    "orders_cancelled": False,
                    "five_of_six_not_done": each < 1,
                    "one_not_recorded": each < 5,
                }.get(way, True)
                done = done and not (way == "excess_returned" and each == 5)
                at = stage.minute(day + 1 + each, 9, 11)
                back = way == "excess_returned" and each == 5
                place = stage.charge(visit, item, minute=at, plant=plant, back=back)
                times = 2 if way == "more_done_than_charged" and each == 0 else int(done)
                stage.said.executed[place] = CANCELLED if way == "orders_cancelled" else times


def _settled_again(stage: Stage) -> None:
    """A bill that is settled already is settled once more (已结算费用再次结算)."""
    who = stage.grown(25, 80)
    wrong = dict.fromkeys(("offline_bill_again", "again_as_an_emergency", "again_a_month_later"), who)
    right = dict.fromkeys(("first_reversed", "same_things_another_day"), who)
    later = {"offline_bill_again": 25, "again_as_an_emergency": 2 * DAY_MINUTES, "again_a_month_later": 31 * DAY_MINUTES,
             "first_reversed": 20}  # fmt: skip
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("settled_twice", violation, ways):
            house, start = stage.house(SECONDARY, COMMUNITY), stage.minute(stage.day(20, 290))
            staff = stage.doctor(house, 0)
            for each in (0, 1):
                kind = EMERGENCY if each and way == "again_as_an_emergency" else VISIT
                moved = 9 * DAY_MINUTES if each and way == "same_things_another_day" else 0
                settled = start + 40 + later.get(way, 0) * each if not moved else 0
                visit = stage.visit(person, house, start + moved, kind=kind, staff=staff, settled=settled)
                treated = stage.catalogue.items.role("tcm")
                items = [int(treated[(turn + place) % len(treated)]) for place in (0, 3, 5)]
                for place, item in enumerate(items):
                    at = start + moved + 5 + 4 * place
                    stage.charge(visit, item, minute=at, plant=plant, violating=each == 1 or not violation)
                if each == 0 and way == "first_reversed":
                    stage.undone.append((visit, 10))
