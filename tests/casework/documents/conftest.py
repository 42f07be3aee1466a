"""One register for all tests of documents: what a test does in its unit of work is taken back at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from yibao.policy import Policy, load
from yibao.store import Home, Register, UnitOfWork


class TakenBack(Exception):
    """Ends a unit of work without a trace."""


@pytest.fixture
def unit(register: Register) -> Iterator[UnitOfWork]:
    with suppress(TakenBack), register.unit_of_work("test") as opened:
        yield opened
        raise TakenBack


@pytest.fixture
def home(register: Register) -> Home:
    return register.home


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load("990100")
