"""``audit``: seconds for all rules over a city's lake, against the same rules run one by one."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.collect import LINES_PER_PERSON
from bench.result import Result, machine, medians
from yibao.bootstrap import House
from yibao.casework import RunOutcome
from yibao.city import CityPlan, build_city
from yibao.collect import load_source
from yibao.store import Home, open_register


def measure(lines: int) -> Result:
    """Audit one city with all rules together, and with each rule as a run of its own."""
    state = machine()
    with tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder:
        root = Path(folder)
        built = build_city(CityPlan(people=max(lines // LINES_PER_PERSON, 1000), seed=1), root / "city")
        home = Home(root / "home")
        with open_register(home, linger=0.0) as register:
            house = House(home, register, "bench")
            house.collect([root / "city"], load_source("national"), lambda *_: None, lambda: None)
            house.load_official_knowledge(lambda *_: None, only_if_none=True)
            last = _run(house, None)

            def one_by_one() -> None:
                for rule in last.by_rule:
                    _run(house, [rule])

            taken, against = medians(lambda: _run(house, None), one_by_one)
    detail = {
        "lines_per_second": round(built.lines / taken),
        "findings": last.findings,
        "rule_lines_per_second": {r: round(built.lines / s) for r, s in last.rule_seconds.items() if s},
    }
    return Result("audit", built.lines, "s", taken, against, taken / against, "≤ 0.7", state, detail)


def _run(house: House, rules: list[str] | None) -> RunOutcome:
    return house.audit(
        engine="duckdb", rules=rules, region=None, since=None, as_known=None, memory_mib=4096,
        progress=lambda *_: None, on_wait=lambda: None, sql_log=None,
    )  # fmt: skip
