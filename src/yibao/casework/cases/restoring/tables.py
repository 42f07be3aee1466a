"""What recoveries restore to patients, in the register."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Table

from yibao.store import metadata

case_restoration = Table(
    "case_restoration",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    Column("finding_id", ForeignKey("finding.finding_id"), nullable=False),
    Column("person_id", BigInteger, nullable=False, index=True),
    Column("fund_fen", BigInteger, nullable=False),
    Column("patient_fen", BigInteger, nullable=False),
    Column("told_day", BigInteger),
    comment="what a recovery restores to a patient (待遇恢复): own money, and the allowance by the fund's share",
)
