"""The insured people of a chunk: sex, birth, scheme, home county, and how much illness each carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from yibao.city.arrays import Columns, Dice, Floats, Ints, ints
from yibao.city.calendar import dates
from yibao.city.catalogue import read_data
from yibao.city.families import households, surnames
from yibao.city.plan import ADULT_YEARS, CityPlan

RESIDENT, ON_DUTY, RETIRED = range(3)
"""The three groups of the insured: residents (390), employees on duty and retired (310)."""

COUNTIES: Final = ("990101", "990102", "990103", "990104", "990105", "990106")
COUNTY_SHARE: Final = (0.20, 0.17, 0.16, 0.14, 0.21, 0.12)
YEAR_DAYS: Final = 365.2425
FRAILTY: Final = 0.8
"""Log standard deviation of the burden of illness between people of one age (assumed)."""


@dataclass(slots=True)
class People(Columns):
    """One row per insured person; ``number`` counts through the whole city, ``birth`` is a day.

    ``household`` and ``spouse`` are rows of the same chunk: the first adult of the family, and the spouse or -1.
    """

    number: Ints
    sex: Ints
    birth: Ints
    group: Ints
    county: Ints
    frailty: Floats
    name: Ints
    household: Ints
    spouse: Ints


def make_people(plan: CityPlan, throw: Dice, first: int, count: int) -> People:
    """Throw ``count`` people, numbered from ``first``."""
    rows = read_data("population")
    share = np.array([float(r["share"]) for r in rows])
    band = throw.choice(len(rows), size=count, p=share / share.sum())
    low, high = (ints([int(r[k]) for r in rows])[band] for k in ("age_low", "age_high"))
    age = low + throw.random(count) * (high + 1 - low)
    age = np.where(low == 0, age * 1.1 - 0.5, age)  # the youngest are born during the year
    middle = plan.first_day + plan.days // 2
    birth = np.minimum((middle - age * YEAR_DAYS).astype(np.int64), plan.first_day + plan.days - 1)
    on_duty, retired = (np.array([float(r[k]) for r in rows])[band] for k in ("on_duty", "retired"))
    luck = throw.random(count)
    group = np.where(luck < on_duty, ON_DUTY, np.where(luck < on_duty + retired, RETIRED, RESIDENT))
    sex = ints([int(r["sex"]) for r in rows])[band]
    county = throw.choice(len(COUNTIES), size=count, p=COUNTY_SHARE).astype(np.int64)
    frailty, name = throw.lognormal(-(FRAILTY**2) / 2, FRAILTY, count), throw.integers(0, 2**40, count)
    home, spouse = households(birth, sex, county, middle, throw)
    grown = middle - birth >= ADULT_YEARS * YEAR_DAYS
    return People(
        number=first + np.arange(count, dtype=np.int64),
        sex=sex,
        birth=birth,
        group=group.astype(np.int64),
        county=county,
        frailty=frailty,
        name=surnames(name, home, grown),
        household=home,
        spouse=spouse,
    )


def years_old(birth: Ints, day: Ints) -> Ints:
    """Give full years of age on a day, by the calendar: the birthday counts."""
    return (dates(day) - dates(birth)) // 10_000


@cache
def use_rates() -> Floats:
    """Give events a year by group, sex (1, 2), age (0-119) and kind: stays, visits, chronic visits, purchases."""
    rates = np.zeros((3, 3, 120, 4))
    for row in read_data("use"):
        group = ("resident", "on_duty", "retired").index(row["group"])
        high = 119 if int(row["age_high"]) >= 100 else int(row["age_high"])
        rates[group, int(row["sex"]), int(row["age_low"]) : high + 1] = [
            float(row[k]) for k in ("stays", "visits", "chronic", "purchases")
        ]
    return rates
