"""Stock: what each institution that reports it counted on the eve of the year, bought and sent back, enough for its sales.

Honest shelves are filled a month ahead of what is settled plus what is sold for cash, so what is on hand is never
negative. The shelves that `plants.shelves` chose are stocked as it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from yibao.city.arrays import Columns, Dice, Ints, chance, dice, full, in_order, ints, starts
from yibao.city.calendar import months
from yibao.city.catalogue import Items
from yibao.city.institutions import PHARMACY, Institutions
from yibao.city.lines import DAY_MINUTES
from yibao.city.plan import FIRST_MONTH, UNIT, CityPlan

OPENING, BOUGHT, SENT_BACK, TAKEN_OVER, DESTROYED = range(5)
KINDS: Final = (("3501", None), ("3503", None), ("3504", None), ("3502", "101"), ("3502", "105"))
"""The kinds of movement: the national code, and of a change of stock its own kind (调拨入库, 销毁)."""

_HOURS: Final = (0, 2, 6, 3, 5)
MONTHS: Final = 12
CASH_SHARE: Final = 0.35
"""What a pharmacy sells for cash besides what it settles (assumed)."""

_SENT_BACK_PERCENT: Final = 4
_HOUSES_AT_ONCE: Final = 500


@dataclass(slots=True)
class Movements(Columns):
    """One row per movement; ``kind`` is the place in `KINDS`, ``quantity`` in ten-thousandths, never negative."""

    institution: Ints
    item: Ints
    kind: Ints
    moment: Ints
    quantity: Ints


@dataclass(slots=True)
class Sales:
    """What was settled per institution, item and month, in ten-thousandths of a pack; returns are not taken off."""

    packs: Ints

    @classmethod
    def none(cls, institutions: int, items: int) -> Sales:
        """Begin with nothing sold."""
        return cls(np.zeros((institutions, items, MONTHS), dtype=np.int64))


def sold_by_shelf(
    items: int, institution: Ints, item: Ints, minute: Ints, quantity: Ints
) -> tuple[Ints, Ints]:
    """Add drug lines up by shelf and month: the places in `Sales.packs` laid flat, and the packs; returns are left out."""
    turn = (np.arange(MONTHS) - (FIRST_MONTH - 1)) % MONTHS
    key = (institution * items + item) * MONTHS + turn[months(minute // DAY_MINUTES)]
    order = in_order(key)
    key = key[order]
    first = starts(key)
    packs = np.add.reduceat(np.maximum(quantity, 0)[order], first) if len(first) else ints([])
    return key[first], ints(packs)


def stock_up(
    plan: CityPlan, sales: Sales, items: Items, institutions: Institutions,
    planned: Mapping[tuple[int, int], list[tuple[int, int, int]]],
) -> Iterator[Movements]:  # fmt: skip
    """Give the movements of the year for every shelf that sold something, at institutions that report stock.

    They come some institutions at a time. ``planned`` gives for each shelf of a plant its movements as (kind, day of
    the year, quantity).
    """
    for turn, first in enumerate(range(0, len(institutions), _HOUSES_AT_ONCE)):
        here = slice(first, first + _HOUSES_AT_ONCE)
        packs = sales.packs[here] * items.drug[None, :, None] * institutions.reports_stock[here, None, None]
        own = {(h - first, i): m for (h, i), m in planned.items() if here.start <= h < here.stop}
        throw = dice(plan.seed, "stock", plan.year, turn)
        moved = _stocked(plan, packs, institutions.tier[here], own, throw)
        moved.institution = moved.institution + first
        yield moved


def _stocked(
    plan: CityPlan,
    packs: Ints,
    tier: Ints,
    planned: Mapping[tuple[int, int], list[tuple[int, int, int]]],
    throw: Dice,
) -> Movements:
    for place, what in planned:
        packs[place, what] = 0
    house, item = np.nonzero(packs.sum(axis=2))
    shop = tier[house] == PHARMACY
    cash = np.where(shop, CASH_SHARE, 0.0)
    needed = np.ceil(packs[house, item] * (1 + cash[:, None]) / UNIT).astype(np.int64)
    opening = throw.integers(1, 12, len(house)) + needed[:, 0]
    needed[:, 0] = 0
    parts = [_moved(plan, house, item, OPENING, full(len(house), 0), opening, throw)]
    shelf, month = np.nonzero(needed)
    extra = np.where(chance(throw, len(shelf), _SENT_BACK_PERCENT), throw.integers(1, 4, len(shelf)), 0)
    first = ints([_first_of(plan, m) for m in range(MONTHS)])[month]
    much = needed[shelf, month] + throw.integers(0, 3, len(shelf)) + extra
    parts.append(_moved(plan, house[shelf], item[shelf], BOUGHT, first, much, throw))
    back = np.flatnonzero(extra)
    parts.append(
        _moved(plan, house[shelf[back]], item[shelf[back]], SENT_BACK, first[back] + 9, extra[back], throw)
    )
    for (place, what), movements in planned.items():
        for kind, day, quantity in movements:
            one = _moved(plan, ints([place]), ints([what]), kind, ints([day]), ints([0]), throw)
            one.quantity = ints([quantity])
            parts.append(one)
    everything = Movements.joined(parts)
    return everything.take(ints(np.lexsort((everything.moment, everything.item, everything.institution))))


def _first_of(plan: CityPlan, month: int) -> int:
    start = np.datetime64(f"{plan.year}-{FIRST_MONTH:02d}") + np.timedelta64(month, "M")
    return int(start.astype("datetime64[D]").astype(np.int64)) - plan.first_day


def _moved(
    plan: CityPlan, house: Ints, item: Ints, kind: int, day: Ints, packs: Ints, throw: Dice
) -> Movements:
    """Move whole packs in the small hours of a day, before anything is sold; a stocktake bears the date of its eve only."""
    counted = kind == OPENING
    early = np.zeros(len(house), dtype=np.int64) if counted else throw.integers(0, 100, len(house))
    moment = (plan.first_day + day - int(counted)) * DAY_MINUTES + _HOURS[kind] * 60 + early
    return Movements(ints(house), ints(item), full(len(house), kind), moment, packs * UNIT)
