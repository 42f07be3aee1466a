"""The penalty track's tables: officers, evidence, what was told, what was decided, reviews and suits."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Identity, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from yibao.store import metadata

penalty_officer = Table(
    "penalty_officer",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("account", Text, nullable=False),
    Column("certificate", Text, nullable=False),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    Column("ended_act", ForeignKey("case_act.number")),
    comment="who investigates a case (承办人), since which act and until which",
)

penalty_evidence = Table(
    "penalty_evidence",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("ordinal", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("proves", Text, nullable=False),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    comment="the evidence list of a case (证据目录), each piece with the digest of what was handed in",
)


def _measures() -> list[Column[int] | Column[str]]:
    return [
        Column("article", Text, nullable=False),
        Column("act_day", BigInteger, nullable=False),
        Column("loss_fen", BigInteger, nullable=False),
        Column("refund_fen", BigInteger, nullable=False),
        Column("patient_fen", BigInteger, nullable=False),
        Column("fine_fen", BigInteger, nullable=False),
        Column("suspension_months", BigInteger, nullable=False),
        Column("suspension_ground", Text),
        Column("bar_ground", Text),
        Column("barred", Text, nullable=False, server_default=""),
    ]


penalty_telling = Table(
    "penalty_telling",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    *_measures(),
    Column("hearing_due", Boolean, nullable=False),
    Column("served_day", BigInteger),
    Column("answered", Boolean, nullable=False, server_default="false"),
    comment="what a party was told before a decision (事先告知), and whether it spoke",
)

penalty_decision = Table(
    "penalty_decision",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    *_measures(),
    Column("least_fen", BigInteger, nullable=False),
    Column("most_fen", BigInteger, nullable=False),
    Column("basis", JSONB, nullable=False),
    Column("step", Text),
    Column("circumstance", Text),
    Column("served_day", BigInteger),
    Column("revoked_act", ForeignKey("case_act.number")),
    Column("bar_years", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("(barred = '') = (bar_years = 0)", name="bar"),
    CheckConstraint("fine_fen <= most_fen", name="most"),
    CheckConstraint("fine_fen >= least_fen OR circumstance IS NOT NULL", name="least"),
    comment="what was decided (处罚决定), between which lawful bounds, by which step or circumstance",
)

penalty_contest = Table(
    "penalty_contest",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_day", BigInteger, nullable=False),
    Column("until_day", BigInteger),
    Column("result", Text),
    CheckConstraint("kind IN ('review', 'suit')", name="kind"),
    comment="administrative reviews and suits (复议、诉讼): they do not stop execution",
)
