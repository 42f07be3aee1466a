"""What every room's tests may use: a real register, and homes of their own."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.engine.spark_session import require_spark
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from yibao.engine import Engine, open_engine
from yibao.store import Home, Register, open_register, stop_register

# A register that the developer works with must never be the one that is tested on.
os.environ.pop("YIBAO_REGISTER_URL", None)
os.environ.pop("YIBAO_HOME", None)
os.environ.pop("YIBAO_ACTOR", None)


TOGETHER = ("tests/casework/findings/outputs/", "tests/conformance/")
"""Folders whose files share something costly: a home that was audited once, a Java machine."""


class ByWhatIsShared(LoadScopeScheduling):
    """Tests of a file go to one process, so that what they share is made once and not once in every process.

    The mark ``xdist_group`` cannot do it: since pytest 9.2 the groups of pytest-xdist 3.8 are never heard.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return ByWhatIsShared(config, log)


@pytest.fixture(scope="session")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """One embedded server for the whole session. What a test leaves in it, others see."""
    home = Home(tmp_path_factory.mktemp("register") / "home")
    with open_register(home) as opened:
        yield opened
    stop_register(home)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The one Spark session that a process may hold, for every room's tests."""
    require_spark()
    with open_engine("spark", memory_mib=2048, threads=2, spill=tmp_path_factory.mktemp("spark")) as engine:
        yield engine


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data beside the repository; where it is not at hand, the tests that need it are left out."""
    folder = Path(os.environ.get("YIBAO_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("set YIBAO_SHARED to the folder of the shared reference data")
    return folder


@pytest.fixture
def fresh_home(tmp_path: Path) -> Iterator[Home]:
    """A home that does not exist yet; a server started in it is stopped at the end."""
    home = Home(tmp_path / "home")
    yield home
    if (home.path / "register").exists():
        stop_register(home)


@pytest.fixture(scope="session")
def _migrated_database(register: Register) -> str:
    """A migrated database to copy from: copying takes a tenth of migrating, and far less than a server."""
    name = "template_of_tests"
    _outside_transaction(register, f"CREATE DATABASE {name} STRATEGY FILE_COPY")
    open_register(register.home, _url(register, name)).close()
    return name


@pytest.fixture
def fresh_register(register: Register, _migrated_database: str, tmp_path: Path) -> Iterator[Register]:
    """An empty register with a home of its own: a new database on the session's server."""
    with empty_register(register, _migrated_database, tmp_path / "fresh-home") as opened:
        yield opened


@contextmanager
def empty_register(
    register: Register, template: str, home: Path, *, kept: bool = False
) -> Iterator[Register]:
    """Open an empty register on the session's server, copied from a migrated database.

    With ``kept`` the database stays when it is closed, for `copied_register` to copy what was done in it.
    """
    name = f"test_{uuid.uuid4().hex}"
    _outside_transaction(register, f"CREATE DATABASE {name} TEMPLATE {template}")
    with open_register(Home(home), _url(register, name)) as opened:
        yield opened
    if not kept:
        _outside_transaction(register, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def copied_register(register: Register, closed: Register, home: Path) -> Iterator[Register]:
    """Open a copy of a home that was kept: its files, and its database."""
    shutil.copytree(closed.home.path, home)
    assert closed.url.database is not None
    with empty_register(register, closed.url.database, home) as opened:
        yield opened


def _url(register: Register, database: str) -> str:
    return register.url.set(database=database).render_as_string(hide_password=False)


def _outside_transaction(register: Register, statement: str) -> None:
    with register.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
