"""The room's tables in the register: audit runs and the headers of findings (their evidence rows lie in the lake)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from yibao.store import metadata

audit_run = Table(
    "audit_run",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Column("engine", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("since", BigInteger),
    Column("known_no", BigInteger, nullable=False),
    Column("rules", JSONB, nullable=False),
    Column("versions", JSONB, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("findings", BigInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("milliseconds", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="one audit run (审核运行): inputs, rules with versions and parameters, engine, counts",
)

finding = Table(
    "finding",
    metadata,
    Column("finding_id", BigInteger, primary_key=True, autoincrement=False),
    Column("rule", Text, nullable=False),
    Column("rule_version", BigInteger, nullable=False),
    Column("result", Text, nullable=False),
    Column("institution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger),
    Column("day", BigInteger, nullable=False),
    Column("measured", BigInteger, nullable=False),
    Column("threshold", BigInteger, nullable=False),
    Column("knowledge_id", BigInteger),
    Column("at_stake_fen", BigInteger, nullable=False),
    Column("attributed_fen", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("evidence_batch", ForeignKey("batch.number"), nullable=False),
    Column("first_run", ForeignKey("audit_run.number"), nullable=False),
    Column("last_run", ForeignKey("audit_run.number"), nullable=False),
    Column("state", Text, nullable=False),
    Column("withdrawn_run", ForeignKey("audit_run.number")),
    CheckConstraint("state IN ('open', 'withdrawn')", name="state"),
    CheckConstraint("result IN ('clear', 'suspicious')", name="result"),
    CheckConstraint("(state = 'withdrawn') = (withdrawn_run IS NOT NULL)", name="withdrawn"),
    Index(None, "institution_id", "state"),
    Index(None, "rule", "state"),
    comment="the header of a finding (疑点): whom, by which rule, how much; its evidence rows are in the lake",
)
