"""A town of its own for every test."""

from __future__ import annotations

import pytest
from tests.archive.points.town import Town

from yibao.store import Register


@pytest.fixture
def town(fresh_register: Register) -> Town:
    return Town(fresh_register)
