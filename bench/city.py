"""``city``: seconds to write a synthetic city on two processors, as Parquet, against the same city as CSV."""

from __future__ import annotations

import resource
import shutil
import tempfile
from pathlib import Path
from typing import Final

from bench.result import Result, machine, medians
from yibao.city import CityPlan, build_city

LINES_PER_PERSON: Final = 44
WORKERS: Final = 2


def measure(lines: int) -> Result:
    """Write the same city as Parquet and as CSV in turn; the detail gives the lines a second of both."""
    state = machine()
    plan = CityPlan(people=max(lines // LINES_PER_PERSON, 1000), seed=1)
    written: list[int] = []
    with tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder:

        def parquet() -> None:
            written.append(build_city(plan, Path(folder) / "p", form="parquet", workers=WORKERS).lines)
            shutil.rmtree(Path(folder) / "p")

        def csv() -> None:
            build_city(plan, Path(folder) / "c", form="csv", workers=WORKERS)
            shutil.rmtree(Path(folder) / "c")

        taken, against = medians(parquet, csv)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    detail = {
        "parquet_lines_per_second": round(written[-1] / taken),
        "csv_lines_per_second": round(written[-1] / against),
        "people": plan.people,
        "peak_mib_of_one_process": peak >> 10,
    }
    goal = "≥ 1 000 000 (Parquet), ≥ 400 000 (CSV) 行/秒 lines/s"
    return Result("city", written[-1], "s", taken, against, against / taken, goal, state, detail)
