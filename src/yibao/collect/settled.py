"""Settled: which quarantine entries wait no longer, because their row was accepted.

The one meaning of the word in the house: what `collect` stores again, and what outputs still show as open, ask here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from yibao.claims import Table, table
from yibao.collect.columns import listed, quote
from yibao.collect.layers import key_of
from yibao.engine import Engine

CONTRADICTS = ("repeated", "collision")
"""Codes of a row that was refused because another one was accepted: that one settles nothing."""


def settled(engine: Engine, entries: str, stored: Mapping[str, Sequence[Path]]) -> str:
    """Make the table of the ``quarantine_id`` of every settled entry, and give its name.

    ``entries`` is a relation of quarantine entries, every entry of a row with it; ``stored`` are the lake's files per
    contract table. An entry is settled when a later batch accepted a row of its natural key. Its own batch settles
    it too where a second file brought the row right: the entry's row was refused, and not for contradicting the row
    that was accepted. A value that was left out of an accepted row waits until the row comes again.
    """
    engine.execute_native(
        f"""
        CREATE OR REPLACE TEMP TABLE quarantine_settled (quarantine_id BIGINT);
        CREATE OR REPLACE TEMP TABLE quarantine_waiting AS
        SELECT quarantine_id, table_name, natural_key, batch,
               max(first) OVER record = 1 AND bool_and(code NOT IN ({listed(CONTRADICTS)})) OVER record AS mendable
        FROM {entries} WHERE natural_key <> ''
        WINDOW record AS (PARTITION BY batch, table_name, file, source_row)
        """
    )
    named = engine.execute_native("SELECT DISTINCT table_name FROM quarantine_waiting ORDER BY table_name")
    for name in named.column(0).to_pylist() if named is not None else ():
        if stored[name]:
            _settle(engine, table(name), stored[name])
    return "quarantine_settled"


def _settle(engine: Engine, of: Table, files: Sequence[Path]) -> None:
    engine.bind("quarantine_accepted", files=list(files), schema=of.stored())
    engine.execute_native(
        f"""
        INSERT INTO quarantine_settled
        SELECT q.quarantine_id FROM quarantine_waiting q WHERE q.table_name = {quote(of.table)} AND EXISTS (
            SELECT 1 FROM quarantine_accepted e
            WHERE {" AND ".join(_same_key(of))} AND (e.batch > q.batch OR e.batch = q.batch AND q.mendable))
        """
    )


def _same_key(of: Table) -> Iterator[str]:
    """Give the conditions under which stored row ``e`` has the natural key of entry ``q``."""
    if of.identity == "hash":
        yield f"e.{of.id} = {key_of(of.table, 'q.natural_key')}"
        return
    for at, name in enumerate(of.key, start=1):
        column = of.column(name)
        part = f"split_part(q.natural_key, '|', {at})" if len(of.key) > 1 else "q.natural_key"
        if column.type == "ref":
            yield f"e.{name}_id = {key_of(column.of or '', part)}"
        elif column.type in ("day", "moment"):
            yield f"e.{name}_ymd = TRY_CAST({part} AS BIGINT)"
        else:
            yield f"CAST(e.{column.stored()[0][0]} AS VARCHAR) = {part}"
