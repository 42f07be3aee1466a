"""For who goes through all files: whose there are, and which facts fell because of an annulment in another file."""

from __future__ import annotations

from collections.abc import Iterator

from yibao.archive.files import store
from yibao.archive.files.folding import standing
from yibao.archive.files.model import Fact, FactKind, Subject
from yibao.store import UnitOfWork


def felled(unit: UnitOfWork, known_on: int | None = None) -> frozenset[int]:
    """Give the facts of all files that fell, directly or with what they rest on, as known on a day (None: now).

    Of one file `known_of` tells the same; this is one look at all annulments, of which there are few.
    """
    annulments = list(store.of_kinds(unit.connection, [FactKind.ANNULLED]))
    targets = sorted({one.rests_on for one in annulments if one.rests_on is not None})
    touched: dict[int, Fact] = {one.id: one for one in store.facts_numbered(unit.connection, targets)}
    touched.update({one.id: one for one in store.resting_on(unit.connection, targets)})
    counted = {one.id for one in standing(touched.values(), known_on)}
    return frozenset(
        one.id for one in touched.values() if one.kind is not FactKind.ANNULLED and one.id not in counted
    )


def every_subject(unit: UnitOfWork) -> Iterator[Subject]:
    """Go through whose files there are, of every kind, by number."""
    return store.every_subject(unit.connection)
