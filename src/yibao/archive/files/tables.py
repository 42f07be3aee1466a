"""The room's tables: subjects, and the facts of their files, which only grow."""

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
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from yibao.store import metadata

archive_subject = Table(
    "archive_subject",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("code", Text),
    Column("name", Text),
    Column("lake_key", BigInteger),
    Column("category", Text, nullable=False, server_default=""),
    Column("ledger_entry", BigInteger, nullable=False),
    Column("erased_day", BigInteger),
    CheckConstraint("kind IN ('institution', 'practitioner', 'insured', 'supplier')", name="kind"),
    CheckConstraint("erased_day IS NULL OR (code IS NULL AND name IS NULL)", name="erased"),
    UniqueConstraint("kind", "code"),
    Index(None, "kind", "lake_key"),
    comment="whose file it is (档案主体): code and name may be erased by law, the number stays as a tombstone",
)

archive_fact = Table(
    "archive_fact",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("subject", ForeignKey("archive_subject.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("known_day", BigInteger, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("rests_on", BigInteger),
    Column("source", Text, unique=True),
    Column("actor", Text, nullable=False),
    Column("ledger_entry", BigInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("rests_on < id", name="rests_on"),
    CheckConstraint("kind <> 'annulled' OR rests_on IS NOT NULL", name="annuls"),
    Index(None, "subject", "id"),
    Index(None, "rests_on", postgresql_where=text("rests_on IS NOT NULL")),
    Index("ix_archive_fact_joined", "id", postgresql_where=text("kind = 'joined'")),
    Index(
        "ix_archive_fact_registered",
        text("(body ->> 'institution')"),
        postgresql_where=text("kind = 'registered'"),
    ),
    comment="what happened to a subject (档案事实): only grows; what was wrong is annulled by a further fact",
)
