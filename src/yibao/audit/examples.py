"""Examples: the cases a jurist reads beside a rule, run as they stand on any engine.

``examples.yaml`` gives rows in the words of the contract and says which lines are hit and for how much money; every
other line is thereby said to be innocent. The rows are read by the same code that reads a bureau's extracts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from yibao.audit.catalogue import base_relations, rule_file
from yibao.audit.judging import judge
from yibao.audit.model import Rule
from yibao.claims import bind, relations
from yibao.engine import Engine
from yibao.kernel import Text, format_fen, parse_fen, read_yaml
from yibao.policy import Policy

Rows = list[dict[str, str]]
Load = Callable[[str, Rows], pa.Table]
"""Turns example rows of one table into stored rows; refuses rows that a bureau's file could not bring either."""


@dataclass(frozen=True, slots=True)
class Case:
    """One example: what it shows, the rows given, and the lines that must be hit, each with its money in fen."""

    title: Text
    given: Mapping[str, Rows]
    hits: Mapping[str, int]


def cases(rule: Rule) -> list[Case]:
    """Read the examples of a rule; ``defaults`` fill what a case leaves out of its rows."""
    raw = read_yaml(rule_file(rule, "examples.yaml"), f"rules/{rule.id}/examples.yaml")
    assert isinstance(raw, dict)
    defaults, shared = raw.get("defaults", {}), raw.get("given", {})
    return [_case(entry, defaults, shared) for entry in raw["cases"]]


def _case(entry: dict[str, object], defaults: dict[str, dict[str, str]], shared: dict[str, Rows]) -> Case:
    title, own, hits = entry["case"], entry.get("given", {}), entry.get("hits", {})
    assert isinstance(title, dict) and isinstance(own, dict) and isinstance(hits, dict)
    given = {
        table: [
            {k: str(v) for k, v in {**defaults.get(table, {}), **row}.items() if v is not None}
            for row in [*shared.get(table, []), *own.get(table, [])]
        ]
        for table in {**shared, **own}
    }
    return Case(Text(**title), given, {str(line): parse_fen(str(money)) for line, money in hits.items()})


def disagreements(engine: Engine, rule: Rule, case: Case, load: Load, policy: Policy) -> list[Text]:
    """Run one example and say where the rule does something else than the example says."""
    stored = {table: load(table, rows) for table, rows in case.given.items()}
    bind(engine, stored, base_relations(rule))
    filled = {name: any(stored.get(t) is not None for t in relations()[name].made_of) for name in relations()}
    judged = judge(engine, rule, policy, touched=False, filled=filled)
    if judged.skipped is not None:
        return [judged.skipped]
    numbers = {r["line_id"]: r["line_no"] for r in stored["line"].select(["line_id", "line_no"]).to_pylist()}
    found = {
        numbers[r["row_id"]]: r["at_stake_fen"]
        for r in judged.evidence.to_pylist()
        if r["evidence"] == "line" and r["role"] == 1
    }
    return [*_missed(case.hits, found), *_unexpected(case.hits, found)]


def _missed(wanted: Mapping[str, int], found: Mapping[str, int]) -> list[Text]:
    return [
        Text(zh=f"漏判 {line}：应为 {format_fen(fen)}，实为 {_money(found, line)}",
             en=f"missed {line}: wanted {format_fen(fen)}, came {_money(found, line)}")
        for line, fen in wanted.items()
        if found.get(line) != fen
    ]  # fmt: skip


def _unexpected(wanted: Mapping[str, int], found: Mapping[str, int]) -> list[Text]:
    return [
        Text(zh=f"误判 {line}：{format_fen(fen)}", en=f"hit an innocent line {line}: {format_fen(fen)}")
        for line, fen in found.items()
        if line not in wanted
    ]


def _money(found: Mapping[str, int], line: str) -> str:
    return format_fen(found[line]) if line in found else "—"
