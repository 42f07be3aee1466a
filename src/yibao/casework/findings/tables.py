"""The room's tables in the register: runs, notices, and findings with what became of them (their rows lie in the lake)."""

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

notice = Table(
    "notice",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("institution_id", BigInteger, nullable=False, index=True),
    Column("day", BigInteger, nullable=False),
    Column("document", Text),
    Column("known_no", BigInteger, nullable=False),
    Column("findings", BigInteger, nullable=False),
    Column("at_stake_fen", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="one notice of findings to an institution (疑点通知): whom, when, by whom, what was known then",
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
    Column("closed_run", ForeignKey("audit_run.number")),
    Column("notice", ForeignKey("notice.number")),
    Column("returned_fen", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("state IN ('open', 'withdrawn', 'self_corrected')", name="state"),
    CheckConstraint("result IN ('clear', 'suspicious')", name="result"),
    CheckConstraint("(state = 'open') = (closed_run IS NULL)", name="closed"),
    CheckConstraint("returned_fen = 0 OR notice IS NOT NULL", name="returned"),
    Index(None, "institution_id", "state"),
    Index(None, "rule", "state"),
    comment="the header of a finding (疑点): whom, by which rule, how much; its evidence rows are in the lake",
)

finding_event = Table(
    "finding_event",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("finding_id", ForeignKey("finding.finding_id"), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("run", ForeignKey("audit_run.number")),
    Column("notice", ForeignKey("notice.number")),
    Column("day", BigInteger),
    Column("fen", BigInteger, nullable=False),
    Column("rows", JSONB),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint(
        "what IN ('withdrawn', 'reopened', 'self_corrected', 'reduced', 'noticed', 'returned')", name="what"
    ),
    CheckConstraint("(run IS NULL) <> (notice IS NULL)", name="by"),
    comment="what became of a finding (疑点变动), one row a change: by which run or notice, how much, which rows",
)
