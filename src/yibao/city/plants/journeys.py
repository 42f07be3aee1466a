"""Plants made of visits: one stay made into two (条例 Art. 38(1)), one card in two places at once (Art. 41)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from yibao.city.arrays import Bools, Dice, Ints, ints, pick
from yibao.city.catalogue import Catalogue
from yibao.city.institutions import PHARMACY, TERTIARY, Institutions
from yibao.city.lines import DAY_MINUTES
from yibao.city.people import People, years_old
from yibao.city.plan import READMISSION_DAYS, TWO_PLACES_MINUTES, CityPlan
from yibao.city.plants.marks import Marks, Quota
from yibao.city.visits import CHRONIC, HOME, PURCHASE, STAY, VISIT, Visits, assign_doctors
from yibao.kernel import day_of_ymd

_TRANSFER: Final = 2
_ROOM: Final = 110
"""Days without another stay after the first one, so that a plant meets no other stay of its person."""

_GAPS: Final = (0, 1, 3, 7, 10, READMISSION_DAYS - 1, READMISSION_DAYS)
_LATER_GAPS: Final = (READMISSION_DAYS + 1, 20, 28, 40)
_CLOSE: Final = (1, 5, 12, 20, TWO_PLACES_MINUTES - 1, TWO_PLACES_MINUTES)
_FAR: Final = (TWO_PLACES_MINUTES + 1, 45, 60, 90)
_SAME_STREET: Final = (10, 12, 15, 20)


@dataclass
class _Journeys:
    """The visits of a chunk while journeys are added; ``gone`` are ordinary visits that a new stay displaces."""

    plan: CityPlan
    people: People
    catalogue: Catalogue
    institutions: Institutions
    visits: Visits
    marks: Marks
    throw: Dice
    gone: Bools
    new: list[dict[str, int]] = field(default_factory=list)
    undone: list[tuple[int, int]] = field(default_factory=list)

    def add(self, like: int, **changed: int) -> int:
        """Add a visit like another one with some things changed; give its row."""
        names = (
            "person",
            "institution",
            "kind",
            "diagnosis",
            "start",
            "end",
            "settled",
            "staff",
            "department",
        )
        row = {n: int(getattr(self.visits, n)[like]) for n in names}
        self.new.append(row | {"way": 0, "continues": -1, "referred": -1, "taken": 1} | changed)
        return len(self.visits) + len(self.new) - 1

    def hosts(self, where: Bools, wanted: int) -> Ints:
        """Choose and take visits."""
        free = np.flatnonzero(where & ~self.visits.taken & ~self.gone)
        weight = self.institutions.plant_weight[self.visits.institution[free]]
        chosen = pick(self.throw, free, wanted, weight)
        self.visits.taken[chosen] = True
        return chosen


def plant_journeys(
    plan: CityPlan, people: People, catalogue: Catalogue, institutions: Institutions,
    visits: Visits, marks: Marks, quota: Quota, throw: Dice,
) -> tuple[Visits, list[tuple[int, int]]]:  # fmt: skip
    """Plant journeys; give all visits and which of them are to be reversed how many minutes later."""
    gone = np.zeros(len(visits), dtype=np.bool_)
    work = _Journeys(plan, people, catalogue, institutions, visits, marks, throw, gone)
    _split_stays(work, quota)
    _two_places(work, quota)
    columns = {n: ints([row[n] for row in work.new]) for n in (work.new[0] if work.new else ())}
    if not columns:
        return visits, []
    taken = columns.pop("taken").astype(np.bool_)
    everything = Visits.joined([visits, Visits(**columns, taken=taken)])
    kept = ~np.r_[work.gone, np.zeros(len(taken), dtype=np.bool_)]
    new_row = np.cumsum(kept) - 1
    marks.moved_visits(new_row)
    everything = everything.take(kept)
    for link in (everything.continues, everything.referred):
        link[link >= 0] = new_row[link[link >= 0]]
    assign_doctors(everything, catalogue, institutions, throw)
    return everything, [(int(new_row[row]), later) for row, later in work.undone]


def _split_stays(work: _Journeys, quota: Quota) -> None:
    roomy = _roomy(work)
    category = np.array(work.catalogue.diagnoses.category)
    code = np.array(work.catalogue.diagnoses.column("code"))
    is_chemo = np.char.startswith(code, "Z51.1")[work.visits.diagnosis]
    cancer = (category == "Z51")[work.visits.diagnosis] | np.char.startswith(category, "O")[
        work.visits.diagnosis
    ]
    tier = work.institutions.tier[work.visits.institution]
    new_year = day_of_ymd((work.plan.year + 1) * 10_000 + 101)
    turning = np.isin(work.visits.end // DAY_MINUTES, (new_year - 1, new_year))  # may be settled by the year
    plain = roomy & ~cancer & ~turning
    for way, count in _turns(("same_diagnosis", "other_code_of_the_category"), quota.violations()):
        for turn, host in enumerate(work.hosts(plain, count)):
            gap = _GAPS[turn % len(_GAPS)]
            sibling = way != "same_diagnosis"
            second = _again(work, int(host), gap, diagnosis=_sibling(work, int(host)) if sibling else None)
            _mark_both(work, int(host), second, "split_stay", True, way)
    ways = (
        "chemotherapy_course",
        "later_readmission",
        "other_disease",
        "transfer_upward",
        "first_bill_reversed",
    )
    where = {"chemotherapy_course": roomy & is_chemo, "transfer_upward": plain & (tier != TERTIARY)}
    for way, count in _turns(ways, quota.innocents()):
        for turn, host in enumerate(work.hosts(where.get(way, plain), count)):
            second = _innocent_return(work, int(host), way, turn)
            _mark_both(work, int(host), second, "split_stay", False, way)
            if way == "first_bill_reversed":
                work.undone.append((int(host), int(work.throw.integers(20, 90))))


def _turns(ways: tuple[str, ...], wanted: int) -> list[tuple[str, int]]:
    counts = np.bincount(np.arange(wanted) % len(ways), minlength=len(ways))
    return [(way, int(count)) for way, count in zip(ways, counts, strict=True)]


def _roomy(work: _Journeys) -> Bools:
    """Say which stays have room for another one of the same person after them."""
    visits = work.visits
    stays = np.flatnonzero(visits.kind == STAY)
    following = np.r_[stays[1:], stays[:1]]
    apart = visits.start[following] // DAY_MINUTES - visits.end[stays] // DAY_MINUTES
    alone = (visits.person[following] != visits.person[stays]) | (apart > _ROOM)
    alone[-1:] = True
    last_day = work.plan.first_day + work.plan.days - 55
    roomy = np.zeros(len(visits), dtype=np.bool_)
    age = years_old(work.people.birth[visits.person], visits.start // DAY_MINUTES)
    roomy[stays] = alone & (visits.end[stays] // DAY_MINUTES < last_day)
    return roomy & (age >= 1)


def _sibling(work: _Journeys, host: int) -> int:
    """Give another diagnosis of the same three characters where there is one."""
    table = work.catalogue.diagnoses
    own = int(work.visits.diagnosis[host])
    others = [
        i
        for i, c in enumerate(table.category)
        if c == table.category[own]
        and i != own
        and table.rows[i]["kind"] == "stay"
        and table.sex[i] == table.sex[own]
    ]
    return others[0] if others else own


def _again(work: _Journeys, host: int, gap: int, *, diagnosis: int | None = None, **changed: int) -> int:
    """Admit the person of a stay again after so many days; the second stay goes on with the first one's plan."""
    visits, throw = work.visits, work.throw
    day = int(visits.end[host]) // DAY_MINUTES + gap
    start = day * DAY_MINUTES + int(throw.integers(8 * 60, 16 * 60))
    if gap == 0:
        start = int(visits.settled[host]) + int(throw.integers(30, 120))
    last = start // DAY_MINUTES + int(throw.integers(2, 8))
    end = last * DAY_MINUTES + int(throw.integers(9 * 60, 15 * 60))
    changes = {
        "start": start, "end": end, "settled": end + int(throw.integers(10, 60)), "way": HOME, "continues": host,
        "diagnosis": int(visits.diagnosis[host]) if diagnosis is None else diagnosis,
    }  # fmt: skip
    first = int(np.searchsorted(visits.person, visits.person[host]))
    past = int(np.searchsorted(visits.person, visits.person[host], side="right"))
    days = visits.start[first:past] // DAY_MINUTES
    inside = (days >= day) & (days <= last) & (visits.kind[first:past] != STAY) & ~visits.taken[first:past]
    work.gone[first:past] |= inside
    return work.add(host, **(changes | changed))


def _innocent_return(work: _Journeys, host: int, way: str, turn: int) -> int:
    visits, throw = work.visits, work.throw
    if way == "chemotherapy_course":
        return _again(work, host, int(throw.integers(10, READMISSION_DAYS + 1)))
    if way == "later_readmission":
        return _again(work, host, _LATER_GAPS[turn % len(_LATER_GAPS)])
    if way == "other_disease":
        return _again(
            work, host, _GAPS[turn % len(_GAPS)], diagnosis=_other_disease(work, host), continues=-1
        )
    if way == "transfer_upward":
        visits.way[host] = _TRANSFER
        higher = work.institutions.of(TERTIARY)
        place = int(higher[throw.integers(0, len(higher))])
        changed = {"institution": place, "referred": host, "continues": -1, "staff": -1, "department": -1}
        return _again(work, host, turn % 2, **changed)
    return _again(work, host, _GAPS[turn % len(_GAPS)])


def _other_disease(work: _Journeys, host: int) -> int:
    table, visits = work.catalogue.diagnoses, work.visits
    person = visits.person[host]
    age = int(
        years_old(work.people.birth[person : person + 1], visits.end[host : host + 1] // DAY_MINUTES)[0]
    )
    fits = table.styled("medical") & (table.age_low <= age) & (age <= table.age_high)
    fits &= np.isin(table.sex, (0, work.people.sex[person]))
    own = table.category[int(visits.diagnosis[host])]
    choice = [
        i for i in np.flatnonzero(fits) if table.rows[i]["kind"] == "stay" and table.category[i][0] != own[0]
    ]
    return int(choice[int(work.throw.integers(0, len(choice)))])


def _mark_both(work: _Journeys, first: int, second: int, rule: str, violation: bool, way: str) -> None:
    plant = work.marks.add(rule, violation=violation, disguise=way)
    work.marks.visit(plant, second, violating=True)
    work.marks.visit(plant, first, violating=False)


def _two_places(work: _Journeys, quota: Quota) -> None:
    visits = work.visits
    hour = visits.settled % DAY_MINUTES // 60
    walk_in = np.isin(visits.kind, (VISIT, CHRONIC, PURCHASE)) & (hour >= 9) & (hour < 20)
    hospital = walk_in & (visits.kind != PURCHASE)
    for way, count in _turns(("pharmacy_far_away", "hospital_far_away"), quota.violations()):
        for turn, host in enumerate(work.hosts(walk_in, count)):
            other = _elsewhere(work, int(host), _CLOSE[turn % len(_CLOSE)], shop=way == "pharmacy_far_away")
            _mark_both(work, int(host), other, "two_places", True, way)
    minutes = {
        "pharmacy_next_door": _SAME_STREET,
        "time_enough_to_travel": _FAR,
        "first_use_reversed": _CLOSE[2:5],
    }
    for way, count in _turns(tuple(minutes), quota.innocents()):
        for turn, host in enumerate(work.hosts(hospital, count)):
            later = minutes[way][turn % len(minutes[way])]
            other = _elsewhere(work, int(host), later, shop=True, near=way == "pharmacy_next_door")
            _mark_both(work, int(host), other, "two_places", False, way)
            if way == "first_use_reversed":
                work.undone.append((int(host), int(work.throw.integers(2, 6))))


def _elsewhere(work: _Journeys, host: int, later: int, *, shop: bool, near: bool = False) -> int:
    """Use the card of a visit once more, so many minutes later, in another county or (``near``) in the same one."""
    houses, visits = work.institutions, work.visits
    home = houses.county[visits.institution[host]]
    same = houses.county == home
    open_to_all = houses.weight > 0
    choice = np.flatnonzero((same if near else ~same) & ((houses.tier == PHARMACY) == shop) & open_to_all)
    place = int(choice[work.throw.integers(0, len(choice))])
    settled = int(visits.settled[host]) + later
    took = 3 if shop else 9
    return work.add(
        host, institution=place, kind=PURCHASE if shop else VISIT, start=settled - took, end=settled, settled=settled,
        staff=-1, department=-1,
    )  # fmt: skip
