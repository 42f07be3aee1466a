"""Charge lines as columns, and how a list of charges becomes lines of a bill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yibao.city.arrays import Columns, Ints, full, ints
from yibao.city.catalogue import CHILD, MAN, WOMAN
from yibao.city.people import People, years_old
from yibao.city.plan import PAEDIATRIC_YEARS, UNIT
from yibao.city.visits import Visits

DAY_MINUTES = 1_440


@dataclass(slots=True)
class Lines(Columns):
    """One row per charged item; ``visit`` is the row of its visit, ``reverses`` the row of the line it takes back.

    ``quantity`` is in ten-thousandths, ``price`` in millionths of a yuan and set when the lines are complete (0: what
    the institution asks).
    """

    visit: Ints
    item: Ints
    minute: Ints
    quantity: Ints
    price: Ints
    reverses: Ints

    @classmethod
    def charged(
        cls, visit: Ints, item: Ints, minute: Ints, quantity: Ints | int, price: Ints | int = 0
    ) -> Lines:
        """Charge items; lines whose item is -1 (nothing to be had) fall away."""
        n = len(visit)
        count = full(n, quantity) if isinstance(quantity, int) else quantity
        cost = full(n, price) if isinstance(price, int) else price
        rows = np.flatnonzero(item >= 0)
        return cls(visit[rows], item[rows], minute[rows], count[rows], cost[rows], full(len(rows), -1))


def whole(count: Ints | int) -> Ints | int:
    """Turn whole numbers into quantities."""
    return count * UNIT


def who_is_it_for(people: People, visits: Visits) -> Ints:
    """Say of each visit whether it is a child's, a man's or a woman's."""
    day = visits.start // DAY_MINUTES
    child = years_old(people.birth[visits.person], day) < PAEDIATRIC_YEARS
    grown = np.where(people.sex[visits.person] == 1, MAN, WOMAN)
    return np.where(child, CHILD, grown).astype(np.int64)


def repeated(rows: Ints, counts: Ints) -> Ints:
    """Give each row as often as its count."""
    return np.repeat(rows, counts)


def drawn(items: Ints, fraction: np.typing.NDArray[np.float64]) -> Ints:
    """Draw from one list by fractions of its length."""
    return ints(items[(fraction * len(items)).astype(np.int64)])
