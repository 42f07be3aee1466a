"""What is asked of a run, and who is told how far it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from yibao.audit import Rule
from yibao.policy import Policy

Progress = Callable[[str, int, int], None]

MEMORY_MIB = 4096


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of a run: by which rules and policy, on which engine, over what."""

    rules: Sequence[Rule]
    policy: Policy
    grey: Sequence[Rule] = ()
    """Rules that run along and are counted, and make no findings; not in an incremental run, which sees only a part."""
    engine: str = "duckdb"
    since: int | None = None
    as_known: int | datetime | None = None
    memory_mib: int = MEMORY_MIB
    ranges: int | None = None
    """Into how many ranges of keys a full run goes (`ranges`); None: as many as the memory needs."""
    official: Collection[str] | None = None
    """The sources whose knowledge points are those that the rules' origin speaks of; None: every source is."""
