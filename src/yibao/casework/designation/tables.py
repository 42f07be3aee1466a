"""The designation track's tables: who applies, and the agreements that were signed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Identity, Table, Text

from yibao.store import metadata

designation_applicant = Table(
    "designation_applicant",
    metadata,
    Column("case_id", ForeignKey("case_file.id"), primary_key=True),
    Column("code", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    CheckConstraint("kind IN ('hospital', 'pharmacy')", name="kind"),
    comment="who applies for designation (申请定点的机构); public ones may not ask to leave",
)

service_agreement = Table(
    "service_agreement",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("from_day", BigInteger, nullable=False),
    Column("until_day", BigInteger, nullable=False),
    CheckConstraint("from_day < until_day", name="term"),
    comment="the service agreements of a designation (服务协议), one row a term; until_day is the first day after",
)
