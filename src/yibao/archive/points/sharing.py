"""What an institution's staff say of the institution: the share of those suspended or ended in a year; pure.

Source: one region's rules (Art. 12): from 20 % payment may be withheld, from 50 % the agreement is suspended. A person
decides; here is only what the numbers come to, and who they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from yibao.archive.points.model import Standing, Status
from yibao.archive.points.rules import number
from yibao.kernel import BasisPoints, date_of
from yibao.policy import Policy

WHOLE = 10_000


class ShareMeasure(StrEnum):
    """What may, or must, follow for the institution."""

    WITHHOLD = "withhold"
    """可以暂停拨付: payment may be withheld."""
    SUSPEND = "suspend"
    """暂停（中止）服务协议: the agreement is suspended."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of an institution's persons were suspended or ended in a year, who, and what that asks for."""

    year: int
    persons: int
    times: int
    """人次: a person suspended twice counts twice."""
    concerned: tuple[int, ...]
    """The subjects concerned, by number."""
    measure: ShareMeasure | None

    @property
    def basis_points(self) -> BasisPoints:
        """Give the share in basis points, rounded down; zero where nobody is registered."""
        return BasisPoints(self.times * WHOLE // self.persons if self.persons else 0)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "year": self.year, "persons": self.persons, "times": self.times, "basis_points": int(self.basis_points),
            "concerned": list(self.concerned), "measure": None if self.measure is None else str(self.measure),
        }  # fmt: skip


def staff_share(policy: Policy, year: int, day: int, staff: Mapping[int, Standing]) -> Share:
    """Give the share of an institution's staff that was suspended or ended by records of a year.

    ``staff`` are all that were registered there in the year, with their standing on ``day``. Compared exactly: a share meets
    a threshold when ``times × 10 000 ≥ threshold × persons``.
    """
    led = {
        subject: [
            one for one in standing.intervals
            if date_of(one.from_day).year == year and one.status in (Status.SUSPENDED, Status.TERMINATED) and not one.lifted
        ]
        for subject, standing in staff.items()
    }  # fmt: skip
    times = sum(len(some) for some in led.values())
    measure = None
    for name, asked in (("share_withhold", ShareMeasure.WITHHOLD), ("share_suspend", ShareMeasure.SUSPEND)):
        least = number(policy, name, day)
        if least and staff and times * WHOLE >= least * len(staff):
            measure = asked
    return Share(year, len(staff), times, tuple(sorted(s for s, some in led.items() if some)), measure)
