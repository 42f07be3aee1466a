"""Corrections: what institutions took back after it was seen, and what that makes of their findings.

Before notice was given, a finding whose rows its own institution took back is closed as self-corrected and kept on
record with the rows that took it back. After notice it stands as it was noticed, and the money is marked as returned.
Only rows that became known after the finding was seen count: what was taken back before makes no finding at all. What
*another* institution took back corrects nothing here; a finding that falls with it is withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Row

from yibao.casework.findings import store
from yibao.claims import bind_raw, table
from yibao.collect import known_files, superseded
from yibao.engine import Engine, open_engine
from yibao.store import Home, Lake, UnitOfWork

What = Literal["self_corrected", "reduced", "returned"]

_READ = ("line", "settlement")
_MEMORY_MIB = 2048

_TAKEN = """
    SELECT 'line' AS kind, r.line_id AS id, r.batch, r.institution_id, r.fee_day AS day, r.encounter_id,
        r.reverses AS line_no, CAST(NULL AS BIGINT) AS settlement_id
    FROM raw_line r JOIN fresh b USING (batch) WHERE r.reverses IS NOT NULL
    UNION ALL
    SELECT 'settlement', s.settlement_id, s.batch, s.institution_id, s.settled_day, s.encounter_id, NULL, s.reverses_id
    FROM raw_settlement s JOIN fresh b USING (batch) WHERE s.refund = 1 AND s.reverses_id IS NOT NULL
"""
"""The rows that took something back and became known late enough: returned lines and reversed bills."""

_HELD = """
    SELECT h.finding_id, h.institution_id, h.evidence, l.encounter_id, l.line_no, l.settlement_id
    FROM held h JOIN raw_line l ON h.evidence = 'line' AND l.line_id = h.row_id
    UNION ALL
    SELECT finding_id, institution_id, evidence, NULL, NULL, row_id FROM held WHERE evidence = 'settlement'
    UNION ALL
    SELECT finding_id, institution_id, evidence, row_id, NULL, NULL FROM held WHERE evidence = 'encounter'
"""
"""The evidence rows of findings by what a row that takes back names: line in its encounter, bill, or encounter."""

_MATCHED = """
    SELECT DISTINCT h.finding_id, t.kind, t.id, t.batch, b.known_no, t.day
    FROM held_by h JOIN taken t ON t.institution_id = h.institution_id
        AND (t.settlement_id = h.settlement_id OR (t.encounter_id = h.encounter_id AND (
            t.line_no = h.line_no OR (h.evidence = 'encounter' AND t.kind = 'settlement'))))
    JOIN fresh b ON b.batch = t.batch
    ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """One row that took something back: a returned line, or the reversal of a bill."""

    table: str
    id: int
    batch: int
    known_no: int
    day: int

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values, as it is kept on record."""
        return {"table": self.table, "id": self.id, "batch": self.batch, "day": self.day}


@dataclass(frozen=True, slots=True)
class Correction:
    """What an institution took back of one finding: closed, or smaller, or, after notice, returned.

    ``fen`` is what was taken back by it; of what was returned, all since the notice.
    """

    finding_id: int
    rule: str
    result: str
    evidence_batch: int
    what: What
    fen: int
    known: bool
    """Whether an earlier run said the same already."""
    rows: tuple[Taken, ...]

    def event(self, run: int) -> dict[str, Any]:
        """Give the row of the register that records it."""
        return {
            "finding_id": self.finding_id, "what": self.what, "run": run, "day": max(r.day for r in self.rows),
            "fen": self.fen, "rows": [row.as_json() for row in self.rows],
        }  # fmt: skip


def corrections(
    home: Home,
    lake: Lake,
    lessened: Sequence[Row[Any]],
    evidence_of: Callable[[pa.Table], pa.Table],
    known_no: int | datetime,
) -> list[Correction]:
    """Say which of the findings that a run found lessened were taken back by their own institution.

    ``lessened`` are rows of `store.lessened`, ``evidence_of`` gives the stored evidence of headers.
    """
    if not lessened:
        return []
    fresh = _fresh(lake, known_no, min(min(c.seen, c.noticed or c.seen) for c in lessened))
    if not fresh:
        return []
    heads = pa.table(
        {
            "finding_id": pa.array([c.finding_id for c in lessened], pa.int64()),
            "evidence_batch": pa.array([c.evidence_batch for c in lessened], pa.int64()),
            "institution_id": pa.array([c.institution_id for c in lessened], pa.int64()),
        }
    )
    rows = evidence_of(heads).select(["finding_id", "evidence", "row_id"])
    held = rows.join(heads.select(["finding_id", "institution_id"]), "finding_id")
    with open_engine("duckdb", memory_mib=_MEMORY_MIB, spill=home.work) as engine:
        taken = _taken(engine, lake, known_no, fresh, held)
    found = [_of(one, taken.get(one.finding_id, ())) for one in lessened]
    return [one for one in found if one is not None]


def _fresh(lake: Lake, known_no: int | datetime, after: int) -> dict[int, int]:
    """Give the batches with lines or bills that became known after publication ``after``, with their own."""
    files = [f for name in _READ for f in lake.files(name, as_known=known_no) if f.known_no > after]
    return {f.batch: f.known_no for f in files}


def _taken(
    engine: Engine, lake: Lake, known_no: int | datetime, fresh: dict[int, int], held: pa.Table
) -> dict[int, tuple[Taken, ...]]:
    replaced = superseded(lake, known_no)
    if replaced.num_rows:
        engine.bind("superseded", arrow=replaced)
    corrected, files = {*replaced.column("table_name").to_pylist()}, known_files(lake, known_no)
    for name in _READ:
        bind_raw(engine, table(name), files[name], corrected=name in corrected)
    batches = pa.table(
        {"batch": pa.array(fresh, pa.int64()), "known_no": pa.array(fresh.values(), pa.int64())}
    )
    engine.register_arrow("fresh", batches)
    engine.register_arrow("held", held)
    for name, select in (("taken", _TAKEN), ("held_by", _HELD)):
        engine.execute_native(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")
    matched = engine.execute_native(_MATCHED)
    assert matched is not None
    found: dict[int, tuple[Taken, ...]] = {}
    for row in matched.to_pylist():
        one = Taken(row["kind"], row["id"], row["batch"], row["known_no"], row["day"])
        found[row["finding_id"]] = (*found.get(row["finding_id"], ()), one)
    return found


def _of(one: Row[Any], taken: Iterable[Taken]) -> Correction | None:
    """Say what became of one finding, None where its own institution took nothing back of it."""
    rows = tuple(taken)
    if one.noticed is not None:
        late = tuple(row for row in rows if row.known_no > one.noticed)
        if late:
            fen = one.at_stake_fen - (one.now_fen or 0)
            return _correction(one, "returned", fen, late, known=fen == one.returned_fen)
    rows = tuple(row for row in rows if row.known_no > one.seen)
    if not rows:
        return None
    if one.now_fen is None:
        return _correction(one, "self_corrected", one.at_stake_fen, rows)
    return _correction(one, "reduced", one.at_stake_fen - one.now_fen, rows)


def _correction(
    one: Row[Any], what: What, fen: int, rows: tuple[Taken, ...], *, known: bool = False
) -> Correction:
    return Correction(one.finding_id, one.rule, one.result, one.evidence_batch, what, fen, known, rows)


# — receiving —


def standing(taken_back: Sequence[Correction]) -> pa.Table:
    """Give the headers of the findings that stand as they were when notice was given, whatever was found of them now."""
    stay = [one for one in taken_back if one.what == "returned"]
    return pa.table(
        {
            "finding_id": pa.array([one.finding_id for one in stay], pa.int64()),
            "rule": pa.array([one.rule for one in stay], pa.string()),
            "result": pa.array([one.result for one in stay], pa.string()),
            "evidence_batch": pa.array([one.evidence_batch for one in stay], pa.int64()),
        }
    )


def without(rows: pa.Table, headers: pa.Table) -> pa.Table:
    """Leave out the rows of these findings."""
    ids = headers.column("finding_id").combine_chunks()
    return rows.filter(pc.invert(pc.is_in(rows.column("finding_id"), value_set=ids))) if len(ids) else rows


def put_on_record(unit: UnitOfWork, run: int, taken_back: Sequence[Correction]) -> None:
    """Close what was corrected, mark what was returned, and record by which rows."""
    store.correct(unit.connection, run, [c.finding_id for c in taken_back if c.what == "self_corrected"])
    for one in taken_back:
        if one.what == "returned":
            store.mark_returned(unit.connection, run, one.finding_id, one.fen)
    store.record(unit.connection, [one.event(run) for one in taken_back if not one.known])
