"""``frames``: ten rules through our relations, against the same ten in Polars and in pandas.

Every way starts from the stored Parquet files and reads them within the measured time, only the columns it needs; all
find the same lines and money, or nothing is reported. Ours gives whole evidence, the others a line and its money. The
ratio is the geometric mean over the ten rules of theirs by ours. What is done once for all ten (our binding, which
reads the files; their gathering of what was taken back) is spread evenly over the rules. Beside it: the sums over all
ten, and the mean over ours alone, where every rule is bound as the only one.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.frames_pandas import pandas
from bench.frames_polars import polars
from bench.lakes import lake_of, lines_in
from bench.result import RUNS, Result, machine
from bench.ten import TEN, Case, Way, case_of, ours, shares

GOALS = {"polars": "≥ 1.0", "pandas": "≥ 4"}


def measure(lines: int) -> Result:
    """Run the ten rules over one lake in all three ways, in turn."""
    state = machine()
    ways = {"ours": ours, "polars": polars, "pandas": pandas}
    with tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder, lake_of(lines, Path(folder)) as house:
        size, case = lines_in(house), case_of(house)
        first = {name: way(case) for name, way in ways.items()}
        for name in GOALS:
            first["ours"].same_as(first[name], name)
        runs: dict[str, list[Way]] = {name: [] for name in ways}
        for _ in range(RUNS):
            for name, way in ways.items():
                runs[name].append(way(case))
        alone = _alone(case)
    rules = {name: _by_rule(runs[name]) for name in ways}
    totals = {name: sum(seconds.values()) for name, seconds in rules.items()}
    detail: dict[str, Any] = {
        "ratios": {name: _mean(rules[name], rules["ours"]) for name in GOALS},
        "goals": GOALS,
        "totals": {name: round(seconds, 3) for name, seconds in totals.items()},
        "ratios_alone": {name: _mean(rules[name], alone) for name in GOALS},
        "by_rule": {rule: {name: round(rules[name][rule], 3) for name in ways} for rule in TEN},
        "ours_seconds": shares(runs["ours"][-1]),
    }
    ratio = detail["ratios"]["polars"]
    return Result(
        "frames", size, "s", totals["ours"], totals["polars"], ratio, GOALS["polars"], state, detail
    )


def _by_rule(runs: list[Way]) -> dict[str, float]:
    """Give the median seconds of each rule, with its even share of what was done for all."""
    common = statistics.median(sum(s for name, s in run.seconds.items() if name not in TEN) for run in runs)
    return {rule: statistics.median(run.seconds[rule] for run in runs) + common / len(TEN) for rule in TEN}


def _alone(case: Case) -> dict[str, float]:
    taken = {}
    for rule in TEN:
        began = perf_counter()
        ours(case, rule)
        taken[rule] = perf_counter() - began
    return taken


def _mean(theirs: dict[str, float], mine: dict[str, float]) -> float:
    return round(statistics.geometric_mean(theirs[rule] / mine[rule] for rule in TEN), 3)
