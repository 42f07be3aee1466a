"""A suspension and a bar stand on a named ground (条例 Art. 38, 43); an officer makes one record at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018_grounds_hours"
down_revision: str | None = "0017_remedy"

_TABLES = ("penalty_telling", "penalty_decision")


def upgrade() -> None:
    """Add the grounds, the name of who is barred, and for how many years; and the hours of records."""
    op.create_table(
        "document_hours",
        sa.Column("document", sa.BigInteger, nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("document", "officer", name="pk_document_hours"),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name="fk_document_hours_document"),
        sa.CheckConstraint('"start" <= "end"', name=op.f("ck_document_hours_order")),
        comment="from which minute until which an officer made a record (笔录), known by his certificate",
    )
    op.create_index("ix_document_hours_officer_end", "document_hours", ["officer", "end"])
    for table in _TABLES:
        op.add_column(table, sa.Column("suspension_ground", sa.Text, nullable=True))
        op.add_column(table, sa.Column("bar_ground", sa.Text, nullable=True))
        op.add_column(table, sa.Column("barred", sa.Text, nullable=False, server_default=""))
    op.add_column(
        "penalty_decision", sa.Column("bar_years", sa.BigInteger, nullable=False, server_default="0")
    )
    op.create_check_constraint(
        op.f("ck_penalty_decision_bar"), "penalty_decision", "(barred = '') = (bar_years = 0)"
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("document_hours")
    op.drop_constraint(op.f("ck_penalty_decision_bar"), "penalty_decision")
    op.drop_column("penalty_decision", "bar_years")
    for table in _TABLES:
        for column in ("suspension_ground", "bar_ground", "barred"):
            op.drop_column(table, column)
