"""Files: one subject, one file, and in it facts that only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013_archive"
down_revision: str | None = "0012_case_guards"


def upgrade() -> None:
    """Create subjects and facts."""
    op.create_table(
        "archive_subject",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("lake_key", sa.BigInteger),
        sa.Column("category", sa.Text, nullable=False, server_default=""),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.Column("erased_day", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_archive_subject"),
        sa.CheckConstraint(
            "kind IN ('institution', 'practitioner', 'insured', 'supplier')",
            name=op.f("ck_archive_subject_kind"),
        ),
        sa.CheckConstraint(
            "erased_day IS NULL OR (code IS NULL AND name IS NULL)", name=op.f("ck_archive_subject_erased")
        ),
        sa.UniqueConstraint("kind", "code", name="uq_archive_subject_kind_code"),
        comment="whose file it is (档案主体): code and name may be erased by law, the number stays as a tombstone",
    )
    op.create_index("ix_archive_subject_kind_lake_key", "archive_subject", ["kind", "lake_key"])
    op.create_table(
        "archive_fact",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("subject", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("known_day", sa.BigInteger, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("rests_on", sa.BigInteger),
        sa.Column("source", sa.Text),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_archive_fact"),
        sa.ForeignKeyConstraint(["subject"], ["archive_subject.id"], name="fk_archive_fact_subject"),
        sa.UniqueConstraint("source", name="uq_archive_fact_source"),
        sa.CheckConstraint("rests_on < id", name=op.f("ck_archive_fact_rests_on")),
        sa.CheckConstraint("kind <> 'annulled' OR rests_on IS NOT NULL", name=op.f("ck_archive_fact_annuls")),
        comment="what happened to a subject (档案事实): only grows; what was wrong is annulled by a further fact",
    )
    op.create_index("ix_archive_fact_subject_id", "archive_fact", ["subject", "id"])
    op.create_index(
        "ix_archive_fact_rests_on",
        "archive_fact",
        ["rests_on"],
        postgresql_where=sa.text("rests_on IS NOT NULL"),
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON archive_fact "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
    )
    op.execute("ALTER TABLE archive_fact ENABLE ALWAYS TRIGGER only_grows")


def downgrade() -> None:
    """Take it back."""
    op.drop_table("archive_fact")
    op.drop_table("archive_subject")
