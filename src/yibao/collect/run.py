"""What one collection holds in its hands while it works, and what it tells when it ends."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from yibao.collect.sources import Source
from yibao.collect.staging import Staged
from yibao.collect.verdicts import Scene
from yibao.engine import Engine
from yibao.kernel import Refused
from yibao.store import Home, Lake

_SCRATCH = "collect-"

Progress = Callable[[str, int, int], None]
"""Told as work goes on: what is being done, how many steps are done, how many there are."""


@dataclass(slots=True)
class Outcome:
    """What one collection did, as the command line and the register tell it."""

    batch: int | None
    source: str
    tables: dict[str, dict[str, int]] = field(default_factory=dict)
    files: list[dict[str, object]] = field(default_factory=list)
    quarantined_fen: int = 0
    problems: list[Refused] = field(default_factory=list)
    """Files that were left out whole, each with its reason; the other files went through."""

    @property
    def quarantined(self) -> int:
        """Count the quarantined rows of all tables."""
        return sum(t["quarantined"] for t in self.tables.values())


@dataclass(slots=True)
class Run:
    """One collection at work: its engine, its lake, and what was staged and judged of each table so far."""

    engine: Engine
    lake: Lake
    source: Source
    scratch: Path
    progress: Progress
    outcome: Outcome
    staged: dict[str, list[Staged]] = field(default_factory=dict)
    stored: dict[str, list[Path]] = field(default_factory=dict)
    scenes: dict[str, Scene] = field(default_factory=dict)
    corrected: frozenset[str] = frozenset()


@contextmanager
def scratch(home: Home) -> Iterator[Path]:
    """Give a scratch directory of one collection, gone when it ends.

    Collectors take turns, so that what lies there already is what a killed one left: it goes first.
    """
    for left in home.work.glob(f"{_SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    path = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=home.work))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
