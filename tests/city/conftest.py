"""One small city for all tests of the room; nothing is changed in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.city.books import Books, open_books

from yibao.city import CityPlan, build_city


@pytest.fixture(scope="session")
def city_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("city") / "out"


@pytest.fixture(scope="session")
def books(city_dir: Path) -> Iterator[Books]:
    built = build_city(CityPlan(people=2_000, seed=3), city_dir)
    opened = open_books(built, city_dir)
    yield opened
    opened.sql.close()
