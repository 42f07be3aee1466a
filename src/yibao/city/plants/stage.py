"""The stage: whole visits of people whose year is a plant's own, made before anything is charged.

What needs a history (supply, courses, cards, codes, status) cannot be planted in a bill that something else has used.
So a plant of that sort takes a person with hardly anything in the year, takes that little away, and gives them visits
and charges of its own. What a story has said is kept here and told to the bills and the files when they are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from yibao.city.arrays import Bools, Dice, Floats, Ints, ints
from yibao.city.catalogue import EVERYDAY_GROUPS, Catalogue
from yibao.city.institutions import PHARMACY, Institutions
from yibao.city.lines import DAY_MINUTES, Lines
from yibao.city.people import People, years_old
from yibao.city.plan import UNIT, CityPlan
from yibao.city.plants.honest import long_holidays, stayed_at_home
from yibao.city.plants.marks import Marks, Quota
from yibao.city.plants.said import Said
from yibao.city.plants.site import Site
from yibao.city.prices import Prices
from yibao.city.visits import EMERGENCY, HOME, PURCHASE, STAY, VISIT, Visits, assign_doctors

_FEW: Final = 9
"""Whoever went out at most so often in the year is given another year before anybody else."""

_COLUMNS: Final = (
    "person", "institution", "kind", "diagnosis", "start", "end", "settled", "staff", "department", "way",
    "continues", "referred",
)  # fmt: skip
_PAIR: Final = 2
_SPAN: Final = 40_000
_DAYS_BEFORE: Final = 4
_COLD: Final = "J06.900"
_SPOKEN_OF: Final = ("C", "Z", "K29", "K74", "I63", "M51", "O", "P", "N18")
"""Diseases that a story may speak of, so that no other story's stay has them by chance."""

_FROM, _UNTIL = 30, 84


@dataclass(slots=True)
class Charge:
    """One line to be charged; ``plant`` is -1 for what is only there to make a bill a bill."""

    visit: int
    item: int
    minute: int
    quantity: int
    price: int
    plant: int
    violating: bool
    back: bool
    row: int = -1


@dataclass
class Stage:
    """A chunk's people and visits while stories are added; where people run out, fewer are told."""

    plan: CityPlan
    people: People
    catalogue: Catalogue
    institutions: Institutions
    prices: Prices
    visits: Visits
    marks: Marks
    quota: Quota
    throw: Dice
    said: Said = field(default_factory=Said)
    charges: list[Charge] = field(default_factory=list)
    new: list[tuple[int, ...]] = field(default_factory=list)
    bare: set[int] = field(default_factory=set)
    without_bed: set[int] = field(default_factory=set)
    ordinary: list[tuple[int, int, str]] = field(default_factory=list)
    undone: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        often = np.bincount(self.visits.person, minlength=len(self.people))
        touched = np.bincount(self.visits.person, self.visits.taken, minlength=len(self.people)) > 0
        born = self.people.birth < self.plan.first_day - 30
        self.free: Bools = np.asarray(~touched & born, dtype=np.bool_)
        self.calm: Bools = np.asarray(often <= _FEW, dtype=np.bool_)
        self.played: Bools = np.zeros(len(self.people), dtype=np.bool_)
        first = np.full(len(self.people), self.plan.first_day, dtype=np.int64)
        self.age: Ints = years_old(self.people.birth, first)
        table = self.catalogue.diagnoses
        plain = table.styled("medical") & (table.operation < 0) & (table.sex == 0)
        plain &= (table.age_low <= _FROM) & (table.age_high >= _UNTIL)
        plain &= np.array([not code.startswith(_SPOKEN_OF) for code in table.category], dtype=np.bool_)
        plain &= np.array([code == "" for code in table.column("operation_code")], dtype=np.bool_)
        plain[table.kind("visit", "chronic")] = False
        self._illnesses: Ints = np.flatnonzero(plain)
        self._houses: dict[tuple[int, ...], tuple[Ints, Floats]] = {}
        self._old = len(self.visits)
        self._codes = {code: i for i, code in enumerate(self.catalogue.items.column("code"))}
        self._kinds: dict[tuple[str, str], int] = {}
        for i, row in enumerate(self.catalogue.diagnoses.rows):
            self._kinds.setdefault((row["code"], ""), i)
            self._kinds.setdefault((row["code"], row["kind"]), i)

    def actors(self, where: Bools, wanted: int) -> list[int]:
        """Take people whose year is given away."""
        rows = np.flatnonzero(self.free & where)
        rows = self.throw.permutation(rows)
        calm = self.calm[rows]
        chosen = np.r_[rows[calm], rows[~calm]][:wanted]
        self.free[chosen] = False
        self.played[chosen] = True
        return [int(p) for p in chosen]

    def grown(self, low: int = 20, high: int = 90) -> Bools:
        """Say who is an adult of some age the whole year long."""
        return np.asarray((self.age >= low) & (self.age < high), dtype=np.bool_)

    def item(self, code: str) -> int:
        """Give the item of a code."""
        return self._codes[code]

    def diagnosis(self, code: str, kind: str = "") -> int:
        """Give the diagnosis of a code."""
        return self._kinds[(code, kind)]

    def house(self, *tiers: int, other_than: int = -1) -> int:
        """Choose an institution with a level (or a pharmacy), more readily one with bad habits."""
        if tiers not in self._houses:
            houses = self.institutions
            fits = (
                np.isin(houses.tier, tiers)
                & (houses.weight > 0)
                & (houses.graded | (houses.tier == PHARMACY))
            )
            rows = np.flatnonzero(fits)
            self._houses[tiers] = rows, np.cumsum(houses.plant_weight[rows])
        rows, weight = self._houses[tiers]
        chosen = other_than
        while chosen == other_than:
            luck = self.throw.random() * weight[-1]
            chosen = int(rows[min(int(np.searchsorted(weight, luck, side="right")), len(rows) - 1)])
        return chosen

    def day(self, low: int = 20, high: int = 330) -> int:
        """Choose a day of the year, counted from its first; nobody begins a story in a long holiday."""
        day = self.plan.first_day + int(self.throw.integers(low, high))
        while any(first <= day <= last for first, last in long_holidays()):
            day = self.plan.first_day + int(self.throw.integers(low, high))
        return day

    def minute(self, day: int, low: int = 9, high: int = 15) -> int:
        """Choose a minute of a day between two hours."""
        return day * DAY_MINUTES + int(self.throw.integers(low * 60, high * 60))

    def minutes(self, days: Ints, low: int, high: int) -> list[int]:
        """Choose a minute of each day between two hours."""
        chosen = days * DAY_MINUTES + self.throw.integers(low * 60, high * 60, len(days))
        return [int(minute) for minute in chosen]

    def visit(
        self, person: int, house: int, start: int, *, kind: int = VISIT, took: int = 40, diagnosis: int = -1,
        staff: int = -1, settled: int = 0, way: int = 0, referred: int = -1, dressed: bool = False,
    ) -> int:  # fmt: skip
        """Send somebody somewhere from a minute on; ``dressed`` lets the ordinary year charge the visit as well."""
        took = 6 if kind == PURCHASE and took == 40 else took
        what = diagnosis if diagnosis >= 0 else self.diagnosis(_COLD)
        department = int(self.institutions.staff.department[staff]) if staff >= 0 else -1
        end = start + took
        self.new.append(
            (person, house, kind, what, start, end, settled or end, staff, department, way, -1, referred)
        )
        row = self._old + len(self.new) - 1
        if not dressed:
            self.bare.add(row)
        return row

    def stay(
        self, person: int, house: int, day: int, nights: int, *, diagnosis: int = -1, staff: int = -1,
        dressed: bool = False, start: int = 0, way: int = HOME,
    ) -> int:  # fmt: skip
        """Admit somebody on a day for so many nights."""
        start = start or self.minute(day, 8, 12)
        end = self.minute(day + nights, 10, 15)
        what = diagnosis if diagnosis >= 0 else int(self.throw.choice(self._illnesses))
        row = self.visit(
            person, house, start, kind=STAY, took=end - start, diagnosis=what, staff=staff, way=way,
            settled=end + int(self.throw.integers(10, 60)), dressed=dressed,
        )  # fmt: skip
        return row

    def span(self, visit: int) -> tuple[int, int]:
        """Give the first and the last minute of a visit made here."""
        row = self.new[visit - self._old]
        return row[4], row[5]

    def charge(
        self, visit: int, item: int, *, minute: int = 0, packs: float = 1, price: int = 0, plant: int = -1,
        violating: bool = True, back: bool = False,
    ) -> int:  # fmt: skip
        """Charge something in a visit and, told a plant, mark it; give the place of the charge."""
        start, end = self.span(visit)
        when = min(max(minute or start + 3, start), end)
        self.charges.append(Charge(visit, item, when, round(packs * UNIT), price, plant, violating, back))
        return len(self.charges) - 1

    def doctor(self, house: int, department: int) -> int:
        """Give a practitioner of a department of an institution."""
        luck = ints([int(self.throw.integers(0, 1 << 20))])
        return int(self.institutions.doctor(ints([house]), ints([department]), luck)[0])

    @cached_property
    def everyday(self) -> list[int]:
        """Give the drugs for everyday complaints that anybody may have and the fund shares."""
        items = self.catalogue.items
        suits = np.array([row["suits"] == "" and row["group"] in EVERYDAY_GROUPS for row in items.rows])
        return [int(i) for i in np.flatnonzero(suits & items.drug & items.retail & items.covered)]

    def ward(self, visit: int, day: int, nights: int, *, treated: int, plant: int) -> None:
        """Charge bed, ward round and nursing of every day of a stay, and an infusion on the first ``treated`` days."""
        items = self.catalogue.items
        daily = (("bed", 0, 30), ("visit_inpatient", 0, 8 * 60 + 30), ("nursing", 2, 7 * 60 + 30))
        drip = (("infusion", 0), ("fluid", 0), ("infusion_material", 0), ("injection_service", 0))
        antibiotic = next(i for i in items.role("injection") if items.rows[i]["group"] == "antibiotic")
        for turn in range(nights):
            midnight = (day + turn) * DAY_MINUTES
            for role, which, minute in daily:
                self.charge(visit, int(items.role(role)[which]), minute=midnight + minute, plant=plant)
            if turn < treated:
                for place, (role, which) in enumerate(drip):
                    at = midnight + 12 * 60 + 30 + place
                    self.charge(visit, int(items.role(role)[which]), minute=at, plant=plant)
                self.charge(visit, int(antibiotic), minute=midnight + 12 * 60 + 35, plant=plant)

    def price(self, visit: int, item: int) -> int:
        """Give what the institution of a visit made here asks for an item."""
        return int(self.prices.asked[self.new[visit - self._old][1], item])

    def cost(self, visit: int) -> int:
        """Give what the charges of a visit so far cost, in millionths of a yuan."""
        house = self.new[visit - self._old][1]
        own = [c for c in self.charges[-200:] if c.visit == visit]
        return sum((c.price or int(self.prices.asked[house, c.item])) * c.quantity // UNIT for c in own)

    def limit(self, visit: int, item: int, minute: int = 0) -> int:
        """Give the highest price of an item in a visit made here, what the institution asks where there is none."""
        row = self.new[visit - self._old]
        house, day = ints([row[1]]), ints([(minute or row[4]) // DAY_MINUTES])
        highest = int(self.prices.limit(ints([item]), self.institutions.group[house], day)[0])
        return highest or int(self.prices.asked[row[1], item])

    def consult(self, visit: int) -> None:
        """Charge the consultation; a pharmacy has none."""
        kind = self.new[visit - self._old][2]
        if kind == PURCHASE:
            return
        items = self.catalogue.items
        item = items.role("visit_emergency")[0] if kind == EMERGENCY else items.role("visit_outpatient")[0]
        self.charge(visit, int(item), minute=self.span(visit)[0] + 1)

    def plant(self, rule: str, way: str, *, violation: bool) -> int:
        """Plant one."""
        return self.marks.add(rule, violation=violation, disguise=way)

    def cast(
        self, rule: str, violation: bool, ways: Mapping[str, Bools], *, each: int = 1
    ) -> Iterator[tuple[str, int, list[int], int]]:
        """Deal out so many plants to the disguises in turn: the disguise, the plant, its people and its turn."""
        wanted = self.quota.rare_violations() if violation else self.quota.rare_innocents()
        wanted = self.quota.crowds() if each > _PAIR else wanted
        counts = np.bincount(np.arange(wanted) % len(ways), minlength=len(ways))
        for (way, where), count in zip(ways.items(), counts, strict=True):
            people = self.actors(where, int(count) * each)
            for turn in range(len(people) // each):
                yield way, self.plant(rule, way, violation=violation), people[turn * each :][:each], turn

    def close(self, undone: list[tuple[int, int]]) -> tuple[Visits, list[tuple[int, int]]]:
        """Give all visits, those of the stories last, and what is to be reversed; everything said follows."""
        kept = ~self.played[self.visits.person] | self.visits.taken
        kept &= ~self._before_a_stay() & ~stayed_at_home(self.visits, self.throw)
        new_row = np.r_[np.cumsum(kept) - 1, int(kept.sum()) + np.arange(len(self.new))].astype(np.int64)
        table = ints(self.new).reshape(-1, len(_COLUMNS)).T
        columns = dict(zip(_COLUMNS, table, strict=True))
        added = Visits(**columns, taken=np.ones(len(self.new), dtype=np.bool_))
        self.marks.moved_visits(new_row)
        everything = Visits.joined([self.visits, added]).take(np.r_[kept, added.taken])
        for link in (everything.continues, everything.referred):
            link[link >= 0] = new_row[link[link >= 0]]
        for charge in self.charges:
            charge.visit = int(new_row[charge.visit])
        self.bare = {int(new_row[v]) for v in self.bare}
        self.without_bed = {int(new_row[v]) for v in self.without_bed}
        self.ordinary = [(plant, int(new_row[v]), role) for plant, v, role in self.ordinary]
        self.said.moved_visits(new_row)
        assign_doctors(everything, self.catalogue, self.institutions, self.throw)
        self.visits = everything
        return everything, [(int(new_row[v]), later) for v, later in [*undone, *self.undone]]

    def _before_a_stay(self) -> Bools:
        """Say which ordinary visits lie in the days before a stay of the same person at the same institution.

        Nobody could tell them from what was moved out of the stay, so the honest year has none of them.
        """
        visits, day = self.visits, self.visits.start // DAY_MINUTES
        stays = np.flatnonzero(visits.kind == STAY)
        stays = stays[np.lexsort((day[stays], visits.person[stays]))]
        key = visits.person[stays] * _SPAN + day[stays]
        place = np.minimum(np.searchsorted(key, visits.person * _SPAN + day), max(len(stays) - 1, 0))
        if len(stays) == 0:
            return np.zeros(len(visits), dtype=np.bool_)
        coming = stays[place]
        near = (visits.person[coming] == visits.person) & (visits.institution[coming] == visits.institution)
        near &= (day[coming] - day >= 0) & (day[coming] - day <= _DAYS_BEFORE)
        return np.asarray(near & (visits.kind != STAY) & ~visits.taken, dtype=np.bool_)

    def cleared(self, lines: Lines) -> Lines:
        """Leave out what the ordinary year charged in visits that a story charges alone."""
        bare = np.zeros(len(self.visits), dtype=np.bool_)
        bare[list(self.bare)] = True
        bedless = np.zeros(len(self.visits), dtype=np.bool_)
        bedless[list(self.without_bed)] = True
        bed = np.isin(lines.item, self.catalogue.items.role("bed"))
        return lines.take(~bare[lines.visit] & ~(bedless[lines.visit] & bed))

    def bill(self, site: Site) -> None:
        """Charge everything that the stories charge, and mark the ordinary lines that they speak of."""
        for plant, visit, role in self.ordinary:
            for row in site.lines_of(visit):
                if role in self.catalogue.items.rows[int(site.lines.item[row])]["roles"].split():
                    self.marks.line(plant, int(row), violating=True)
        for charge in self.charges:
            charge.row = site.charge(charge.visit, charge.item, charge.minute, charge.quantity, charge.price)
            if charge.plant >= 0:
                self.marks.line(charge.plant, charge.row, violating=charge.violating)
            if charge.back:
                site.give_back(charge.row)
        self.said.charged([charge.row for charge in self.charges])
