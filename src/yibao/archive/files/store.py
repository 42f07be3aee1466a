"""Every SQL statement of the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, text, update

from yibao.access import Scope
from yibao.archive.files.model import Fact, FactKind, Subject, SubjectKind
from yibao.archive.files.tables import archive_fact, archive_subject
from yibao.store import copy_rows, next_numbers
from yibao.store import unguarded as unguarded_of

AT_ONCE = 20_000
"""Rows read at once where all files are gone through."""


def lock_opening(connection: Connection) -> None:
    """Let nobody else open files until this transaction is over: two must not open one for the same subject."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('archive_subject'))"))


def subject_numbers(connection: Connection, count: int) -> list[int]:
    """Take the numbers of subjects about to be written."""
    return next_numbers(connection, archive_subject, count)


def write_subjects(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write new subjects under numbers taken before."""
    copy_rows(connection, archive_subject, rows)


def lacking(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Give which of these subjects have no category yet."""
    query = select(archive_subject.c.id).where(
        archive_subject.c.id.in_(sorted(set(ids))),
        archive_subject.c.category == "",
        archive_subject.c.erased_day.is_(None),
    )
    return set(connection.scalars(query))


def complete(connection: Connection, one: Subject) -> None:
    """Write the category of a subject, and its name and key in the lake where they are not known yet."""
    connection.execute(
        update(archive_subject)
        .where(archive_subject.c.id == one.id)
        .values(
            category=one.category,
            name=func.coalesce(archive_subject.c.name, one.name),
            lake_key=func.coalesce(archive_subject.c.lake_key, one.lake_key),
        )
    )


def subjects(connection: Connection, ids: Sequence[int], *, lock: bool = False) -> list[Subject]:
    """Give subjects in the order of the ids, those that there are."""
    query = select(archive_subject).where(archive_subject.c.id.in_(sorted(set(ids))))
    if lock:
        query = query.order_by(archive_subject.c.id).with_for_update()
    found = {row.id: _subject(row) for row in connection.execute(query)}
    return [found[i] for i in ids if i in found]


def by_code(connection: Connection, kind: SubjectKind, codes: Sequence[str]) -> dict[str, int]:
    """Give the subjects of a kind by code."""
    query = select(archive_subject.c.code, archive_subject.c.id).where(
        archive_subject.c.kind == str(kind), archive_subject.c.code.in_(sorted(set(codes)))
    )
    return {row.code: row.id for row in connection.execute(query)}


def by_lake_key(connection: Connection, kind: SubjectKind, keys: Sequence[int]) -> dict[int, int]:
    """Give the subjects of a kind by their key in the lake."""
    query = select(archive_subject.c.lake_key, archive_subject.c.id).where(
        archive_subject.c.kind == str(kind), archive_subject.c.lake_key.in_(sorted(set(keys)))
    )
    return {row.lake_key: row.id for row in connection.execute(query)}


def coded(connection: Connection, code: str) -> list[Subject]:
    """Give the subjects, of whatever kind, that have a code."""
    return [
        _subject(row)
        for row in connection.execute(select(archive_subject).where(archive_subject.c.code == code))
    ]


def listed(connection: Connection, scope: Scope, kind: SubjectKind | None, limit: int) -> list[Subject]:
    """Give the subjects that a scope on ``x`` lets be seen, by number."""
    kinds = "" if kind is None else "AND x.kind = :kind"
    query = text(f"SELECT x.* FROM archive_subject x WHERE ({scope.sql}) {kinds} ORDER BY x.id LIMIT :most")
    given = {**scope.parameters, "most": limit, **({} if kind is None else {"kind": str(kind)})}
    return [_subject(row) for row in connection.execute(query, given)]


def entries_of(connection: Connection, subject: int) -> list[int]:
    """Give the ledger's entries about a file: its opening, and every fact of it."""
    opened = select(archive_subject.c.ledger_entry).where(archive_subject.c.id == subject)
    written = select(archive_fact.c.ledger_entry).where(archive_fact.c.subject == subject)
    return list(connection.scalars(opened.union_all(written)))


def erase(connection: Connection, subject: int, day: int) -> None:
    """Erase the code and the name of a subject; its number stays."""
    connection.execute(
        update(archive_subject)
        .where(archive_subject.c.id == subject)
        .values(code=None, name=None, lake_key=None, erased_day=day)
    )


def fact_numbers(connection: Connection, count: int) -> list[int]:
    """Take the numbers of facts about to be written."""
    return next_numbers(connection, archive_fact, count)


def write_facts(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write facts under numbers taken before."""
    copy_rows(connection, archive_fact, rows)


def sources(connection: Connection, given: Sequence[str]) -> dict[str, int]:
    """Give which of these sources have given a fact already, and which fact."""
    query = select(archive_fact.c.source, archive_fact.c.id).where(
        archive_fact.c.source.in_(sorted(set(given)))
    )
    return {row.source: row.id for row in connection.execute(query)}


def facts(connection: Connection, subject_ids: Sequence[int]) -> list[Fact]:
    """Give every fact of these files, oldest first."""
    query = (
        select(archive_fact)
        .where(archive_fact.c.subject.in_(sorted(set(subject_ids))))
        .order_by(archive_fact.c.id)
    )
    return [_fact(row) for row in connection.execute(query)]


def fact(connection: Connection, number: int) -> Fact | None:
    """Give one fact."""
    row = connection.execute(select(archive_fact).where(archive_fact.c.id == number)).one_or_none()
    return None if row is None else _fact(row)


def facts_numbered(connection: Connection, numbers: Sequence[int]) -> list[Fact]:
    """Give facts by number, oldest first."""
    query = (
        select(archive_fact).where(archive_fact.c.id.in_(sorted(set(numbers)))).order_by(archive_fact.c.id)
    )
    return [_fact(row) for row in connection.execute(query)]


def of_kinds(connection: Connection, kinds: Sequence[FactKind]) -> Iterator[Fact]:
    """Go through the facts of these kinds in all files, oldest first."""
    query = select(archive_fact).where(archive_fact.c.kind.in_([str(one) for one in kinds]))
    query = query.order_by(archive_fact.c.id)
    for row in connection.execute(query, execution_options={"yield_per": AT_ONCE}):
        yield _fact(row)


def at_place(connection: Connection, place: int) -> list[int]:
    """Give the subjects that a fact ever registered at an institution, or moved there."""
    query = text(
        "SELECT subject FROM archive_fact WHERE kind = 'registered' AND body ->> 'institution' = :place "
        "UNION SELECT subject FROM archive_fact WHERE kind = 'moved' AND body ->> 'to' = :place ORDER BY subject"
    )
    return list(connection.scalars(query, {"place": str(place)}))


def mark(connection: Connection) -> tuple[int, int]:
    """Give how many facts there are, and the largest number."""
    row = connection.execute(
        select(func.count(), func.coalesce(func.max(archive_fact.c.id), 0)).select_from(archive_fact)
    ).one()
    return int(row[0]), int(row[1])


def numbers_since(connection: Connection, number: int) -> list[int]:
    """Give the numbers of the facts with a larger one, ascending."""
    query = select(archive_fact.c.id).where(archive_fact.c.id > number).order_by(archive_fact.c.id)
    return list(connection.scalars(query))


def resting_on(connection: Connection, numbers: Sequence[int]) -> list[Fact]:
    """Give the facts of any file that rest on these, directly or by others, oldest first."""
    found: dict[int, Fact] = {}
    front = list(numbers)
    while front:
        rows = connection.execute(select(archive_fact).where(archive_fact.c.rests_on.in_(front)))
        more = [one for one in map(_fact, rows) if one.id not in found]
        found.update({one.id: one for one in more})
        front = [one.id for one in more]
    return sorted(found.values(), key=lambda one: one.id)


def joins(connection: Connection) -> list[tuple[int, int, int]]:
    """Give the joins that stand: (fact, subject, the other subject)."""
    rows = connection.execute(
        text(
            "SELECT j.id, j.subject, (j.body ->> 'other')::bigint AS other FROM archive_fact j "
            "WHERE j.kind = 'joined' AND NOT EXISTS (SELECT 1 FROM archive_fact a "
            "WHERE a.kind = 'annulled' AND a.rests_on = j.id AND NOT EXISTS "
            "(SELECT 1 FROM archive_fact b WHERE b.kind = 'annulled' AND b.rests_on = a.id))"
        )
    )
    return [(row.id, row.subject, row.other) for row in rows]


def every_fact(connection: Connection) -> Iterator[Fact]:
    """Go through every fact of every file, by subject and then oldest first."""
    query = select(*_COLUMNS).order_by(archive_fact.c.subject, archive_fact.c.id)
    rows = connection.execute(query, execution_options={"yield_per": AT_ONCE})
    for some in rows.partitions():  # a million of them: by place, which is much faster than by name
        for number, subject, kind, day, known_day, body, rests_on, source, actor, entry in some:
            yield Fact(number, subject, _KINDS[kind], day, known_day, body, rests_on, source, actor, entry)


def every_subject(connection: Connection) -> Iterator[Subject]:
    """Go through every subject, by number."""
    query = select(archive_subject).order_by(archive_subject.c.id)
    for row in connection.execute(query, execution_options={"yield_per": AT_ONCE}):
        yield _subject(row)


def count_facts(connection: Connection) -> int:
    """Count the facts of all files."""
    return int(connection.execute(select(func.count()).select_from(archive_fact)).scalar_one())


def _subject(row: Row[Any]) -> Subject:
    return Subject(
        row.id, SubjectKind(row.kind), row.region, row.code, row.name, row.lake_key, row.category, row.erased_day
    )  # fmt: skip


_KINDS = {str(kind): kind for kind in FactKind}
_COLUMNS = tuple(
    archive_fact.c[name]
    for name in (
        "id", "subject", "kind", "day", "known_day", "body", "rests_on", "source", "actor", "ledger_entry",
    )
)  # fmt: skip


def _fact(row: Row[Any]) -> Fact:
    return Fact(
        row.id, row.subject, _KINDS[row.kind], row.day, row.known_day, row.body, row.rests_on, row.source, row.actor,
        row.ledger_entry,
    )  # fmt: skip


def unguarded(connection: Connection) -> list[str]:
    """Give the tables of facts that lost the trigger which lets them only grow."""
    return unguarded_of(connection, (archive_fact.name,))
