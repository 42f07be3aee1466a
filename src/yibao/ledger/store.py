"""Every SQL statement this room says to the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection, delete, exists, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.exc import DBAPIError

from yibao.ledger.tables import (
    APPEND_ONLY,
    ledger_checkpoint,
    ledger_cosignature,
    ledger_key,
    ledger_leaf,
    ledger_personal,
    ledger_tree,
    ledger_waiting,
)
from yibao.ledger.tree import HASH_SIZE, Node, row_of
from yibao.store import copy_tuples, lock_key
from yibao.store import unguarded as unguarded_of

SEQUENCE = "ledger.sequence"
FEW = 4
"""Up to so many leaves are written one by one: COPY takes four round trips, each of them one."""


# — writing what was done —

_WRITE = (
    "WITH leaf AS (INSERT INTO ledger_leaf (tag, subject, canonical) VALUES (%s, %s, %s) RETURNING entry) "
    "INSERT INTO ledger_waiting (entry, leaf_hash) SELECT entry, %s FROM leaf RETURNING entry"
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf as it is written: its bytes, their hash, and what is behind its commitments (name, salt, value)."""

    tag: str
    subject: str
    canonical: bytes
    leaf_hash: bytes
    personal: tuple[tuple[str, bytes, str], ...] = ()


def write(connection: Connection, leaf: Leaf) -> int:
    """Write one leaf, in one round trip and past the layers above the driver, which cost as much again."""
    raw: Any = connection.connection.driver_connection
    row = (leaf.tag, leaf.subject, leaf.canonical, leaf.leaf_hash)
    try:
        entry = int(raw.execute(_WRITE, row).fetchone()[0])
    except psycopg.Error as error:
        raise DBAPIError.instance(_WRITE, None, error, psycopg.Error) from error
    if leaf.personal:
        connection.execute(
            insert(ledger_personal),
            [{"entry": entry, "name": n, "salt": s, "value": v} for n, s, v in leaf.personal],
        )
    return entry


def write_many(connection: Connection, leaves: Sequence[Leaf]) -> list[int]:
    """Write many leaves, by COPY where that is faster; give their numbers."""
    if len(leaves) <= FEW:
        return [write(connection, one) for one in leaves]
    numbers = text(
        "SELECT nextval(pg_get_serial_sequence('ledger_leaf', 'entry')) FROM generate_series(1, :count)"
    )
    entries = [int(n) for n in connection.scalars(numbers, {"count": len(leaves)})]
    pairs = list(zip(entries, leaves, strict=True))
    copy_tuples(
        connection, "ledger_leaf", ("entry", "tag", "subject", "canonical"),
        ((entry, leaf.tag, leaf.subject, leaf.canonical) for entry, leaf in pairs),
        types=("int8", "text", "text", "bytea"),
    )  # fmt: skip
    copy_tuples(
        connection, "ledger_waiting", ("entry", "leaf_hash"), ((entry, leaf.leaf_hash) for entry, leaf in pairs),
        types=("int8", "bytea"),
    )  # fmt: skip
    copy_tuples(
        connection, "ledger_personal", ("entry", "name", "salt", "value"),
        ((entry, *one) for entry, leaf in pairs for one in leaf.personal), types=("int8", "text", "bytea", "text"),
    )  # fmt: skip
    return entries


# — giving positions —


def lock(connection: Connection, *, wait: bool) -> bool:
    """Become the one sequencer until this transaction ends; False where another is at it."""
    key = lock_key(SEQUENCE)
    if wait:
        connection.execute(select(func.pg_advisory_xact_lock(key)))
        return True
    return bool(connection.scalar(select(func.pg_try_advisory_xact_lock(key))))


def anything_waiting(connection: Connection) -> bool:
    """Say whether a leaf waits for its position."""
    return bool(connection.scalar(select(exists(select(ledger_waiting.c.entry)))))


def take(connection: Connection, limit: int | None) -> list[tuple[int, bytes]]:
    """Take the oldest leaves out of the waiting ones, or all: number and hash.

    Only committed ones are seen, so a transaction that stays open delays its own leaves and nobody else's.
    """
    rows = connection.execute(
        text(
            "WITH taken AS (DELETE FROM ledger_waiting WHERE entry IN "
            "(SELECT entry FROM ledger_waiting ORDER BY entry LIMIT :limit) RETURNING entry, leaf_hash) "
            "SELECT entry, leaf_hash FROM taken ORDER BY entry"
        ),
        {"limit": limit},
    )
    return [(row.entry, bytes(row.leaf_hash)) for row in rows]


def size(connection: Connection) -> int:
    """Give the number of entries that have a position."""
    last = connection.scalar(select(func.max(ledger_tree.c.position)))
    return 0 if last is None else int(last) + 1


def write_tree(connection: Connection, rows: Iterable[tuple[int, int, bytes]]) -> None:
    """Write rows of the tree: position, entry, hashes."""
    columns = ("position", "entry", "hashes")
    copy_tuples(connection, "ledger_tree", columns, rows, types=("int8", "int8", "bytea"))


def nodes(connection: Connection, wanted: Sequence[Node]) -> Mapping[Node, bytes]:
    """Look up stored nodes of the tree, all at once; a node that is not there is left out."""
    if not wanted:
        return {}
    found = connection.exec_driver_sql(
        "SELECT position, hashes FROM ledger_tree WHERE position = ANY(%s)",
        (sorted({row_of(node) for node in wanted}),),
    )
    rows = {position: hashes for position, hashes in found}
    cut: dict[Node, bytes] = {}
    for node in wanted:
        start = HASH_SIZE * node[0]
        hashes = rows.get(row_of(node), b"")
        if len(hashes) >= start + HASH_SIZE:
            cut[node] = bytes(hashes[start : start + HASH_SIZE])
    return cut


# — looking things up —


class Row(NamedTuple):
    """A leaf and where it stands; ``position`` and ``hashes`` None where it has no place yet."""

    position: int | None
    entry: int | None
    tag: str | None
    subject: str | None
    canonical: bytes | None
    hashes: bytes | None


_ROW = (
    select(
        ledger_tree.c.position,
        ledger_leaf.c.entry,
        ledger_leaf.c.tag,
        ledger_leaf.c.subject,
        ledger_leaf.c.canonical,
        ledger_tree.c.hashes,
    )
    .select_from(ledger_leaf)
    .join(ledger_tree, ledger_tree.c.entry == ledger_leaf.c.entry, isouter=True)
)


def freeze(connection: Connection) -> None:
    """Let the rest of this transaction see the register as it is now; said before anything else."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def leaf(connection: Connection, entry: int) -> Row | None:
    """Give one leaf by its number."""
    row = connection.execute(_ROW.where(ledger_leaf.c.entry == entry)).one_or_none()
    return None if row is None else Row(*row)


def newest_entry(connection: Connection) -> int | None:
    """Give the number of the newest leaf; None where there is none."""
    newest: int | None = connection.execute(select(func.max(ledger_leaf.c.entry))).scalar_one()
    return newest


def leaves_of_subject(connection: Connection, subject: str) -> list[Row]:
    """Give all leaves of a subject, oldest first."""
    found = connection.execute(_ROW.where(ledger_leaf.c.subject == subject).order_by(ledger_leaf.c.entry))
    return [Row(*row) for row in found]


def in_order(connection: Connection, first: int, end: int | None, at_once: int) -> Iterator[list[Row]]:
    """Read the tree with its leaves by position, so many rows at a time; a missing leaf leaves its fields None."""
    position = ledger_tree.c.position
    while end is None or first < end:
        until = first + at_once if end is None else min(first + at_once, end)
        found = connection.execute(
            select(
                position,
                ledger_leaf.c.entry,
                ledger_leaf.c.tag,
                ledger_leaf.c.subject,
                ledger_leaf.c.canonical,
                ledger_tree.c.hashes,
            )
            .select_from(ledger_tree)
            .join(ledger_leaf, ledger_tree.c.entry == ledger_leaf.c.entry, isouter=True)
            .where(position >= first, position < until)
            .order_by(position)
        )
        rows = [Row(*row) for row in found]
        if rows:
            yield rows
        elif end is None:
            return
        first = until


def astray(connection: Connection) -> tuple[list[int], int]:
    """Give leaves that neither stand in the tree nor wait (at most 20), and how many wait."""
    lost = connection.scalars(
        select(ledger_leaf.c.entry)
        .where(
            ~exists().where(ledger_tree.c.entry == ledger_leaf.c.entry),
            ~exists().where(ledger_waiting.c.entry == ledger_leaf.c.entry),
        )
        .order_by(ledger_leaf.c.entry)
        .limit(20)
    ).all()
    return list(lost), int(connection.scalar(select(func.count()).select_from(ledger_waiting)) or 0)


def unguarded(connection: Connection) -> list[str]:
    """Give the tables whose trigger against change is gone or switched off."""
    return unguarded_of(connection, (*APPEND_ONLY, "ledger_personal"))


def said(
    connection: Connection, tags: Sequence[str]
) -> Iterator[tuple[int, str, bytes, dict[str, tuple[bytes, str]]]]:
    """Give the leaves of some kinds, oldest first: number, subject, bytes, and the facts behind their commitments."""
    rows = connection.execute(
        text(
            "SELECT l.entry, l.subject, l.canonical, p.name, p.salt, p.value FROM ledger_leaf AS l "
            "LEFT JOIN ledger_personal AS p ON p.entry = l.entry WHERE l.tag = ANY(CAST(:tags AS text[])) "
            "ORDER BY l.entry, p.name"
        ),
        {"tags": list(tags)},
        execution_options={"yield_per": 5_000},
    )
    for _, group in groupby(rows, key=lambda row: row.entry):
        mine = list(group)
        facts = {row.name: (bytes(row.salt), row.value) for row in mine if row.name is not None}
        yield mine[0].entry, mine[0].subject, bytes(mine[0].canonical), facts


# — checkpoints, keys, witnesses —


def write_checkpoint(connection: Connection, size: int, note: str) -> None:
    """Keep a signed checkpoint."""
    connection.execute(insert(ledger_checkpoint).values(size=size, note=note))


def checkpoint(connection: Connection, size: int | None = None) -> str | None:
    """Give the note of a size, or the newest; None where there is none."""
    wanted = select(ledger_checkpoint.c.note).order_by(ledger_checkpoint.c.size.desc()).limit(1)
    if size is not None:
        wanted = wanted.where(ledger_checkpoint.c.size == size)
    return connection.scalar(wanted)


def first_checkpoint_over(connection: Connection, position: int) -> str | None:
    """Give the first checkpoint that covers a position."""
    column = ledger_checkpoint.c.size
    return connection.scalar(
        select(ledger_checkpoint.c.note).where(column > position).order_by(column).limit(1)
    )


def checkpoints(connection: Connection) -> list[tuple[int, str]]:
    """Give all checkpoints by size."""
    found = connection.execute(
        select(ledger_checkpoint.c.size, ledger_checkpoint.c.note).order_by(ledger_checkpoint.c.size)
    )
    return [(size, note) for size, note in found]


def write_keys(connection: Connection, entry: int, keys: Sequence[str]) -> None:
    """Keep public keys with the entry that made them the log's."""
    connection.execute(insert(ledger_key), [{"key": key, "entry": entry} for key in keys])


def generations(connection: Connection) -> list[tuple[int, tuple[str, ...]]]:
    """Give every set of keys there was, oldest first, with the entry that brought it."""
    found: dict[int, list[str]] = {}
    for entry, key in connection.execute(
        select(ledger_key.c.entry, ledger_key.c.key).order_by(ledger_key.c.entry, ledger_key.c.key)
    ):
        found.setdefault(entry, []).append(key)
    return [(entry, tuple(keys)) for entry, keys in found.items()]


def write_cosignature(connection: Connection, size: int, witness: str, line: str) -> bool:
    """Keep what a witness signed; False where it is known already."""
    statement = insert_once(ledger_cosignature).values(size=size, witness=witness, line=line)
    written = statement.on_conflict_do_nothing().returning(ledger_cosignature.c.size)
    return connection.scalar(written) is not None


def cosignatures(connection: Connection, size: int | None = None) -> list[tuple[int, str, str]]:
    """Give size, witness and line of every cosignature, or of those below one checkpoint."""
    c = ledger_cosignature.c
    wanted = select(c.size, c.witness, c.line).order_by(c.size, c.witness)
    if size is not None:
        wanted = wanted.where(c.size == size)
    return [(at, witness, line) for at, witness, line in connection.execute(wanted)]


# — personal data behind commitments —


def personal(
    connection: Connection, entries: Sequence[int] | None
) -> dict[int, dict[str, tuple[bytes, str]]]:
    """Give salt and value of what commitments stand for, by entry and name; of all entries where None is given."""
    c = ledger_personal.c
    wanted = select(c.entry, c.name, c.salt, c.value)
    if entries is not None:
        wanted = wanted.where(c.entry.in_(entries))
    found: dict[int, dict[str, tuple[bytes, str]]] = {}
    for entry, name, salt, value in connection.execute(wanted):
        found.setdefault(entry, {})[name] = (bytes(salt), value)
    return found


def erase(connection: Connection, entry: int) -> list[str]:
    """Erase salts and values of an entry; give the names of what was erased."""
    gone = connection.scalars(
        delete(ledger_personal).where(ledger_personal.c.entry == entry).returning(ledger_personal.c.name)
    )
    return sorted(gone)
