"""How much an engine may take: memory, threads, room to spill. Always said by us."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

DEFAULT_MEMORY_MIB = 2048
DEFAULT_SPILL_MIB = 65_536


@dataclass(frozen=True, slots=True)
class Limits:
    """``memory_mib`` and ``spill_mib`` in mebibytes; ``scratch`` is a directory of this engine alone."""

    memory_mib: int
    spill_mib: int
    threads: int
    scratch: Path


def make_limits(memory_mib: int, spill_mib: int, threads: int | None, spill: Path | None) -> Limits:
    """Settle the limits and make a scratch directory of our own under ``spill`` (or the system's)."""
    if spill is not None:
        spill.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="engine-", dir=spill)).absolute()
    return Limits(memory_mib, spill_mib, threads or available_cores(), scratch)


def available_cores() -> int:
    """Give the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)
