"""One audited home for all tests of the outputs: collected, audited and never changed by them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text
from tests.casework.outputs import small

from yibao import policy
from yibao.audit import choose
from yibao.casework import Order, audit_lake
from yibao.collect import collect, load_source, read_source
from yibao.store import Home, Register, open_register


class Audited(NamedTuple):
    """A home whose lake was audited once."""

    home: Home
    register: Register


@pytest.fixture(scope="session")
def audited(register: Register, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    folder = tmp_path_factory.mktemp("outputs")
    name = f"outputs_{uuid.uuid4().hex}"
    outside = register.engine.execution_options(isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = register.url.set(database=name).render_as_string(hide_password=False)
    home = Home(folder / "home")
    with open_register(home, url) as opened:
        _fill(home, opened, folder)
        yield Audited(home, opened)
    with outside.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _fill(home: Home, register: Register, folder: Path) -> None:
    deliveries = (
        (small.KNOWLEDGE, read_source(small.SOURCE_OF_KNOWLEDGE, where="small")),
        (small.FILES, load_source("national")),
        (small.MENDED_FILES, load_source("national")),
    )
    for at, (files, source) in enumerate(deliveries):
        outcome = collect(home, register, [small.write(folder / str(at), files)], source, actor="test")
        assert not outcome.problems
    order = Order(rules=choose(None), policy=policy.load("990100"))
    outcome = audit_lake(home, register, order, actor="test")
    assert set(outcome.by_rule.values()) == {1}, outcome.by_rule
