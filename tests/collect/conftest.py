from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.collect.reading import Read, read_file

from yibao.claims import bind_raw, table
from yibao.collect import Outcome, Source, collect, known_files, load_source, superseded
from yibao.collect.staging import make_ready
from yibao.engine import Engine, open_engine
from yibao.store import Lake, Register


class Desk:
    """A home of its own, with the verbs of a test."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.home = register.home
        self.lake = Lake(register.home, register)

    def collect(self, *paths: Path, source: Source | None = None) -> Outcome:
        return collect(self.home, self.register, paths, source or load_source("national"), actor="test")

    def stored(self, name: str) -> list[dict[str, Any]]:
        """Every row of a table that the lake holds, replaced ones too, as they came."""
        return [row for f in self.lake.files(name) for row in pq.read_table(f.path).to_pylist()]

    def standing(self, name: str, as_known: int | None = None) -> list[dict[str, Any]]:
        """The rows that stand, as known on a day."""
        replaced = superseded(self.lake, as_known)
        with open_engine("duckdb", memory_mib=256, threads=1) as engine:
            engine.bind("superseded", arrow=replaced)
            bind_raw(engine, table(name), known_files(self.lake, as_known)[name], corrected=True)
            rows: list[dict[str, Any]] = engine.run(f"SELECT * FROM raw_{name}").to_pylist()
            return sorted(rows, key=lambda row: (row["batch"], row["source_file"], row["source_row"]))

    def refused(self) -> list[tuple[str, int, str, str | None]]:
        """File, row, code and column of every quarantine entry, as they came."""
        return [(e["file"], e["source_row"], e["code"], e["column_name"]) for e in self.stored("quarantine")]


@pytest.fixture
def desk(fresh_register: Register) -> Desk:
    return Desk(fresh_register)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    spill = tmp_path_factory.mktemp("spill")
    with open_engine("duckdb", memory_mib=512, spill=spill, keep_order=True) as opened:
        make_ready(opened)
        yield opened


@pytest.fixture
def read(engine: Engine, tmp_path: Path) -> Callable[..., Read]:
    """Read one file for one table: ``read(path, "line", …mapping)``."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return lambda path, name, **mapping: read_file(engine, path, name, folder, **mapping)
