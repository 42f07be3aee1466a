"""Where and what: the money of the open findings by region of the institution and by cause of action."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from yibao.casework.findings.outputs.institutions import Institution
from yibao.casework.findings.outputs.ruletext import rule_of
from yibao.casework.findings.outputs.words import UNKNOWN


@dataclass(frozen=True, slots=True)
class Division:
    """One part of the whole: a region (its code) or a cause of action, with its findings and their credited money."""

    name: str
    findings: int
    fen: int
    clear_fen: int
    billed_fen: int = 0
    """What the institutions of the region billed; nothing is billed under a cause."""


def by_place(
    cube: Iterable[Row[Any]], known: Mapping[int, Institution], billed: Mapping[int, tuple[int, int]]
) -> list[Division]:
    """Divide by the region of the institution, most money first; a region without findings is one too."""
    places = {key: one.region for key, one in known.items()}
    base: defaultdict[str, int] = defaultdict(int)
    for key, (_, fen) in billed.items():
        base[places.get(key, UNKNOWN)] += fen
    return _divided(((places.get(row.institution_id, UNKNOWN), row) for row in cube), base)


def by_cause(cube: Iterable[Row[Any]]) -> list[Division]:
    """Divide by the cause of action that a rule's findings would be handled under, most money first."""
    causes = {}
    rows = []
    for row in cube:
        if row.rule not in causes:
            rule = rule_of(row.rule)
            causes[row.rule] = rule.case_cause.zh if rule is not None else UNKNOWN
        rows.append((causes[row.rule], row))
    return _divided(rows, {})


def _divided(rows: Iterable[tuple[str, Row[Any]]], base: Mapping[str, int]) -> list[Division]:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, row in rows:
        one = sums[name]
        one[0] += row.findings
        one[1] += row.attributed_fen
        one[2] += row.attributed_fen if row.result == "clear" else 0
    found = []
    for name in {*sums, *base}:
        findings, fen, clear = sums.get(name, (0, 0, 0))
        found.append(Division(name, findings, fen, clear, base.get(name, 0)))
    return sorted(found, key=lambda one: (-one.fen, one.name))
