"""Audited homes for all tests of the outputs: collected, audited by the few rules they are about, and never changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text
from tests.casework.findings.outputs import papers, small

from yibao import policy
from yibao.audit import choose
from yibao.casework.findings import Order, audit_lake
from yibao.collect import Source, collect, load_source, read_source
from yibao.store import Home, Register, open_register


class Audited(NamedTuple):
    """A home whose lake was audited once."""

    home: Home
    register: Register


@pytest.fixture(scope="session")
def audited(register: Register, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    """A home with the small delivery, its few knowledge points, and a finding of each of `small.RULES`."""
    deliveries = (
        (small.KNOWLEDGE, read_source(small.SOURCE_OF_KNOWLEDGE, where="small")),
        (small.FILES, load_source("national")),
        (small.MENDED_FILES, load_source("national")),
    )
    with _filled(register, tmp_path_factory.mktemp("outputs"), deliveries, small.RULES) as home:
        yield home


@pytest.fixture(scope="session")
def audited_papers(register: Register, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    """A home with settlement lists and traceability codes, no knowledge, and a finding of each rule about them."""
    deliveries = ((papers.FILES, load_source("national")),)
    with _filled(register, tmp_path_factory.mktemp("papers"), deliveries, papers.EVIDENCE_OF) as home:
        yield home


@contextmanager
def _filled(
    register: Register,
    folder: Path,
    deliveries: Iterable[tuple[dict[str, list[str]], Source]],
    rules: Iterable[str],
) -> Iterator[Audited]:
    """Collect deliveries into a home with a register of its own and audit it by these rules: one finding of each."""
    name = f"outputs_{uuid.uuid4().hex}"
    outside = register.engine.execution_options(isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = register.url.set(database=name).render_as_string(hide_password=False)
    home = Home(folder / "home")
    with open_register(home, url) as opened:
        for at, (files, source) in enumerate(deliveries):
            outcome = collect(home, opened, [small.write(folder / str(at), files)], source, actor="test")
            assert not outcome.problems
        order = Order(rules=choose(rules), policy=policy.load("990100"))
        found = audit_lake(home, opened, order, actor="test")
        assert found.by_rule == dict.fromkeys(rules, 1)
        yield Audited(home, opened)
    with outside.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
