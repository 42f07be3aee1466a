"""Every SQL statement this room says to the register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from yibao.collect.tables import collection


@dataclass(frozen=True, slots=True)
class Collected:
    """One collection as the register remembers it."""

    batch: int
    source: str
    files: list[dict[str, Any]]
    tables: dict[str, dict[str, int]]
    quarantined_fen: int


def remember(connection: Connection, collected: Collected, actor: str) -> None:
    """Write one collection, in the transaction that publishes its batch."""
    connection.execute(
        collection.insert().values(
            batch=collected.batch,
            source=collected.source,
            files=collected.files,
            tables=collected.tables,
            quarantined_fen=collected.quarantined_fen,
            actor=actor,
        )
    )


def collections(connection: Connection) -> list[Collected]:
    """Give all collections, oldest first."""
    columns = collection.c
    rows = connection.execute(
        select(
            columns.batch, columns.source, columns.files, columns.tables, columns.quarantined_fen
        ).order_by(columns.batch)
    )
    return [Collected(*row) for row in rows]
