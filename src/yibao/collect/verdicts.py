"""Verdicts between rows: repeated keys, rows already known, corrections, and references that lead nowhere.

Only the exceptional rows are listed, in one small table per contract table; every other row that passed its own
checks is accepted. The order is that of the contract, so that a bill is judged after the person it speaks of and a
line after its bill: what depends on a refused row is refused with it, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yibao.claims import Column, Table, bind_raw
from yibao.collect.columns import quote
from yibao.engine import Engine

REFUSED = ("repeated", "collision", "reference")
"""Kinds of verdict that send a row to quarantine; «known» rows are already in the lake and simply rest."""


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
    def good(self) -> str:
        """Give the condition of an accepted row ``s`` of the staging table."""
        return (
            f"s.bad = 0 AND NOT EXISTS (SELECT 1 FROM {self.verdicts} v "
            f"WHERE v.row = s.rowid AND v.kind <> 'corrects')"
        )


def judge(engine: Engine, scene: Scene, reachable: dict[str, str]) -> None:
    """List the exceptional rows of one table.

    ``reachable`` maps each table judged before to a relation of the ids that a reference may point at; the table
    itself is added to it.
    """
    bind_raw(engine, scene.table, scene.stored, corrected=scene.corrected)
    engine.execute_native(
        f"CREATE OR REPLACE TABLE {scene.verdicts} "
        "(row BIGINT, kind VARCHAR, column_name VARCHAR, other BIGINT, other_batch BIGINT)"
    )
    _repeated(engine, scene)
    if scene.table.identity == "hash":
        _collisions(engine, scene)
    if scene.stored:
        _known(engine, scene)
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


def _contents(table: Table) -> list[str]:
    return [f.name for f in table.stored()][1:-3]


def _key_columns(table: Table) -> list[str]:
    return [table.column(name).stored()[0][0] for name in table.key]


def _repeated(engine: Engine, scene: Scene) -> None:
    """The first row of a key counts; an identical repeat rests, a different one is refused."""
    engine.execute_native(
        f"""
        INSERT INTO {scene.verdicts}
        WITH keys AS (
            SELECT natural_key, min(rowid) AS first FROM {scene.staged} WHERE bad = 0
            GROUP BY natural_key HAVING count(*) > 1
        )
        SELECT s.rowid, CASE WHEN {_same(_contents(scene.table), "s", "f")} THEN 'known' ELSE 'repeated' END,
               NULL, k.first, NULL
        FROM {scene.staged} s JOIN keys k USING (natural_key) JOIN {scene.staged} f ON f.rowid = k.first
        WHERE s.bad = 0 AND s.rowid <> k.first
        """
    )


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


def _known(engine: Engine, scene: Scene) -> None:
    """A key that the lake holds: the same content rests, other content is a correction of that row."""
    table = scene.table
    key = _same(_key_columns(table), "e", "s")
    match, kind = key, "'corrects'"
    if table.identity == "hash":
        match, kind = f"e.{table.id} = s.{table.id}", f"CASE WHEN {key} THEN 'corrects' ELSE 'collision' END"
    engine.execute_native(
        f"""
        INSERT INTO {scene.verdicts}
        SELECT s.rowid, CASE WHEN {_same(_contents(table), "e", "s")} THEN 'known' ELSE {kind} END,
               NULL, e.{table.id}, e.batch
        FROM {scene.staged} s JOIN {scene.raw} e ON {match}
        WHERE s.bad = 0 AND NOT EXISTS (SELECT 1 FROM {scene.verdicts} v WHERE v.row = s.rowid)
        """
    )


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
