"""Findings written straight into the register: what the tests of cases need of an audit, without the audit."""

from __future__ import annotations

from sqlalchemy import text
from tests.casework.cases.people import CITY

from yibao.casework.findings.model import finding_code
from yibao.kernel import day_of_ymd
from yibao.store import Register

ACT_DAY = day_of_ymd(20251101)


def plant(
    register: Register, *fen: int, institution: int = 7, day: int = ACT_DAY, first: int = 100
) -> list[str]:
    """Write one finding for each sum, all of one institution; give their codes."""
    with register.unit_of_work("test") as unit:
        said = unit.connection.execute
        said(
            text(
                "INSERT INTO institution VALUES (:id, :code, :name, :region) ON CONFLICT (institution_id) DO NOTHING"
            ),
            {
                "id": institution,
                "code": f"H{institution:011d}",
                "name": f"某医院{institution}",
                "region": CITY,
            },
        )
        batch = said(
            text(
                "INSERT INTO batch (kind, source, meta, state) VALUES ('audit', 'test', '{}', 'running') RETURNING number"
            )
        ).scalar()
        run = said(
            text(
                "INSERT INTO audit_run (batch, engine, region, known_no, rules, versions, lines, findings, amount_fen, "
                "milliseconds, actor) VALUES (:batch, 'duckdb', :region, 1, '[]', '{}', 0, 0, 0, 0, 'test') RETURNING number"
            ),
            {"batch": batch, "region": CITY},
        ).scalar()
        for at, sum_ in enumerate(fen):
            said(
                text(
                    "INSERT INTO finding (finding_id, rule, rule_version, result, institution_id, person_id, day, measured, "
                    "threshold, at_stake_fen, attributed_fen, rows, evidence_batch, first_run, last_run, state) VALUES "
                    "(:id, 'duplicate_charge_pair', 1, 'suspicious', :institution, 9, :day, 2, 1, :fen, :fen, 1, :batch, "
                    ":run, :run, 'open')"
                ),
                {
                    "id": first + at, "institution": institution, "day": day, "fen": sum_, "batch": batch, "run": run,
                },
            )  # fmt: skip
    return [finding_code(first + at) for at in range(len(fen))]


def withdraw(register: Register, finding: int) -> None:
    """Let a later audit not find a finding again."""
    with register.unit_of_work("test") as unit:
        unit.connection.execute(
            text("UPDATE finding SET state = 'withdrawn', closed_run = last_run WHERE finding_id = :id"),
            {"id": finding},
        )
