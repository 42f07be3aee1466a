"""Files with facts that bring every effect about, and the people who decide, carry out, send and answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import empty_register
from tests.consequence.world import World

from yibao.store import Register


@pytest.fixture(scope="module")
def shared_world(
    register: Register, _migrated_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One register for a module; every test opens files of its own in it."""
    home: Path = tmp_path_factory.mktemp("consequence") / "home"
    with empty_register(register, _migrated_database, home) as opened:
        yield World(opened)


@pytest.fixture
def world(fresh_register: Register) -> World:
    """A register of its own, for what looks at everything there is."""
    return World(fresh_register)
