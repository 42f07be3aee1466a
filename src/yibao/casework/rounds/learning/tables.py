"""The tables of what is learnt: whether findings were true, which rules are silent where, and blind second looks."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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

from yibao.store import metadata

finding_verdict = Table(
    "finding_verdict",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("finding_id", ForeignKey("finding.finding_id"), nullable=False, index=True),
    Column("rule", Text, nullable=False),
    Column("rule_version", BigInteger, nullable=False),
    Column("right", Boolean, nullable=False),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    Column("day", BigInteger, nullable=False),
    Index(None, "rule"),
    comment="what a person said of a finding (人工结论): true or a false alarm; the newest one counts",
)

rule_snooze = Table(
    "rule_snooze",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("rule", Text, nullable=False),
    Column("institution_id", BigInteger),
    Column("person_id", BigInteger),
    Column("from_day", BigInteger, nullable=False),
    Column("until_day", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("ledger_entry", BigInteger, nullable=False),
    CheckConstraint("institution_id IS NOT NULL OR person_id IS NOT NULL", name="subject"),
    CheckConstraint("until_day > from_day", name="days"),
    comment="a rule that is silent for a subject for a time (规则暂停): its findings stay out of rounds, counted",
)

blind_review = Table(
    "blind_review",
    metadata,
    Column("case_id", ForeignKey("case_file.id"), primary_key=True),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    Column("first", Text, nullable=False),
    Column("drawn_day", BigInteger, nullable=False),
    Column("second", Text),
    Column("actor", Text),
    Column("reason", Text),
    Column("day", BigInteger),
    Column("ledger_entry", BigInteger),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("(second IS NULL) = (actor IS NULL)", name="reviewed"),
    comment="a decision that is looked at again by somebody who does not see it (盲审抽查)",
)
