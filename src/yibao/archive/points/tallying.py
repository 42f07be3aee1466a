"""Adding points up: of one conduct only the largest in a year, at most so many, less what was repaired; pure.

Everything here goes by the day from which a record has effect, never by the order in which it came, so that what arrives
late changes nothing but what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yibao.archive.files import Fact, FactKind
from yibao.archive.points.rules import Measures


@dataclass(frozen=True, slots=True)
class Record:
    """A record of points as the fold sees it."""

    fact: int
    day: int
    year: int
    behaviour: str
    value: int
    cases: frozenset[str]


@dataclass(frozen=True, slots=True)
class Step:
    """Where a year stands at the end of a day on which a record or a training took effect."""

    day: int
    total: int
    """The points of all conduct, before cap and repair."""
    repairable: int
    """Of them those that may be repaired at all."""
    repaired: int
    """What trainings took off until then."""
    recorded: bool
    """Whether a record that counts took effect on this day."""
    single: int
    """The largest record of this day that counts; 0 where none does."""

    def level(self, most: int, repaired: int | None = None) -> int:
        """Give the points that count: less what was repaired, and at most ``most``."""
        off = min(self.repaired if repaired is None else repaired, self.repairable)
        return min(most, self.total - off)


def records_of(facts: Iterable[Fact]) -> list[Record]:
    """Give the records of points among facts, by day, then value, then number."""
    found = [
        Record(
            one.id, one.day, int(one.body["year"]), str(one.body["behaviour"]), int(one.body["value"]),
            frozenset(str(case) for case in one.body.get("cases", ())),
        )
        for one in facts
        if one.kind is FactKind.POINTS
    ]  # fmt: skip
    return sorted(found, key=lambda r: (r.day, r.value, r.fact))


def trainings_of(facts: Iterable[Fact]) -> dict[int, list[int]]:
    """Give the days of trainings by the year whose points they repair, ascending."""
    found: dict[int, list[int]] = {}
    for one in facts:
        if one.kind is FactKind.TRAINED:
            found.setdefault(int(one.body["year"]), []).append(one.day)
    return {year: sorted(days) for year, days in found.items()}


def conducts(records: Sequence[Record]) -> list[list[Record]]:
    """Group records of one year by conduct: those whose cases hang together are one and the same.

    Records without a case, such as those of another region, stand alone.
    """
    groups: list[tuple[set[str], list[Record]]] = []
    for one in records:
        mine: tuple[set[str], list[Record]] = (set(one.cases), [one])
        for other in [g for g in groups if g[0] & mine[0]]:
            mine[0].update(other[0])
            mine[1].extend(other[1])
            groups.remove(other)
        groups.append(mine)
    return [sorted(group, key=lambda r: (r.day, r.value, r.fact)) for _, group in groups]


def counted(records: Sequence[Record]) -> set[int]:
    """Give which records count: within each year, of each conduct the largest."""
    kept = set()
    for year in {one.year for one in records}:
        for group in conducts([one for one in records if one.year == year]):
            kept.add(max(group, key=lambda r: (r.value, -r.day, -r.fact)).fact)
    return kept


def steps(records: Sequence[Record], trainings: Sequence[int], by_day: Mapping[int, Measures]) -> list[Step]:
    """Give the steps of one year, by day; ``by_day`` are the measures in force on each of its days."""
    groups = conducts(records)
    done: list[Step] = []
    repaired = 0
    for day in sorted({one.day for one in records} | set(trainings)):
        measure = by_day[day]
        largest = [
            max((r for r in group if r.day <= day), key=lambda r: _weight(r, measure), default=None)
            for group in groups
        ]
        counts = [one for one in largest if one is not None]
        total = sum(one.value for one in counts)
        repairable = sum(one.value for one in counts if one.behaviour not in measure.repair_excludes)
        for _ in range(trainings.count(day)):
            room = min(measure.repair_most, repairable)
            repaired = max(repaired, min(repaired + measure.repair_each, room))
        today = [one.value for one in counts if one.day == day]
        done.append(Step(day, total, repairable, repaired, bool(today), max(today, default=0)))
    return done


def _weight(one: Record, measure: Measures) -> tuple[int, bool, int]:
    return one.value, one.behaviour in measure.repair_excludes, -one.day
