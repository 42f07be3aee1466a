"""Judging: table by table in the order of the contract, against the other rows and against what the lake holds."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from yibao.claims import Table, bind_raw, table, tables
from yibao.collect import layers, verdicts
from yibao.collect.lake import known_files, superseded
from yibao.collect.run import Run
from yibao.collect.sources import FileMap
from yibao.collect.staging import Staged, create, stage


def judge_all(run: Run) -> None:
    """Judge everything staged; every table's scene is in ``run.scenes`` afterwards."""
    run.stored = dict(known_files(run.lake))
    replaced = superseded(run.lake)
    run.corrected = frozenset(replaced.column("table_name").to_pylist())
    if run.corrected:
        run.engine.bind("superseded", arrow=replaced)
    run.engine.bind("no_ids", files=[], schema=pa.schema([("id", pa.int64())]))
    verdicts.bind_batches(run.engine, {b.number: b.known_at for b in run.lake.batches()})
    reachable: dict[str, str] = {}
    for at, target in enumerate(tables().values()):
        run.progress(f"核对 {target.text.zh}", at, len(tables()))
        if target.table in run.staged:
            _ride_along(run, target, reachable)
            _judge(run, target, reachable)
        elif target.identity == "hash":
            reachable[target.table] = _stored_ids(run, target)


def _stored_ids(run: Run, target: Table) -> str:
    """Bind the ids that the lake holds of a table of which nothing came, and give the relation's name."""
    if not run.stored[target.table]:
        return "no_ids"
    bind_raw(run.engine, target, run.stored[target.table], corrected=target.table in run.corrected)
    run.engine.view(f"ids_{target.table}", f"SELECT {target.id} AS id FROM raw_{target.table}")
    return f"ids_{target.table}"


def _judge(run: Run, target: Table, reachable: dict[str, str]) -> None:
    name = target.table
    scene = verdicts.Scene(target, f"staged_{name}", run.stored[name], name in run.corrected)
    verdicts.judge(run.engine, scene, reachable)
    run.scenes[name] = scene


def _ride_along(run: Run, target: Table, reachable: dict[str, str]) -> None:
    """Take persons, institutions, items … out of the bills themselves, where nobody sent them as rows."""
    for column in target.references():
        assert column.of is not None
        carriers = [s for s in run.staged[target.table] if column.of in s.file_map.embedded]
        if not carriers or column.of == target.table:
            continue
        if verdicts.unresolved(run.engine, f"staged_{target.table}", column, reachable[column.of]):
            _embed(run, table(column.of), carriers, reachable)


def _rider_map(carrier: Staged, target: Table) -> FileMap:
    """Give the map of the rows that ride along: the sender's own headers hold for columns of the same name."""
    given = carrier.file_map.columns
    columns = {c.name: given[c.name] for c in target.columns if c.name in given}
    return FileMap(match=carrier.file_map.match, table=target.table, columns=columns)


def _embed(run: Run, target: Table, carriers: Sequence[Staged], reachable: dict[str, str]) -> None:
    """Add the riders and judge their table again; the time at which a bill was changed is not theirs."""
    name, riders = f"staged_{target.table}", f"riders_{target.table}"
    if target.table not in run.staged:
        create(run.engine, target, name)
        run.staged[target.table] = []
    for carrier in carriers:
        create(run.engine, target, riders)
        file_map = _rider_map(carrier, target)
        if not layers.origins(target, carrier.raw, file_map):
            continue
        rode = stage(run.engine, target, carrier.raw, file_map, carrier.file_number, riders, tolerant=True)
        run.engine.execute_native(
            f"INSERT INTO {name} SELECT s.* REPLACE ({rode.source_row} AS record, NULL AS {target.version}) FROM {riders} s "
            f"WHERE s.rowid IN (SELECT min(rowid) FROM {riders} WHERE bad = 0 GROUP BY {target.id}) "
            f"AND NOT EXISTS (SELECT 1 FROM {reachable[target.table]} t WHERE t.id = s.{target.id}) "
            f"AND NOT EXISTS (SELECT 1 FROM {name} o WHERE o.bad = 0 AND o.{target.id} = s.{target.id}) ORDER BY s.rowid"
        )
    _judge(run, target, reachable)
