"""Rows at hand: a few rows read exactly as a file of them would be, without a lake."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pyarrow as pa

from yibao.claims import table
from yibao.collect import quarantine
from yibao.collect.incoming import Incoming
from yibao.collect.raw_rows import open_rows
from yibao.collect.sources import FileMap
from yibao.collect.staging import create, make_ready, stage
from yibao.engine import Engine
from yibao.kernel import Refused


def rows_as_stored(engine: Engine, name: str, rows: list[dict[str, str]]) -> pa.Table:
    """Read rows (contract column → text) of one table and give them in the stored schema.

    Raises `Refused`: ``collect.bad_row`` for the first row that a file could not bring either, and
    ``collect.unknown_column`` for a column that the contract does not have.
    """
    target = table(name)
    headers = {c.name: c.field for c in target.columns}
    if unknown := sorted({column for row in rows for column in row} - set(headers)):
        raise Refused(
            "collect.unknown_column",
            zh="数据契约中没有这些列",
            en="the contract does not have these columns",
            where=name,
            wanted=", ".join(headers),
            came=", ".join(unknown),
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as sink:
            writer = csv.DictWriter(sink, list(dict.fromkeys(headers.values())), lineterminator="\n")
            writer.writeheader()
            writer.writerows({headers[k]: v for k, v in row.items()} for row in rows)
        incoming = Incoming(path, path.name, "csv", path.stat().st_size, "")
        file_map = FileMap(match=("*",), table=name)
        staging = f"rows_{name}"
        make_ready(engine)
        create(engine, target, staging)
        staged = stage(engine, target, open_rows(incoming, file_map, Path(folder), 0), file_map, 0, staging)
        engine.execute_native(
            "CREATE OR REPLACE TABLE no_verdicts (row BIGINT, kind VARCHAR, column_name VARCHAR)"
        )
        quarantine.prepare(engine)
        quarantine.add(engine, staged, "no_verdicts")
        for entry in _found(engine, f"SELECT * FROM {quarantine.FOUND} LIMIT 1").to_pylist():
            raise Refused(
                "collect.bad_row",
                zh=entry["reason_zh"],
                en=entry["reason_en"],
                where=f"{name} {entry['natural_key'] or entry['source_row']}: {entry['header']}",
                wanted=entry["wanted"],
                came=entry["came"],
            )
        names = [f.name for f in target.stored()][1:-3]
        number = target.id if target.identity == "hash" else f"rowid + 1 AS {target.id}"
        found = _found(
            engine,
            f"SELECT {number}, {', '.join(names)}, 0 AS batch, 0 AS source_file, rowid + 2 AS source_row "
            f"FROM {staging} ORDER BY rowid",
        )
    return found.cast(target.stored())


def _found(engine: Engine, sql: str) -> pa.Table:
    found = engine.execute_native(sql)
    assert found is not None
    return found
