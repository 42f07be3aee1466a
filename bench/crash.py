"""``crash``: programs and database killed at random instants of mixed work; what was lost, what was done twice."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter
from typing import Final

from tests.crash.harness import crash

from bench.result import Result, machine
from yibao.store import Home, stop_register

KILLS: Final = 200
FEWER: Final = 20
FULL_SIZE: Final = 1_000_000


def measure(lines: int) -> Result:
    """Kill 200 times, or 20 where fewer lines than a million are asked for; ours is the number of faults."""
    kills = KILLS if lines >= FULL_SIZE else FEWER
    state = machine()
    began = perf_counter()
    with tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder:
        home = Home(Path(folder) / "home")
        try:
            tally = crash(home, Path(folder) / "journal", kills, seed=kills)
        finally:
            stop_register(home)
    detail = {
        "kills": dict(tally.kills),
        "acknowledged_acts": tally.acknowledged,
        "acts": tally.acts,
        "faults": tally.faults[:20],
        "seconds": round(perf_counter() - began, 1),
    }
    faults = float(len(tally.faults))
    return Result("crash", kills, "faults", faults, 0.0, faults, "0", state, detail)
