"""Plants made of the settlement list (医保结算清单): what a hospital says of a stay and what cannot be.

条例 Art. 39(3): institutions send the data of the fund's use as they are. The list is a form of message 4101; what must
be filled in, and what must agree, stands there and in the checks that provinces published.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from yibao.city.institutions import SECONDARY, TERTIARY
from yibao.city.lines import DAY_MINUTES
from yibao.city.people import RESIDENT
from yibao.city.plants.stage import Stage
from yibao.city.visits import VISIT

_NEWBORN: Final = "P22.101"
_BIRTH: Final = "O42.900"
_OPERATION: Final = "44.1300x001"
_DIED: Final = 5
_OTHER_CODES: Final = ("J99.999x901", "Z98.765x432")
_KNOWN_BESIDE: Final = "K29.500"

Story = Callable[[Stage, str, int, int, int], None]
"""What a disguise does: the stage, the disguise, the plant, the person, the turn."""


def plant_papers(stage: Stage) -> None:
    """Plant every fault that a settlement list can show."""
    plain = ("plain_list", "bill_reversed")
    told: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
        ("list_missing", ("no_list", "no_list_of_a_long_stay"), plain),
        ("list_required_fields", ("no_department", "no_record_number", "half_of_it_empty"), plain),
        ("list_main_diagnosis", ("no_main", "two_mains"), plain),
        (
            "list_days",
            ("five_days_more", "no_day_at_all", "came_a_week_before"),
            (*plain, "both_ends_counted"),
        ),
        ("list_duplicate_diagnosis", ("main_again", "other_twice"), (*plain, "two_diagnoses")),
        ("list_total", ("hundred_yuan_more", "a_category_left_out"), plain),
        (
            "list_ventilator",
            ("longer_than_the_stay", "days_longer"),
            (*plain, "as_long_as_the_stay", "every_calendar_day"),
        ),
        ("list_intensive_care", ("before_admission", "after_discharge"), (*plain, "inside_the_stay")),
        ("list_person", ("other_sex", "other_birthday"), plain),
    )
    for rule, wrong, right in told:
        for violation, ways in ((True, wrong), (False, right)):
            for way, plant, (person,), turn in stage.cast(
                rule, violation, dict.fromkeys(ways, stage.grown(30, 80))
            ):
                _listed(stage, way, plant, person, turn)
    _codes(stage)
    _diagnosis_and_sex(stage)
    _diagnosis_and_age(stage)
    _newborns(stage)
    _procedures(stage)
    _gone_and_back(stage)


def _stay(stage: Stage, person: int, turn: int, **more: int) -> int:
    nights = 5 + turn % 5
    return stage.stay(
        person, stage.house(TERTIARY, SECONDARY), stage.day(30, 290), nights, dressed=True, **more
    )


def _told(stage: Stage, plant: int, visit: int, way: str) -> None:
    stage.marks.visit(plant, visit, violating=True)
    stage.said.listed[visit] = way
    if way == "bill_reversed":
        stage.undone.append((visit, 60))


def _listed(stage: Stage, way: str, plant: int, person: int, turn: int) -> None:
    more = {"diagnosis": stage.diagnosis("J18.900", "stay")} if way == "main_again" else {}
    visit = _stay(stage, person, turn, **more)
    fault = way
    if way == "bill_reversed":
        wrong = {"list_missing": "no_list", "list_days": "five_days_more", "list_total": "hundred_yuan_more"}
        fault = wrong.get(stage.marks.plants[plant].rule, "no_department")
    if way in ("two_mains", "two_diagnoses", "other_twice"):
        stage.said.besides.append((visit, _KNOWN_BESIDE))
    if way == "other_twice":
        stage.said.besides.append((visit, _KNOWN_BESIDE))
    if way == "main_again":
        stage.said.besides.append((visit, "J18.900"))
    if way in ("inside_the_stay", "before_admission", "after_discharge"):
        start, end = stage.span(visit)
        first = {"before_admission": start - 900, "after_discharge": end + DAY_MINUTES}.get(way, start + 300)
        stage.said.intensive.append((visit, first, first + 400))
    _told(stage, plant, visit, way)
    stage.said.listed[visit] = fault


def _codes(stage: Stage) -> None:
    """A code that no version of the national list holds."""
    who = stage.grown(30, 80)
    wrong = dict.fromkeys(("unknown_diagnosis", "unknown_operation"), who)
    right = dict.fromkeys(("known_codes", "bill_reversed"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("list_unknown_code", violation, ways):
            visit = _stay(stage, person, turn)
            if way == "unknown_operation":
                stage.said.operated.append(
                    (visit, "99.9999x999", stage.span(visit)[0] // DAY_MINUTES + 1, "1", True)
                )
            else:
                stage.said.besides.append(
                    (visit, _KNOWN_BESIDE if way == "known_codes" else _OTHER_CODES[turn % 2])
                )
            _told(stage, plant, visit, way)


def _diagnosis_and_sex(stage: Stage) -> None:
    """A main diagnosis that the person cannot have."""
    man, woman = (stage.grown(56, 80) & (stage.people.sex == sex) for sex in (1, 2))
    wrong = {"her_disease_on_his_list": man, "his_disease_on_her_list": woman}
    right = {"her_own_disease": woman, "his_own_disease": man, "bill_reversed": man}
    hers, his = stage.diagnosis("C53.900"), stage.diagnosis("C61.x00", "stay")
    of_women = ("her_disease_on_his_list", "her_own_disease", "bill_reversed")
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("list_diagnosis_sex", violation, ways):
            day, nights = stage.day(30, 290), 5 + turn % 4
            what = hers if way in of_women else his
            visit = stage.stay(person, stage.house(TERTIARY, SECONDARY), day, nights, diagnosis=what)
            stage.ward(visit, day, nights, treated=nights, plant=-1)
            _told(stage, plant, visit, way)


def _diagnosis_and_age(stage: Stage) -> None:
    """A newborn's disease of a grown person, a birth of an old woman."""
    old = stage.grown(66, 88) & (stage.people.sex == 2)
    wrong = {"newborns_disease": stage.grown(20, 80), "birth_at_sixty_six": old}
    young = stage.grown(22, 36) & (stage.people.sex == 2)
    right = {"birth_of_a_young_woman": young, "bill_reversed": old}
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("list_diagnosis_age", violation, ways):
            day, nights = stage.day(30, 290), 4 + turn % 4
            what = stage.diagnosis(_NEWBORN if way == "newborns_disease" else _BIRTH)
            visit = stage.stay(person, stage.house(TERTIARY, SECONDARY), day, nights, diagnosis=what)
            stage.ward(visit, day, nights, treated=nights, plant=-1)
            _told(stage, plant, visit, way)


def _newborns(stage: Stage) -> None:
    """The list of a newborn without a weight or with one that no child has."""
    who = (stage.age < 12) & (stage.people.group == RESIDENT)
    wrong = dict.fromkeys(("no_birth_weight", "no_weight_at_all", "hundred_and_ninety_nine_grams"), who)
    right = dict.fromkeys(("two_hundred_grams_and_more", "weighed_twice"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("list_newborn_weight", violation, ways):
            day, nights = stage.day(60, 290), 5 + turn % 4
            stage.people.birth[person] = day - 3 - turn % 9
            visit = stage.stay(
                person,
                stage.house(TERTIARY, SECONDARY),
                day,
                nights,
                diagnosis=stage.diagnosis(_NEWBORN),
                dressed=True,
            )
            _told(stage, plant, visit, way)


def _procedures(stage: Stage) -> None:
    """Operations outside the stay, of nobody, or of which none is the main one."""
    who = stage.grown(30, 80)
    told: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
        (
            "list_procedure_day",
            ("two_days_before", "five_days_after"),
            ("day_of_admission", "day_of_discharge"),
        ),
        ("list_surgeon", ("no_surgeon", "no_anaesthetist"), ("surgeon_named", "bill_reversed")),
        ("list_main_procedure", ("two_main_ones", "no_main_one"), ("one_main_one", "bill_reversed")),
    )
    for rule, wrong, right in told:
        for violation, ways in ((True, wrong), (False, right)):
            for way, plant, (person,), turn in stage.cast(rule, violation, dict.fromkeys(ways, who)):
                visit = _stay(stage, person, turn)
                first, last = (minute // DAY_MINUTES for minute in stage.span(visit))
                day = {"two_days_before": first - 2, "five_days_after": last + 5, "day_of_admission": first,
                       "day_of_discharge": last}.get(way, first + 1)  # fmt: skip
                bad = rule == "list_surgeon" and way in ("no_surgeon", "bill_reversed")
                main = "0" if way == "no_main_one" or (way == "bill_reversed" and not bad) else "1"
                stage.said.operated.append((visit, _OPERATION, day, main, not bad))
                if way in ("two_main_ones", "one_main_one", "no_main_one"):
                    second = "1" if way == "two_main_ones" else "0"
                    stage.said.operated.append((visit, "45.1302", day, second, True))
                if way == "no_anaesthetist":
                    stage.said.unattended.add(visit)
                _told(stage, plant, visit, way)


def _gone_and_back(stage: Stage) -> None:
    """The list says that the patient died, and the patient comes again."""
    who = stage.grown(50, 85)
    wrong = dict.fromkeys(("back_in_a_month", "back_in_three_days"), who)
    right = dict.fromkeys(("never_back", "later_visit_reversed"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("list_after_death", violation, ways):
            visit = _stay(stage, person, turn, way=_DIED)
            _told(stage, plant, visit, way)
            if way == "never_back":
                continue
            day = stage.span(visit)[1] // DAY_MINUTES + (3 if way == "back_in_three_days" else 30)
            later = stage.visit(person, stage.house(TERTIARY, SECONDARY), stage.minute(day), kind=VISIT)
            stage.marks.visit(plant, later, violating=True)
            stage.consult(later)
            drugs = stage.everyday
            stage.charge(later, drugs[turn % len(drugs)])
            if way == "later_visit_reversed":
                stage.undone.append((later, 30))
