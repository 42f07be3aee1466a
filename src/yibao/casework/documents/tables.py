"""The tables of documents: number series, templates as they were used, documents, and how they were served."""

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
)
from sqlalchemy.dialects.postgresql import JSONB

from yibao.store import metadata

document_series = Table(
    "document_series",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("slug", Text, primary_key=True),
    Column("year", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    CheckConstraint("last > 0", name="last"),
    comment="the last number given of a series (文号): issuer × document × calendar year, without gaps",
)

document_template = Table(
    "document_template",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("slug", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="templates as they were used (文书模板), so that a document can be explained after its template changed",
)

document = Table(
    "document",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("slug", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("year", BigInteger, nullable=False),
    Column("serial", BigInteger),
    Column("number", Text),
    Column("under", ForeignKey("document.id")),
    Column("case_kind", Text, nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("recipient_code", Text),
    Column("day", BigInteger, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("template", ForeignKey("document_template.digest"), nullable=False),
    Column("pdf", Text, nullable=False),
    Column("docx", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("docx_digest", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended", Text),
    Column("ended_day", BigInteger),
    Column("ended_reason", Text),
    Column("ended_by", Text),
    Column("ended_document", ForeignKey("document.id")),
    UniqueConstraint("issuer", "slug", "year", "serial"),
    Index(None, "case_kind", "case_id"),
    Index(None, "number"),
    CheckConstraint("ended IN ('voided', 'revoked')", name="ended"),
    CheckConstraint(
        "(ended IS NULL) = (ended_day IS NULL) AND (ended IS NULL) = (ended_reason IS NULL) "
        "AND (ended IS NULL) = (ended_by IS NULL)",
        name="ended_whole",
    ),
    CheckConstraint("serial IS NULL OR number IS NOT NULL", name="serial"),
    comment="issued documents (文书): number, recipient, values, template, digests of the files, and how it ended",
)

document_hours = Table(
    "document_hours",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("officer", Text, primary_key=True),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Index(None, "officer", "end"),
    CheckConstraint('"start" <= "end"', name="order"),
    comment="from which minute until which an officer made a record (笔录), known by his certificate",
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("document", ForeignKey("document.id"), nullable=False, index=True),
    Column("way", Text, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("served_day", BigInteger),
    Column("receiver", Text, nullable=False),
    Column("proof", JSONB, nullable=False),
    Column("reason", Text),
    Column("actor", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("served_day IS NOT NULL OR reason IS NOT NULL", name="reason"),
    CheckConstraint("served_day >= day", name="served"),
    comment="attempts to serve a document (送达): way, proof, and the day from which periods run; NULL: it failed",
)
