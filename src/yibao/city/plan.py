"""What is asked of a city and what comes out of it: the plan, the result, and the limits the generator keeps to.

The limits here are the generator's own. They are taken from the words of the law and from custom, never from the rules
or the policy packs, so that a rule which is wrong about a number is caught by a city that does not share its number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from yibao.kernel import Day, Refused, Text, day_of_ymd

FEWEST_PEOPLE: Final = 1_000
"""Below this there are too few bills to plant every kind of violation in bills of their own."""

PEOPLE_PER_CHUNK: Final = 25_000
"""Larger cities are written people by people in chunks of this size, so that memory does not grow with the city."""

CHUNKS_PER_PART: Final = 2
PARTS: Final = 16
"""A part has two chunks, or more where there would be more parts than sixteen."""

PLANTED_PEOPLE: Final = 50_000
"""A larger city has as many plants as one of this size: more would prove nothing more."""

ADULT_YEARS: Final = 18
"""A child is a person under eighteen: 《未成年人保护法》 Art. 2; the published points say only «儿童»."""

PAEDIATRIC_YEARS: Final = 14
"""Paediatric wards and preparations are for those under fourteen; between 14 and 18 the city bills no child's item."""

INFANT_YEARS: Final = 3
"""婴幼儿 are those under three: 《托育机构管理规范》 calls 0-3 years 婴幼儿."""

NEWBORN_DAYS: Final = 28
"""A newborn is in the first 28 days of life: WHO's neonatal period."""

READMISSION_DAYS: Final = 15
"""条例 Art. 38(1) forbids splitting a stay and names no days; audits ask about a return within fifteen."""

CLEAN_READMISSION_DAYS: Final = 45
"""Ordinary stays of one person lie further apart than any audit asks about."""

TWO_PLACES_MINUTES: Final = 30
"""条例 Art. 41 forbids lending the card; nobody crosses from one county of the city to another in half an hour."""

DAY_HOURS: Final = 24
"""A day has twenty-four hours; what is charged by the hour cannot be charged for more of them."""

ONCE_A_DAY: Final = 1
"""A bed, a ward round and a grade of nursing are priced by the day: once a day and patient."""

FIRST_MONTH: Final = 7
"""The month in which a city's twelve months begin."""

UNIT: Final = 10_000
"""Quantities are whole numbers of a ten-thousandth (数量 has four decimals)."""

YUAN: Final = 1_000_000
"""Unit prices are whole numbers of a millionth of a yuan (单价 has six decimals)."""

CENT: Final = YUAN // 100
"""One fen as a unit price."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many people are done, and of how many."""


@dataclass(frozen=True, slots=True)
class CityPlan:
    """How many insured people, which seed, in which year the twelve months begin.

    They begin on the first of July: the national rule points were published in May 2025 and judge no bill before.
    Raises `Refused` (``city.plan``) on nonsense.
    """

    people: int = 25_000
    seed: int = 1
    year: int = 2025

    def __post_init__(self) -> None:
        if self.people < FEWEST_PEOPLE or self.seed < 0 or not 2000 <= self.year <= 2100:
            raise Refused(
                "city.plan",
                zh="无法按此要求生成示例城市",
                en="no city can be made to this plan",
                wanted=f"people ≥ {FEWEST_PEOPLE}, seed ≥ 0, year 2000-2100",
                came=f"people={self.people}, seed={self.seed}, year={self.year}",
                todo=Text(zh="请调整 --people、--seed 或 --year", en="change --people, --seed or --year"),
            )

    @property
    def first_day(self) -> Day:
        """Give the first of July."""
        return day_of_ymd(self.year * 10_000 + FIRST_MONTH * 100 + 1)

    @property
    def days(self) -> int:
        """Give how many days the twelve months have."""
        return day_of_ymd((self.year + 1) * 10_000 + FIRST_MONTH * 100 + 1) - self.first_day

    def chunks_per_part(self, chunks: int) -> int:
        """Give how many of so many chunks are written together."""
        return max(CHUNKS_PER_PART, -(-chunks // PARTS))

    @property
    def price_change_day(self) -> Day:
        """Give the day in the middle of the year from which some price limits change."""
        return day_of_ymd((self.year + 1) * 10_000 + 101)


@dataclass(frozen=True, slots=True)
class CityBuilt:
    """What was written: the files and how much is in them; ``planted`` counts violations by the rule's name."""

    files: list[Path]
    people: int
    institutions: int
    encounters: int
    settlements: int
    lines: int
    planted: dict[str, int] = field(default_factory=dict)
    innocent: dict[str, int] = field(default_factory=dict)
    dirty: int = 0
