"""Organised schemes that no rule over single lines sees; every bill in them is in order.

回流药 a ring whose cards draw dear drugs at several houses every month and bring them back on the shelf; 虚假住院 a small
house that books whole streets into its beds; 季节性高套 a department that finds grave second diagnoses at the year's end.
The structure is that of published cases; how many there are in a million insured is assumed. They are listed in a truth
of their own, and what a rule finds in their bills counts neither for nor against the rule (`measuring`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from yibao.city.arrays import Dice, Ints, full, in_order, ints, pick
from yibao.city.catalogue import Catalogue
from yibao.city.institutions import COMMUNITY, PHARMACY, SECONDARY, Institutions
from yibao.city.lines import DAY_MINUTES, Lines
from yibao.city.people import People
from yibao.city.plan import UNIT, CityPlan
from yibao.city.visits import CHRONIC, HOME, PURCHASE, STAY, Visits, assign_doctors

PER_MILLION: Final = {"drug_resale_ring": 0.6, "ghost_inpatients": 0.35, "seasonal_upcoding": 1.2}
"""Schemes per million insured (assumed); a city has at least one of each."""

COLUMNS: Final = (
    "scheme",
    "kind",
    "label",
    "role",
    "person",
    "institution",
    "settlement",
    "line",
    "treatment",
)
TREATMENT: Final = "neither_for_nor_against"
"""How `measure` takes a finding on these lines: it is left out of what was found."""

_RING_CARDS: Final = (40, 60)
_GHOSTS: Final = (120, 50)
"""How many people take part, and one of how many people of a small chunk."""

_RING_DRUGS: Final = ("insulin", "clopidogrel", "statin", "TCM-stroke", "ARB")
_RING_ILLNESS, _GHOST_ILLNESSES = "I25.103", ("I10.x05", "E11.900", "M51.202")
_GRAVE: Final = ("I50.900", "J96.900x001", "E77.801")
_SEASON: Final = (92, 215)
"""Days of the year from October to January, in which the up-coding happens."""

_UPCODED_PERCENT: Final = 35
_SPAN: Final = 40_000
_OLD: Final = 58 * 365


@dataclass(slots=True)
class Schemes:
    """What a chunk's schemes are made of: visits with their part in them, and the charges of the ring."""

    parts: list[tuple[str, str, str, int]] = field(default_factory=list)
    charges: list[tuple[int, int, int, int]] = field(default_factory=list)
    besides: list[tuple[int, str]] = field(default_factory=list)

    def billed(self, lines: Lines) -> Lines:
        """Give the lines with those of the ring's visits exchanged for what the ring draws."""
        if not self.charges:
            return lines
        visit, item, minute, quantity = (ints(c) for c in zip(*self.charges, strict=True))
        return Lines.joined(
            [lines.take(~np.isin(lines.visit, visit)), Lines.charged(visit, item, minute, quantity)]
        )

    def truth(
        self,
        people: list[str],
        houses: list[str],
        visits: Visits,
        bill: Ints,
        line_visit: Ints,
        settlement: Ints,
        number: Ints,
    ) -> list[tuple[str, ...]]:
        """Give a row for every line of the schemes' bills; the columns are `COLUMNS`."""
        rows: list[tuple[str, ...]] = []
        order = in_order(line_visit) if self.parts else ints([])
        sorted_visits = line_visit[order]
        for scheme, kind, role, visit in self.parts:
            first, last = np.searchsorted(sorted_visits, [visit, visit + 1])
            person, house = people[int(visits.person[visit])], houses[int(visits.institution[visit])]
            rows += [
                (
                    scheme,
                    kind,
                    "scheme",
                    role,
                    person,
                    house,
                    str(settlement[bill[line]]),
                    str(number[line]),
                    TREATMENT,
                )
                for line in order[first:last]
            ]
        return rows


@dataclass
class _Work:
    plan: CityPlan
    people: People
    catalogue: Catalogue
    institutions: Institutions
    visits: Visits
    throw: Dice
    made: Schemes = field(default_factory=Schemes)
    new: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        n = len(self.people)
        touched = np.bincount(self.visits.person, self.visits.taken, minlength=n) > 0
        stays = np.bincount(self.visits.person, self.visits.kind == STAY, minlength=n) > 0
        old = self.plan.first_day - self.people.birth > _OLD
        chronic = np.bincount(self.visits.person, self.visits.kind == CHRONIC, minlength=n) > 0
        self.free = old & ~touched & ~stays
        self.well = ~chronic
        self.busy = set((self.visits.person * _SPAN + self.visits.start // DAY_MINUTES).tolist())

    def cast(self, much: tuple[int, int], *, well: bool = False) -> Ints:
        """Take so many of the old who have no stay (and no prescriptions), and no part in anything else."""
        most, one_in = much
        here = np.flatnonzero(self.free & self.well if well else self.free)
        chosen = pick(self.throw, here, min(most, len(self.people) // one_in))
        self.free[chosen] = False
        return np.sort(chosen)

    def house(self, tier: int, count: int) -> list[int]:
        """Take houses of a tier in which the ordinary year happens, those of bad habits first."""
        here = np.flatnonzero((self.institutions.tier == tier) & (self.institutions.weight > 0))
        order = np.argsort(~self.institutions.bent[here], kind="stable")
        return [int(h) for h in here[order][:count]]

    def visit(self, person: int, house: int, kind: int, diagnosis: int, start: int, end: int) -> int | None:
        """Add a visit unless the person is out on one of its days."""
        days = range(start // DAY_MINUTES - 1, end // DAY_MINUTES + 2)
        if any(person * _SPAN + day in self.busy for day in days):
            return None
        self.busy |= {person * _SPAN + day for day in range(start // DAY_MINUTES, end // DAY_MINUTES + 1)}
        self.new.append((person, house, kind, diagnosis, start, end))
        return len(self.visits) + len(self.new) - 1

    def illness(self, code: str, kind: str) -> int:
        """Give a diagnosis by its code and the kind of visit it is listed for."""
        rows = self.catalogue.diagnoses.rows
        return next(i for i, row in enumerate(rows) if row["code"] == code and row["kind"] == kind)


def plant_schemes(
    plan: CityPlan,
    people: People,
    catalogue: Catalogue,
    institutions: Institutions,
    visits: Visits,
    throw: Dice,
) -> tuple[Visits, Schemes]:
    """Organise the schemes whose home is among these people; what is added comes after the visits of before."""
    work = _Work(plan, people, catalogue, institutions, visits, throw)
    first, last = int(people.number[0]), int(people.number[-1]) + 1
    for kind, act in (
        ("drug_resale_ring", _ring),
        ("ghost_inpatients", _ghosts),
        ("seasonal_upcoding", _season),
    ):
        for number in _at_home(plan, kind, first, last):
            act(work, f"{kind}-{number + 1:03d}")
    if not work.new:
        return visits, work.made
    person, house, sort, diagnosis, start, end = (ints(c) for c in zip(*work.new, strict=True))
    n, none = len(person), full(len(person), -1)
    added = Visits(
        person=person, institution=house, kind=sort, diagnosis=diagnosis, start=start, end=end, settled=end + 5,
        staff=none.copy(), department=none.copy(), way=np.where(sort == STAY, HOME, 0), continues=none.copy(),
        referred=none.copy(), taken=np.ones(n, dtype=np.bool_),
    )  # fmt: skip
    visits = Visits.joined([visits, added])
    assign_doctors(visits, catalogue, institutions, throw)
    return visits, work.made


def _at_home(plan: CityPlan, kind: str, first: int, last: int) -> Iterator[int]:
    count = max(1, round(PER_MILLION[kind] * plan.people / 1_000_000))
    for number in range(count):
        if first <= (2 * number + 1) * plan.people // (2 * count) < last:
            yield number


def _ring(work: _Work, name: str) -> None:
    """Every month each card draws two dear drugs at three houses within five days; eight months long."""
    shops, centres = work.house(PHARMACY, 3), work.house(COMMUNITY, 2)
    illness, items = work.illness(_RING_ILLNESS, "chronic"), work.catalogue.items
    oral = np.intersect1d(items.role("oral", "injection"), items.group(*_RING_DRUGS))
    oral = oral[items.retail[oral] & items.covered[oral]]
    dear = oral[np.argsort(-items.high[oral], kind="stable")][:6]
    for person in work.cast(_RING_CARDS, well=True):
        drugs = work.throw.choice(dear, 2, replace=False)
        for month in range(8):
            begin = work.plan.first_day + 20 + 30 * month + int(work.throw.integers(0, 3))
            for turn, house in enumerate((*centres, shops[int(person) % len(shops)])):
                at = (begin + 2 * turn) * DAY_MINUTES + int(work.throw.integers(9 * 60, 16 * 60))
                shop = house in shops
                row = work.visit(int(person), house, PURCHASE if shop else CHRONIC, illness, at, at + 6)
                if row is not None:
                    work.made.parts.append((name, "drug_resale_ring", "card", row))
                    work.made.charges += [(row, int(drug), at + 2, 4 * UNIT) for drug in drugs]


def _ghosts(work: _Work, name: str) -> None:
    """Groups of a street come on one weekday for two or three nights, and again after some months."""
    house = work.house(COMMUNITY, 1)[0]
    illnesses = [work.illness(code, "stay") for code in _GHOST_ILLNESSES]
    cast = work.cast(_GHOSTS)
    for group, at in enumerate(range(0, len(cast), 8)):
        for again in range(3):
            day = work.plan.first_day + 12 + group * 5 + again * 112
            day += (4 - (day + 3) % 7) % 7 if (day + 3) % 7 > 3 else 0
            if day > work.plan.first_day + work.plan.days - 12:
                continue
            nights = 2 + (group + again) % 2
            for person in cast[at : at + 8]:
                start = day * DAY_MINUTES + 9 * 60 + int(work.throw.integers(0, 40))
                end = (day + nights) * DAY_MINUTES + 10 * 60 + int(work.throw.integers(0, 40))
                illness = illnesses[int(person) % len(illnesses)]
                row = work.visit(int(person), house, STAY, illness, start, end)
                if row is not None:
                    work.made.parts.append((name, "ghost_inpatients", "patient", row))


def _season(work: _Work, name: str) -> None:
    """From October to January a third of a house's medical stays carry a grave second diagnosis that nobody treated."""
    visits, first = work.visits, work.plan.first_day
    day = visits.start // DAY_MINUTES - first
    medical = work.catalogue.diagnoses.styled("medical")[visits.diagnosis]
    fits = (
        (visits.kind == STAY)
        & medical
        & ~visits.taken
        & (work.institutions.tier[visits.institution] == SECONDARY)
    )
    fits &= (day >= _SEASON[0]) & (day < _SEASON[1])
    fits &= first - work.people.birth[visits.person] > _OLD
    stays = np.bincount(visits.institution[fits], minlength=len(work.institutions))
    fits &= visits.institution == int(stays.argmax())
    wanted = max(1, int(fits.sum()) * _UPCODED_PERCENT // 100)
    for row in np.sort(pick(work.throw, np.flatnonzero(fits), wanted)):
        own = work.catalogue.diagnoses.category[int(visits.diagnosis[row])]
        grave = [code for code in _GRAVE if not code.startswith(own)]
        visits.taken[row] = True
        work.made.besides.append((int(row), grave[int(row) % len(grave)]))
        work.made.parts.append((name, "seasonal_upcoding", "stay", int(row)))
