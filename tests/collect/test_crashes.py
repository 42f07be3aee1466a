"""Crashes and company: killed at any point a collection is there whole or not at all; two at once are safe."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest
from tests.collect.conftest import Desk
from tests.collect.extracts import ENCOUNTER, LINE, PERSON, SETTLEMENT, lines, write_city
from tests.collect.programs import POINTS, start, told

WHOLE = {"person": 1, "institution": 1, "item": 1, "encounter": 1, "settlement": 1, "line": 200}


def bad_city(folder: Path) -> Path:
    """A city of 200 lines and one that waits in quarantine."""
    return write_city(folder, fee_list_d=[*lines(range(200)), {**LINE, "bkkp_sn": "L-bad", "cnt": "x"}])


def counts(desk: Desk) -> dict[str, int]:
    return {name: len(rows) for name in WHOLE if (rows := desk.standing(name))}


def assert_whole(desk: Desk) -> None:
    assert counts(desk) == WHOLE
    assert len(desk.stored("line")) == 200
    assert len({r["line_id"] for r in desk.stored("line")}) == 200
    assert len(desk.refused()) == 1
    assert desk.lake.verify() == []
    assert list(desk.home.work.iterdir()) == []
    assert [p for p in desk.home.lake.glob("*/*") if p.name.startswith(".")] == []


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point(desk: Desk, tmp_path: Path, point: str) -> None:
    folder = bad_city(tmp_path / "in")
    program = start(point, desk.register, folder)
    program.communicate(timeout=120)
    assert program.returncode == -signal.SIGKILL
    assert counts(desk) == (WHOLE if point == "committed" else {})
    again = desk.collect(folder)
    assert (again.batch is None) == (point == "committed")
    assert_whole(desk)


@pytest.mark.slow
def test_killed_at_any_time(desk: Desk, tmp_path: Path) -> None:
    folder = bad_city(tmp_path / "in")
    throw = random.Random(20260305)
    survived = 0
    for _ in range(12):
        program = start("collect", desk.register, folder)
        assert program.stdout is not None
        program.stdout.readline()
        time.sleep(throw.uniform(0, 2.5))
        program.kill()
        _, _ = program.communicate(timeout=60)
        survived += program.returncode == 0
        assert counts(desk) in ({}, WHOLE)
        if counts(desk):
            break
    desk.collect(folder)
    assert_whole(desk)


def test_two_at_once_on_the_same_files(desk: Desk, tmp_path: Path) -> None:
    folder = bad_city(tmp_path / "in")
    answers = [told(p) for p in [start("collect", desk.register, folder) for _ in range(2)]]
    assert sorted(a["batch"] is None for a in answers) == [False, True]
    assert sorted(a["tables"]["line"]["accepted"] for a in answers) == [0, 200]
    assert_whole(desk)


def test_two_at_once_on_different_files(desk: Desk, tmp_path: Path) -> None:
    one = bad_city(tmp_path / "one")
    other = write_city(
        tmp_path / "other",
        psn_info_b=[{**PERSON, "psn_no": "P2"}],
        mdtrt_d=[{**ENCOUNTER, "mdtrt_id": "M2", "psn_no": "P2"}],
        setl_d=[{**SETTLEMENT, "setl_id": "S2", "mdtrt_id": "M2", "psn_no": "P2"}],
        fee_list_d=lines(range(500, 600), setl_id="S2", mdtrt_id="M2", psn_no="P2"),
    )
    answers = [told(p) for p in [start("collect", desk.register, f) for f in (one, other)]]
    assert len({a["batch"] for a in answers} - {None}) == 2
    assert counts(desk) == {**WHOLE, "person": 2, "encounter": 2, "settlement": 2, "line": 300}
    assert len({r["line_id"] for r in desk.stored("line")}) == 300
    assert desk.lake.verify() == []
