"""What is taken back: drugs returned by the ward, bills reversed, and bills made out again the right way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from yibao.city.arrays import Bools, Columns, Dice, Ints, chance, full, pick
from yibao.city.catalogue import Catalogue
from yibao.city.lines import Lines
from yibao.city.plan import UNIT
from yibao.city.visits import STAY, Visits

RETURNED_PERCENT: Final = 2.5
"""Of a hundred drug lines of a ward so many come back in part (1 to 4 in what was read)."""

REVERSED_PERCENT: Final = 0.4
"""Of a hundred settlements so many are reversed (0.3 to 0.5 in what was read)."""


@dataclass(slots=True)
class Settlements(Columns):
    """One row per settlement; the first rows are those of the visits, in their order, then reversals and new bills.

    ``reverses`` is the row of the settlement taken back, else -1.
    """

    visit: Ints
    settled: Ints
    reverses: Ints


@dataclass(slots=True)
class Reversals(Columns):
    """Which visits' settlements are taken back, how many minutes later, and whether they are made out again."""

    visit: Ints
    later: Ints
    again: Bools


def ward_returns(visits: Visits, lines: Lines, catalogue: Catalogue, throw: Dice) -> Lines:
    """Return part of what the ward had ordered: negative lines in the same settlement."""
    drug = catalogue.items.drug[lines.item] & (lines.reverses < 0) & (lines.quantity >= UNIT)
    free = (visits.kind == STAY) & ~visits.taken
    rows = np.flatnonzero(drug & free[lines.visit])
    rows = rows[chance(throw, len(rows), RETURNED_PERCENT)]
    packs = lines.quantity[rows] // UNIT
    back = np.minimum(1 + (throw.random(len(rows)) * packs).astype(np.int64), packs) * UNIT
    back = np.where(packs == 1, lines.quantity[rows], back)
    minute = np.minimum(
        lines.minute[rows] + throw.integers(60, 1_400, len(rows)), visits.end[lines.visit[rows]]
    )
    return Lines(lines.visit[rows], lines.item[rows], minute, -back, lines.price[rows], rows)


def ordinary_reversals(visits: Visits, lines: Lines, throw: Dice) -> Reversals:
    """Choose the ordinary bills that are reversed; half of them are made out again."""
    touched = np.zeros(len(visits), dtype=np.bool_)
    touched[lines.visit[lines.reverses >= 0]] = True
    free = np.flatnonzero(~visits.taken & ~touched)
    rows = np.sort(pick(throw, free, round(len(visits) * REVERSED_PERCENT / 100)))
    return Reversals(rows, throw.integers(5, 40, len(rows)), chance(throw, len(rows), 50))


def settle(
    visits: Visits, lines: Lines, reversals: Reversals, throw: Dice
) -> tuple[Settlements, Lines, Ints]:
    """Give the settlements, all lines, and the settlement of each line.

    A reversal takes back every line of the bill with a negative line; a bill made out again charges them once more.
    """
    n, undone = len(visits), reversals.visit
    again = reversals.take(reversals.again)
    first = Settlements(np.arange(n, dtype=np.int64), visits.settled.copy(), full(n, -1))
    back = Settlements(undone, visits.settled[undone] + reversals.later, undone)
    later = visits.settled[again.visit] + again.later + throw.integers(3, 20, len(again))
    new = Settlements(again.visit, later, full(len(again), -1))
    parts, bills = [lines], [lines.visit]
    for table, negative, offset in ((reversals, True, n), (again, False, n + len(undone))):
        row_of = full(n, -1)
        row_of[table.visit] = offset + np.arange(len(table))
        rows = np.flatnonzero(row_of[lines.visit] >= 0)
        copied = lines.take(rows)
        if negative:
            copied.reverses = rows.astype(np.int64)
            copied.quantity = -copied.quantity
        parts.append(copied)
        bills.append(row_of[copied.visit])
    return Settlements.joined([first, back, new]), Lines.joined(parts), np.concatenate(bills)
