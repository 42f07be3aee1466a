"""Plants made of what was never bought: an institution settles a drug it does not have (条例 Art. 38(4), Art. 40(2)).

A sample of shelves (an institution and a drug) is watched while the bills are written. At the end of the year some of
them are stocked wrongly; the bills stay as they are, which is how such fraud looks: every bill is in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa

from yibao.city.arrays import Bools, Columns, Dice, Ints, in_order, ints, pick
from yibao.city.institutions import Institutions
from yibao.city.lines import DAY_MINUTES
from yibao.city.plan import UNIT, CityPlan
from yibao.city.plants.marks import Marks, Quota
from yibao.city.stock import BOUGHT, DESTROYED, OPENING, SENT_BACK, TAKEN_OVER

_WATCHED_PER_PLANT: Final = 40
_FEWEST_LINES, _MOST_LINES = 2, 80
_REBOUGHT_ON: Final = 4
_RIGHT_WAYS: Final = (
    "sold_exactly_out",
    "sent_back_and_bought_again",
    "taken_over_from_a_sister_shop",
    "counted_late",
)
Planned = dict[tuple[int, int], list[tuple[int, int, int]]]


@dataclass(slots=True)
class _Sold(Columns):
    shelf: Ints
    minute: Ints
    quantity: Ints
    number: Ints
    standing: Ints


@dataclass(slots=True)
class Shelves:
    """The watched shelves and their lines; ``items`` is the size of the catalogue."""

    items: int
    one_in: int
    sold: list[_Sold] = field(default_factory=list)

    @classmethod
    def watch(cls, items: int, drugs: int, institutions: int, quota: Quota) -> Shelves:
        """Watch so many shelves that enough of them will do for the plants."""
        wanted = (quota.violations() + quota.innocents()) * _WATCHED_PER_PLANT
        return cls(items, max(1, drugs * institutions // wanted))

    def add(
        self, institution: Ints, item: Ints, minute: Ints, quantity: Ints, number: Ints, standing: Ints
    ) -> None:
        """Remember the drug lines of watched shelves; ``standing`` is 0 for lines taken back and what takes back."""
        shelf = institution * self.items + item
        rows = np.flatnonzero((shelf * 2_654_435_761 % 4_294_967_296) % self.one_in == 0)
        self.sold.append(
            _Sold(shelf[rows], minute[rows], quantity[rows], number[rows], standing[rows].astype(np.int64))
        )

    def plant(
        self,
        plan: CityPlan,
        institutions: Institutions,
        packed: Bools,
        marks: Marks,
        quota: Quota,
        throw: Dice,
    ) -> tuple[Planned, pa.Table]:
        """Stock some shelves wrongly and some just rightly; give their movements and the rows of truth.

        ``packed`` says of each item whether it is sold by the pack.
        """
        sold = _Sold.joined(self.sold)
        sold = sold.take(in_order(sold.shelf, sold.minute, sold.number))
        shelves, first, count = np.unique(sold.shelf, return_index=True, return_counts=True)
        calm = np.minimum.reduceat(sold.standing, first) > 0 if len(first) else np.zeros(0)
        reports = institutions.reports_stock[shelves // self.items] & packed[shelves % self.items]
        fits = np.flatnonzero(reports & (calm > 0) & (count >= _FEWEST_LINES) & (count <= _MOST_LINES))
        split = np.add.reduceat(sold.quantity % UNIT != 0, first)[fits] > 0 if len(first) else fits > 0
        weight = institutions.plant_weight[shelves // self.items]
        wrong = pick(throw, fits[~split], quota.violations(), weight[fits[~split]])
        rest = np.setdiff1d(fits[~split], wrong)
        parts = pick(throw, fits[split], quota.innocents() // 3)
        right = np.r_[parts, pick(throw, rest, quota.innocents() - len(parts))]
        planned: Planned = {}
        truth: list[tuple[int, bool, int]] = []
        ways = (
            "never_bought",
            "one_pack_too_few",
            "half_of_it_bought",
            "one_pack_too_few_in_stock",
            "one_pack_destroyed",
        )
        for turn, at in enumerate(wrong):
            rows = np.arange(first[at], first[at] + count[at])
            way = ways[turn % len(ways)]
            plant = marks.add("stock_against_settlement", violation=True, disguise=way)
            supply, movements = _too_little(sold, rows, way)
            planned[divmod(int(shelves[at]), self.items)] = movements
            over = np.cumsum(sold.quantity[rows]) > supply
            truth += [(plant, bool(o), int(n)) for o, n in zip(over, sold.number[rows], strict=True)]
        for turn, at in enumerate(right):
            rows = np.arange(first[at], first[at] + count[at])
            way = "split_packs" if turn < len(parts) else _RIGHT_WAYS[turn % len(_RIGHT_WAYS)]
            plant = marks.add("stock_against_settlement", violation=False, disguise=way)
            planned[divmod(int(shelves[at]), self.items)] = _just_enough(plan, sold, rows, way)
            truth += [(plant, True, int(n)) for n in sold.number[rows]]
        return planned, marks.rows(*ints(truth).reshape(-1, 3).T)


def _too_little(sold: _Sold, rows: Ints, way: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Give what was there in all, and how it came; a drug never bought has no movement at all."""
    total = int(sold.quantity[rows].sum())
    if way == "never_bought":
        return 0, []
    supply = total - UNIT if way != "half_of_it_bought" else total // 2 // UNIT * UNIT
    if supply <= 0:
        return 0, []
    if way == "one_pack_too_few_in_stock":
        return supply, [(OPENING, 0, supply)]
    if way == "one_pack_destroyed":
        return supply, [(OPENING, 0, total), (DESTROYED, 0, UNIT)]
    opening = supply // 2 // UNIT * UNIT
    return supply, [(OPENING, 0, opening), (BOUGHT, 0, supply - opening)]


def _just_enough(plan: CityPlan, sold: _Sold, rows: Ints, way: str) -> list[tuple[int, int, int]]:
    """Stock a shelf so that all that was sold was there, and nothing more."""
    total = int(sold.quantity[rows].sum())
    if way == "sold_exactly_out":
        opening = total // 2 // UNIT * UNIT
        return [(OPENING, 0, opening), (BOUGHT, 0, total - opening)]
    if way == "taken_over_from_a_sister_shop":
        half = total // 2 // UNIT * UNIT
        return [(BOUGHT, 0, half), (TAKEN_OVER, 0, total - half)]
    if way == "counted_late":
        counted = int(sold.minute[rows[0]]) // DAY_MINUTES - plan.first_day + 1
        left = int(sold.quantity[rows][sold.minute[rows] >= (plan.first_day + counted) * DAY_MINUTES].sum())
        return [(OPENING, counted, left)]
    whole = -(-total // UNIT) * UNIT
    if way == "split_packs":
        return [(OPENING, 0, whole)]
    first_sale = int(sold.minute[rows[0]]) // DAY_MINUTES - plan.first_day
    if first_sale > _REBOUGHT_ON:
        return [(OPENING, 0, whole), (SENT_BACK, 2, UNIT), (BOUGHT, _REBOUGHT_ON, UNIT)]
    return [(OPENING, 0, whole), (BOUGHT, 0, 3 * UNIT), (SENT_BACK, 0, 3 * UNIT)]
