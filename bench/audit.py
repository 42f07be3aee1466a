"""``audit``: seconds for all rules over a city's lake, against the same rules run one by one."""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path

from bench.lakes import audit, lake_of, lines_in
from bench.result import Result, machine, medians


def measure(lines: int) -> Result:
    """Audit one lake with all rules together, and with each rule as a run of its own."""
    state = machine()
    with tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder, lake_of(lines, Path(folder)) as house:
        size = lines_in(house)
        last = audit(house)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10

        def one_by_one() -> None:
            for rule in last.by_rule:
                audit(house, [rule])

        taken, against = medians(lambda: audit(house), one_by_one)
    detail = {
        "rules": len(last.by_rule),
        "lines_per_second": round(size / taken),
        "peak_mib": peak,
        "findings": last.findings,
        "rule_seconds": {r: round(s, 3) for r, s in last.rule_seconds.items()},
    }
    return Result("audit", size, "s", taken, against, taken / against, "≤ 0.7", state, detail)
