"""Facts and figures for the tests of scores: a clean subject, and what is done to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from yibao.archive.credit.catalogue import sets
from yibao.archive.credit.grammar import Bands, Levels
from yibao.archive.credit.model import Inputs, Measure, Scored
from yibao.archive.credit.scoring import score
from yibao.archive.files import Fact, FactKind
from yibao.kernel import day_of_ymd
from yibao.policy import Policy, load

DAY = day_of_ymd(20261130)
SINCE = day_of_ymd(20240101)
VOLUMES = {
    "settlements": 12_400, "fund": 61_200_000, "visits": 12_400, "discharges": 900, "lines": 24_700,
    "drug_scope": 80_000_000, "own_scope": 9_000_000, "own_visits": 900, "own_prescriptions": 800,
}  # fmt: skip


@cache
def policy(region: str = "000000") -> Policy:
    return load(region)


class File:
    """A file being made up: facts under numbers of their own."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def add(self, kind: FactKind, day: int = DAY - 30, *, rests_on: int | None = None, **body: Any) -> int:
        number = len(self.facts) + 1
        self.facts.append(Fact(number, 1, kind, day, day, body, rests_on, None, "x", number))
        return number

    def observe(self, indicator: str, day: int = DAY - 30, **body: Any) -> int:
        return self.add(FactKind.OBSERVED, day, indicator=indicator, **body)


def clean(set_name: str) -> tuple[File, dict[str, Measure]]:
    """Give a file and figures in which every row is rated and at full marks."""
    file, measures = File(), {}
    for one in sets()[set_name].indicators:
        scoring = one.scoring
        if isinstance(scoring, Levels):
            file.observe(one.id, level=next(iter(scoring.levels)))
        elif isinstance(scoring, Bands) and not one.feed.over and not one.feed.fold and not one.earned:
            perfect = (100_000, 100_000) if scoring.measure == "bp" and scoring.rising else (0, 100_000)
            if scoring.measure in ("count", "score"):
                perfect = (100_000, 1_000) if scoring.rising else (0, 1_000)
            measures[one.id] = Measure(*perfect)
    file.add(FactKind.COMMITTED, SINCE, until=DAY + 365)
    return file, measures


def scored(
    set_name: str,
    file: File,
    measures: Mapping[str, Measure],
    *,
    day: int = DAY,
    region: str = "000000",
    volumes: Mapping[str, int] = VOLUMES,
    status: str | None = None,
    **more: Any,
) -> Scored:
    inputs = Inputs(measures, volumes, SINCE, status)
    return score(file.facts, inputs, policy(region), day, set_name=set_name, **more)
