"""Periods: half-open stretches of days, ``[from_day, until_day)``, open-ended when the end is not known.

Half-open because then two neighbours meet without a gap or an overlap, and lengths subtract.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from yibao.kernel.days import OPEN_END, Day, date_of
from yibao.kernel.errors import Refused


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from ``from_day`` up to but not including ``until_day``.

    Raises `Refused` (``kernel.period``) when it would hold no day or end after ``OPEN_END``.

    >>> period = Period(10, 13)
    >>> 12 in period, 13 in period, len(period), str(Period(20517))
    (True, False, 3, '[2026-03-05, …)')
    """

    from_day: int
    until_day: int = OPEN_END

    def __post_init__(self) -> None:
        if not self.from_day < self.until_day <= OPEN_END:
            raise Refused(
                "kernel.period",
                zh="期间的止日须晚于起日",
                en="a period ends after it begins",
                wanted=f"from_day < until_day ≤ {OPEN_END}",
                came=f"[{self.from_day}, {self.until_day})",
            )

    def __contains__(self, day: int) -> bool:
        return self.from_day <= day < self.until_day

    def __len__(self) -> int:
        return self.until_day - self.from_day

    def __str__(self) -> str:
        return f"[{date_of(self.from_day)}, {'…' if self.is_open else date_of(self.until_day)})"

    @property
    def is_open(self) -> bool:
        """Tell whether no end is known."""
        return self.until_day == OPEN_END

    @property
    def last_day(self) -> Day:
        """Give the last day inside, as papers write it (至某日止)."""
        return Day(self.until_day - 1)

    def covers(self, other: Period) -> bool:
        """Tell whether the other period lies wholly inside this one."""
        return self.from_day <= other.from_day and other.until_day <= self.until_day

    def overlaps(self, other: Period) -> bool:
        """Tell whether the two share a day."""
        return self.from_day < other.until_day and other.from_day < self.until_day

    def overlap(self, other: Period) -> Period | None:
        """Give the days both share, None if there are none."""
        if not self.overlaps(other):
            return None
        return Period(max(self.from_day, other.from_day), min(self.until_day, other.until_day))


def segments(periods: Iterable[Period]) -> list[Period]:
    """Cut periods at every boundary: the ordered stretches on which the set of periods in force is constant.

    Stretches that no period covers are left out.

    >>> [str(p) for p in segments([Period(0, 10), Period(5, 20)])]
    ['[1970-01-01, 1970-01-06)', '[1970-01-06, 1970-01-11)', '[1970-01-11, 1970-01-21)']
    """
    opens: dict[int, int] = {}
    for period in periods:
        opens[period.from_day] = opens.get(period.from_day, 0) + 1
        opens[period.until_day] = opens.get(period.until_day, 0) - 1
    found: list[Period] = []
    in_force = 0
    bounds = sorted(opens)
    for begin, end in pairwise(bounds):
        in_force += opens[begin]
        if in_force:
            found.append(Period(begin, end))
    return found
