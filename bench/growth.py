"""``growth``: how the audit's time grows with ten times the lines, against itself.

``--lines 10000000`` audits 10⁸ lines: laying that lake takes some minutes and about 2 GB under
``--scratch``; what the engines spill comes on top.
"""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Final

from bench.lakes import audit, lake_of, lines_in
from bench.result import Result, machine

TIMES: Final = 10


def measure(lines: int) -> Result:
    """Audit a lake of so many lines and one of ten times as many, each once."""
    state = machine()
    small, few, _ = _timed(lines)
    large, many, rules = _timed(TIMES * lines)
    detail = {
        "lines": [few, many],
        "seconds": [round(small, 2), round(large, 2)],
        "lines_per_second": [round(few / small), round(many / large)],
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "growing_most": _worst(rules),
    }
    return Result("growth", many, "s", large, small, large / small, "≤ 11", state, detail)


def _timed(lines: int) -> tuple[float, int, dict[str, float]]:
    with tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder, lake_of(lines, Path(folder)) as house:
        began = perf_counter()
        last = audit(house)
        return perf_counter() - began, lines_in(house), last.rule_seconds


def _worst(seconds: dict[str, float]) -> dict[str, float]:
    ordered = sorted(seconds.items(), key=lambda one: -one[1])
    return {rule: round(taken, 2) for rule, taken in ordered[:5]}
