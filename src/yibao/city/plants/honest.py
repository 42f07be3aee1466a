"""What keeps the ordinary year honest where chance alone would make it look like a violation.

A real ward treats its patients every day, and real hospitals admit fewer people over the long holidays; the dice of
the ordinary year know neither.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np

from yibao.city.arrays import Bools, Dice, Floats, Ints, in_order, ints, marked, starts
from yibao.city.catalogue import Catalogue
from yibao.city.lines import DAY_MINUTES, Lines
from yibao.city.plan import UNIT
from yibao.city.visits import STAY, Visits
from yibao.kernel import china_workdays

HOLIDAY_SHARE: Final = 0.45
"""Of the admissions of ordinary days so many are left on the days of a long holiday (assumed)."""

_LONG: Final = 7
_HALF_A_DAY: Final = 780
_CLEARLY_MORE: Final = 1.6
_ONCE: Final = ("03", "04", "06", "1408", "1409", "1410", "1413")
"""Tests, examinations, operations and anaesthesia: done once where treatments are done several times a day."""

_WITHIN: Final = 2.4
_ENOUGH: Final = 12
_TIMES: Final = 3
"""What was far above before hides what is far above then, so it is looked for so often."""

_OF_THE_STAY: Final = ("01", "02", "06", "07", "1413")
"""Bed, rounds, nursing and the operation itself are never left out."""

_NO_TREATMENT: Final = ("01", "02", "07")
"""Bed, consultation and nursing are charged whether anybody is treated or not."""


@cache
def long_holidays() -> tuple[tuple[int, int], ...]:
    """Give the first and the last day of every holiday of a week and more that was announced (春节, 国庆节)."""
    off = sorted(day for year in china_workdays().years for day in year.off)
    edges = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(off)) if b != a + 1), len(off)]
    runs = [off[a:b] for a, b in pairwise(edges)]
    return tuple((int(run[0]), int(run[-1])) for run in runs if len(run) >= _LONG)


def on_holiday(day: Ints) -> Bools:
    """Say which days lie in a long holiday."""
    found = np.zeros(len(day), dtype=np.bool_)
    for first, last in long_holidays():
        found |= (day >= first) & (day <= last)
    return found


def stayed_at_home(visits: Visits, throw: Dice) -> Bools:
    """Say which ordinary stays wait until after a long holiday, that is, are left out."""
    ordinary = (visits.kind == STAY) & ~visits.taken & on_holiday(visits.start // DAY_MINUTES)
    return np.asarray(ordinary & (throw.random(len(visits)) > HOLIDAY_SHARE), dtype=np.bool_)


def treated_every_day(visits: Visits, lines: Lines, catalogue: Catalogue, exempt: Ints) -> Lines:
    """Add an injection on every day of an ordinary stay that would otherwise have nothing but a bed and nursing."""
    items = catalogue.items
    idle = np.array([row["charge"] in _NO_TREATMENT for row in items.rows], dtype=np.bool_)
    stay = (visits.kind == STAY).copy()
    stay[exempt] = False
    mine = np.flatnonzero(stay[lines.visit])
    base = int(visits.start.min()) // DAY_MINUTES
    key = lines.visit[mine] * 1_024 + (lines.minute[mine] // DAY_MINUTES - base) % 1_024
    order = in_order(key)
    key, idle_line = key[order], idle[lines.item[mine[order]]]
    first = starts(key)
    if len(first) == 0:
        return lines
    nothing = np.minimum.reduceat(idle_line.astype(np.int64), first) > 0
    rows = mine[order[first[nothing]]]
    visit = lines.visit[rows]
    minute = np.minimum(lines.minute[rows] // DAY_MINUTES * DAY_MINUTES + 16 * 60, visits.end[visit] - 5)
    shot = int(items.role("injection_service")[0])
    added = Lines.charged(visit, np.full(len(rows), shot, dtype=np.int64), minute, UNIT)
    return Lines.joined([lines, added])


def not_twice(visits: Visits, lines: Lines, catalogue: Catalogue) -> Lines:
    """Leave out the second of two like tests, examinations or operations within half a day of one visit."""
    items = catalogue.items
    done_once = np.array(
        [r["list_type"] == "201" and r["charge"] in _ONCE and r["unit"] != "小时" for r in items.rows],
        dtype=np.bool_,
    )
    mine = np.flatnonzero(done_once[lines.item])
    order = mine[in_order(lines.visit[mine] * len(items) + lines.item[mine], lines.minute[mine])]
    visit, item, minute = lines.visit[order], lines.item[order], lines.minute[order]
    again = np.r_[False, (np.diff(visit) == 0) & (np.diff(item) == 0) & (np.diff(minute) < _HALF_A_DAY)]
    kept = np.ones(len(lines), dtype=np.bool_)
    kept[order[again]] = False
    return lines.take(kept)


def dearer_than_its_like(visits: Visits, visit: Ints, total: Ints, like: Ints) -> Bools:
    """Say which bills cost clearly more than those of the same kind (``like``) at the same institution."""
    key = visits.institution[visit] * 100_000 + like
    kinds, place = np.unique(key, return_inverse=True)
    mean = np.bincount(place, total, minlength=len(kinds)) / np.maximum(
        np.bincount(place, minlength=len(kinds)), 1
    )
    return np.asarray(total > mean[place] * _CLEARLY_MORE, dtype=np.bool_)


def evened(
    visits: Visits, lines: Lines, catalogue: Catalogue, price: Ints, cut: Ints, places: tuple[Ints, ...]
) -> Lines:
    """Leave out the dearest charges of the few stays that cost far more than their like at the same sort of place.

    ``price`` is what is asked for each line, ``cut`` are the stays with an operation, ``places`` give for each
    visit the hospital and the level of the hospital, which are compared within in turn. What is so dear in truth is
    reviewed case by case and justified by a record that a city of bills does not have.
    """
    stays = np.flatnonzero(visits.kind == STAY)
    kinds, category = np.unique(np.array(catalogue.diagnoses.category), return_inverse=True)
    like = category[visits.diagnosis[stays]] * 2 + marked(len(visits), cut)[stays]
    stay_of = np.full(len(visits), -1, dtype=np.int64)
    stay_of[stays] = np.arange(len(stays))
    rows = np.flatnonzero(stay_of[lines.visit] >= 0)
    stay, worth = stay_of[lines.visit[rows]], lines.quantity[rows] * (price[rows] / UNIT)
    spared = np.array([row["charge"] in _OF_THE_STAY for row in catalogue.items.rows], dtype=np.bool_)
    spared = spared[lines.item[rows]]
    kept = np.ones(len(lines), dtype=np.bool_)
    for place_of in places * _TIMES:
        cost = np.asarray(np.bincount(stay, worth, minlength=len(stays)), dtype=np.float64)
        excess = _excess(place_of[stays] * (2 * len(kinds)) + like, cost)
        gone = _dearest(stay, np.where(spared, 0, worth), excess)
        kept[rows[gone]] = False
        worth[gone] = 0
    return lines.take(kept)


def _excess(like: Ints, cost: Floats) -> Floats:
    """Give by how much each stay costs more than ``_WITHIN`` deviations above the mean of its like, else 0."""
    key, place = np.unique(like, return_inverse=True)
    count = np.bincount(place, minlength=len(key))
    mean = np.bincount(place, cost, minlength=len(key)) / count
    spread = np.sqrt(np.bincount(place, (cost - mean[place]) ** 2, minlength=len(key)) / count)
    bound = (mean + _WITHIN * spread)[place]
    return np.where((count[place] >= _ENOUGH) & (cost > bound), cost - bound, 0)


def _dearest(stay: Ints, worth: Floats, excess: Floats) -> Ints:
    """Give of each stay the dearest lines until its excess is gone; lines worth nothing stay."""
    rows = np.flatnonzero((excess[stay] > 0) & (worth > 0))
    rows = rows[np.lexsort((-worth[rows], stay[rows]))]
    first = starts(stay[rows])
    gone = []
    for begin, end in pairwise([*first.tolist(), len(rows)]):
        left = excess[stay[rows[begin]]]
        for row in rows[begin:end]:
            if left <= 0:
                break
            gone.append(row)
            left -= worth[row]
    return ints(gone)
