from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from yibao.store import Home, stop_register


@pytest.fixture
def public_place() -> Iterator[Path]:
    """A directory that every user may enter."""
    place = Path(tempfile.mkdtemp(prefix="yibao-test-", dir="/tmp"))
    place.chmod(0o755)
    yield place
    for register in place.rglob("register"):
        stop_register(Home(register.parent))
    shutil.rmtree(place)
