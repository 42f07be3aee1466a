"""Verdicts between rows: repeated keys, rows already known or outdated, corrections, references that lead nowhere.

Only the exceptional rows are listed, in one small table per contract table; every other row that passed its own
checks is accepted. The order is that of the contract, so that a bill is judged after the person it speaks of and a
line after its bill: what depends on a refused row is refused with it, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa

from yibao.claims import Column, Table, bind_raw
from yibao.collect.columns import quote
from yibao.engine import Engine

REFUSED = ("repeated", "collision", "reference")
"""Kinds of verdict that send a row to quarantine."""

RESTS = ("known", "old")
"""Kinds of verdict with which a row changes nothing: the lake holds it, or a later version of it (旧版本)."""

_BATCHES = "batch_known"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=8)))


@dataclass(frozen=True, slots=True)
class Scene:
    """What a table is judged against: its staging table and the stored rows of the lake as they stand."""

    table: Table
    staged: str
    stored: Sequence[Path]
    corrected: bool

    @property
    def verdicts(self) -> str:
        """Name the table of exceptional rows."""
        return f"verdict_{self.table.table}"

    @property
    def raw(self) -> str:
        """Name the relation of rows that the lake already holds."""
        return f"raw_{self.table.table}"

    @property
    def all_versions(self) -> str:
        """Name the relation of every version of every row that the lake holds, where any was ever corrected."""
        return f"stored_{self.table.table}"

    @property
    def met(self) -> str:
        """Name the table that says how the rows stand to those of the lake."""
        return f"met_{self.table.table}"

    @property
    def good(self) -> str:
        """Give the condition of an accepted row ``s`` of the staging table."""
        return (
            f"s.bad = 0 AND NOT EXISTS (SELECT 1 FROM {self.verdicts} v "
            f"WHERE v.row = s.rowid AND v.kind <> 'corrects')"
        )


def bind_batches(engine: Engine, known_at: Mapping[int, datetime | None]) -> None:
    """Tell the engine when each batch became known, in microseconds of Beijing time as `Table.version` counts."""
    told = {batch: at for batch, at in known_at.items() if at is not None}
    micros = [(at - _EPOCH) // timedelta(microseconds=1) for at in told.values()]
    columns = {"batch": pa.array(told, pa.int64()), "known_micros": pa.array(micros, pa.int64())}
    engine.bind(_BATCHES, arrow=pa.table(columns))


def judge(engine: Engine, scene: Scene, reachable: dict[str, str]) -> None:
    """List the exceptional rows of one table.

    ``reachable`` maps each table judged before to a relation of the ids that a reference may point at; the table
    itself is added to it. `bind_batches` comes first.
    """
    bind_raw(engine, scene.table, scene.stored, corrected=scene.corrected)
    engine.execute_native(
        f"CREATE OR REPLACE TABLE {scene.verdicts} "
        "(row BIGINT, kind VARCHAR, column_name VARCHAR, other BIGINT, other_batch BIGINT)"
    )
    if scene.table.identity == "hash":
        _collisions(engine, scene)
    _met(engine, scene)
    _within(engine, scene)
    _against_the_lake(engine, scene)
    _publish_ids(engine, scene, reachable)
    references = [c for c in scene.table.references() if c.of in reachable]
    for column in references:
        if column.of != scene.table.table:
            _references(engine, scene, column, reachable)
    for column in references:  # a row that refers to another of its own table falls with it, and so on
        while column.of == scene.table.table and _references(engine, scene, column, reachable):
            pass


def unresolved(engine: Engine, staged: str, column: Column, ids: str) -> bool:
    """Say whether any good row's reference leads nowhere yet."""
    name = column.stored()[0][0]
    found = engine.execute_native(
        f"SELECT 1 AS n FROM {staged} s WHERE s.bad = 0 AND s.{name} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {ids} t WHERE t.id = s.{name}) LIMIT 1"
    )
    return found is not None and found.num_rows > 0


def _same(names: Sequence[str], one: str, other: str) -> str:
    return " AND ".join(f"{one}.{n} IS NOT DISTINCT FROM {other}.{n}" for n in names)


def _key_columns(table: Table) -> list[str]:
    return [table.column(name).stored()[0][0] for name in table.key]


def _collisions(engine: Engine, scene: Scene) -> None:
    """Two natural ids that come to the same integer key: all of their rows wait for a person."""
    key = scene.table.id
    engine.execute_native(
        f"""
        INSERT INTO {scene.verdicts}
        SELECT s.rowid, 'collision', NULL, s.{key}, NULL FROM {scene.staged} s
        WHERE s.bad = 0 AND s.{key} IN (
            SELECT {key} FROM {scene.staged} WHERE bad = 0 GROUP BY {key} HAVING count(DISTINCT natural_key) > 1)
        """
    )


def _met(engine: Engine, scene: Scene) -> None:
    """Say how every good row stands to the row of its key that the lake holds, in the table ``met``.

    The same content is ``known``. Of two versions the one that the sender changed later counts; a time after the day
    on which we came to know the other one is later than it, too (``newer``). Where the times decide nothing, what
    came before and was replaced is ``old``, so that an older file sent again takes no correction back, and anything
    else ``corrects``.
    """
    table = scene.table
    engine.execute_native(
        f"CREATE OR REPLACE TABLE {scene.met} "
        "(row BIGINT, kind VARCHAR, changed BIGINT, other BIGINT, other_batch BIGINT)"
    )
    if not scene.stored:
        return
    key = _same(_key_columns(table), "e", "s")
    match, collides = key, ""
    if table.identity == "hash":
        match, collides = f"e.{table.id} = s.{table.id}", f"WHEN NOT ({key}) THEN 'collision'"
    engine.execute_native(
        f"""
        INSERT INTO {scene.met}
        SELECT s.rowid, CASE {collides} WHEN {_same(table.contents, "e", "s")} THEN 'known'
                   WHEN s.{table.version} < e.{table.version} THEN 'old'
                   WHEN s.{table.version} > coalesce(e.{table.version}, b.known_micros) THEN 'newer'
                   ELSE 'corrects' END,
               e.{table.version}, e.{table.id}, e.batch
        FROM {scene.staged} s JOIN {scene.raw} e ON {match} LEFT JOIN {_BATCHES} b ON b.batch = e.batch
        WHERE s.bad = 0
        """
    )
    if scene.corrected:
        _recognise_old(engine, scene)


def _recognise_old(engine: Engine, scene: Scene) -> None:
    """Find the rows that come again as a version which the lake holds and has replaced; a correction keeps its id."""
    engine.execute_native(
        f"""
        UPDATE {scene.met} SET kind = 'old' WHERE row IN (
            SELECT m.row FROM {scene.met} m JOIN {scene.staged} s ON s.rowid = m.row
            JOIN {scene.all_versions} e ON e.{scene.table.id} = m.other
            WHERE m.kind = 'corrects' AND {_same(scene.table.contents, "e", "s")})
        """
    )


def _within(engine: Engine, scene: Scene) -> None:
    """Choose among the rows of one key in this delivery: one leads, the others rest or are refused.

    The version that was changed last leads. Where not every version has a time nobody can say which is meant: the one
    that the lake holds leads, or the first. The same content again is ``known``, an earlier one ``old``, any other
    ``repeated``. What is older than the row of the lake rests already and takes no part.
    """
    table = scene.table
    engine.execute_native(
        f"""
        INSERT INTO {scene.verdicts}
        WITH several AS (
            SELECT natural_key FROM {scene.staged} WHERE bad = 0 GROUP BY natural_key HAVING count(*) > 1
        ),
        version AS (
            SELECT s.rowid AS row, s.natural_key, coalesce(m.kind = 'known', false) AS held,
                   CASE WHEN m.kind = 'known' THEN greatest(s.{table.version}, m.changed)
                        ELSE s.{table.version} END AS changed
            FROM {scene.staged} s JOIN several USING (natural_key) LEFT JOIN {scene.met} m ON m.row = s.rowid
            WHERE s.bad = 0 AND m.kind IS DISTINCT FROM 'old' AND {_unjudged(scene, "s.rowid")}
        ),
        timed AS (
            SELECT *, count(changed) OVER k = count(*) OVER k AS decided FROM version
            WINDOW k AS (PARTITION BY natural_key)
        ),
        led AS (
            SELECT *, first_value(row) OVER k AS leader, first_value(changed) OVER k AS latest FROM timed
            WINDOW k AS (PARTITION BY natural_key ORDER BY CASE WHEN decided THEN changed END DESC NULLS LAST,
                held DESC, changed DESC NULLS LAST, row)
        )
        SELECT l.row, CASE WHEN {_same(table.contents, "s", "f")} THEN 'known' WHEN l.changed < l.latest THEN 'old'
                   ELSE 'repeated' END, NULL, l.leader, NULL
        FROM led l JOIN {scene.staged} s ON s.rowid = l.row JOIN {scene.staged} f ON f.rowid = l.leader
        WHERE l.row <> l.leader
        """
    )


def _against_the_lake(engine: Engine, scene: Scene) -> None:
    """Give every row without a verdict the one that it has from the lake."""
    engine.execute_native(
        f"""
        INSERT INTO {scene.verdicts}
        SELECT row, CASE kind WHEN 'newer' THEN 'corrects' ELSE kind END, NULL, other, other_batch
        FROM {scene.met} m WHERE {_unjudged(scene, "m.row")}
        """
    )


def _unjudged(scene: Scene, row: str) -> str:
    return f"NOT EXISTS (SELECT 1 FROM {scene.verdicts} v WHERE v.row = {row})"


def _publish_ids(engine: Engine, scene: Scene, reachable: dict[str, str]) -> None:
    if scene.table.identity != "hash":
        return
    stored = f"UNION ALL SELECT {scene.table.id} AS id FROM {scene.raw}" if scene.stored else ""
    reachable[scene.table.table] = f"ids_{scene.table.table}"
    engine.execute_native(
        f"CREATE OR REPLACE VIEW ids_{scene.table.table} AS "
        f"SELECT s.{scene.table.id} AS id FROM {scene.staged} s WHERE {scene.good} {stored}"
    )


def _references(engine: Engine, scene: Scene, column: Column, reachable: dict[str, str]) -> int:
    """Refuse the rows whose reference leads nowhere; gives how many there were."""
    assert column.of is not None
    name, ids = column.stored()[0][0], reachable[column.of]
    done = engine.execute_native(
        f"""
        INSERT INTO {scene.verdicts}
        SELECT s.rowid, 'reference', {quote(column.name)}, s.{name}, NULL FROM {scene.staged} s
        WHERE s.bad = 0 AND s.{name} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {ids} t WHERE t.id = s.{name})
          AND NOT EXISTS (SELECT 1 FROM {scene.verdicts} v WHERE v.row = s.rowid AND v.kind <> 'corrects')
        """
    )
    return int(done.column(0)[0].as_py()) if done is not None and done.num_rows else 0
