"""Acts and amounts of cases only grow; cases know from which others they came; the bureau can be handed a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_case_guards"
down_revision: str | None = "0011_enforcement"

APPEND_ONLY = ("case_act", "case_amount", "case_link")
_ORGANS = "'police', 'discipline', 'department', 'agency', 'region'"


def upgrade() -> None:
    """Create the links, and the triggers that let what was done only grow."""
    op.create_table(
        "case_link",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("from_case", sa.BigInteger, nullable=False),
        sa.Column("to_case", sa.BigInteger, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_case_link"),
        sa.ForeignKeyConstraint(["from_case"], ["case_file.id"], name="fk_case_link_from_case"),
        sa.ForeignKeyConstraint(["to_case"], ["case_file.id"], name="fk_case_link_to_case"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_case_link_act"),
        sa.CheckConstraint(
            "kind IN ('split', 'merged', 'handed_over', 'returned')", name=op.f("ck_case_link_kind")
        ),
        sa.CheckConstraint("from_case <> to_case", name=op.f("ck_case_link_two")),
        comment="from which case another took findings over (分案、并案、转办), by which act of the first",
    )
    op.create_index("ix_case_link_from_case", "case_link", ["from_case"])
    op.create_index("ix_case_link_to_case", "case_link", ["to_case"])
    op.drop_constraint(op.f("ck_case_transfer_organ"), "case_transfer")
    op.create_check_constraint(
        op.f("ck_case_transfer_organ"), "case_transfer", f"organ IN ({_ORGANS}, 'bureau')"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
        )
        # ALWAYS: a session that calls itself a replica is refused too
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows")


def downgrade() -> None:
    """Take it back."""
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER only_grows ON {table}")
    op.drop_constraint(op.f("ck_case_transfer_organ"), "case_transfer")
    op.create_check_constraint(op.f("ck_case_transfer_organ"), "case_transfer", f"organ IN ({_ORGANS})")
    op.drop_table("case_link")
