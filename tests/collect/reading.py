"""One file read and judged row by row, without a register: what a file brings, and what it does not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yibao.claims import table
from yibao.collect import quarantine
from yibao.collect.incoming import Incoming, expand
from yibao.collect.raw_rows import open_rows
from yibao.collect.sources import FileMap
from yibao.collect.staging import Staged, create, stage_as_it_is
from yibao.engine import Engine
from yibao.kernel import Refused


@dataclass(frozen=True)
class Read:
    staged: Staged
    rows: list[dict[str, Any]]
    """The accepted rows, with ``source_row``."""
    entries: list[dict[str, Any]]
    tally: quarantine.Tally

    def wrong(self) -> list[tuple[int, str, str | None]]:
        """Row, code and column of every entry."""
        return [(e["source_row"], e["code"], e["column_name"]) for e in self.entries]


def read_file(engine: Engine, path: Path, name: str, folder: Path, **mapping: Any) -> Read:
    """Read one file for one table as `collect` does."""
    problems: list[Refused] = []
    [incoming] = expand([path], folder, problems)
    return read_incoming(engine, incoming, name, folder, **mapping)


def read_incoming(engine: Engine, incoming: Incoming, name: str, folder: Path, **mapping: Any) -> Read:
    target, file_map = table(name), FileMap.model_validate({"match": ("*",), "table": name, **mapping})
    raw = open_rows(incoming, file_map, folder, 0)
    create(engine, target, "reading")
    staged = stage_as_it_is(engine, target, raw, file_map, 0, "reading", folder)
    engine.execute_native(
        "CREATE OR REPLACE TABLE no_verdicts (row BIGINT, kind VARCHAR, column_name VARCHAR)"
    )
    quarantine.prepare(engine)
    tally = quarantine.add(engine, staged, "no_verdicts")
    return Read(
        staged,
        _rows(
            engine,
            f"SELECT s.*, {staged.source_row} AS source_row FROM reading s WHERE bad = 0 ORDER BY rowid",
        ),
        _rows(engine, f"SELECT * FROM {quarantine.FOUND} ORDER BY rowid"),
        tally,
    )


def _rows(engine: Engine, sql: str) -> list[dict[str, Any]]:
    found = engine.execute_native(sql)
    return found.to_pylist() if found is not None else []
