"""How firm the ground is under the findings: each counts by the least certain thing that it rests on.

A finding rests on the instruments of its rule, on the knowledge point it used and on the parameters in force. Whether
it may speak clearly is the audit's word; what is counted here is how much of what was said rests on a copy (转引) or on
an assumption (假定), so that nobody takes the one for the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from yibao.audit import rules
from yibao.casework.findings.outputs.looking import Look, quoted
from yibao.casework.findings.outputs.ruletext import rule_of
from yibao.kernel import Text

ORDER: Final = ("confirmed", "secondary", "assumed")
"""From the surest to the least sure."""

GROUND_NAMES: Final = {
    "confirmed": Text(zh="全部已核实", en="all confirmed"),
    "secondary": Text(zh="含转引", en="some from a secondary source"),
    "assumed": Text(zh="含假定", en="some assumed"),
}
"""What is said of a finding whose least certain ground has this status."""

KNOWLEDGE: Final = tuple(dict.fromkeys(f"knowledge_{r.knowledge}" for r in rules().values() if r.knowledge))
"""The tables of knowledge that rules use."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The open findings whose least certain ground has this status. Money is fen and credited."""

    status: str
    clear_findings: int = 0
    clear_fen: int = 0
    suspicious_findings: int = 0
    suspicious_fen: int = 0

    @property
    def findings(self) -> int:
        """Count them, clear and suspicious."""
        return self.clear_findings + self.suspicious_findings

    @property
    def fen(self) -> int:
        """Give their money, clear and suspicious."""
        return self.clear_fen + self.suspicious_fen


@dataclass(frozen=True, slots=True)
class Points:
    """The knowledge points of one rule, counted by how sure we are of them."""

    rule: str
    confirmed: int
    secondary: int
    assumed: int

    @property
    def all(self) -> int:
        """Count them all."""
        return self.confirmed + self.secondary + self.assumed


def grounds(look: Look, as_run: Mapping[str, Mapping[str, Any]]) -> list[Ground]:
    """Give the open findings by their least certain ground, the surest first, each status once.

    Needs `Look.show_findings` and the ``raw_`` relations of `KNOWLEDGE`; ``as_run`` says with which parameters each
    rule last ran. Where a finding's point is no longer in the lake nothing vouches for it: it counts as assumed.
    """
    sums = {status: {"clear": [0, 0], "suspicious": [0, 0]} for status in ORDER}
    for row in look.rows(
        f"SELECT f.rule, f.result, CASE WHEN f.knowledge_id IS NULL THEN 'confirmed' ELSE coalesce(p.status, 'assumed') "
        f"END AS status, count(*) AS findings, CAST(sum(f.attributed_fen) AS BIGINT) AS fen "
        f"FROM finding f LEFT JOIN ({_points()}) p ON p.rule = f.rule AND p.knowledge_id = f.knowledge_id GROUP BY ALL"
    ):
        least = least_certain([row["status"], *_stated(row["rule"], as_run.get(row["rule"], {}))])
        of = sums[least]["clear" if row["result"] == "clear" else "suspicious"]
        of[0] += row["findings"]
        of[1] += row["fen"]
    return [Ground(status, *sums[status]["clear"], *sums[status]["suspicious"]) for status in ORDER]


def points(look: Look, rule_ids: Sequence[str]) -> list[Points]:
    """Count the knowledge points of these rules; rules without knowledge are left out."""
    found: dict[str, dict[str, int]] = {}
    for row in look.rows(f"SELECT rule, status, count(*) AS n FROM ({_points()}) GROUP BY ALL"):
        found.setdefault(row["rule"], {})[row["status"]] = row["n"]
    return [Points(rule, *(found[rule].get(s, 0) for s in ORDER)) for rule in rule_ids if rule in found]


def least_certain(statuses: Sequence[str]) -> str:
    """Give the least sure of some statuses; a word that is none of them vouches for nothing.

    >>> least_certain(["confirmed", "secondary"]), least_certain(["confirmed"]), least_certain([])
    ('secondary', 'confirmed', 'assumed')
    """
    return max((s if s in ORDER else "assumed" for s in statuses), key=ORDER.index, default="assumed")


def _stated(rule_id: str, said: Mapping[str, Any]) -> list[str]:
    """Give how sure a rule's instruments and its parameters are; one that the catalogue lost has no instrument."""
    rule = rule_of(rule_id)
    bases = [b.status for b in rule.basis] if rule is not None else ["assumed"]
    return [*bases, *(used["status"] for used in said.get("parameters", ()))]


def _points() -> str:
    """Write the SELECT that gives ``rule, knowledge_id, status`` of every knowledge point a rule uses."""
    parts = [
        f"SELECT {quoted(rule.id)} AS rule, knowledge_id, status FROM raw_knowledge_{rule.knowledge}"
        for rule in rules().values()
        if rule.knowledge
    ]
    return " UNION ALL ".join(parts)
