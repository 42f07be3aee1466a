"""A run that goes over ranges of keys finds what a run over everything finds, row for row."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.casework.conftest import Desk
from tests.casework.findings.test_incremental import (
    Stored,
    corrected,
    cut,
    lay,
    stored_city,
    taken_back,
    together,
)
from tests.casework.findings.test_life import bill_back

from yibao.audit import KEYS, rules
from yibao.bootstrap import OFFICIAL
from yibao.casework.findings import Order, audit_lake
from yibao.casework.findings.ranges import BYTES_OF_A_LINE, conditions, ranges_for
from yibao.casework.findings.running import Verdict, judge_all
from yibao.casework.findings.touched import recorded
from yibao.collect import known_files, superseded
from yibao.engine import open_engine
from yibao.kernel import natural_key

__all__ = ["stored_city"]


def _order(desk: Desk, ranges: int | None, engine: str = "duckdb") -> Order:
    return Order(
        [*rules().values()],
        desk.house.policy(),
        engine=engine,
        memory_mib=1024,
        ranges=ranges,
        official=[OFFICIAL],
    )


def _judged(desk: Desk, ranges: int) -> dict[str, tuple[Any, ...]]:
    lake = desk.house.lake
    known = max(one.known_no or 0 for one in lake.batches())
    with open_engine("duckdb", memory_mib=1024) as engine:
        files, replaced = known_files(lake, known), superseded(lake, known)
        verdict = judge_all(
            engine, lake, files, replaced, _order(desk, ranges), known, {}, lambda what, done, of: None
        )
    return {one.rule.id: _told(verdict, at) for at, one in enumerate(verdict.judged)}


def _told(verdict: Verdict, at: int) -> tuple[Any, ...]:
    one = verdict.judged[at]
    rows = sorted(map(repr, one.evidence.to_pylist()))
    said = {name: value for name, value in recorded(one).items() if name != "milliseconds"}
    return (rows, said, one.foreign, one.adopted, verdict.lines)


@pytest.mark.slow
def test_ranges_agree_row_for_row(desk: Desk, stored_city: Stored) -> None:
    """Rows that came late, were corrected (to another person too) and taken back are in the lake."""
    dice = random.Random(5)
    first, late = cut(stored_city, dice, False)
    known = lay(desk, first)
    lay(desk, together(late, corrected(first, stored_city, dice), taken_back(first, dice)), known)
    whole = _judged(desk, 1)
    assert sum(bool(rows) for rows, *_ in whole.values()) > 40, "most rules must have something to find"
    for ranges in (2, 7):
        in_ranges = _judged(desk, ranges)
        assert {i: told for i, told in in_ranges.items() if told != whole[i]} == {}


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_a_run_in_ranges_leaves_the_findings_of_a_run_at_once(small_desk: Desk, engine: str) -> None:
    register = small_desk.house.register
    audit_lake(small_desk.house.home, register, _order(small_desk, 1), actor="test")
    whole = small_desk.open_findings()
    assert whole
    told = audit_lake(small_desk.house.home, register, _order(small_desk, 3, engine), actor="test")
    assert (small_desk.open_findings(), told.withdrawn) == (whole, 0)


def test_an_incremental_run_in_ranges_leaves_what_a_full_run_leaves(small_desk: Desk, tmp_path: Path) -> None:
    """The first one of another city's rules judges everybody by most of them; the next one only the touched."""
    house, order = small_desk.house, _order(small_desk, 3)
    before = bill_back(small_desk, tmp_path, "S2")
    for times in range(2):
        told = audit_lake(house.home, house.register, replace(order, since=before), actor="test")
        assert (len(told.widened) > 10) == (times == 0)
        left = small_desk.open_findings()
        audit_lake(house.home, house.register, _order(small_desk, 1), actor="test")
        assert small_desk.open_findings() == left


@pytest.mark.parametrize("number", [2, 7, 13])
def test_every_key_is_in_one_range(number: int) -> None:
    keys = [0, (1 << 63) - 1, -1, *(natural_key("person", str(one)) for one in range(200))]
    within = [f"CASE WHEN {condition} THEN 1 ELSE 0 END" for condition in conditions("person_id", number)]
    sums = ", ".join(f"CAST(sum({one}) AS BIGINT) AS n{at}" for at, one in enumerate(within))
    with open_engine("duckdb", memory_mib=256) as engine:
        engine.bind("keys", arrow=pa.table({"person_id": pa.array(keys, pa.int64())}))
        times = engine.run(f"SELECT {' + '.join(within)} AS times FROM keys AS r")
        [spread] = engine.run(f"SELECT {sums} FROM keys AS r").to_pylist()
    assert {*times.column("times").to_pylist()} == {1}
    assert min(spread.values()) > 2, "keys are spread over all of them"


def test_a_range_holds_what_the_memory_holds(desk: Desk) -> None:
    lines = 100_000_000
    asked = ranges_for(_order(desk, None), lines)
    assert lines / asked * BYTES_OF_A_LINE < 1024 << 20
    assert ranges_for(_order(desk, None), 1_000) == 1
    assert ranges_for(_order(desk, None, "sqlite"), lines) == 1
    assert ranges_for(_order(desk, 3), 1_000) == 3


def test_a_city_has_rules_of_every_partition() -> None:
    """The ways that `ranges` goes: by person, by institution, linked, and everybody at once."""
    parted = {rule.key for rule in rules().values()}
    assert parted == {*KEYS, ()}
    assert any(rule.linked_by for rule in rules().values())
