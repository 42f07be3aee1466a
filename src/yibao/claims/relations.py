"""The relations that rules read, bound over stored files on any engine.

Stored rows are facts and never change; a row that was sent again with other content is stored once more and the
older one is listed in ``superseded``. ``raw_<table>`` is what stands as known on the asked day; the relations in
``views/`` are what rules speak about (a bill line net of returns, a stay with its standing bill, …).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from yibao.claims.contract import Table, knowledge_tables, tables
from yibao.engine import Engine, open_engine
from yibao.kernel import read_yaml

SUPERSEDED = pa.schema(
    [("table_name", pa.string()), ("id", pa.int64()), ("batch", pa.int64()), ("by_batch", pa.int64())]
)
"""The stored form of a correction: row ``id`` of ``batch`` was replaced by the one that ``by_batch`` brought."""

Stored: TypeAlias = "Sequence[Path] | pa.Table"
"""What is stored of one table: its Parquet files, or its rows at hand in the stored schema."""

_WORD = re.compile(r"\w+")

VIEWS = "views"
"""The folder of the relations: ``<name>.sql`` defines one, ``looked_up_by.yaml`` says by which keys rules look rows up.
``steps/<name>.sql`` are intermediate results that several relations share; rules do not read them."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation offered to rules: its name, the SELECT that defines it, and the tables it is made of."""

    name: str
    select: str
    made_of: tuple[str, ...]
    of: str
    """The table whose rows these are; of the others, things are only looked up."""
    steps: tuple[str, ...] = ()
    """The intermediate results that it looks things up in, each after those that it needs itself."""

    @property
    def definition(self) -> str:
        """Give all that decides what its rows are: its SELECT, and those of its steps."""
        return "\n".join([self.select, *(steps()[name] for name in self.steps)])


@cache
def relations() -> dict[str, Relation]:
    """Give every relation that rules may read, the knowledge tables included."""
    folder = resources.files("yibao.claims") / VIEWS
    found = {}
    for name in sorted(f.name.removesuffix(".sql") for f in folder.iterdir() if f.name.endswith(".sql")):
        select = (folder / f"{name}.sql").read_text(encoding="utf-8")
        over = _steps_of(select)
        texts = " ".join([select, *(steps()[step] for step in over), ""]).replace("\n", " ")
        made_of = tuple(t for t in tables() if f"raw_{t} " in texts)
        found[name] = Relation(name, select, made_of, _rows_of(select), over)
    for table in knowledge_tables().values():
        columns = ", ".join([table.id, *table.contents, "batch"])
        select = f"SELECT {columns} FROM raw_{table.table}"
        found[table.table] = Relation(table.table, select, (table.table,), table.table)
    return found


@cache
def steps() -> dict[str, str]:
    """Give the SELECTs of the intermediate results, by name."""
    folder = resources.files("yibao.claims") / VIEWS / "steps"
    return {
        f.name.removesuffix(".sql"): f.read_text(encoding="utf-8")
        for f in sorted(folder.iterdir(), key=lambda f: f.name)
        if f.name.endswith(".sql")
    }


def _steps_of(select: str) -> tuple[str, ...]:
    mine = [name for name in steps() if name in _WORD.findall(select)]
    return tuple(dict.fromkeys(step for name in mine for step in (*_steps_of(steps()[name]), name)))


def _rows_of(select: str) -> str:
    """Name the table whose ``batch`` a relation passes on: every view ends ``…, x.batch FROM raw_<table> AS x``."""
    found = re.search(r"\b(\w+)\.batch\s+FROM raw_(\w+) AS \1\b", select)
    assert found is not None, select
    return found.group(2)


@cache
def indexes() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Give the keys by which rules look rows up, by relation, for engines that want to be told."""
    where = "looked_up_by.yaml"
    raw = read_yaml((resources.files("yibao.claims") / VIEWS / where).read_bytes(), where)
    assert isinstance(raw, dict)
    return {name: tuple(tuple(key) for key in keys) for name, keys in raw.items()}


def needed(names: Iterable[str]) -> list[Relation]:
    """Give the relations of these names, in the contract's order."""
    wanted = set(names)
    return [r for r in relations().values() if r.name in wanted]


def bind(
    engine: Engine,
    stored: Mapping[str, Stored],
    names: Iterable[str],
    *,
    superseded: pa.Table | None = None,
    materialise: bool = False,
    columns: Mapping[str, Collection[str]] | None = None,
) -> None:
    """Bind the relations ``names`` on an engine over what is ``stored`` of each table (files, or rows at hand).

    `bind_rows` and `bind_relations` in one.
    """
    wanted = [*names]
    bind_rows(engine, stored, wanted, superseded=superseded)
    bind_relations(engine, wanted, materialise=materialise, columns=columns)


def bind_rows(
    engine: Engine,
    stored: Mapping[str, Stored],
    names: Iterable[str],
    *,
    superseded: pa.Table | None = None,
    only: str | None = None,
) -> None:
    """Bind the rows that the relations ``names`` are made of.

    ``superseded`` lists the replaced rows as known on the asked day (schema `SUPERSEDED`); absent or empty means
    that nothing was ever corrected, and the anti-join is spared. ``only`` names a bound relation of encounters (column
    ``id``): of tables whose rows belong to an encounter only the rows of these are read, once. What a relation nets or
    counts of other rows, it finds within the same encounter.
    """
    wanted = needed(names)
    corrected: set[str] = set()
    if superseded is not None and superseded.num_rows:
        corrected = set(superseded.column("table_name").to_pylist())
        engine.bind("superseded", arrow=superseded)
    words = {word for relation in wanted for word in _WORD.findall(relation.definition)}
    for table in tables().values():
        if any(table.table in r.made_of for r in wanted):
            of_encounters = only if "encounter_id" in table.stored().names else None
            bind_raw(
                engine, table, stored.get(table.table, ()), corrected=table.table in corrected,
                only=of_encounters, columns=[name for name in table.stored().names if name in words],
            )  # fmt: skip


def bind_relations(
    engine: Engine,
    names: Iterable[str],
    *,
    materialise: bool = False,
    columns: Mapping[str, Collection[str]] | None = None,
    where: Mapping[str, str] | None = None,
    prefix: str = "",
    over_steps: bool = False,
) -> None:
    """Bind the relations ``names`` over the rows that are bound.

    ``materialise`` computes each relation once and keeps it, which pays where many rules read it; ``columns`` names those
    that will be read (all where it does not). ``where`` gives conditions on the rows ``r`` of relations, ``prefix`` is put
    before the name of each. ``over_steps``: the intermediate results are bound already (`bind_steps`) and stay as they are.
    """
    wanted = [*names]
    if not over_steps:
        bind_steps(engine, wanted, materialise=materialise)
    for relation in needed(wanted):
        kept = (columns or {}).get(relation.name)
        select = _only(relation, kept, (where or {}).get(relation.name))
        if materialise:
            keys = [k for k in indexes().get(relation.name, ()) if kept is None or set(k) <= set(kept)]
            engine.materialise(prefix + relation.name, select, indexes=keys)
        else:
            engine.view(prefix + relation.name, select)


def bind_steps(engine: Engine, names: Iterable[str], *, materialise: bool = False) -> None:
    """Bind the intermediate results that the relations ``names`` share, over the rows that are bound."""
    for step in dict.fromkeys(step for relation in needed(names) for step in relation.steps):
        if materialise:
            engine.materialise(step, steps()[step], indexes=indexes().get(step, ()))
        else:
            engine.view(step, steps()[step])


def _only(relation: Relation, columns: Collection[str] | None, where: str | None) -> str:
    if columns is None and where is None:
        return relation.select
    wanted = [name for name in relation_schemas()[relation.name] if columns is None or name in columns]
    select = f"SELECT {', '.join(f'r.{name}' for name in wanted)} FROM ({relation.select}) AS r"
    return f"{select} WHERE {where}" if where else select


def bind_raw(
    engine: Engine,
    table: Table,
    stored: Stored,
    *,
    corrected: bool,
    only: str | None = None,
    columns: Collection[str] = (),
) -> None:
    """Bind ``raw_<table>``: the stored rows of a table that stand.

    With ``only`` (a relation of encounters) these are the rows of the encounters, in these ``columns``, kept at hand.
    """
    everything, raw = f"stored_{table.table}", f"raw_{table.table}"
    conditions = []
    if corrected:
        conditions.append(
            f"NOT EXISTS (SELECT 1 FROM superseded AS x WHERE x.table_name = '{table.table}' "
            f"AND x.id = t.{table.id} AND x.batch = t.batch)"
        )
    if only is not None:
        conditions.append(f"EXISTS (SELECT 1 FROM {only} AS o WHERE o.id = t.encounter_id)")
    _bind_stored(engine, everything if conditions else raw, table, stored)
    if conditions:
        names = ", ".join(f"t.{name}" for name in (columns if only else table.stored().names))
        select = f"SELECT {names} FROM {everything} AS t WHERE {' AND '.join(conditions)}"
        (engine.materialise if only else engine.view)(raw, select)


def _bind_stored(engine: Engine, name: str, table: Table, stored: Stored) -> None:
    if isinstance(stored, pa.Table):
        engine.bind(name, arrow=stored)
    else:
        engine.bind(name, files=list(stored), schema=table.stored())


@cache
def relation_schemas() -> dict[str, dict[str, str]]:
    """Give the columns of every relation (name → BIGINT or VARCHAR), for the lint of rules.

    The types are asked of the engine over empty tables, so that they can never differ from what runs.
    """
    with open_engine("duckdb", memory_mib=256, threads=1) as engine:
        bind(engine, {}, relations())
        return {
            name: {
                field.name: "BIGINT" if pa.types.is_int64(field.type) else "VARCHAR"
                for field in engine.run(f"SELECT * FROM {name}").schema
            }
            for name in relations()
        }
