"""Plants of what is charged against a bureau's own lists: twice, in parts, beside what excludes it, out of scope.

The ground is 条例 Art. 38(2), (3) and (6). The lists themselves (what contains what, how often in a month, for which
disease) are the city's own and are delivered with the bills, see `plants.knowledge`.
"""

from __future__ import annotations

from typing import Final

from yibao.city.institutions import SECONDARY, TERTIARY
from yibao.city.plants.stage import Stage
from yibao.city.visits import VISIT
from yibao.kernel import ymd_of

PACKAGE: Final = "SYN-P-0101"
COMPONENTS: Final = ("SYN-P-0102", "SYN-P-0103", "SYN-P-0104", "SYN-P-0105")
EXCLUSIVE_ON_A_DAY: Final = ("SYN-P-0111", "SYN-P-0112")
EXCLUSIVE_IN_A_STAY: Final = ("SYN-P-0113", "SYN-P-0114")
MONTHLY: Final = "SYN-P-0121"
YEARLY: Final = "SYN-P-0122"
ONCE: Final = "SYN-P-0123"
TIMES_A_MONTH: Final = 4
TIMES_A_YEAR: Final = 2
BEDS: Final = ("SYN-P-0131", "SYN-P-0132")
NURSING: Final = "SYN-P-0133"
NOT_PAID: Final = ("SYN-P-0141", "SYN-P-0142", "SYN-P-0143")
FALLEN_OUT: Final = "SYN-P-0144"
INDICATED: Final = {"SYN-P-0151": "C22", "SYN-P-0152": "K74", "SYN-P-0153": "I63", "SYN-P-0154": "M51"}
_DISEASE: Final = {
    "SYN-P-0151": "C22.000",
    "SYN-P-0152": "K74.607",
    "SYN-P-0153": "I63.900",
    "SYN-P-0154": "M51.202",
}
SECOND_LINE: Final = "SYN-P-0161"
FIRST_LINE: Final = ("SYN-P-0162", "SYN-P-0163")
_ONCE_ONLY: Final = ("SYN-P-0171", "SYN-P-0172", "SYN-P-0173")


def plant_wares(stage: Stage) -> None:
    """Plant against every list of the bureau that speaks of what is charged."""
    _twice(stage)
    _packages(stage)
    _exclusive(stage)
    _often(stage)
    _days_of_a_stay(stage)
    _out_of_scope(stage)
    for rule, codes in (
        ("indication_limit", ("SYN-P-0151", "SYN-P-0152")),
        ("treatment_without_indication", ("SYN-P-0153", "SYN-P-0154")),
    ):
        _without_reason(stage, rule, codes)
    _second_line(stage)


def _hospital(stage: Stage) -> int:
    return stage.house(TERTIARY, SECONDARY)


def _twice(stage: Stage) -> None:
    """A test, an examination or an operation done once is charged twice (条例 Art. 38(3) 重复收费)."""
    who = stage.grown(25, 80)
    wrong = dict.fromkeys(("same_minute", "ten_minutes_later", "ward_and_desk"), who)
    right = dict.fromkeys(
        ("two_days_later", "second_returned", "two_people", "both_sides", "test_repeated_for_control"), who
    )
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("same_item_twice", violation, ways):
            item, house, day = stage.item(_ONCE_ONLY[turn % 3]), _hospital(stage), stage.day()
            if way == "test_repeated_for_control":
                item = stage.item(_ONCE_ONLY[1])
            if way in ("ward_and_desk", "test_repeated_for_control"):
                visit = stage.stay(person, house, day, 5, dressed=True)
                first = stage.minute(day + 1, 9, 11)
            else:
                visit = stage.visit(person, house, stage.minute(day))
                stage.consult(visit)
                first = stage.span(visit)[0] + 4
            packs = 2 if way == "both_sides" else 1
            stage.charge(visit, item, minute=first, plant=plant, packs=packs)
            if way == "both_sides":
                continue
            again = {
                "same_minute": 0,
                "ten_minutes_later": 10,
                "ward_and_desk": 6,
                "test_repeated_for_control": 420,
            }
            if way == "two_days_later":
                visit = stage.visit(person, house, stage.minute(day + 2))
                stage.consult(visit)
            if way == "two_people":
                (other,) = stage.actors(who, 1) or [person]
                visit = stage.visit(other, house, first - 4)
            later = first + again[way] if way in again else 0
            stage.charge(visit, item, minute=later, plant=plant, back=way == "second_returned")


def _packages(stage: Stage) -> None:
    """What makes up a package is charged beside it or instead of it (分解项目收费)."""
    who = stage.grown(25, 80)
    wrong = dict.fromkeys(("parts_beside_the_package", "all_parts_instead"), who)
    right = dict.fromkeys(("package_alone", "some_parts", "part_on_another_day", "part_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("unbundled_charge", violation, ways):
            house, day = _hospital(stage), stage.day()
            visit = stage.visit(person, house, stage.minute(day))
            stage.consult(visit)
            part = stage.item(COMPONENTS[turn % 4])
            if way not in ("all_parts_instead", "some_parts"):
                stage.charge(visit, stage.item(PACKAGE), plant=plant, violating=not violation)
            if way in ("all_parts_instead", "some_parts"):
                for code in COMPONENTS if violation else COMPONENTS[:2]:
                    item = stage.item(code)
                    stage.charge(visit, item, price=stage.limit(visit, item), plant=plant)
            if way == "part_on_another_day":
                visit = stage.visit(person, house, stage.minute(day + 3))
                stage.consult(visit)
            if way in ("parts_beside_the_package", "part_on_another_day", "part_returned"):
                stage.charge(visit, part, plant=plant, back=way == "part_returned")


def _exclusive(stage: Stage) -> None:
    """Two things of which one rules the other out are both charged (项目互斥)."""
    who = stage.grown(25, 80)
    wrong = dict.fromkeys(("both_on_one_day", "both_in_one_stay"), who)
    right = dict.fromkeys(("on_two_days", "in_two_visits", "one_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), _ in stage.cast("exclusive_items", violation, ways):
            house, day = _hospital(stage), stage.day()
            pair = EXCLUSIVE_IN_A_STAY if way in ("both_in_one_stay", "in_two_visits") else EXCLUSIVE_ON_A_DAY
            first, second = (stage.item(code) for code in pair)
            if way == "in_two_visits":
                for each, item in enumerate((first, second)):
                    visit = stage.visit(person, house, stage.minute(day + 7 * each))
                    stage.consult(visit)
                    stage.charge(visit, item, plant=plant)
                continue
            visit = stage.stay(person, house, day, 5, dressed=True)
            apart = {"both_on_one_day": 0, "one_returned": 0}.get(way, 2)
            stage.charge(visit, first, minute=stage.minute(day + 1, 9, 11), plant=plant)
            stage.charge(
                visit,
                second,
                minute=stage.minute(day + 1 + apart, 11, 16),
                plant=plant,
                back=way == "one_returned",
            )


def _often(stage: Stage) -> None:
    """More often in a visit, a month or a year than is paid for (条例 Art. 38(6))."""
    who = stage.grown(25, 80)
    wrong = dict.fromkeys(("fifth_in_a_month", "third_in_a_year", "second_in_a_stay"), who)
    right = dict.fromkeys(
        ("fourth_in_a_month", "five_over_two_months", "second_in_a_year", "fifth_returned"), who
    )
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("frequency_over_period", violation, ways):
            house = _hospital(stage)
            if way == "second_in_a_stay":
                day = stage.day()
                visit = stage.stay(person, house, day, 6, dressed=True)
                for each in (1, 3):
                    at = stage.minute(day + each, 9, 16)
                    stage.charge(visit, stage.item(ONCE), minute=at, plant=plant)
                continue
            yearly = way in ("third_in_a_year", "second_in_a_year")
            first = _first_of_a_month(stage, turn % 5)
            step = 30 if yearly else 6
            start = first + 9 if way == "five_over_two_months" else first + 1
            count = {"third_in_a_year": TIMES_A_YEAR + 1, "second_in_a_year": TIMES_A_YEAR}.get(
                way, TIMES_A_MONTH + 1
            )
            count -= way == "fourth_in_a_month"
            for each in range(count):
                visit = stage.visit(person, house, stage.minute(start + each * step))
                stage.consult(visit)
                item = stage.item(YEARLY if yearly else MONTHLY)
                last = each == count - 1
                stage.charge(visit, item, plant=plant, back=last and way == "fifth_returned")


def _first_of_a_month(stage: Stage, turn: int) -> int:
    """Give the first day of one of the months from August to October, so that a year does not turn within a plant."""
    day = stage.plan.first_day + 32 + turn % 3 * 31
    while ymd_of(day) % 100 != 1:
        day -= 1
    return day


def _days_of_a_stay(stage: Stage) -> None:
    """More days of bed or nursing than the stay had, the day of leaving and the day of coming both counted."""
    who = stage.grown(25, 85)
    wrong = dict.fromkeys(("two_beds_on_two_days", "two_nurses_on_two_days", "days_in_one_line"), who)
    right = dict.fromkeys(("both_ends_counted", "both_ends_in_one_line", "extra_bed_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("per_day_items_over_stay", violation, ways):
            day, nights = stage.day(), 5 + turn % 4
            lump = way.endswith("in_one_line")
            visit = stage.stay(person, _hospital(stage), day, nights, dressed=True)
            if not lump:
                stage.ordinary.append((plant, visit, "nursing" if way == "two_nurses_on_two_days" else "bed"))
            item = stage.item(NURSING if way == "two_nurses_on_two_days" else BEDS[turn % 2])
            if lump:
                stage.without_bed.add(visit)
                stage.charge(
                    visit,
                    item,
                    minute=stage.span(visit)[1] - 30,
                    packs=nights + (2 if violation else 1),
                    plant=plant,
                )
                continue
            for each in range(1 if way == "both_ends_counted" else 2):
                at = stage.minute(day + 1 + each, 17, 21)
                stage.charge(visit, item, minute=at, plant=plant, back=way == "extra_bed_returned")


def _out_of_scope(stage: Stage) -> None:
    """What the fund does not pay is charged to it (条例 Art. 38(6))."""
    who = stage.grown(25, 80)
    turned = stage.plan.price_change_day - stage.plan.first_day
    wrong = dict.fromkeys(("class_three_paid_by_the_fund", "fallen_out_of_the_list", "first_day_out"), who)
    right = dict.fromkeys(("at_her_own_cost", "last_day_in_the_list", "line_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("out_of_scope_settled", violation, ways):
            day = {
                "fallen_out_of_the_list": stage.day(turned + 5, 340), "first_day_out": stage.plan.price_change_day,
                "last_day_in_the_list": stage.plan.price_change_day - 1,
            }.get(way) or stage.day()  # fmt: skip
            fallen = way in ("fallen_out_of_the_list", "first_day_out", "last_day_in_the_list")
            visit = stage.visit(person, _hospital(stage), stage.minute(day))
            stage.consult(visit)
            item = stage.item(FALLEN_OUT if fallen else NOT_PAID[turn % 3])
            place = stage.charge(visit, item, plant=plant, back=way == "line_returned")
            if way in ("class_three_paid_by_the_fund", "line_returned"):
                stage.said.covered.append(place)


def _without_reason(stage: Stage, rule: str, codes: tuple[str, str]) -> None:
    """Something paid for one disease is charged for another (条例 Art. 38(2), (6))."""
    who = stage.grown(36, 85)
    wrong = dict.fromkeys(("other_disease", "no_word_of_it_in_a_stay"), who)
    right = dict.fromkeys(("the_disease", "second_diagnosis_of_the_stay", "line_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast(rule, violation, ways):
            code, day = codes[turn % 2], stage.day()
            if way in ("no_word_of_it_in_a_stay", "second_diagnosis_of_the_stay"):
                visit = stage.stay(person, _hospital(stage), day, 6, dressed=True)
                if way == "second_diagnosis_of_the_stay":
                    stage.said.besides.append((visit, _DISEASE[code]))
            else:
                what = stage.diagnosis(_DISEASE[code]) if way == "the_disease" else -1
                visit = stage.visit(person, _hospital(stage), stage.minute(day), kind=VISIT, diagnosis=what)
                stage.consult(visit)
            stage.charge(visit, stage.item(code), plant=plant, back=way == "line_returned")


def _second_line(stage: Stage) -> None:
    """A drug of the second line, and none of the first line before it (条例 Art. 38(2))."""
    who = stage.grown(36, 85)
    wrong = dict.fromkeys(("never_the_first_line", "first_line_afterwards", "first_line_returned"), who)
    right = dict.fromkeys(("first_line_before", "other_first_line_before", "second_line_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), _ in stage.cast("second_line_drug", violation, ways):
            house, day = _hospital(stage), stage.day(80, 280)
            visit = stage.visit(person, house, stage.minute(day))
            stage.consult(visit)
            stage.charge(visit, stage.item(SECOND_LINE), plant=plant, back=way == "second_line_returned")
            if way in ("never_the_first_line", "second_line_returned"):
                continue
            code = FIRST_LINE[way == "other_first_line_before"]
            when = day + 30 if way == "first_line_afterwards" else day - 40
            other = stage.visit(person, house, stage.minute(when))
            stage.consult(other)
            stage.charge(
                other, stage.item(code), plant=plant, violating=False, back=way == "first_line_returned"
            )
