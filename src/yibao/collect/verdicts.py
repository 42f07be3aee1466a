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

REFUSED = ("repeated", "reference")
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
    if scene.stored:
        _known(engine, scene)
    reachable[scene.table.table] = f"ids_{scene.table.table}"
    _publish_ids(engine, scene)
    for column in scene.table.references():
        assert column.of is not None
        if column.of in reachable:
            _references(engine, scene, column, reachable[column.of])


def _content(table: Table, row: str) -> str:
    names = [f.name for f in table.stored()][1:-3]
    return " || '|' || ".join(f"coalesce(CAST({row}.{n} AS VARCHAR), '')" for n in names)


def _repeated(engine: Engine, scene: Scene) -> None:
    """The first row of a key counts; an identical repeat rests, a different one is refused."""
    engine.execute_native(
        f"""
        INSERT INTO {scene.verdicts}
        WITH keys AS (SELECT natural_key FROM {scene.staged} WHERE bad = 0 GROUP BY natural_key HAVING count(*) > 1),
        rows AS (
            SELECT s.rowid AS row, s.natural_key, {_content(scene.table, "s")} AS content
            FROM {scene.staged} s WHERE s.bad = 0 AND s.natural_key IN (SELECT natural_key FROM keys)
        ),
        firsts AS (
            SELECT natural_key, min(row) AS row, arg_min(content, row) AS content FROM rows GROUP BY natural_key
        )
        SELECT r.row, CASE WHEN r.content = f.content THEN 'known' ELSE 'repeated' END, NULL, f.row, NULL
        FROM rows r JOIN firsts f USING (natural_key) WHERE r.row <> f.row
        """
    )
    if scene.table.identity == "hash":  # two natural ids with one key: both wait for a person
        engine.execute_native(
            f"""
            INSERT INTO {scene.verdicts}
            SELECT s.rowid, 'repeated', NULL, s.{scene.table.id}, NULL FROM {scene.staged} s
            WHERE s.bad = 0 AND s.{scene.table.id} IN (
                SELECT {scene.table.id} FROM {scene.staged} WHERE bad = 0
                GROUP BY {scene.table.id} HAVING count(DISTINCT natural_key) > 1)
            """
        )


def _known(engine: Engine, scene: Scene) -> None:
    """A key that the lake holds: the same content rests, other content is a correction of that row."""
    table = scene.table
    if table.identity == "hash":
        same = f"e.{table.id} = s.{table.id}"
    else:
        same = " AND ".join(f"e.{n} IS NOT DISTINCT FROM s.{n}" for n in _key_columns(table))
    engine.execute_native(
        f"""
        INSERT INTO {scene.verdicts}
        SELECT s.rowid, CASE WHEN {_content(table, "e")} = {_content(table, "s")} THEN 'known' ELSE 'corrects' END,
               NULL, e.{table.id}, e.batch
        FROM {scene.staged} s JOIN {scene.raw} e ON {same}
        WHERE s.bad = 0 AND NOT EXISTS (SELECT 1 FROM {scene.verdicts} v WHERE v.row = s.rowid)
        """
    )


def _key_columns(table: Table) -> list[str]:
    return [table.column(name).stored()[0][0] for name in table.key]


def _publish_ids(engine: Engine, scene: Scene) -> None:
    if scene.table.identity != "hash":
        return
    stored = f"UNION ALL SELECT {scene.table.id} AS id FROM {scene.raw}" if scene.stored else ""
    engine.execute_native(
        f"CREATE OR REPLACE VIEW ids_{scene.table.table} AS "
        f"SELECT s.{scene.table.id} AS id FROM {scene.staged} s WHERE {scene.good} {stored}"
    )


def unresolved(engine: Engine, staged: str, column: Column, ids: str) -> int:
    """Count the good rows whose reference leads nowhere yet."""
    name = column.stored()[0][0]
    found = engine.execute_native(
        f"SELECT count(*) AS n FROM {staged} s WHERE s.bad = 0 AND s.{name} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {ids} t WHERE t.id = s.{name})"
    )
    assert found is not None
    return int(found.column("n")[0].as_py())


def _references(engine: Engine, scene: Scene, column: Column, ids: str) -> None:
    name = column.stored()[0][0]
    engine.execute_native(
        f"""
        INSERT INTO {scene.verdicts}
        SELECT s.rowid, 'reference', {quote(column.name)}, s.{name}, NULL FROM {scene.staged} s
        WHERE s.bad = 0 AND s.{name} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {ids} t WHERE t.id = s.{name})
          AND NOT EXISTS (SELECT 1 FROM {scene.verdicts} v WHERE v.row = s.rowid AND v.kind <> 'corrects')
        """
    )
