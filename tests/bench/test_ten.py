"""The ten rules of the measurements: every other way of running them finds what ours finds, or nothing is reported."""

from __future__ import annotations

import pyarrow as pa
import pytest
from bench.ten import FOUND, TEN, NotTheSame, Way

from bench import byhand

LINES = 30_000


def way(lines: list[int], fen: list[int]) -> Way:
    return Way({rule: pa.table([lines, fen], schema=FOUND) for rule in TEN})


def test_another_order_is_the_same_and_other_lines_or_money_are_not() -> None:
    way([1, 2], [10, 20]).same_as(way([2, 1], [20, 10]), "other")
    for other in (way([1, 2], [10, 21]), way([1], [10]), way([1, 2, 2], [10, 20, 20]), way([1, 3], [10, 20])):
        with pytest.raises(NotTheSame, match="sex_limit"):
            way([1, 2], [10, 20]).same_as(other, "other")


@pytest.mark.slow
def test_by_hand_reports() -> None:
    result = byhand.measure(LINES)
    assert result.size > LINES / 2 and result.ours > 0 and result.ratio == result.against / result.ours
    assert set(result.detail["lines_found"]) == set(TEN)
    assert all(result.detail["lines_found"].values())


@pytest.mark.slow
def test_frames_report() -> None:
    frames = pytest.importorskip("bench.frames", reason="needs pandas and polars (make lock, dev)")
    result = frames.measure(LINES)
    assert set(result.detail["ratios"]) == {"polars", "pandas"} and all(
        v > 0 for v in result.detail["ratios"].values()
    )
    assert set(result.detail["by_rule"]) == set(TEN)
