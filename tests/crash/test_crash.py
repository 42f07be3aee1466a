"""Two hundred kills of programs and of the database: no acknowledged act is lost, no effect happens twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from tests.crash.acts import StoreActs
from tests.crash.harness import crash
from tests.crash.program import prepare

from yibao.store import Home, Register


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_kills_lose_nothing_and_double_nothing(fresh_home: Home, tmp_path: Path, kills: int) -> None:
    tally = crash(fresh_home, tmp_path / "journal", kills, seed=kills)
    assert tally.faults == []
    assert sum(tally.kills.values()) == kills and set(tally.kills) == {"clerk", "worker", "server"}
    assert tally.acts >= tally.acknowledged >= kills


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("DELETE FROM crash_effect WHERE number = 1 AND by = 'job'", "act 1: 1 acts, 0 effects by job"),
        ("INSERT INTO crash_effect VALUES (2, 'event')", "act 2: 1 acts, 2 effects by event"),
        ("INSERT INTO crash_effect VALUES (9, 'job')", "act 9: 0 acts, 1 effects by job"),
        ("UPDATE crash_count SET seen = 1", "the last count saw 1 of 2 acts"),
    ],
)
def test_the_judge_sees_what_is_lost_and_what_is_doubled(
    fresh_register: Register, damage: str, fault: str
) -> None:
    with fresh_register.unit_of_work("test") as unit:
        prepare(unit)
        for statement in (
            "INSERT INTO crash_act SELECT FROM generate_series(1, 2)",
            "INSERT INTO crash_effect SELECT n, by FROM generate_series(1, 2) AS n, unnest(ARRAY['job', 'event']) AS by",
            "INSERT INTO crash_count VALUES (2)",
        ):
            unit.connection.execute(text(statement))
    assert StoreActs().faults(fresh_register, {1, 2}) == []
    with fresh_register.unit_of_work("test") as unit:
        unit.connection.execute(text(damage))
    assert StoreActs().faults(fresh_register, {1, 2}) == [fault]
