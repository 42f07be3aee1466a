"""The room's tables: effects that were ordered, the acts on them, and the partners; all of them only grow."""

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
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from yibao.store import metadata

effect_order = Table(
    "effect_order",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("effect", Text, nullable=False),
    Column("subject", ForeignKey("archive_subject.id"), nullable=False),
    Column("cause", ForeignKey("archive_fact.id"), nullable=False),
    Column("cause_subject", ForeignKey("archive_subject.id"), nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("declined", Boolean, nullable=False),
    Column("mode", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("institution_id", BigInteger),
    Column("from_day", BigInteger, nullable=False),
    Column("until_day", BigInteger),
    Column("body", JSONB, nullable=False),
    Column("ordered_day", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("ledger_entry", BigInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("mode IN ('law', 'person', 'asked')", name="mode"),
    CheckConstraint("turn > 0", name="turn"),
    CheckConstraint("until_day IS NULL OR until_day > from_day", name="until"),
    UniqueConstraint("effect", "subject", "cause", "turn"),
    Index(None, "subject"),
    Index(None, "cause"),
    Index(None, "cause_subject"),
    comment="an effect that was ordered or declined (后果): of whom, by which fact; once, and again only once it was undone",
)

effect_act = Table(
    "effect_act",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("effect_order", ForeignKey("effect_order.id"), nullable=False),
    Column("verb", Text, nullable=False),
    Column("partner", Text, nullable=False, server_default=""),
    Column("ordinal", BigInteger, nullable=False, server_default="0"),
    Column("day", BigInteger, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("actor", Text, nullable=False),
    Column("ledger_entry", BigInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("effect_order", "verb", "partner", "ordinal"),
    comment="what was done to an ordered effect (落实与撤回): each once; only reminders have further ordinals",
)

effect_partner = Table(
    "effect_partner",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("code", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("key", Text),
    Column("day", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("ledger_entry", BigInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="who carries effects out (协作部门) and the key it signs with; the newest row of a code counts",
)
