"""Looking at the lake: the stored rows as the newest run knew them, with findings and evidence beside them.

One engine is opened for one output and closed after it. ``raw_<table>`` are the stored rows that stood when the run
began, so that a correction that came later does not change what a finding says; ``finding`` are the headers that the
output is about, ``evidence`` their rows.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from yibao.audit import LABELLED, rules
from yibao.casework.findings.outputs import store
from yibao.claims import bind_raw, table, tables
from yibao.collect import superseded
from yibao.engine import Engine, open_engine, parquet_files
from yibao.kernel import Refused, Text
from yibao.store import Home, Lake, Register

MEMORY_MIB = 2048


@dataclass(frozen=True, slots=True)
class Look:
    """An open look at the lake; ``rows`` asks DuckDB and gives plain rows, ``table`` an Arrow table."""

    engine: Engine
    lake: Lake
    scratch: Path

    def table(self, sql: str, parameters: Sequence[object] | None = None) -> pa.Table:
        """Give the rows of a native SELECT."""
        found = self.engine.execute_native(sql, parameters)
        assert found is not None
        return found

    def rows(self, sql: str, parameters: Sequence[object] | None = None) -> list[dict[str, Any]]:
        """Give the rows of a native SELECT as dictionaries; for few rows."""
        found = self.engine.execute_native(sql, parameters)
        return found.to_pylist() if found is not None else []

    def show_findings(self, headers: pa.Table) -> None:
        """Bind ``finding`` (the given headers) and ``evidence`` (the rows that are valid for them)."""
        self.engine.register_arrow("finding", headers)
        self.show_evidence(set(headers.column("evidence_batch").unique().to_pylist()))

    def show_evidence(self, batches: Iterable[int] | None = None) -> None:
        """Bind ``evidence`` with its ``evidence_batch``: of these batches, or of all; not joined to headers."""
        wanted = None if batches is None else set(batches)
        parts = [
            f"SELECT *, CAST({file.batch} AS BIGINT) AS evidence_batch FROM {parquet_files([file.path])}"
            for file in self.lake.files("evidence")
            if wanted is None or file.batch in wanted
        ]
        self.engine.register_arrow("no_evidence", LABELLED.empty_table())
        nothing = "SELECT *, CAST(0 AS BIGINT) AS evidence_batch FROM no_evidence"
        self.engine.execute_native(
            f"CREATE OR REPLACE TEMP VIEW evidence AS {' UNION ALL '.join(parts) or nothing}"
        )

    def show_ranks(self) -> None:
        """Bind ``ranks``: the order in which rules are credited with a line."""
        order = list(rules())
        self.engine.register_arrow(
            "ranks", pa.table({"rule": pa.array(order, pa.string()), "rank": range(len(order))})
        )


@contextmanager
def looking(
    home: Home,
    register: Register,
    names: Iterable[str] | None = None,
    *,
    known_no: int | None = None,
    on_disk: bool = False,
) -> Iterator[Look]:
    """Open a look at these tables (all, if none are named), as known at publication ``known_no``.

    ``on_disk`` keeps tables that the output makes in a scratch file under ``work``, which goes with the look.
    """
    lake = Lake(home, register)
    wanted = list(tables()) if names is None else list(names)
    replaced = superseded(lake, known_no)
    corrected = set(replaced.column("table_name").to_pylist())
    scratch = Path(tempfile.mkdtemp(prefix="outputs-", dir=home.work))
    try:
        database = scratch / "outputs.duckdb" if on_disk else None
        with open_engine("duckdb", memory_mib=MEMORY_MIB, spill=scratch, database=database) as engine:
            if corrected:
                engine.bind("superseded", arrow=replaced)
            for name in wanted:
                stored = [file.path for file in lake.files(name, as_known=known_no)]
                bind_raw(engine, table(name), stored, corrected=name in corrected)
            yield Look(engine, lake, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def known_by_run(register: Register) -> int:
    """Give the publication up to which the newest run knew the lake; refuses where nothing was audited."""
    with register.unit_of_work(actor="outputs") as unit:
        newest = store.newest_run(unit.connection)
    if newest is None:
        raise no_run()
    return int(newest.known_no)


def no_run() -> Refused:
    """Say that nothing was audited yet."""
    return Refused(
        "casework.no_run",
        zh="还没有审核过，没有疑点可看",
        en="nothing was audited yet; there are no findings to show",
        todo=Text(zh="先运行 yibao audit", en="run yibao audit first"),
    )


def quoted(word: str) -> str:
    """Write a text as an SQL literal."""
    return "'" + word.replace("'", "''") + "'"
