"""Ten representative rules as `byhand` and `frames` measure them: how we run them, and what every other way must find.

Each way starts from the stored Parquet files and gives, for each rule, the violating lines and the money at stake on
each. A way that does not find exactly the same is not compared with anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from bench.lakes import MEMORY_MIB
from yibao.audit import Rule, choose, judge, needed_relations, read_columns
from yibao.bootstrap import OFFICIAL, House
from yibao.claims import bind, relations
from yibao.collect import known_files, superseded
from yibao.engine import open_engine
from yibao.policy import Policy

TEN: Final = (
    "sex_limit", "child_limit", "duplicate_charge_pair", "frequency_per_day", "price_over_limit", "split_stay",
    "two_places", "visit_during_stay", "settled_twice", "institution_suspended",
)  # fmt: skip
"""By item, by age, by pair, by sum, by price, by sequence, by distance, by interval, by content, by status."""

READ: Final = (
    "line", "settlement", "encounter", "absence", "trace_code_use", "person", "institution", "status_period", "price_limit",
    "knowledge_sex_limit", "knowledge_age_limit", "knowledge_duplicate_pair", "knowledge_frequency_limit",
)  # fmt: skip
"""The tables that the ten rules are about."""

FOUND: Final = pa.schema([("line_id", pa.int64()), ("fen", pa.int64())])
"""What is compared: a violating line and the money at stake on it."""


class NotTheSame(Exception):
    """Two ways found different things: what either of them took says nothing."""


@dataclass(slots=True)
class Way:
    """What one way of running the ten rules found, and the seconds that each rule took it."""

    found: dict[str, pa.Table] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Time a part of the work."""
        began = perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - began

    def same_as(self, other: Way, who: str) -> None:
        """Raise `NotTheSame` unless another way found the same lines with the same money under every rule."""
        for rule in TEN:
            mine, theirs = _rows(self.found[rule]), _rows(other.found[rule])
            if mine != theirs:
                few = sorted(set(theirs) ^ set(mine))[:5]
                raise NotTheSame(
                    f"{rule}: {len(mine)} lines, {who} {len(theirs)}; (line, fen) of one only: {few}"
                )


@dataclass(frozen=True, slots=True)
class Case:
    """A lake as the ten rules meet it: its files, the policy of its region, and which knowledge is official."""

    files: Mapping[str, list[Path]]
    replaced: pa.Table
    policy: Policy
    official: list[int]
    scratch: Path

    @property
    def threads(self) -> int:
        """Give how many threads every way may use."""
        return len(os.sched_getaffinity(0))

    def numbers(self) -> dict[str, dict[str, int]]:
        """Give the numbers of each rule, for ways that cannot ask the policy: parameters and first day in force.

        The ways that are compared with ours know one number each; a policy that changes over time is not for them.
        """
        found = {}
        for rule in rules():
            numbers = {"from_day": rule.period.from_day}
            for name, key in rule.parameters.items():
                values = {value.number for _, value in self.policy.segments(key, rule.period)}
                if len(values) != 1:
                    raise NotTheSame(f"{rule.id}: {key} has several values over time")
                numbers[name] = int(values.pop())
            found[rule.id] = numbers
        return found


def rules() -> list[Rule]:
    """Give the ten rules."""
    return choose(TEN)


def case_of(house: House) -> Case:
    """Take the lake of a house as a case. No row of it may be a corrected one: the other ways know no corrections."""
    replaced = superseded(house.lake, None)
    if replaced.num_rows:
        raise NotTheSame("the lake holds corrected rows")
    official = [b.number for b in house.lake.batches() if b.kind == "collect" and b.source == OFFICIAL]
    return Case(known_files(house.lake, None), replaced, house.policy(None), official, house.home.work)


def ours(case: Case, only: str | None = None) -> Way:
    """Bind what the rules read and judge them, as an audit does, and keep the evidence; all ten, or only one."""
    way = Way()
    asked = [rule for rule in rules() if only in (None, rule.id)]
    filled = {relation.name: bool(case.files[relation.of]) for relation in relations().values()}
    with open_engine("duckdb", memory_mib=MEMORY_MIB, threads=case.threads, spill=case.scratch) as engine:
        with way.timed("bind"):
            bind(
                engine, case.files, needed_relations(asked), superseded=case.replaced, materialise=True,
                columns=read_columns(asked),
            )  # fmt: skip
        for rule in asked:
            with way.timed(rule.id):
                judged = judge(
                    engine, rule, case.policy, touched=False, filled=filled, official=case.official
                )
            if judged.skipped is not None:
                raise NotTheSame(f"{rule.id}: {judged.skipped.en}")
            way.found[rule.id] = judged.evidence
    for rule_id, evidence in way.found.items():
        way.found[rule_id] = _lines(evidence)
    return way


def _lines(evidence: pa.Table) -> pa.Table:
    violating = pc.and_(pc.equal(evidence.column("evidence"), "line"), pc.equal(evidence.column("role"), 1))
    rows = evidence.filter(violating).select(["row_id", "at_stake_fen"])
    return rows.rename_columns(FOUND.names)


def _rows(found: pa.Table) -> list[tuple[int, int]]:
    lines, fen = (found.column(name).to_pylist() for name in FOUND.names)
    return sorted(zip(lines, fen, strict=True))


def shares(way: Way) -> dict[str, float]:
    """Give the seconds of each part of one run, for eyes."""
    return {name: round(seconds, 3) for name, seconds in way.seconds.items()}
