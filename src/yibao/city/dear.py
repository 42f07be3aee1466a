"""What makes a stay dear: the drugs, examinations, treatments and materials that bring its bill to what it costs.

A stay's ordinary bill is nearly the same everywhere. What it costs is another matter: it goes with the diagnosis, the
level of the house, the days and the person, and is spread log-normally. The difference is charged here, by things of
the ward's own kind, each once a day at most, whose price comes nearest to what is still to be charged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from yibao.city.arrays import Bools, Dice, Floats, Ints, chance, firsts, ints, marked
from yibao.city.catalogue import Catalogue
from yibao.city.institutions import Institutions
from yibao.city.lines import DAY_MINUTES, Lines, repeated
from yibao.city.people import RESIDENT, People
from yibao.city.plan import UNIT, YUAN
from yibao.city.prices import Prices
from yibao.city.visits import STAY, Visits
from yibao.city.wards import nights, operated

LEVEL_COST: Final = {True: (1.50, 0.73, 0.385), False: (1.13, 0.555, 0.29)}
"""Cost against a diagnosis's own mean by tier: for what all houses treat, and for what the larger ones treat."""

SCHEME_COST: Final = (0.90, 1.17)
"""Residents and employees: half of what parts them in the national figures; the other half is where they go."""

_SPREAD: Final = 0.72
_DEAREST_LUCK: Final = 1.7
"""Standard deviations above which no ordinary stay costs: what is dearer still is reviewed as a special case (assumed)."""

_DEAREST: Final = 2.5
"""Times the mean of its kind beyond which no ordinary stay costs (assumed, as above)."""

_STAY_POWER: Final = 0.6
_MOST_DAYS: Final = 12
_CHRONIC_WARD: Final = 40
_PARTS: Final = {
    "operated": (0.18, 0.22, 0.06, 0.54), "medical": (0.30, 0.50, 0.20, 0.0), "psych": (0.20, 0.08, 0.72, 0.0),
    "rehab": (0.22, 0.18, 0.60, 0.0), "chemo": (0.66, 0.24, 0.10, 0.0), "newborn": (0.30, 0.20, 0.50, 0.0),
}  # fmt: skip
"""How the difference falls on drugs, examinations, treatments and materials, by what the ward does (assumed)."""


@dataclass(frozen=True, slots=True)
class _Pool:
    """Items in the order of their price; ``price`` in yuan."""

    item: Ints
    price: Floats

    @classmethod
    def of(cls, catalogue: Catalogue, item: Ints) -> _Pool:
        middle = (catalogue.items.low[item] + catalogue.items.high[item]) / 2 / YUAN
        order = np.argsort(middle, kind="stable")
        return cls(item[order], middle[order])

    def near(self, wanted: Floats, house: Ints, prices: Prices, throw: Dice) -> Ints:
        """Give for each sum an item that costs about this much in the house: any of the five nearest."""
        dearness = prices.asked[:, self.item].sum(axis=1) / YUAN / self.price.sum()
        at = np.searchsorted(self.price, wanted / dearness[house]) + throw.integers(-2, 3, len(wanted))
        return ints(self.item[np.clip(at, 0, len(self.item) - 1)])


def dear_lines(
    people: People, visits: Visits, lines: Lines, catalogue: Catalogue, institutions: Institutions, prices: Prices,
    throw: Dice,
) -> Lines:  # fmt: skip
    """Charge every stay what its ordinary lines leave of its cost."""
    stays = np.flatnonzero((visits.kind == STAY) & (visits.continues < 0))
    asked = prices.asked[visits.institution[lines.visit], lines.item] / YUAN
    charged = np.bincount(lines.visit, lines.quantity / UNIT * asked, minlength=len(visits))[stays]
    rest = _cost(people, visits, stays, catalogue, institutions, throw) - charged
    stays, rest = stays[rest > _CHRONIC_WARD], rest[rest > _CHRONIC_WARD]
    cut, turn = operated(visits, catalogue)
    was_cut = np.isin(stays, cut) & (catalogue.diagnoses.operation[visits.diagnosis[stays]] >= 0)
    share = _shares(visits, stays, was_cut, catalogue)
    items = catalogue.items
    ward = items.group("ward")
    drugs = _Pool.of(catalogue, ward[items.drug[ward]])
    treatments = _Pool.of(catalogue, items.role("treatment"))
    work = _Work(visits, prices, throw)
    on_day = np.zeros(len(visits), dtype=np.int64)
    on_day[cut] = turn
    parts = [
        work.daily(stays, rest * share[:, 0] * 0.6, drugs, 9 * 60 + 10),
        work.daily(stays, rest * share[:, 0] * 0.4, drugs, 16 * 60),
        work.daily(stays, rest * share[:, 2], treatments, 14 * 60 + 20),
        work.examined(stays, rest * share[:, 1], _Pool.of(catalogue, items.role("exam_dear", "exam"))),
    ]
    for role in sorted({*catalogue.diagnoses.column("material")} - {""}):
        wanted = ints([r == role for r in catalogue.diagnoses.column("material")]).astype(np.bool_)
        here = was_cut & wanted[visits.diagnosis[stays]]
        if here.any():
            pool = _Pool.of(catalogue, items.role(role))
            parts.append(work.used(stays[here], (rest * share[:, 3])[here], pool, on_day))
    return _not_there(Lines.joined(parts), lines)


def _not_there(more: Lines, lines: Lines) -> Lines:
    """Keep what is charged for the first time on its day."""
    visits = int(max(more.visit.max(initial=0), lines.visit.max(initial=0))) + 1
    there = np.flatnonzero(marked(visits, more.visit)[lines.visit])
    visit, item, minute = (
        np.r_[old[there], new]
        for old, new in ((lines.visit, more.visit), (lines.item, more.item), (lines.minute, more.minute))
    )
    day = minute // DAY_MINUTES
    fresh = firsts(visit, item, day - int(day.min(initial=0)))
    return more.take(fresh[fresh >= len(there)] - len(there))


def _cost(
    people: People, visits: Visits, stays: Ints, catalogue: Catalogue, institutions: Institutions, throw: Dice
) -> Floats:
    diagnoses = catalogue.diagnoses
    which = visits.diagnosis[stays]
    simple = diagnoses.styled("medical", "rehab", "psych")[which]
    tier = np.minimum(institutions.tier[visits.institution[stays]], 2)
    level = np.where(simple, np.array(LEVEL_COST[True])[tier], np.array(LEVEL_COST[False])[tier])
    scheme = np.array(SCHEME_COST)[(people.group[visits.person[stays]] != RESIDENT).astype(np.int64)]
    days = (nights(visits)[stays] / np.maximum(diagnoses.days[which], 1)) ** _STAY_POWER
    spread = diagnoses.cost_sd[which] * _SPREAD
    luck = np.exp(np.minimum(throw.normal(0, 1, len(stays)), _DEAREST_LUCK) * spread - spread**2 / 2)
    own = np.minimum(days * luck, _DEAREST)
    return np.asarray(diagnoses.cost[which] * level * scheme * own, dtype=np.float64)


def _shares(visits: Visits, stays: Ints, was_cut: Bools, catalogue: Catalogue) -> Floats:
    share = np.tile(np.array(_PARTS["medical"]), (len(stays), 1))
    for style in ("psych", "rehab", "chemo", "newborn"):
        share[catalogue.diagnoses.styled(style)[visits.diagnosis[stays]]] = _PARTS[style]
    materials = ints([bool(m) for m in catalogue.diagnoses.column("material")]).astype(np.bool_)
    share[was_cut & materials[visits.diagnosis[stays]]] = _PARTS["operated"]
    return share


@dataclass(frozen=True, slots=True)
class _Work:
    visits: Visits
    prices: Prices
    throw: Dice

    def daily(self, stays: Ints, much: Floats, pool: _Pool, minute: int) -> Lines:
        """Charge something every day of the first twelve, so much in all."""
        long = nights(self.visits)[stays]
        days = np.minimum(long, _MOST_DAYS)
        need = much / np.maximum(days, 1)
        given = need > float(pool.price[0]) * 0.7
        stays, days, need = stays[given], days[given], need[given]
        item = self._near(stays, need, pool)
        quantity = self._quantity(stays, item, need, 4)
        row = repeated(np.arange(len(stays), dtype=np.int64), days)
        turn = np.arange(len(row)) - repeated(np.cumsum(days) - days, days)
        return self._charged(stays[row], item[row], turn, minute, quantity[row])

    def examined(self, stays: Ints, much: Floats, pool: _Pool) -> Lines:
        """Charge up to six examinations on the first days, no one twice."""
        count = np.clip(np.rint(much / 520).astype(np.int64), 0, 6)
        row = repeated(np.arange(len(stays), dtype=np.int64), count)
        item = self._near(stays[row], (much / np.maximum(count, 1))[row], pool)
        turn = np.minimum(self.throw.integers(0, 4, len(row)), nights(self.visits)[stays[row]] - 1)
        _, kept = np.unique(stays[row] * 10_000 + item, return_index=True)
        quantity = np.full(len(kept), UNIT, dtype=np.int64)
        return self._charged(stays[row][kept], item[kept], turn[kept], 10 * 60 + 30, quantity)

    def used(self, stays: Ints, much: Floats, pool: _Pool, on_day: Ints) -> Lines:
        """Charge one or two kinds of material on the day of the operation."""
        second = chance(self.throw, len(stays), 60)
        parts = []
        for share, where in (
            (np.where(second, 0.7, 1.0), ~np.zeros_like(second)),
            (np.full(len(stays), 0.3), second),
        ):
            rows = np.flatnonzero(where & (much * share > float(pool.price[0]) * 0.7))
            need = (much * share)[rows]
            item = self._near(stays[rows], need, pool)
            quantity = self._quantity(stays[rows], item, need, 6)
            parts.append(self._charged(stays[rows], item, on_day[stays[rows]], 13 * 60 + 4, quantity))
        return Lines.joined(parts)

    def _near(self, stays: Ints, need: Floats, pool: _Pool) -> Ints:
        return pool.near(need, self.visits.institution[stays], self.prices, self.throw)

    def _quantity(self, stays: Ints, item: Ints, need: Floats, most: int) -> Ints:
        price = self.prices.asked[self.visits.institution[stays], item] / YUAN
        return np.clip(np.rint(need / price).astype(np.int64), 1, most) * UNIT

    def _charged(self, visit: Ints, item: Ints, turn: Ints, minute: int, quantity: Ints) -> Lines:
        midnight = (self.visits.start[visit] // DAY_MINUTES + turn) * DAY_MINUTES
        moment = midnight + minute + self.throw.integers(0, 25, len(visit))
        moment = np.clip(moment, self.visits.start[visit] + 10, self.visits.end[visit])
        return Lines.charged(visit, item, moment, quantity)
