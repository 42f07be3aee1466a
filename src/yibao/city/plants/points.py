"""Plants against the published points: operations of one cut, schemes, ways of treatment, levels, ages, courses, periods.

The words of the points are the ground (second to fifth and eighth batch); the city adds what they leave open: nobody
works before sixteen (劳动法 Art. 15) nor after sixty-three (国务院关于渐进式延迟法定退休年龄的办法, 2024).
"""

from __future__ import annotations

from typing import Final

from yibao.city.institutions import COMMUNITY, PHARMACY, SECONDARY, TERTIARY
from yibao.city.plants.stage import Stage
from yibao.city.visits import CHRONIC, EMERGENCY, PURCHASE, VISIT
from yibao.kernel import Refused, day_of_ymd, ymd_of

WORKING_FROM: Final = 16
WORKING_UNTIL: Final = 63

_GALL: Final = ("003310060020000", "003310060110000")  # 胆囊切除术, 胆总管探查T管引流术: 肝胆手术组
_BOWEL: Final = ("003310040210000", "003310040090000")  # 直肠肛门手术组
INJURY: Final = ("XD11AXQ064F002010100319", "ZH01AAB0066010100716", "XL03AXX234B001010100568")
MATERNITY: Final = ("XG02ADK026B002010100568", "ZD01BAY0323010102065")
WARD_ONLY: Final = ("XB05BAF157B002010100309", "XB05BAZ032B002010100376", "XC02CXY165B002010102918")
WARD_OR_EMERGENCY: Final = "ZA07AAA0061010100166"
FROM_SECONDARY: Final = ("ZA12CAD0073010100142", "ZA09HAC0101010102129", "ZA04CAT0019010100705")
FROM_TERTIARY: Final = "XS01LAK119B023010109681"
WORK_TRAINING: Final = "003402000320000"
COURSES: Final = {"003402000210000": 30, "003402000220000": 30}
PERIODS: Final = {"002503020030000": 15, "003402000390000": 14, "002503020020000": 7}


def plant_points(stage: Stage) -> None:
    """Plant against every published batch that needs more than a code, a sex or an age of childhood."""
    _operations(stage)
    _schemes(stage)
    _ways_of_treatment(stage)
    _levels(stage)
    _working_age(stage)
    _courses(stage)
    _periods(stage)


def _operations(stage: Stage) -> None:
    """第二批: several operations through one cut, the second and further ones not at the lower price."""
    who = stage.grown(35, 80)
    wrong = dict.fromkeys(("gall_bladder_and_duct", "two_operations_of_the_rectum"), who)
    right = dict.fromkeys(("second_at_half_price", "other_group", "days_apart", "second_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("main_sub_operation", violation, ways):
            main, other = _BOWEL if way == "two_operations_of_the_rectum" or turn % 2 else _GALL
            if way == "other_group":
                other = _GALL[0] if main == _BOWEL[0] else _BOWEL[0]
            day = stage.day()
            visit = stage.stay(person, stage.house(TERTIARY, SECONDARY), day, 7, dressed=True)
            first, second = stage.item(main), stage.item(other)
            at = stage.minute(day + 1, 10, 11)
            later = at + 4 * 1_440 if way == "days_apart" else at + 1
            price = stage.limit(visit, second, later) // (2 if way == "second_at_half_price" else 1)
            full = stage.limit(visit, first, at)
            stage.charge(visit, first, minute=at, price=full, plant=plant)
            price = price // 10_000 * 10_000
            stage.charge(visit, second, minute=later, price=price, plant=plant, back=way == "second_returned")


def _schemes(stage: Stage) -> None:
    """第三批: what the work-injury or the maternity fund pays, paid by the basic insurance."""
    woman = stage.grown(20, 45) & (stage.people.sex == 2)
    who = stage.grown(20, 60)
    wrong = {"work_injury_drug_on_basic_insurance": who, "maternity_drug_on_basic_insurance": woman}
    right = {"maternity_fund_pays": woman, "drug_returned": who, "bill_reversed": who}
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("insurance_type_limit", violation, ways):
            hers = way.startswith("maternity")
            code = MATERNITY[turn % 2] if hers else INJURY[turn % 3]
            visit = stage.visit(person, stage.house(TERTIARY, SECONDARY), stage.minute(stage.day()))
            if way == "maternity_fund_pays":
                stage.said.scheme[visit], stage.said.kind[visit] = "510", "51"
            stage.consult(visit)
            stage.charge(visit, stage.item(code), plant=plant, back=way == "drug_returned")
            if way == "bill_reversed":
                stage.undone.append((visit, 20))


def _ways_of_treatment(stage: Stage) -> None:
    """第四批: what is paid in a stay only (one of them also in an emergency)."""
    who = stage.grown(35, 85)
    wrong = dict.fromkeys(
        ("infusion_at_the_outpatient_desk", "in_the_chronic_clinic", "pill_at_the_pharmacy"), who
    )
    right = dict.fromkeys(("in_a_stay", "pill_in_an_emergency", "infusion_returned"), who)
    kinds = {
        "in_the_chronic_clinic": CHRONIC,
        "pill_at_the_pharmacy": PURCHASE,
        "pill_in_an_emergency": EMERGENCY,
    }
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("visit_type_limit", violation, ways):
            code = WARD_OR_EMERGENCY if way.startswith("pill") else WARD_ONLY[turn % len(WARD_ONLY)]
            kind = kinds.get(way, VISIT)
            house = stage.house(PHARMACY) if kind == PURCHASE else stage.house(TERTIARY, SECONDARY)
            if way == "in_a_stay":
                visit = stage.stay(person, house, stage.day(), 6, dressed=True)
            else:
                visit = stage.visit(person, house, stage.minute(stage.day()), kind=kind)
                stage.consult(visit)
            stage.charge(visit, stage.item(code), plant=plant, back=way == "infusion_returned")


def _levels(stage: Stage) -> None:
    """第五批: what is paid from a level of hospital upwards."""
    who = stage.grown(35, 85)
    wrong = dict.fromkeys(("secondary_drug_at_a_centre", "tertiary_drug_at_a_centre"), who)
    right = dict.fromkeys(
        (
            "at_its_level",
            "above_its_level",
            "tertiary_drug_at_its_level",
            "maybe_an_eye_hospital",
            "drug_returned",
        ),
        who,
    )
    tiers = {
        "secondary_drug_at_a_centre": COMMUNITY, "tertiary_drug_at_a_centre": COMMUNITY,
        "at_its_level": SECONDARY, "above_its_level": TERTIARY, "tertiary_drug_at_its_level": TERTIARY,
        "maybe_an_eye_hospital": SECONDARY, "drug_returned": COMMUNITY,
    }  # fmt: skip
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("institution_level_limit", violation, ways):
            code = FROM_TERTIARY if way.startswith(("tertiary", "maybe")) else FROM_SECONDARY[turn % 3]
            visit = stage.visit(person, stage.house(tiers[way]), stage.minute(stage.day()))
            stage.consult(visit)
            stage.charge(visit, stage.item(code), plant=plant, back=way == "drug_returned")


def _working_age(stage: Stage) -> None:
    """第八批-2: training for work of somebody who is not of working age."""
    young = (stage.age >= 12) & (stage.age < 18)
    wrong = {"long_retired": stage.grown(70, 88), "day_before_sixteen": young}
    right = {"of_working_age": stage.grown(22, 48), "sixteenth_birthday": young}
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), _ in stage.cast("age_range_limit", violation, ways):
            day = stage.day()
            if way in ("day_before_sixteen", "sixteenth_birthday"):
                try:
                    stage.people.birth[person] = day_of_ymd(ymd_of(day) - WORKING_FROM * 10_000)
                except Refused:  # the 29th of February of a year that has none
                    stage.people.birth[person] = day_of_ymd(ymd_of(day - 1) - WORKING_FROM * 10_000) + 1
                day -= way == "day_before_sixteen"
            visit = stage.visit(person, stage.house(TERTIARY, SECONDARY), stage.minute(day))
            stage.consult(visit)
            stage.charge(visit, stage.item(WORK_TRAINING), plant=plant)


def _courses(stage: Stage) -> None:
    """第八批-3: training paid for so many days, charged for longer."""
    who = stage.grown(35, 85)
    wrong = dict.fromkeys(("one_day_more", "days_more"), who)
    right = dict.fromkeys(("exactly_the_course", "last_day_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("course_limit", violation, ways):
            code, days = list(COURSES.items())[turn % len(COURSES)]
            house, first = stage.house(TERTIARY, SECONDARY), stage.day(20, 250)
            more = {"one_day_more": 1, "days_more": 5, "last_day_returned": 1}.get(way, 0)
            for each in range(days + more):
                visit = stage.visit(
                    person, house, stage.minute(first + each), diagnosis=stage.diagnosis("I69.300")
                )
                over = each >= days
                stage.charge(
                    visit, stage.item(code), plant=plant, violating=over or not violation,
                    back=over and way == "last_day_returned",
                )  # fmt: skip


def _periods(stage: Stage) -> None:
    """第八批-4: a test paid once in so many days, charged again too soon."""
    who = stage.grown(35, 85)
    wrong = dict.fromkeys(("a_day_too_soon", "within_the_week", "again_the_next_day"), who)
    right = dict.fromkeys(("exactly_the_period", "later", "first_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("period_limit", violation, ways):
            code, days = list(PERIODS.items())[turn % len(PERIODS)]
            gap = {
                "a_day_too_soon": days - 1,  "within_the_week": 4, "again_the_next_day": 1,
                "exactly_the_period": days, "later": days + 9, "first_returned": 3,
            }[way]  # fmt: skip
            house, day = stage.house(TERTIARY, SECONDARY), stage.day(20, 300)
            for each, when in enumerate((day, day + gap)):
                visit = stage.visit(person, house, stage.minute(when))
                stage.consult(visit)
                stage.charge(
                    visit, stage.item(code), plant=plant, violating=each == 1 or not violation,
                    back=each == 0 and way == "first_returned",
                )  # fmt: skip
