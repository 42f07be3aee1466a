"""What keeps the ordinary year honest where chance alone would make it look like a violation.

A real ward treats its patients every day, and real hospitals admit fewer people over the long holidays; the dice of
the ordinary year know neither.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np

from yibao.city.arrays import Bools, Dice, Ints, ints
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
    order = np.argsort(key, kind="stable")
    key, idle_line = key[order], idle[lines.item[mine[order]]]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else ints([])
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
    order = mine[np.lexsort((lines.minute[mine], lines.item[mine], lines.visit[mine]))]
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
    visits: Visits, lines: Lines, catalogue: Catalogue, price: Ints, cut: Ints, place_of: Ints
) -> Lines:
    """Leave out the dearest charges of the few stays that cost far more than their like at the same sort of place.

    ``price`` is what is asked for each line, ``cut`` are the stays with an operation, ``place_of`` gives for each
    visit the hospital or the level of the hospital that is compared within. What is so dear in truth is
    reviewed case by case and justified by a record that a city of bills does not have.
    """
    kinds, category = np.unique(np.array(catalogue.diagnoses.category), return_inverse=True)
    stays = np.flatnonzero(visits.kind == STAY)
    operated = np.zeros(len(visits), dtype=np.int64)
    operated[cut] = 1
    cost = np.bincount(lines.visit, lines.quantity * (price / UNIT), minlength=len(visits))[stays]
    like = category[visits.diagnosis[stays]] * 2 + operated[stays]
    key, place = np.unique(place_of[stays] * (2 * len(kinds)) + like, return_inverse=True)
    count = np.bincount(place, minlength=len(key))
    mean = np.bincount(place, cost, minlength=len(key)) / count
    spread = np.sqrt(np.bincount(place, (cost - mean[place]) ** 2, minlength=len(key)) / count)
    bound = (mean + _WITHIN * spread)[place]
    far = np.flatnonzero((count[place] >= _ENOUGH) & (cost > bound))
    if len(far) == 0:
        return lines
    own = np.array([row["charge"] in _OF_THE_STAY for row in catalogue.items.rows], dtype=np.bool_)
    kept = np.ones(len(lines), dtype=np.bool_)
    mine = np.flatnonzero(np.isin(lines.visit, stays[far]) & ~own[lines.item])
    excess = dict(zip(stays[far].tolist(), (cost - bound)[far].tolist(), strict=True))
    worth = lines.quantity[mine] * (price[mine] / UNIT)
    for at in np.argsort(-worth, kind="stable"):
        visit = int(lines.visit[mine[at]])
        if excess[visit] > 0:
            kept[mine[at]] = False
            excess[visit] -= float(worth[at])
    return lines.take(kept)
