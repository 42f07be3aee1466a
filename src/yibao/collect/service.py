"""The verb of this room: collect files into the lake, all of what is good and nothing of what is not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yibao.claims import SUPERSEDED, Table, bind_raw, table, tables
from yibao.collect import quarantine, store, verdicts
from yibao.collect.incoming import Incoming, expand
from yibao.collect.raw_rows import open_rows, rejected_lines
from yibao.collect.sources import FileMap, Source
from yibao.collect.staging import Staged, create, stage
from yibao.engine import Engine, open_engine
from yibao.kernel import Event, EventKind, Refused, Text
from yibao.store import Home, Lake, Register

Progress = Callable[[str, int, int], None]
"""Told as work goes on: what is being done, how many steps are done, how many there are."""

MEMORY_MIB = 2048
LOCK = "collect"


@dataclass(slots=True)
class Outcome:
    """What one collection did, as the command line and the register tell it."""

    batch: int | None
    source: str
    tables: dict[str, dict[str, int]] = field(default_factory=dict)
    files: list[dict[str, object]] = field(default_factory=list)
    quarantined_fen: int = 0
    problems: list[Refused] = field(default_factory=list)
    """Files that were left out whole, each with its reason; the other files went through."""

    @property
    def quarantined(self) -> int:
        """Count the quarantined rows of all tables."""
        return sum(t["quarantined"] for t in self.tables.values())


@dataclass(slots=True)
class _Run:
    """What one collection holds in its hands while it works."""

    engine: Engine
    home: Home
    lake: Lake
    source: Source
    scratch: Path
    progress: Progress
    outcome: Outcome
    staged: dict[str, list[Staged]] = field(default_factory=dict)
    stored: dict[str, list[Path]] = field(default_factory=dict)
    scenes: dict[str, verdicts.Scene] = field(default_factory=dict)
    corrected: frozenset[str] = frozenset()


def collect(
    home: Home,
    register: Register,
    paths: Iterable[Path],
    source: Source,
    *,
    actor: str,
    progress: Progress = lambda what, done, of: None,
    on_wait: Callable[[], None] | None = None,
) -> Outcome:
    """Collect files, folders and archives of one source into the lake, as one batch.

    The batch becomes visible whole, by one commit, or not at all. Rows that the lake already holds rest; rows sent
    again with other content correct the older ones, which stay stored. Collectors take turns: ``on_wait`` is told
    when another one is at work. Nothing new means no batch. Raises `Refused` where nothing at all can be collected.
    """
    lake = Lake(home, register)
    with register.exclusive(LOCK, on_wait=on_wait), _scratch(home) as scratch:
        lake.sweep()
        outcome = Outcome(batch=None, source=source.source)
        incoming = expand(paths, scratch, outcome.problems)
        with open_engine(
            "duckdb",
            memory_mib=MEMORY_MIB,
            spill=scratch,
            database=scratch / "staging.duckdb",
            keep_order=True,
        ) as engine:
            run = _Run(engine, home, lake, source, scratch, progress, outcome)
            _stage_all(run, incoming)
            if not run.staged:
                _nothing_to_collect(run, incoming)
            _judge_all(run)
            _publish(run, register, actor)
    return outcome


class _scratch:
    """A scratch directory of this collection, gone when it ends."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def __enter__(self) -> Path:
        self._path = Path(tempfile.mkdtemp(prefix="collect-", dir=self._home.work))
        return self._path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._path, ignore_errors=True)


def _nothing_to_collect(run: _Run, incoming: Sequence[Incoming]) -> None:
    if run.outcome.problems:
        raise run.outcome.problems[0]
    raise Refused(
        "collect.nothing",
        zh="没有可收集的文件：文件名与数据来源的对应关系都不相符",
        en="nothing to collect: no file name fits the mapping of the source",
        wanted=", ".join(pattern for m in run.source.files for pattern in m.match),
        came=", ".join(i.shown for i in incoming)[:500] or "—",
        todo=Text(
            zh="改文件名，或用 --source 指定对应关系", en="rename the files, or name a mapping with --source"
        ),
    )


# — staging: every file, every table it fills —


def _stage_all(run: _Run, incoming: Sequence[Incoming]) -> None:
    for number, file in enumerate(incoming):
        run.progress(f"读取 {file.shown}", number, len(incoming))
        maps = [] if run.source.ignores(file.shown) else run.source.maps(file.shown)
        if not maps and not run.source.ignores(file.shown):
            run.outcome.problems.append(_unknown_file(run.source, file))
        for at, file_map in enumerate(maps):
            try:
                _stage_one(run, file, file_map, number * 100 + at)
            except Refused as refused:
                if refused.code.startswith("engine."):
                    raise
                run.outcome.problems.append(refused)
    run.progress("读取完成", len(incoming), len(incoming))


def _stage_one(run: _Run, file: Incoming, file_map: FileMap, number: int) -> None:
    target = table(file_map.table)
    name = f"staged_{target.table}"
    if target.table not in run.staged:
        create(run.engine, target, name)
    raw = open_rows(file, file_map, run.scratch, number)
    staged = stage(run.engine, target, raw, file_map, number, name)
    run.staged.setdefault(target.table, []).append(staged)
    run.outcome.files.append(
        {
            "file": file.shown, "path": str(file.path.resolve()), "table": target.table, "sha256": file.sha256,
            "bytes": file.bytes, "encoding": raw.encoding, "rows": staged.rows, "number": number,
            "unused_columns": list(staged.unused),
        }
    )  # fmt: skip


def _unknown_file(source: Source, file: Incoming) -> Refused:
    return Refused(
        "collect.unknown_file",
        zh="不知道这个文件是哪张表，未收",
        en="no table is known for this file; it was left out",
        where=file.shown,
        wanted=", ".join(m.match[0] for m in source.files),
    )


# — judging: what stands between the rows, and against what the lake holds —


def _judge_all(run: _Run) -> None:
    run.stored = {name: [f.path for f in run.lake.files(name)] for name in tables()}
    replaced = superseded(run.lake)
    run.corrected = frozenset(replaced.column("table_name").to_pylist())
    if run.corrected:
        run.engine.bind("superseded", arrow=replaced)
    reachable: dict[str, str] = {}
    for at, target in enumerate(tables().values()):
        run.progress(f"核对 {target.text.zh}", at, len(tables()))
        if target.table in run.staged:
            _ride_along(run, target, reachable)
            _judge(run, target, reachable)
        elif run.stored[target.table] and target.identity == "hash":
            bind_raw(run.engine, target, run.stored[target.table], corrected=target.table in run.corrected)
            run.engine.view(f"ids_{target.table}", f"SELECT {target.id} AS id FROM raw_{target.table}")
            reachable[target.table] = f"ids_{target.table}"
        else:
            reachable[target.table] = _no_ids(run)


def _no_ids(run: _Run) -> str:
    run.engine.bind("no_ids", files=[], schema=pa.schema([("id", pa.int64())]))
    return "no_ids"


def _judge(run: _Run, target: Table, reachable: dict[str, str]) -> None:
    scene = verdicts.Scene(
        target, f"staged_{target.table}", run.stored[target.table], target.table in run.corrected
    )
    verdicts.judge(run.engine, scene, reachable)
    run.scenes[target.table] = scene


def _ride_along(run: _Run, target: Table, reachable: dict[str, str]) -> None:
    """Take persons, institutions, items … out of the bills themselves, where nobody sent them as rows."""
    for column in target.references():
        assert column.of is not None
        carriers = [s for s in run.staged[target.table] if column.of in s.file_map.embedded]
        if not carriers or column.of == target.table:
            continue
        if not verdicts.unresolved(run.engine, f"staged_{target.table}", column, reachable[column.of]):
            continue
        _embed(run, table(column.of), carriers, reachable)


def _embed(run: _Run, target: Table, carriers: Sequence[Staged], reachable: dict[str, str]) -> None:
    name, riders = f"staged_{target.table}", f"riders_{target.table}"
    if target.table not in run.staged:
        create(run.engine, target, name)
    create(run.engine, target, riders)
    for carrier in carriers:
        file_map = FileMap(match=carrier.file_map.match, table=target.table)
        stage(run.engine, target, carrier.raw, file_map, carrier.file_number, riders, tolerant=True)
    known = f"SELECT id FROM {reachable[target.table]}"
    run.engine.execute_native(
        f"INSERT INTO {name} SELECT * EXCLUDE (place) FROM ("
        f"SELECT r.*, row_number() OVER (PARTITION BY r.{target.id} ORDER BY r.rowid) AS place FROM {riders} r "
        f"WHERE r.bad = 0 AND r.{target.id} NOT IN ({known})) WHERE place = 1"
    )
    run.staged.setdefault(target.table, [])
    _judge(run, target, reachable)


# — publishing: accepted rows, quarantine and corrections become visible by one commit —


def _publish(run: _Run, register: Register, actor: str) -> None:
    with run.lake.batch(kind="collect", source=run.source.source) as batch:
        entries: list[pa.Table] = []
        for name, scene in run.scenes.items():
            run.progress(f"写入 {scene.table.text.zh}", len(entries), len(run.scenes))
            counts, found, fen = _write_table(run, scene, batch.number, batch.stage(name))
            run.outcome.tables[name] = counts
            run.outcome.quarantined_fen += fen
            entries.append(found)
        fresh = any(t["accepted"] for t in run.outcome.tables.values())
        if not fresh and not any(e.num_rows for e in entries):
            return
        _write_arrow(_numbered(pa.concat_tables(entries), batch.number), batch.stage("quarantine"))
        _write_arrow(_corrections(run, batch.number), batch.stage("superseded"))
        with register.unit_of_work(actor=actor) as unit:
            batch.publish(unit)
            store.remember(unit.connection, _collected(run, batch.number), actor)
            body = {"source": run.source.source, "tables": run.outcome.tables}
            unit.emit(Event(EventKind.BATCH_PUBLISHED, f"batch:{batch.number}", body))
        run.outcome.batch = batch.number
    run.progress("已入湖", 1, 1)


def _collected(run: _Run, batch: int) -> store.Collected:
    return store.Collected(
        batch, run.source.source, list(run.outcome.files), run.outcome.tables, run.outcome.quarantined_fen
    )


def _write_table(
    run: _Run, scene: verdicts.Scene, batch: int, path: Path
) -> tuple[dict[str, int], pa.Table, int]:
    tallies, entries = [], []
    for staged in run.staged[scene.table.table]:
        found, tally = quarantine.entries(run.engine, staged, scene.verdicts, batch)
        entries.append(found)
        tallies.append(tally)
    accepted = _copy(run, scene, batch, path)
    kinds = _count_kinds(run.engine, scene)
    counts = {
        "accepted": accepted,
        "quarantined": sum(t.quarantined for t in tallies),
        "corrected": kinds.get("corrects", 0),
        "known": kinds.get("known", 0),
        "noted": sum(t.noted for t in tallies),
    }
    merged = pa.concat_tables([quarantine.SCHEMA.empty_table(), *entries])
    return counts, merged, sum(t.amount_fen for t in tallies)


def _count_kinds(engine: Engine, scene: verdicts.Scene) -> dict[str, int]:
    found = engine.execute_native(
        f"SELECT kind, count(DISTINCT row) AS n FROM {scene.verdicts} GROUP BY kind"
    )
    return {r["kind"]: r["n"] for r in (found.to_pylist() if found else [])}


def _copy(run: _Run, scene: verdicts.Scene, batch: int, path: Path) -> int:
    """Write the accepted rows of one table; returns their number, and leaves no file where there are none."""
    target = scene.table
    names = [f.name for f in target.stored()][1:-3]
    fresh = f"s.{target.id}" if target.identity == "hash" else f"{batch * 2**32} + s.rowid + 1"
    kept = f"coalesce(v.other, {fresh}) AS {target.id}"
    places = {s.file_number: _place(run, s) for s in run.staged[target.table]}
    row = " ".join(f"WHEN {number} THEN {sql}" for number, sql in places.items())
    source_row = f"CASE s.file_number {row} ELSE 0 END" if row else "0"
    select = (
        f"SELECT {kept}, {', '.join(f's.{n}' for n in names)}, CAST({batch} AS BIGINT) AS batch, "
        f"s.file_number AS source_file, CAST({source_row} AS BIGINT) AS source_row "
        f"FROM {scene.staged} s LEFT JOIN {scene.verdicts} v ON v.row = s.rowid AND v.kind = 'corrects' "
        f"WHERE {scene.good}"
    )
    written = run.engine.execute_native(
        f"COPY ({select}) TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT parquet, COMPRESSION zstd)"
    )
    assert written is not None
    count = int(written.column(0)[0].as_py())
    if count == 0:
        path.unlink(missing_ok=True)
    return count


def _place(run: _Run, staged: Staged) -> str:
    return quarantine.source_row(staged, rejected_lines(run.engine, staged.raw))


def _corrections(run: _Run, batch: int) -> pa.Table:
    parts = [SUPERSEDED.empty_table()]
    for name, scene in run.scenes.items():
        found = run.engine.execute_native(
            f"SELECT '{name}' AS table_name, v.other AS id, v.other_batch AS batch, "
            f"CAST({batch} AS BIGINT) AS by_batch FROM {scene.verdicts} v "
            f"JOIN {scene.staged} s ON s.rowid = v.row WHERE v.kind = 'corrects' AND {scene.good}"
        )
        if found is not None and found.num_rows:
            parts.append(found.cast(SUPERSEDED))
    return pa.concat_tables(parts)


def _numbered(entries: pa.Table, batch: int) -> pa.Table:
    numbers = pa.array(range(batch * 2**32 + 1, batch * 2**32 + 1 + entries.num_rows), pa.int64())
    return entries.set_column(0, "quarantine_id", numbers)


def _write_arrow(rows: pa.Table, path: Path) -> None:
    if rows.num_rows:
        pq.write_table(rows, path, compression="zstd")


def superseded(lake: Lake, as_known: object = None) -> pa.Table:
    """Give the rows that were corrected, as known on the asked day (schema `claims.SUPERSEDED`)."""
    files = lake.files("superseded", as_known=as_known)  # type: ignore[arg-type]
    return pa.concat_tables(
        [SUPERSEDED.empty_table(), *(pq.read_table(f.path, schema=SUPERSEDED) for f in files)]
    )


def known_files(lake: Lake, as_known: object = None) -> Mapping[str, list[Path]]:
    """Give the stored files of every contract table, as known on the asked day."""
    return {name: [f.path for f in lake.files(name, as_known=as_known)] for name in tables()}  # type: ignore[arg-type]
