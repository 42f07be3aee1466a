from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from yibao.engine import Engine, open_engine


@pytest.fixture(scope="session")
def duckdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from _open("duckdb", tmp_path_factory.mktemp("duckdb"))


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from _open("sqlite", tmp_path_factory.mktemp("sqlite"))


def _open(name: str, spill: Path) -> Iterator[Engine]:
    with open_engine(name, memory_mib=1024, threads=2, spill=spill) as engine:
        yield engine
