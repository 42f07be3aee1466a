"""Publishing: accepted rows, quarantine and corrections become visible by one commit, or nothing does."""

from __future__ import annotations

from pathlib import Path

from yibao.claims import SUPERSEDED
from yibao.collect import quarantine, store
from yibao.collect.columns import listed, quote
from yibao.collect.run import Run
from yibao.collect.verdicts import RESTS, Scene
from yibao.kernel import Event, EventKind, Json
from yibao.store import Batch, Register


def publish(run: Run, register: Register, actor: str) -> None:
    """Publish what is new of a judged collection as one batch; nothing new means no batch."""
    quarantine.prepare(run.engine)
    for name, scene in run.scenes.items():
        run.progress(f"隔离 {scene.table.text.zh}", len(run.outcome.tables), len(run.scenes))
        run.outcome.tables[name] = _account(run, scene)
    accepted = sum(t["accepted"] for t in run.outcome.tables.values())
    stored = [file.path for file in run.lake.files("quarantine")]
    entries = quarantine.forget_known(run.engine, stored, run.stored, run.scenes.values())
    if not accepted and not entries:
        return
    with run.lake.batch(kind="collect", source=run.source.source) as batch:
        _write(run, batch)
        with register.unit_of_work(actor=actor) as unit:
            batch.publish(unit)
            store.remember(unit.connection, _collected(run, batch.number), actor)
            tables: Json = {name: dict(counts) for name, counts in run.outcome.tables.items()}
            body = {"source": run.source.source, "tables": tables}
            unit.emit(Event(EventKind.BATCH_PUBLISHED, f"batch:{batch.number}", body))
    run.outcome.batch = batch.number
    run.progress("已入湖", 1, 1)


def _collected(run: Run, batch: int) -> store.Collected:
    return store.Collected(
        batch, run.source.source, list(run.outcome.files), run.outcome.tables, run.outcome.quarantined_fen
    )


def _account(run: Run, scene: Scene) -> dict[str, int]:
    """Add a table's quarantine entries, and count what becomes of its rows.

    ``corrected`` are among the ``accepted``, ``old`` among the ``known``: versions of a row that another replaced.
    """
    tallies = [quarantine.add(run.engine, staged, scene.verdicts) for staged in run.staged[scene.table.table]]
    run.outcome.quarantined_fen += sum(t.amount_fen for t in tallies)
    found = run.engine.execute_native(
        f"SELECT (SELECT count(*) FROM {scene.staged} s WHERE {scene.good}) AS accepted, "
        f"(SELECT count(*) FROM {scene.verdicts} v JOIN {scene.staged} s ON s.rowid = v.row "
        f"WHERE v.kind = 'corrects' AND {scene.good}) AS corrected, "
        f"(SELECT count(DISTINCT row) FROM {scene.verdicts} WHERE kind IN ({listed(RESTS)})) AS known, "
        f"(SELECT count(DISTINCT row) FROM {scene.verdicts} WHERE kind = 'old') AS old"
    )
    assert found is not None
    counts = found.to_pylist()[0]
    return {
        "accepted": counts["accepted"],
        "quarantined": sum(t.quarantined for t in tallies),
        "corrected": counts["corrected"],
        "known": counts["known"],
        "old": counts["old"],
        "noted": sum(t.noted for t in tallies),
    }


def _write(run: Run, batch: Batch) -> None:
    for at, (name, scene) in enumerate(run.scenes.items()):
        run.progress(f"写入 {scene.table.text.zh}", at, len(run.scenes))
        if run.outcome.tables[name]["accepted"]:
            _copy(run, _accepted(run, scene, batch.number), batch.stage(name))
    if quarantine.count(run.engine):
        _copy(run, quarantine.selected(batch.number), batch.stage("quarantine"))
    corrected = [s for name, s in run.scenes.items() if run.outcome.tables[name]["corrected"]]
    if corrected:
        _copy(
            run, " UNION ALL ".join(_replaced(s, batch.number) for s in corrected), batch.stage("superseded")
        )


def _copy(run: Run, select: str, path: Path) -> None:
    run.engine.execute_native(f"COPY ({select}) TO {quote(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def _accepted(run: Run, scene: Scene, batch: int) -> str:
    """Give the SELECT of a table's accepted rows in its stored schema; a correction keeps the key of its row."""
    target = scene.table
    names = [f.name for f in target.stored()][1:-3]
    fresh = f"s.{target.id}" if target.identity == "hash" else f"{batch * 2**32} + s.rowid + 1"
    places = " ".join(f"WHEN {s.file_number} THEN {s.source_row}" for s in run.staged[target.table])
    source_row = f"CASE s.file_number {places} ELSE s.record END" if places else "s.record"
    return (
        f"SELECT CAST(coalesce(v.other, {fresh}) AS BIGINT) AS {target.id}, {', '.join(f's.{n}' for n in names)}, "
        f"CAST({batch} AS BIGINT) AS batch, s.file_number AS source_file, CAST({source_row} AS BIGINT) AS source_row "
        f"FROM {scene.staged} s LEFT JOIN {scene.verdicts} v ON v.row = s.rowid AND v.kind = 'corrects' "
        f"WHERE {scene.good}"
    )


def _replaced(scene: Scene, batch: int) -> str:
    """Give the SELECT of the stored rows that this batch corrects, in the schema `SUPERSEDED`."""
    told = {
        "table_name": quote(scene.table.table),
        "id": "v.other",
        "batch": "v.other_batch",
        "by_batch": f"CAST({batch} AS BIGINT)",
    }
    return (
        f"SELECT {', '.join(f'{told[name]} AS {name}' for name in SUPERSEDED.names)} "
        f"FROM {scene.verdicts} v JOIN {scene.staged} s ON s.rowid = v.row "
        f"WHERE v.kind = 'corrects' AND {scene.good}"
    )
