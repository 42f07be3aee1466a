"""The one composition root: the only place that knows all rooms and puts them together."""

from __future__ import annotations

from yibao.bootstrap.house import EVENTS, JOBS, House, open_house
from yibao.bootstrap.knowing import OFFICIAL, check_examples, knowledge_source, region_policy

__all__ = [
    "EVENTS",
    "JOBS",
    "OFFICIAL",
    "House",
    "check_examples",
    "knowledge_source",
    "open_house",
    "region_policy",
]
