"""What of a file counts: on a day, as known on a day; pure.

An annulled fact counts no more, nor does anything that rests on it, however far. An annulment that is itself annulled
annuls nothing. Facts rest on older facts only, so one pass from the newest to the oldest settles who is annulled, and one
from the oldest to the newest who falls with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yibao.archive.files.model import Fact, FactKind


def standing(facts: Iterable[Fact], known_on: int | None = None) -> list[Fact]:
    """Give the facts that count, oldest first, as they were known on a day (None: all that is known now).

    Annulments themselves are left out: they have done their work.
    """
    known = sorted((f for f in facts if known_on is None or f.known_day <= known_on), key=_age)
    annulled: set[int] = set()
    for one in reversed(known):
        if one.kind is FactKind.ANNULLED and one.id not in annulled and one.rests_on is not None:
            annulled.add(one.rests_on)
    fallen = set(annulled)
    counted = []
    for one in known:
        if one.kind is FactKind.ANNULLED or one.id in fallen:
            continue
        if one.rests_on is not None and one.rests_on in fallen:
            fallen.add(one.id)
            continue
        counted.append(one)
    return counted


def in_force(facts: Iterable[Fact], day: int, known_on: int | None = None) -> list[Fact]:
    """Give the facts that count and have taken effect by a day, in the order in which they take effect."""
    return sorted((f for f in standing(facts, known_on) if f.day <= day), key=lambda f: (f.day, f.id))


def fallen(facts: Sequence[Fact], known_on: int | None = None) -> list[Fact]:
    """Give the facts that counted once and count no more, oldest first."""
    counted = {f.id for f in standing(facts, known_on)}
    return [f for f in sorted(facts, key=_age) if f.id not in counted and f.kind is not FactKind.ANNULLED]


def _age(one: Fact) -> int:
    return one.id
