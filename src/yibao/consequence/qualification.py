"""What the points say of a person, as this room needs it: the status, since when, until when, and by which record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yibao.archive import points
from yibao.archive.files import Fact
from yibao.policy import Policy


@dataclass(frozen=True, slots=True)
class Qualification:
    """The status of a person's payment qualification on a day, where it is suspended or ended."""

    status: str
    from_day: int
    until_day: int | None
    cause: int
    """The record of points that brought the status about."""


def qualification(
    facts: Sequence[Fact], policy: Policy, day: int, known_on: int | None = None
) -> Qualification | None:
    """Give the suspension or end that runs on a day, as known on a day; None where none does.

    ``facts`` are a person's own and what they rest on (`files.known_of`). The fold itself is the points' (`points.fold`).
    """
    found = points.fold(facts, policy, day, known_on)
    running = [one for one in found.intervals if day in one and one.status is found.status]
    if not running:
        return None
    now = max(running, key=lambda one: one.from_day)
    causes = [
        one.fact for one in found.why if one.counts and one.year == now.year and one.day <= now.from_day
    ]
    return Qualification(str(now.status), now.from_day, now.until, max(causes))
