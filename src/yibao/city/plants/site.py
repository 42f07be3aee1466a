"""The ground on which a chunk's plants of lines are made: its tables, and the lines that are added to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import cycle, islice

import numpy as np

from yibao.city.arrays import Bools, Dice, Ints, in_order, ints, pick
from yibao.city.catalogue import Catalogue
from yibao.city.institutions import Institutions
from yibao.city.lines import DAY_MINUTES, Lines
from yibao.city.people import People, years_old
from yibao.city.plan import UNIT, CityPlan
from yibao.city.plants.marks import Marks, Quota
from yibao.city.prices import Prices
from yibao.city.visits import STAY, Visits


@dataclass
class Site:
    """A chunk while it is being planted; raises nothing: where hosts run out, fewer are planted."""

    plan: CityPlan
    people: People
    catalogue: Catalogue
    institutions: Institutions
    prices: Prices
    visits: Visits
    lines: Lines
    marks: Marks
    quota: Quota
    throw: Dice
    new: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    undone: list[tuple[int, int]] = field(default_factory=list)

    @cached_property
    def _before(self) -> int:
        return len(self.lines)

    @cached_property
    def _order(self) -> Ints:
        return in_order(self.lines.visit)

    @cached_property
    def _edges(self) -> Ints:
        return ints(np.searchsorted(self.lines.visit[self._order], np.arange(len(self.visits) + 1)))

    @cached_property
    def age(self) -> Ints:
        """Give full years of age at every visit."""
        return years_old(self.people.birth[self.visits.person], self.visits.start // DAY_MINUTES)

    @cached_property
    def sex(self) -> Ints:
        """Give the sex of every visit's person."""
        return self.people.sex[self.visits.person]

    @cached_property
    def nights(self) -> Ints:
        """Give the days charged of every stay, 0 of everything else."""
        long = self.visits.end // DAY_MINUTES - self.visits.start // DAY_MINUTES
        return np.where(self.visits.kind == STAY, long, 0)

    def lines_of(self, visit: int) -> Ints:
        """Give the rows of a visit's lines."""
        return self._order[self._edges[visit] : self._edges[visit + 1]]

    def hosts(self, where: Bools, wanted: int) -> Ints:
        """Choose visits no plant has used, more readily where habits are bad, and take them."""
        free = np.flatnonzero(where & ~self.visits.taken)
        weight = self.institutions.plant_weight[self.visits.institution[free]]
        chosen = pick(self.throw, free, wanted, weight)
        self.visits.taken[chosen] = True
        return chosen

    def deal(self, wanted: int, ways: dict[str, Bools]) -> Iterator[tuple[str, int]]:
        """Deal out so many hosts to the disguises in turn, each from the visits that suit it."""
        counts = dict.fromkeys(ways, 0)
        for way in islice(cycle(ways), wanted):
            counts[way] += 1
        for way, count in counts.items():
            for host in self.hosts(ways[way], count):
                yield way, int(host)

    def charge(self, visit: int, item: int, minute: int, quantity: int = UNIT, price: int = 0) -> int:
        """Add a line to a bill and give its row."""
        self.new.append((visit, item, minute, quantity, price, -1))
        return self._before + len(self.new) - 1

    def give_back(self, row: int) -> None:
        """Return a whole line of before or of now within its bill."""
        if row < self._before:
            old = self.lines
            found = (old.visit[row], old.item[row], old.minute[row], old.quantity[row], old.price[row])
            visit, item, minute, quantity, price = (int(f) for f in found)
        else:
            visit, item, minute, quantity, price, _ = self.new[row - self._before]
        later = min(minute + 45, int(self.visits.end[visit]))
        self.new.append((visit, item, later, -quantity, price, row))

    def undo(self, visit: int, later: int) -> None:
        """Have the bill of a visit reversed so many minutes after its settlement."""
        self.undone.append((visit, later))

    def near_the_end(self, visit: int) -> int:
        """Give a minute within a visit."""
        start, end = int(self.visits.start[visit]), int(self.visits.end[visit])
        return start + int(self.throw.integers(0, max(end - start, 1)))

    def in_day(self, visit: int, turn: int, hour: int) -> int:
        """Give a moment of the turn-th day of a stay, within the stay."""
        day = int(self.visits.start[visit]) // DAY_MINUTES + turn
        moment = day * DAY_MINUTES + hour * 60 + int(self.throw.integers(0, 50))
        return min(max(moment, int(self.visits.start[visit]) + 15), int(self.visits.end[visit]))

    def lines_with_plants(self) -> Lines:
        """Give all lines, those of before first."""
        columns = ints(self.new).reshape(-1, 6).T
        return Lines.joined([self.lines, Lines(*(ints(c) for c in columns))])
