"""A connection of the pool is asked whether it lives where there is doubt, and only there."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DataError

from yibao.store import Register, doubt, open_register


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    seen: list[int] = []
    real = PGDialect_psycopg.do_ping

    def counting(self: Any, connection: Any) -> bool:
        seen.append(id(connection))
        return bool(real(self, connection))

    monkeypatch.setattr(PGDialect_psycopg, "do_ping", counting)
    return seen


def _backend(register: Register) -> int:
    with register.unit_of_work("test") as unit:
        return int(unit.connection.scalar(text("SELECT pg_backend_pid()")) or 0)


def test_who_works_is_not_asked_and_who_rested_is(
    fresh_register: Register, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = fresh_register.url.render_as_string(hide_password=False)
    with open_register(fresh_register.home, url) as register:
        mine = _backend(register)
        asked.clear()
        assert {_backend(register) for _ in range(20)} == {mine}
        assert asked == []
        monkeypatch.setattr(doubt, "RESTED", 0.0)
        assert _backend(register) == mine
        assert len(asked) == 1


def test_a_session_that_was_ended_is_not_given_to_anybody(fresh_register: Register, asked: list[int]) -> None:
    url = fresh_register.url.render_as_string(hide_password=False)
    with open_register(fresh_register.home, url) as register:
        mine = _backend(register)
        asked.clear()
        with fresh_register.engine.connect() as other:
            assert other.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine}) is True
        assert _backend(register) not in (0, mine), "another session, and nobody noticed"
        assert asked, "its last words were heard"


def test_what_was_left_open_is_rolled_back_before_anybody_else_has_it(fresh_register: Register) -> None:
    with fresh_register.unit_of_work("test") as unit:
        unit.connection.execute(text("CREATE TABLE left_open (n int)"))
    for broken in ("INSERT INTO left_open VALUES (1)", "SELECT 1 / 0"):
        connection = fresh_register.engine.connect()
        with suppress(DataError):
            connection.execute(text(broken))
        connection.close()
        with fresh_register.unit_of_work("next") as unit:
            assert unit.connection.scalar(text("SELECT count(*) FROM left_open")) == 0
