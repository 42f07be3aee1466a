"""What findings say for a paper (事实): the acts rule by rule with each purse apart, and which fund paid for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from yibao.casework.cases import Desk, Money
from yibao.casework.cases.stakes import Stake
from yibao.casework.findings import store as findings_store
from yibao.casework.findings.outputs.looking import known_by_run, looking
from yibao.casework.findings.outputs.ruletext import rule_of
from yibao.casework.findings.outputs.words import STATUS_NAMES, named
from yibao.casework.rounds import stakes_about
from yibao.kernel import split
from yibao.store import Home, Register


def violations(
    desk: Desk, home: Home, register: Register, findings: Sequence[int]
) -> tuple[list[dict[str, Any]], dict[int, Stake]]:
    """Give the acts as the findings show them, cause by cause (案由), and what each finding puts at stake.

    How it was done (行为经过) people write. The loss of the fund is what the fund paid: the patients' own money is none.
    """
    rows = findings_store.headers(desk.unit.connection, ids=list(findings), state=None)
    stakes = stakes_about(desk, home, register, findings)
    by_cause: dict[str, list[Any]] = {}
    for row in rows:
        by_cause.setdefault(cause_of(str(row.rule)), []).append(row)
    told = []
    for number, (cause, mine) in enumerate(by_cause.items(), start=1):
        money = sum((_money(row, stakes) for row in mine), Money(0))
        told.append(
            {
                "no": number, "title": cause, "period_from": min(row.day for row in mine),
                "period_to": max(row.day for row in mine), "person_count": len({row.person_id for row in mine}),
                "line_count": sum(row.rows for row in mine), "cost": money.total_fen, "fund_paid": money.fund_fen,
                "fund_loss": money.fund_fen, "basis_violated": basis_in_law(row.rule for row in mine),
            }
        )  # fmt: skip
    return told, stakes


def _money(row: Any, stakes: Mapping[int, Stake]) -> Money:
    return stakes[row.finding_id].money if row.finding_id in stakes else Money(row.attributed_fen)


def cause_of(rule: str) -> str:
    """Give the cause (案由) under which findings of a rule are handled; the rule itself where the catalogue lost it."""
    known = rule_of(rule)
    return known.case_cause.zh if known is not None else rule


def basis_in_law(rules: Iterable[str]) -> str | None:
    """Give of what rules rest on the instruments that were read by us; no other stands in a decision."""
    known = [found for rule in rules if (found := rule_of(str(rule))) is not None]
    basis = (str(one) for rule in known for one in rule.basis if one.status == "confirmed")
    return "；".join(dict.fromkeys(basis)) or None


def basis_on_paper(rule: str) -> str:
    """Give the instruments a rule rests on; of one that we know second hand only, that is said."""
    known = rule_of(rule)
    if known is None:
        return "—"
    return "；".join(
        str(b) if b.status == "confirmed" else f"{b}（{STATUS_NAMES[b.status].zh}）" for b in known.basis
    )


def by_fund(
    home: Home, register: Register, funds: Mapping[int, int], spoken: Iterable[tuple[int, int, int]]
) -> dict[str, int]:
    """Share sums of the fund (fen, by key) between the funds of the schemes whose bills the lines stand in; by its name.

    ``spoken`` gives the charge lines that a key speaks of: key, line, fen.
    """
    rows = list(spoken)
    with looking(home, register, ("line", "settlement"), known_no=known_by_run(register)) as look:
        columns = {
            name: pa.array([row[at] for row in rows], pa.int64())
            for at, name in enumerate(("key", "line_id", "fen"))
        }
        look.engine.register_arrow("spoken", pa.table(columns))
        parts = look.rows(
            "SELECT key, coalesce(s.scheme, '') AS scheme, sum(fen) AS fen FROM spoken JOIN raw_line l USING (line_id) "
            "LEFT JOIN raw_settlement s ON s.settlement_id = l.settlement_id GROUP BY ALL ORDER BY ALL"
        )
    found: dict[str, int] = {}
    for key, fen in funds.items():
        mine = [row for row in parts if row["key"] == key and row["fen"] > 0]
        schemes = [str(row["scheme"]) for row in mine] or [""]
        weights = [int(row["fen"]) for row in mine] or [1]
        for scheme, share in zip(schemes, split(fen, weights), strict=True):
            found[scheme] = found.get(scheme, 0) + share
    return {fund_name(scheme): fen for scheme, fen in sorted(found.items()) if fen}


def fund_name(scheme: str) -> str:
    """Give the fund that pays by an insurance scheme.

    >>> fund_name("310"), fund_name("")
    ('职工基本医疗保险基金', '险种不明的基金')
    """
    return f"{named('insutype', scheme) or scheme}基金" if scheme else "险种不明的基金"


def credit_code(home: Home, register: Register, institution_id: int) -> str | None:
    """Give an institution's unified social credit code as the lake has it; None where nobody sent one."""
    with looking(home, register, ("institution",)) as look:
        rows = look.rows(
            "SELECT institution_id, credit_code FROM raw_institution WHERE credit_code IS NOT NULL"
        )
    return {row["institution_id"]: str(row["credit_code"]) for row in rows}.get(institution_id)
