"""The conformance cases: what a SELECT must give on every engine, as rows that anybody can read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from yibao.engine import Engine

CASES = Path(__file__).parent / "cases"
ARROW = {"BIGINT": pa.int64(), "VARCHAR": pa.string()}


@dataclass(frozen=True)
class Case:
    id: str
    inputs: dict[str, pa.Table]
    sql: str
    parameters: dict[str, int | str]
    columns: dict[str, str]
    rows: list[list[Any]]
    refused: list[str]


def read_cases() -> list[Case]:
    cases = []
    for file in sorted(CASES.glob("*.yaml")):
        for raw in yaml.safe_load(file.read_text(encoding="utf-8")):
            cases.append(_case(file.stem, raw))
    return cases


def _case(topic: str, raw: dict[str, Any]) -> Case:
    known = {"case", "description", "inputs", "sql", "parameters", "columns", "rows", "refused"}
    assert set(raw) <= known, f"{raw['case']}: {set(raw) - known}"
    assert raw["description"], raw["case"]
    assert ("rows" in raw) != ("refused" in raw), raw["case"]
    return Case(
        id=f"{topic}-{raw['case']}",
        inputs={name: _table(given) for name, given in raw["inputs"].items()},
        sql=raw["sql"],
        parameters=raw.get("parameters", {}),
        columns=raw.get("columns", {}),
        rows=raw.get("rows", []),
        refused=raw.get("refused", []),
    )


def _table(given: dict[str, Any]) -> pa.Table:
    columns: dict[str, str] = given["columns"]
    arrays = [
        pa.array([row[position] for row in given["rows"]], ARROW[kind])
        for position, kind in enumerate(columns.values())
    ]
    return pa.table(arrays, names=list(columns))


def give(case: Case, engine: Engine) -> None:
    """Run the case and compare values, as a multiset, and types, exactly."""
    for name, table in case.inputs.items():
        engine.bind(name, arrow=table)
    result = engine.run(case.sql, case.parameters, name=case.id)
    assert {field.name: field.type for field in result.schema} == {
        name: ARROW[kind] for name, kind in case.columns.items()
    }
    given = Counter(tuple(row.values()) for row in result.to_pylist())
    assert given == Counter(tuple(row) for row in case.rows)
