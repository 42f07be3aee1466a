"""Files that parties hand in with what they say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_attachments"
down_revision: str | None = "0018_grounds_hours"


def upgrade() -> None:
    """Create the table, and the trigger that lets it only grow."""
    op.create_table(
        "case_attachment",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_case_attachment"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_attachment_case_id"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_case_attachment_act"),
        sa.CheckConstraint("bytes > 0", name=op.f("ck_case_attachment_bytes")),
        comment="a file that a party handed in (佐证材料): its name, its digest, and the act that swears to it",
    )
    op.create_index("ix_case_attachment_case_id", "case_attachment", ["case_id"])
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON case_attachment "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
    )
    op.execute("ALTER TABLE case_attachment ENABLE ALWAYS TRIGGER only_grows")


def downgrade() -> None:
    """Take it back."""
    op.execute("DROP TRIGGER only_grows ON case_attachment")
    op.drop_table("case_attachment")
