"""Consequences: effects that were ordered, what was done to them, and the partners; all of them only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016_consequence"
down_revision: str | None = "0014_points"

TABLES = ("effect_order", "effect_act", "effect_partner")


def upgrade() -> None:
    """Create orders, acts and partners."""
    op.create_table(
        "effect_order",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("effect", sa.Text, nullable=False),
        sa.Column("subject", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.BigInteger, nullable=False),
        sa.Column("cause_subject", sa.BigInteger, nullable=False),
        sa.Column("turn", sa.BigInteger, nullable=False),
        sa.Column("declined", sa.Boolean, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("institution_id", sa.BigInteger),
        sa.Column("from_day", sa.BigInteger, nullable=False),
        sa.Column("until_day", sa.BigInteger),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("ordered_day", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_effect_order"),
        sa.ForeignKeyConstraint(["subject"], ["archive_subject.id"], name="fk_effect_order_subject"),
        sa.ForeignKeyConstraint(["cause"], ["archive_fact.id"], name="fk_effect_order_cause"),
        sa.ForeignKeyConstraint(
            ["cause_subject"], ["archive_subject.id"], name="fk_effect_order_cause_subject"
        ),
        sa.CheckConstraint("mode IN ('law', 'person', 'asked')", name=op.f("ck_effect_order_mode")),
        sa.CheckConstraint("turn > 0", name=op.f("ck_effect_order_turn")),
        sa.CheckConstraint("until_day IS NULL OR until_day > from_day", name=op.f("ck_effect_order_until")),
        sa.UniqueConstraint("effect", "subject", "cause", "turn", name="uq_effect_order_effect_subject_cause_turn"),
        comment="an effect that was ordered or declined (后果): of whom, by which fact; "
        "once, and again only once it was undone",
    )  # fmt: skip
    for column in ("subject", "cause", "cause_subject"):
        op.create_index(f"ix_effect_order_{column}", "effect_order", [column])
    op.create_table(
        "effect_act",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("effect_order", sa.BigInteger, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("partner", sa.Text, nullable=False, server_default=""),
        sa.Column("ordinal", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_effect_act"),
        sa.ForeignKeyConstraint(["effect_order"], ["effect_order.id"], name="fk_effect_act_effect_order"),
        sa.UniqueConstraint(
            "effect_order", "verb", "partner", "ordinal", name="uq_effect_act_effect_order_verb_partner_ordinal"
        ),
        comment="what was done to an ordered effect (落实与撤回): each once; only reminders have further ordinals",
    )  # fmt: skip
    op.create_table(
        "effect_partner",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_effect_partner"),
        comment="who carries effects out (协作部门) and the key it signs with; the newest row of a code counts",
    )
    op.create_index("ix_effect_partner_code", "effect_partner", ["code"])
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows")


def downgrade() -> None:
    """Take it back."""
    for table in reversed(TABLES):
        op.drop_table(table)
