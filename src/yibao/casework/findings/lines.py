"""The violating lines of open findings, by their natural numbers, for whoever holds findings against a truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from yibao.audit import LABELLED
from yibao.casework.findings import store
from yibao.claims import bind_raw, table
from yibao.collect import known_files, superseded
from yibao.engine import open_engine
from yibao.store import Home, Lake, Register


@dataclass(frozen=True, slots=True)
class ViolatingLine:
    """One violating line of one open finding."""

    finding_id: int
    rule: str
    result: Literal["clear", "suspicious"]
    line_no: str


def violating_lines(home: Home, register: Register) -> Iterator[ViolatingLine]:
    """Give every violating line of every open finding."""
    lake = Lake(home, register)
    with register.unit_of_work(actor="read") as unit:
        headers = store.open_places(unit.connection)
    replaced = superseded(lake)
    corrected = "line" in replaced.column("table_name").to_pylist()
    with open_engine("duckdb", memory_mib=1024, spill=home.work) as engine:
        engine.bind("superseded", arrow=replaced)
        bind_raw(engine, table("line"), known_files(lake)["line"], corrected=corrected)
        engine.bind("headers", arrow=headers)
        for file in lake.files("evidence"):
            engine.bind("evidence", files=[file.path], schema=LABELLED)
            found = engine.run(
                "SELECT h.finding_id, h.rule, h.result, l.line_no FROM evidence AS e "
                "JOIN headers AS h ON h.finding_id = e.finding_id AND h.evidence_batch = :batch "
                "JOIN raw_line AS l ON l.line_id = e.row_id WHERE e.evidence = 'line' AND e.role = 1",
                {"batch": file.batch},
            )
            yield from _lines(found)


def _lines(found: pa.Table) -> Iterator[ViolatingLine]:
    for row in found.to_pylist():
        yield ViolatingLine(row["finding_id"], row["rule"], row["result"], row["line_no"])
