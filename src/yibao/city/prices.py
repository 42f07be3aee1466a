"""Prices: what the city lets an item cost by level and date, and what each institution asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from yibao.city.arrays import Dice, Floats, Ints
from yibao.city.catalogue import Items
from yibao.city.institutions import Institutions
from yibao.city.plan import CENT
from yibao.kernel import Day

LEVEL_FACTOR: Final = (1.0, 0.86, 0.72)
"""Services cost less in smaller houses; provincial price lists step by 10 to 20 % a level (assumed)."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Limits by item and level group before and from the change, and asked prices by institution and item.

    All in millionths of a yuan. Items without a limit have 0 in ``before`` and ``after``.
    """

    before: Ints
    after: Ints
    asked: Ints
    change_day: Day

    def limit(self, item: Ints, group: Ints, day: Ints) -> Ints:
        """Give the limit on a day, 0 for none."""
        return np.where(day < self.change_day, self.before[item, group], self.after[item, group])


def make_prices(items: Items, institutions: Institutions, change_day: Day, throw: Dice) -> Prices:
    """Set the limits and let every institution ask something at or below the lowest of the year."""
    factor = np.where(items.drug[:, None], 1.0, np.array(LEVEL_FACTOR)[None, :])
    before = np.where(items.limited[:, None], _cents(items.high[:, None] * factor), 0)
    after = np.where(items.limited[:, None], _cents(before * (100 + items.change[:, None]) / 100), 0)
    ceiling = np.where(before > 0, np.minimum(before, after), _cents(items.high[:, None] * factor))
    own = ceiling[:, institutions.group].T
    floor = np.minimum(_cents(items.low[None, :] * np.array(LEVEL_FACTOR)[institutions.group][:, None]), own)
    n = (len(institutions), len(items))
    share = np.clip(institutions.dearness[:, None] + throw.normal(0, 0.12, n), 0.05, 1.0)
    asked = _cents(floor + (own - floor) * share**2)
    finer = items.drug[None, :] & (
        throw.random((1, n[1])) < 0.2
    )  # procured drugs are priced to a hundredth of a fen
    asked = asked - np.where(finer, throw.integers(0, 100, n) * (CENT // 100), 0)
    return Prices(before, after, np.maximum(asked, CENT), change_day)


def _cents(price: Floats | Ints) -> Ints:
    return np.maximum(np.rint(price / CENT).astype(np.int64), 1) * CENT
