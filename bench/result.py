"""One measurement as every benchmark prints it."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any


def machine() -> dict[str, Any]:
    """Say on what, and beside how much other work, a measurement was taken."""
    load = Path("/proc/loadavg").read_text(encoding="ascii").split()[0]
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load_before": load,
        "python": platform.python_version(),
        "processor": platform.machine(),
    }


RUNS = 3
"""How often each way is timed."""


@dataclass(slots=True)
class Result:
    """What was measured: ours, what it is held against, their ratio, and the goal of that ratio."""

    name: str
    size: int
    unit: str
    ours: float
    against: float
    ratio: float
    goal: str
    machine: dict[str, Any]
    detail: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> str:
        """Give the measurement as one JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def as_text(self) -> str:
        """Give the measurement as one line for eyes."""
        return (
            f"{self.name:<8} {self.size:>12,}  ours {self.ours:.3f} {self.unit}  against {self.against:.3f} {self.unit}"
            f"  ratio {self.ratio:.2f} (goal {self.goal})  load {self.machine['load_before']}"
        )


def medians(
    first: Callable[[], object], second: Callable[[], object], runs: int = RUNS
) -> tuple[float, float]:
    """Time two ways of doing the same in turn, A B A B …, and give the median seconds of each."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for way, taken in zip((first, second), times, strict=True):
            began = perf_counter()
            way()
            taken.append(perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])
