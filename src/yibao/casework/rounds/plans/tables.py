"""The tables of deduction plans: which lines are deducted or refunded in which month."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from yibao.store import metadata

deduction_plan = Table(
    "deduction_plan",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("month", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("executed_day", BigInteger),
    Column("executed_by", Text),
    Column("voucher", Text),
    CheckConstraint("state IN ('planned', 'executed', 'dropped')", name="state"),
    CheckConstraint("(state = 'executed') = (executed_day IS NOT NULL)", name="executed"),
    comment="a monthly deduction plan (扣款计划): made by one person, executed on a day under a voucher",
)

deduction_item = Table(
    "deduction_item",
    metadata,
    Column("plan", ForeignKey("deduction_plan.number"), nullable=False),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("fund_fen", BigInteger, nullable=False),
    Column("patient_fen", BigInteger, nullable=False),
    PrimaryKeyConstraint("plan", "case_id", "kind"),
    CheckConstraint("kind IN ('deduct', 'refund')", name="kind"),
    CheckConstraint(
        "CASE kind WHEN 'deduct' THEN fund_fen >= 0 AND patient_fen >= 0 ELSE fund_fen <= 0 AND patient_fen <= 0 END",
        name="sign",
    ),
    comment="a row of a deduction plan (扣款明细): what is deducted, and with a minus what is given back",
)
