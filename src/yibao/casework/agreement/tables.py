"""The agreement track's tables: what a party was told, and what was decided, with its measures."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Identity, Table, Text

from yibao.store import metadata

agreement_disposal = Table(
    "agreement_disposal",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("served_day", BigInteger),
    Column("answered", Boolean, nullable=False, server_default="false"),
    CheckConstraint("kind IN ('told', 'decided')", name="kind"),
    comment="what a party of an agreement was told, or what was decided (协议处理), by which clause",
)

agreement_measure = Table(
    "agreement_measure",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("disposal_id", ForeignKey("agreement_disposal.id"), nullable=False, index=True),
    Column("measure", Text, nullable=False),
    Column("fund_fen", BigInteger, nullable=False),
    Column("patient_fen", BigInteger, nullable=False),
    Column("months", BigInteger, nullable=False),
    Column("whom", Text, nullable=False),
    CheckConstraint("fund_fen >= 0 AND patient_fen >= 0 AND months >= 0", name="sums"),
    comment="one measure of an agreement disposal (处理措施): its sum, its months, whom it concerns",
)
