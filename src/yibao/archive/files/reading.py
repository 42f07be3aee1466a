"""Reading across files: what a person's facts rest on in other files, and the facts of all files at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from yibao.archive.files import store
from yibao.archive.files.model import Fact, FactKind, Subject, SubjectKind
from yibao.archive.files.service import facts_of
from yibao.store import UnitOfWork


def known_of(unit: UnitOfWork, subject: int) -> list[Fact]:
    """Give every fact of a subject and, from other files, what they rest on and what annuls that; oldest first.

    This is what `standing` must be given: a decision lies in the institution's file, and the points that rest on it in the
    person's, so that its annulment is not to be seen in the person's file alone.
    """
    return with_grounds(unit, facts_of(unit, subject))


def with_grounds(unit: UnitOfWork, facts: Iterable[Fact]) -> list[Fact]:
    """Add to some facts those of any file on which they rest, however far, and the annulments of those; oldest first."""
    found = {one.id: one for one in facts}
    front = _outside(found.values(), found)
    while front:
        grounds = store.facts_numbered(unit.connection, front)
        grounds += _annulments(unit, [one.id for one in grounds])
        found.update({one.id: one for one in grounds})
        front = _outside(grounds, found)
    return [found[number] for number in sorted(found)]


def _outside(facts: Iterable[Fact], known: dict[int, Fact]) -> list[int]:
    return sorted({one.rests_on for one in facts if one.rests_on is not None and one.rests_on not in known})


def _annulments(unit: UnitOfWork, numbers: Sequence[int]) -> list[Fact]:
    resting = store.resting_on(unit.connection, numbers)
    annulled = set(numbers)
    kept = []
    for one in resting:
        if one.kind is FactKind.ANNULLED and one.rests_on in annulled:
            kept.append(one)
            annulled.add(one.id)
    return kept


def facts_of_kinds(unit: UnitOfWork, kinds: Iterable[FactKind]) -> Iterator[Fact]:
    """Go through the facts of these kinds in all files, oldest first."""
    return store.of_kinds(unit.connection, sorted(kinds))


def ever_at(unit: UnitOfWork, institution: int) -> list[int]:
    """Give who was ever registered at an institution, as the subjects of their files, by number."""
    return store.at_place(unit.connection, institution)


def every_head(unit: UnitOfWork, kind: SubjectKind) -> Iterator[Subject]:
    """Go through whose files there are of a kind, by number."""
    return (one for one in store.every_subject(unit.connection) if one.kind is kind)


def roots(unit: UnitOfWork) -> dict[int, int]:
    """Give for each joined file the smallest number of those that are one subject's with it; others are their own."""
    root: dict[int, int] = {}
    for _, one, other in store.joins(unit.connection):
        first, second = sorted((_root(root, one), _root(root, other)))
        root[second] = first
    return {one: _root(root, one) for one in {*root, *root.values()}}


def _root(root: dict[int, int], one: int) -> int:
    while (up := root.get(one, one)) != one:
        one = up
    return one


def fact_mark(unit: UnitOfWork) -> tuple[int, int]:
    """Give how many facts there are and the largest number: two equal marks mean that nothing was written between."""
    return store.mark(unit.connection)


def numbers_since(unit: UnitOfWork, number: int) -> list[int]:
    """Give the numbers of the facts of all files with a larger one, ascending."""
    return store.numbers_since(unit.connection, number)


def facts_numbered(unit: UnitOfWork, numbers: Sequence[int]) -> list[Fact]:
    """Give facts of any file by number, oldest first."""
    return store.facts_numbered(unit.connection, numbers)


def resting(unit: UnitOfWork, numbers: Sequence[int]) -> list[Fact]:
    """Give the facts of any file that rest on these, directly or by others, oldest first."""
    return store.resting_on(unit.connection, numbers)
