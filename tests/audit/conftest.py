"""Engines for the audit's tests, and the examples of every rule, loaded once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.audit.loading import Examples

from yibao.engine import Engine, open_engine
from yibao.policy import Policy, load


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load("000000")


@pytest.fixture(scope="session")
def duckdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from _open("duckdb", tmp_path_factory.mktemp("duckdb"))


@pytest.fixture(scope="session")
def unoptimised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """DuckDB without its optimiser: the same answers over a few rows, in a third of the time."""
    with open_engine("duckdb", memory_mib=512, threads=1, spill=tmp_path_factory.mktemp("plain")) as engine:
        engine.execute_native("PRAGMA disable_optimizer")
        yield engine


@pytest.fixture(scope="session")
def sqlite() -> Iterator[Engine]:
    yield from _open("sqlite", None)


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory, policy: Policy) -> Iterator[Examples]:
    with open_engine("duckdb", memory_mib=512, threads=1, spill=tmp_path_factory.mktemp("loading")) as engine:
        yield Examples(engine, policy)


def _open(name: str, spill: Path | None) -> Iterator[Engine]:
    with open_engine(name, memory_mib=1024, threads=1, spill=spill) as engine:
        yield engine
