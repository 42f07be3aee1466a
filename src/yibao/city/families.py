"""Families: who lives with whom; couples of one age and county, their children, and the old who live alone.

A family shares a number and the name of the father; couples fetch their prescriptions together, and a child that is
ill is seen with a parent who has caught the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from yibao.city.arrays import Bools, Dice, Ints, chance, full, ints
from yibao.city.plan import ADULT_YEARS

MARRIED_PERCENT: Final = 74
_MARRIAGE_YEARS: Final = 23
_MOTHERS_AGE: Final = 28
_YEAR: Final = 365
NAMES: Final = 9_973
"""The part of a person's luck that the surname is made of."""


def households(birth: Ints, sex: Ints, county: Ints, middle: int, throw: Dice) -> tuple[Ints, Ints]:
    """Give each person's household and spouse (-1 for none), as rows of the chunk; a household is its first adult."""
    n = len(birth)
    age = (middle - birth) / _YEAR
    grown = age >= _MARRIAGE_YEARS
    home, spouse = np.arange(n, dtype=np.int64), full(n, -1)
    marries = grown & chance(throw, n, MARRIED_PERCENT)
    for each in range(int(county.max(initial=0)) + 1):
        here = county == each
        men, women = (np.flatnonzero(here & marries & (sex == s)) for s in (1, 2))
        pairs = min(len(men), len(women))
        men, women = (
            men[np.argsort(birth[men], kind="stable")],
            women[np.argsort(birth[women], kind="stable")],
        )
        men, women = _spaced(men, pairs), _spaced(women, pairs)
        spouse[men], spouse[women] = women, men
        home[women] = men
        _children(home, birth, women, np.flatnonzero(here & (age < ADULT_YEARS)), throw)
    return home, spouse


def _spaced(rows: Ints, wanted: int) -> Ints:
    return rows[np.linspace(0, len(rows) - 1, wanted).astype(np.int64)] if wanted else rows[:0]


def _children(home: Ints, birth: Ints, women: Ints, children: Ints, throw: Dice) -> None:
    """Give the children of a county to mothers of a fitting age."""
    if len(women) == 0 or len(children) == 0:
        return
    wanted = birth[children] - (_MOTHERS_AGE + throw.normal(0, 4, len(children))) * _YEAR
    at = np.searchsorted(birth[women], wanted).clip(0, len(women) - 1)
    home[children] = home[women[at]]


def surnames(name: Ints, home: Ints, grown: Bools) -> Ints:
    """Give the children the surname of the household."""
    return np.where(grown, name, name // NAMES * NAMES + name[home] % NAMES)


def of_family(rows: Ints, home: Ints) -> Ints:
    """Give a number that the members of a family share."""
    return ints(home[rows])
