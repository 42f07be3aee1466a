"""Crediting: whose attributed money a run changes, without asking of all the others.

Money is attributed line by line (`audit.attribute`). A run changes it on the lines of what it found, and of what it
judged again as that stood before; so for the findings that share such a line, and for no others. A finding's credit is the
sum over its lines: for those that share one, the other findings on all of their lines must be asked too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from yibao.audit import LABELLED, attribute, rules
from yibao.engine import PLAIN_READING, Engine, file_literal, open_engine
from yibao.store import Lake

Places: TypeAlias = pa.Table
"""Findings by where their evidence lies: ``finding_id, rule, result, evidence_batch``."""

_LINES = "evidence = 'line' AND role = 1"


def credit(
    lake: Lake,
    findings: pa.Table,
    evidence: pa.Table,
    *,
    before: Places,
    kept: Callable[[Sequence[int]], Places] | None,
) -> pa.Table:
    """Give ``finding_id, attributed_fen`` of what a run found and of every finding whose credit may change by it.

    ``before`` are the findings that the run judged again, as they were; ``kept`` gives those of some findings that stand
    although it did not judge or find them again (None: there are none at all).
    """
    if kept is None:
        return attribute(findings, evidence, ranks())
    with open_engine("duckdb", memory_mib=1024) as engine:
        _show(engine, lake)
        engine.execute_native(
            "CREATE TEMP TABLE held AS "
            f"SELECT finding_id, evidence_batch, row_id, at_stake_fen FROM stored WHERE {_LINES}"
        )
        engine.register_arrow("found", evidence)
        engine.register_arrow("before", before)
        engine.execute_native(
            "CREATE TEMP TABLE changed AS "
            f"SELECT row_id FROM found WHERE {_LINES} "
            "UNION SELECT h.row_id FROM held h JOIN before b USING (finding_id, evidence_batch)"
        )
        near = _sharing(engine, "changed", kept)
        engine.register_arrow("near", near)
        engine.execute_native(
            "CREATE TEMP TABLE asked AS SELECT row_id FROM changed "
            "UNION SELECT h.row_id FROM held h JOIN near n USING (finding_id, evidence_batch)"
        )
        far = _sharing(engine, "asked", kept)
        engine.register_arrow("far", far)
        rows = engine.execute_native(
            "SELECT h.finding_id, f.rule, 'line' AS evidence, h.row_id, CAST(1 AS BIGINT) AS role, h.at_stake_fen "
            "FROM held h JOIN far f USING (finding_id, evidence_batch) WHERE h.row_id IN (SELECT row_id FROM asked)"
        )
        assert rows is not None
    names = ["finding_id", "rule", "result"]
    credits = attribute(
        pa.concat_tables([findings.select(names), far.select(names)]),
        pa.concat_tables([evidence, rows.cast(LABELLED)]),
        ranks(),
    )
    whole = pa.concat_arrays(
        [t.column("finding_id").combine_chunks() for t in (findings, near)]  # the far ones were asked in part
    )
    return credits.filter(pc.is_in(credits.column("finding_id"), value_set=whole))


def stored_evidence(lake: Lake, places: Places) -> pa.Table:
    """Give the stored evidence (`LABELLED`) of findings."""
    with open_engine("duckdb", memory_mib=1024) as engine:
        if not places.num_rows or not _show(
            engine, lake, only={*places.column("evidence_batch").to_pylist()}
        ):
            return LABELLED.empty_table()
        engine.register_arrow("places", places)
        columns = ", ".join(f"s.{name}" for name in LABELLED.names)
        rows = engine.execute_native(
            f"SELECT {columns} FROM stored s JOIN places p USING (finding_id, evidence_batch)"
        )
        assert rows is not None
        return rows.cast(LABELLED)


def ranks() -> dict[str, int]:
    """Rank every rule of the catalogue, so that findings of rules that did not run keep their place."""
    return {rule: at for at, rule in enumerate(rules())}


def _show(engine: Engine, lake: Lake, only: set[int] | None = None) -> bool:
    """Show the stored evidence (``stored``), each row with the batch that brought it; False: there is none."""
    files = [f for f in lake.files("evidence") if only is None or f.batch in only]
    engine.register_arrow(
        "batches",
        pa.table(
            {
                "filename": pa.array([str(f.path.absolute()) for f in files], pa.string()),
                "evidence_batch": pa.array([f.batch for f in files], pa.int64()),
            }
        ),
    )
    engine.register_arrow("no_evidence", LABELLED.empty_table())
    paths = ", ".join(file_literal(f.path) for f in files)
    rows = (
        f"read_parquet([{paths}], {PLAIN_READING}, filename=true)"
        if files
        else "(SELECT *, '' AS filename FROM no_evidence)"
    )
    engine.execute_native(f"CREATE TEMP VIEW stored AS SELECT * FROM {rows} JOIN batches USING (filename)")
    return bool(files)


def _sharing(engine: Engine, lines: str, kept: Callable[[Sequence[int]], Places]) -> Places:
    """Give the kept findings that hold one of these lines."""
    holding = engine.execute_native(
        f"SELECT DISTINCT finding_id, evidence_batch FROM held WHERE row_id IN (SELECT row_id FROM {lines})"
    )
    assert holding is not None
    places = kept(holding.column("finding_id").unique().to_pylist())
    return places.join(holding, ["finding_id", "evidence_batch"], join_type="inner").combine_chunks()
