"""Plants made of who is billed: what only the other sex or only a child can need (条例 Art. 38(6), Art. 41)."""

from __future__ import annotations

from typing import Final

import numpy as np

from yibao.city.lines import DAY_MINUTES
from yibao.city.plan import ADULT_YEARS, UNIT
from yibao.city.plants.site import Site
from yibao.city.visits import CHRONIC, PURCHASE, STAY, VISIT
from yibao.kernel import Refused, day_of_ymd, ymd_of

_MAN, _WOMAN = 1, 2
_BIRTHDAY_TURNS: Final = {"eighteenth_birthday": 0, "just_past_eighteen": -23, "last_day_of_seventeen": 1}
"""Days from the eighteenth birthday to the birthday the plant's person gets: born later means younger."""


def plant_persons(site: Site) -> None:
    """Plant what does not suit the person, and what looks so and does."""
    _sex(site)
    _children(site)


def _sex(site: Site) -> None:
    items, kind, grown = site.catalogue.items, site.visits.kind, site.age >= ADULT_YEARS
    man, woman = grown & (site.sex == _MAN), grown & (site.sex == _WOMAN)
    shop, seen, ward = kind == PURCHASE, kind == VISIT, kind == STAY
    hospital = seen & (site.institutions.tier[site.visits.institution] <= 1)
    her_drugs, his_drugs = items.official("female", drug=True), items.official("male", drug=True)
    at_his_own_cost = his_drugs[items.retail[his_drugs] & ~items.covered[his_drugs]]
    her_drugs, his_drugs = her_drugs[items.covered[her_drugs]], his_drugs[items.covered[his_drugs]]
    her_tests = np.intersect1d(items.official("female", drug=False), items.role("gynae"))
    his_tests = np.intersect1d(items.official("male", drug=False), items.role("andro"))
    shelf = {False: (her_drugs[items.retail[her_drugs]]), True: his_drugs[items.retail[his_drugs]]}
    wrong = {
        "husbands_card_for_her_drug": (man & shop, shelf[False]),
        "order_set_of_another_patient": (man & hospital, her_tests),
        "her_drug_on_his_ward_bill": (man & ward, her_drugs),
        "his_drug_on_her_card": (woman & shop, shelf[True]),
        "his_test_on_her_bill": (woman & hospital, his_tests),
    }
    for way, host in site.deal(site.quota.violations(), {w: where for w, (where, _) in wrong.items()}):
        plant = site.marks.add("sex_limit", violation=True, disguise=way)
        row = site.charge(host, int(site.throw.choice(wrong[way][1])), site.near_the_end(host))
        site.marks.line(plant, row, violating=True)
    right = {
        "right_sex": (woman & (shop | hospital), shelf[False]),
        "wrong_bill_reversed": (man & hospital, her_tests),
        "wrong_line_returned": (man & ward, her_drugs),
        "right_sex_of_men": (man & shop, shelf[True]),
        "his_drug_at_her_own_cost": (woman & shop, at_his_own_cost),
    }
    for way, host in site.deal(site.quota.innocents(), {w: where for w, (where, _) in right.items()}):
        plant = site.marks.add("sex_limit", violation=False, disguise=way)
        row = site.charge(host, int(site.throw.choice(right[way][1])), site.near_the_end(host))
        site.marks.line(plant, row, violating=True)
        if way == "wrong_bill_reversed":
            site.undo(host, int(site.throw.integers(5, 30)))
        if way == "wrong_line_returned":
            site.give_back(row)


def _children(site: Site) -> None:
    items, kind, age = site.catalogue.items, site.visits.kind, site.age
    walk_in = np.isin(kind, (VISIT, CHRONIC, PURCHASE))
    drugs = items.official("child", drug=True)
    drugs = drugs[items.covered[drugs]]
    shelf = drugs[items.retail[drugs]]
    kneading = np.intersect1d(items.official("child", drug=False), items.role("child_tcm"))
    nearly = (age >= ADULT_YEARS - 1) & (age <= ADULT_YEARS) & walk_in
    wrong = {
        "grandparents_card": ((age >= 45) & (kind == PURCHASE), shelf),
        "adult_in_clinic": ((age > ADULT_YEARS + 1) & (kind == VISIT), drugs),
        "childs_treatment_on_adult": ((age > ADULT_YEARS + 1) & (kind == VISIT), kneading),
        "eighteenth_birthday": (nearly, shelf),
        "just_past_eighteen": (nearly, shelf),
    }
    young = age < ADULT_YEARS - 5
    right = {
        "child": (young & walk_in, shelf),
        "last_day_of_seventeen": (nearly, shelf),
        "wrong_bill_reversed": ((age >= 45) & (kind == PURCHASE), shelf),
    }
    moved: set[int] = set()
    for violation, ways, wanted in (
        (True, wrong, site.quota.violations()), (False, right, site.quota.innocents()),
    ):  # fmt: skip
        for way, host in site.deal(wanted, {w: where for w, (where, _) in ways.items()}):
            if way in _BIRTHDAY_TURNS and not _born_eighteen_years_before(site, host, way, moved):
                continue
            plant = site.marks.add("child_limit", violation=violation, disguise=way)
            row = site.charge(host, int(site.throw.choice(ways[way][1])), site.near_the_end(host), UNIT)
            site.marks.line(plant, row, violating=True)
            if way == "wrong_bill_reversed":
                site.undo(host, int(site.throw.integers(5, 30)))


def _born_eighteen_years_before(site: Site, host: int, way: str, moved: set[int]) -> bool:
    """Move the person's birthday so that the visit falls on the edge; nobody's birthday is moved twice."""
    person = int(site.visits.person[host])
    day = int(site.visits.start[host]) // DAY_MINUTES
    if person in moved:
        return False
    try:
        birthday = day_of_ymd(ymd_of(day) - ADULT_YEARS * 10_000)
    except Refused:  # the 29th of February of a year that has none
        return False
    moved.add(person)
    site.people.birth[person] = birthday + _BIRTHDAY_TURNS[way]
    return True
