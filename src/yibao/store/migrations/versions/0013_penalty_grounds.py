"""A suspension and a bar stand on a named ground (条例 Art. 38, 43), in what was told as in what was decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_penalty_grounds"
down_revision: str | None = "0012_case_guards"

_TABLES = ("penalty_telling", "penalty_decision")


def upgrade() -> None:
    """Add the grounds, the name of who is barred, and for how many years."""
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
    op.drop_constraint(op.f("ck_penalty_decision_bar"), "penalty_decision")
    op.drop_column("penalty_decision", "bar_years")
    for table in _TABLES:
        for column in ("suspension_ground", "bar_ground", "barred"):
            op.drop_column(table, column)
