"""What the room of points says of a practitioner, as a score takes it: records that count, repair, status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yibao.archive import points
from yibao.archive.files import Fact, FactKind
from yibao.archive.points import Interval, Status
from yibao.kernel import date_of
from yibao.policy import Policy


@dataclass(frozen=True, slots=True)
class Qualified:
    """The records of points that count in the year (fact → points), what repair took away, and the status."""

    points: Mapping[int, int]
    repaired: int
    status: str | None


def qualified(facts: Sequence[Fact], policy: Policy, day: int, known_on: int | None = None) -> Qualified:
    """Ask the room of points about the facts of a file that count; who never had a record is not asked about."""
    if not any(one.kind is FactKind.POINTS for one in facts):
        return Qualified({}, 0, None)
    standing = points.fold(facts, policy, day, known_on)
    year = date_of(day).year
    counted = {one.fact: one.value for one in standing.why if one.counts and one.year == year}
    now = [one for one in standing.intervals if day in one]
    return Qualified(counted, standing.repaired.get(year, 0), _status(now))


def _status(now: Sequence[Interval]) -> str | None:
    ended = [one for one in now if one.status is Status.TERMINATED]
    if ended:
        return "terminated_single" if any(one.single for one in ended) else "terminated_12"
    return "suspended" if any(one.status is Status.SUSPENDED for one in now) else None
