"""Official documents: number series, templates as used, issued documents, and how they were served."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010_documents"
down_revision: str | None = "0009_rounds"


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "document_series",
        _text("issuer"),
        _text("slug"),
        _number("year"),
        _number("last"),
        sa.PrimaryKeyConstraint("issuer", "slug", "year", name="pk_document_series"),
        sa.CheckConstraint("last > 0", name=op.f("ck_document_series_last")),
        comment="the last number given of a series (文号): issuer × document × calendar year, without gaps",
    )
    op.create_table(
        "document_template",
        _text("digest"),
        _text("slug"),
        _text("source"),
        _text("text"),
        _moment("recorded_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_document_template"),
        comment="templates as they were used (文书模板), so that a document can be explained after its template changed",
    )
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        _text("slug"),
        _text("issuer"),
        _number("year"),
        _number("serial", nullable=True),
        _text("number", nullable=True),
        _number("under", nullable=True),
        _text("case_kind"),
        _number("case_id"),
        _text("recipient"),
        _text("recipient_code", nullable=True),
        _number("day"),
        sa.Column("data", JSONB, nullable=False),
        *[_text(name) for name in ("template", "pdf", "docx", "digest", "docx_digest", "actor")],
        _moment("issued_at"),
        _text("ended", nullable=True),
        _number("ended_day", nullable=True),
        _text("ended_reason", nullable=True),
        _text("ended_by", nullable=True),
        _number("ended_document", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint("issuer", "slug", "year", "serial", name="uq_document_issuer_slug_year_serial"),
        sa.ForeignKeyConstraint(["under"], ["document.id"], name="fk_document_under"),
        sa.ForeignKeyConstraint(["template"], ["document_template.digest"], name="fk_document_template"),
        sa.ForeignKeyConstraint(["ended_document"], ["document.id"], name="fk_document_ended_document"),
        sa.CheckConstraint("ended IN ('voided', 'revoked')", name=op.f("ck_document_ended")),
        sa.CheckConstraint(
            "(ended IS NULL) = (ended_day IS NULL) AND (ended IS NULL) = (ended_reason IS NULL) "
            "AND (ended IS NULL) = (ended_by IS NULL)",
            name=op.f("ck_document_ended_whole"),
        ),
        sa.CheckConstraint("serial IS NULL OR number IS NOT NULL", name=op.f("ck_document_serial")),
        comment="issued documents (文书): number, recipient, values, template, digests of the files, and how it ended",
    )
    op.create_index("ix_document_case_kind_case_id", "document", ["case_kind", "case_id"])
    op.create_index("ix_document_number", "document", ["number"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        _number("document"),
        _text("way"),
        _number("day"),
        _number("served_day", nullable=True),
        _text("receiver"),
        sa.Column("proof", JSONB, nullable=False),
        _text("reason", nullable=True),
        _text("actor"),
        _moment("recorded_at"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name="fk_delivery_document"),
        sa.CheckConstraint("served_day IS NOT NULL OR reason IS NOT NULL", name=op.f("ck_delivery_reason")),
        sa.CheckConstraint("served_day >= day", name=op.f("ck_delivery_served")),
        comment="attempts to serve a document (送达): way, proof, and the day from which periods run; NULL: it failed",
    )
    op.create_index("ix_delivery_document", "delivery", ["document"])


def downgrade() -> None:
    """Drop the tables; the files stay."""
    for name in ("delivery", "document", "document_template", "document_series"):
        op.drop_table(name)
