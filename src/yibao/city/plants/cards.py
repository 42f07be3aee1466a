"""Plants made of status and of cards: suspended houses, doctors and people, the dead, two schemes, dealers in drugs.

条例 Art. 38(6), (7), Art. 40(1), Art. 41; 医保发〔2024〕23号 for suspended practitioners. A suspension begins on its
first day; emergencies are paid for all the same. What is bought in half a year at three places and more, sixty packs
and more, is what audits call a collector (assumed; the law names no number).
"""

from __future__ import annotations

from typing import Final

from yibao.city.institutions import COMMUNITY, SECONDARY, TERTIARY
from yibao.city.lines import DAY_MINUTES
from yibao.city.people import RESIDENT
from yibao.city.plants.closed import SUSPENDED_DAYS, SUSPENDED_FROM, closed_houses, paused_doctors
from yibao.city.plants.stage import Stage
from yibao.city.visits import CHRONIC, EMERGENCY, PURCHASE, VISIT

COLLECTED: Final = ("SYN-P-0301", "SYN-P-0303")
COLLECTED_PACKS: Final = 60
_GENERAL: Final = 11
NARCOTIC: Final = "SYN-P-0321"
LOW_VISION: Final = "SYN-P-0322"
DENTISTRY, SURGERY, EYES, PSYCHIATRY = 6, 1, 4, 7


def plant_cards(stage: Stage) -> None:
    """Plant what is wrong with who pays, who orders and who comes."""
    _houses(stage)
    _people(stage)
    _doctors(stage)
    _dead(stage)
    _two_schemes(stage)
    _scope(stage)
    _collectors(stage)


def _suspended(stage: Stage, way: str, turn: int) -> int:
    """Give a day inside or outside the three months of a suspension, as a disguise wants it."""
    first = stage.plan.first_day + SUSPENDED_FROM
    last = first + SUSPENDED_DAYS - 1
    edges = {"first_day": first, "last_but_one_day": last - 1, "day_before": first - 1, "day_after": last + 1}
    return edges.get(way, first + 3 + turn * 11 % (SUSPENDED_DAYS - 8))


def _bill(
    stage: Stage, person: int, house: int, day: int, plant: int, turn: int, *, kind: int = VISIT, settled: int = 0,
    staff: int = -1,
) -> int:  # fmt: skip
    """Give a visit with a consultation and two drugs, all of it the plant's."""
    visit = stage.visit(person, house, stage.minute(day), kind=kind, settled=settled, staff=staff)
    drugs = stage.everyday
    for each in (0, 1):
        stage.charge(visit, drugs[(turn * 3 + each) % len(drugs)], plant=plant)
    return visit


def _houses(stage: Stage) -> None:
    """An institution whose agreement is suspended settles on (为暂停机构结算)."""
    who, closed = stage.grown(25, 85), closed_houses(stage.institutions)
    wrong = dict.fromkeys(("first_day", "in_the_middle", "last_but_one_day"), who)
    right = dict.fromkeys(("day_before", "day_after", "emergency", "settled_after_it_began"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("institution_suspended", violation, ways):
            day = _suspended(stage, "day_before" if way == "settled_after_it_began" else way, turn)
            shop = turn % 2 == 0 and way != "emergency"
            kind = EMERGENCY if way == "emergency" else PURCHASE if shop else VISIT
            settled = (day + 2) * DAY_MINUTES + 600 if way == "settled_after_it_began" else 0
            house = closed.pharmacy if shop else closed.centre
            _bill(stage, person, house, day, plant, turn, kind=kind, settled=settled)


def _people(stage: Stage) -> None:
    """A person whose benefits are suspended is settled for (为暂停人员结算)."""
    who = stage.grown(25, 85)
    wrong = dict.fromkeys(("first_day", "in_the_middle", "after_the_end_of_benefits"), who)
    right = dict.fromkeys(("day_before", "day_after", "emergency"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("person_suspended", violation, ways):
            first = stage.plan.first_day + SUSPENDED_FROM
            ended = way == "after_the_end_of_benefits"
            stage.said.statuses.append(
                (
                    person,
                    "TERMINATED" if ended else "SUSPENDED",
                    first,
                    first + (400 if ended else SUSPENDED_DAYS - 1),
                )
            )
            kind = EMERGENCY if way == "emergency" else VISIT
            house = stage.house(TERTIARY, SECONDARY)
            _bill(stage, person, house, _suspended(stage, way, turn), plant, turn, kind=kind)


def _doctors(stage: Stage) -> None:
    """A doctor whose qualification is suspended orders on (医师暂停期开方)."""
    who, closed = stage.grown(25, 85), closed_houses(stage.institutions)
    paused = paused_doctors(stage.institutions)
    wrong = dict.fromkeys(("first_day", "in_the_middle", "last_but_one_day"), who)
    right = dict.fromkeys(("day_before", "day_after", "colleague", "emergency"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("prescriber_suspended", violation, ways):
            staff = paused[turn % 3] + (3 if way == "colleague" else 0)
            kind = EMERGENCY if way == "emergency" else VISIT
            _bill(
                stage, person, closed.calm, _suspended(stage, way, turn), plant, turn, kind=kind, staff=staff
            )


def _dead(stage: Stage) -> None:
    """Somebody who is dead collects drugs (死亡后就医)."""
    who = stage.grown(68, 100)
    wrong = dict.fromkeys(("drugs_for_weeks", "third_day", "half_a_year_later"), who)
    right = dict.fromkeys(("day_of_death", "settled_afterwards", "day_before_death"), who)
    after = {"drugs_for_weeks": 24, "third_day": 3, "half_a_year_later": 170, "day_before_death": -1,
             "settled_afterwards": 0}  # fmt: skip
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("after_death", violation, ways):
            death = stage.day(30, 170)
            stage.said.death[person] = death
            day = death + after.get(way, 0)
            settled = (death + 5) * DAY_MINUTES + 700 if way == "settled_afterwards" else 0
            house = stage.house(SECONDARY, COMMUNITY)
            _bill(stage, person, house, day, plant, turn, kind=CHRONIC, settled=settled)


def _two_schemes(stage: Stage) -> None:
    """Insured twice and paid for by both (重复参保、重复享受待遇)."""
    who = stage.grown(25, 58) & (stage.people.group != RESIDENT)
    wrong = dict.fromkeys(("both_schemes_pay", "residents_scheme_elsewhere"), who)
    right = dict.fromkeys(("changed_the_scheme", "one_ended_long_ago"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("double_enrolment", violation, ways):
            start = stage.plan.first_day
            begin, end = start - 200, 0 if violation else start + 100
            if way == "one_ended_long_ago":
                begin, end = start - 900, start - 500
            stage.said.enrolled.append((person, "390", begin, end))
            stage.said.employed[person] = start - 1_000 if violation else end + 1
            for each, scheme in enumerate(("390", "310")):
                day = start + 60 + 70 * each + turn % 7
                house = stage.house(TERTIARY, SECONDARY)
                visit = _bill(stage, person, house, day, plant, turn + each)
                stage.said.scheme[visit] = "310" if way == "one_ended_long_ago" else scheme


def _scope(stage: Stage) -> None:
    """A doctor orders what lies outside the scope of practice (超执业范围)."""
    who = stage.grown(25, 85)
    wrong = dict.fromkeys(("dentist_and_psychotropic", "surgeon_and_low_vision"), who)
    right = dict.fromkeys(("psychiatrist", "eye_doctor", "order_returned"), who)
    told = {
        "dentist_and_psychotropic": (DENTISTRY, NARCOTIC), "surgeon_and_low_vision": (SURGERY, LOW_VISION),
        "psychiatrist": (PSYCHIATRY, NARCOTIC), "eye_doctor": (EYES, LOW_VISION), "order_returned": (DENTISTRY, NARCOTIC),
    }  # fmt: skip
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), _ in stage.cast("practice_scope", violation, ways):
            department, code = told[way]
            house = stage.house(TERTIARY, SECONDARY)
            staff = stage.doctor(house, department)
            visit = stage.visit(person, house, stage.minute(stage.day()), staff=staff)
            stage.consult(visit)
            stage.charge(visit, stage.item(code), plant=plant, back=way == "order_returned")


def _collectors(stage: Stage) -> None:
    """One person collects one drug at many places (职业开药人)."""
    who = stage.grown(45, 85)
    wrong = dict.fromkeys(("five_places_in_a_week", "three_places_one_pack_over", "half_a_year"), who)
    right = dict.fromkeys(("three_places_exactly", "two_places", "over_the_whole_year"), who)
    fills = {
        "five_places_in_a_week": ((0, 14), (1, 14), (3, 14), (4, 14), (6, 14)),
        "three_places_one_pack_over": ((0, 20), (20, 20), (45, 21)),
        "half_a_year": ((0, 25), (60, 25), (120, 25), (160, 25)),
        "three_places_exactly": ((0, 20), (20, 20), (45, 20)),
        "two_places": ((0, 35), (9, 35)),
        "over_the_whole_year": ((0, 25), (190, 25), (205, 25)),
    }
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("drug_collector", violation, ways):
            day, item = stage.day(5, 110), stage.item(COLLECTED[turn % 2])
            tiers = (COMMUNITY, SECONDARY)
            seen: list[int] = []
            for later, packs in fills[way]:
                house = stage.house(*tiers)
                while house in seen:
                    house = stage.house(*tiers)
                seen.append(house)
                visit = stage.visit(person, house, stage.minute(day + later), kind=CHRONIC)
                stage.consult(visit)
                stage.charge(visit, item, packs=packs, plant=plant)
