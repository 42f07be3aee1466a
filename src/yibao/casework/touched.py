"""Touched keys: of whom anything new became known since a batch, so that only they are judged again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from yibao.audit import TOUCHED, Rule, base_relations
from yibao.claims import bind_raw, relations, table
from yibao.engine import Engine
from yibao.store import Lake

_CARRIERS = {
    "person_id": ("person", "encounter", "settlement", "line"),
    "institution_id": ("institution", "encounter", "settlement", "line", "stock_movement"),
}
"""The tables whose rows belong to a key."""

_REFERENCE = ("institution", "item", "price_limit")
"""Tables that many keys share: when they change, the rules that read them judge everything again."""

_KEYS = pa.schema([("id", pa.int64())])


@dataclass(frozen=True, slots=True)
class Touched:
    """The touched keys, by key column, and the shared tables that changed."""

    ids: Mapping[str, frozenset[int]]
    changed: frozenset[str]

    def changes(self, rule: Rule) -> bool:
        """Say whether a table that this rule shares among all keys has changed."""
        made_of = {t for name in base_relations(rule) for t in relations()[name].made_of}
        return bool(made_of & self.changed)


def bind_touched(
    engine: Engine,
    lake: Lake,
    files: Mapping[str, Sequence[Path]],
    replaced: pa.Table,
    since: int,
    known_no: int | datetime,
) -> Touched:
    """Find the keys touched after batch ``since`` and bind them where rules look for them."""
    fresh = {name: [f.path for f in lake.files(name, as_known=known_no, since=since)] for name in files}
    shared = [n for n in fresh if fresh[n] and (n in _REFERENCE or table(n).kind is not None)]
    new_batches = {f.batch for name in files for f in lake.files(name, as_known=known_no, since=since)}
    ids = {}
    for key, carriers in _CARRIERS.items():
        parts = []
        for carrier in carriers:
            parts += _keys_of_new(engine, carrier, fresh[carrier], key)
            parts += _keys_of_replaced(engine, carrier, files[carrier], replaced, new_batches, key)
        rows = pa.concat_tables([_KEYS.empty_table(), *parts]).group_by("id").aggregate([])
        engine.bind(TOUCHED[key], arrow=rows)
        ids[key] = frozenset(rows.column("id").to_pylist())
    return Touched(ids, frozenset(shared))


def _keys_of_new(engine: Engine, carrier: str, fresh: Sequence[Path], key: str) -> list[pa.Table]:
    if not fresh:
        return []
    engine.bind("fresh_rows", files=list(fresh), schema=table(carrier).stored())
    return [engine.run(f"SELECT DISTINCT r.{key} AS id FROM fresh_rows AS r WHERE r.{key} IS NOT NULL")]


def _keys_of_replaced(
    engine: Engine, carrier: str, files: Sequence[Path], replaced: pa.Table, new_batches: set[int], key: str
) -> list[pa.Table]:
    """A corrected row also touches the key that its older form belonged to."""
    mine = [r for r in replaced.to_pylist() if r["table_name"] == carrier and r["by_batch"] in new_batches]
    if not mine:
        return []
    target = table(carrier)
    bind_raw(engine, target, files, corrected=False)
    engine.bind(
        "old_rows", arrow=pa.table({n: pa.array([r[n] for r in mine], pa.int64()) for n in ("id", "batch")})
    )
    found = engine.run(
        f"SELECT DISTINCT r.{key} AS id FROM raw_{carrier} AS r "
        f"JOIN old_rows AS o ON o.id = r.{target.id} AND o.batch = r.batch WHERE r.{key} IS NOT NULL"
    )
    return [found]
