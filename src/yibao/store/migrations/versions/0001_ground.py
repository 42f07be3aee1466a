"""The ground: outbox, batches, the lake's manifest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001_ground"
down_revision: str | None = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        comment="events to other rooms (事件发件箱), written in the transaction that caused them",
    )
    op.create_index("ix_outbox_waiting", "outbox", ["id"], postgresql_where=sa.text("delivered_at IS NULL"))
    op.create_table(
        "batch",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("meta", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("known_no", sa.BigInteger),
        sa.Column("known_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("number", name="pk_batch"),
        sa.UniqueConstraint("known_no", name="uq_batch_known_no"),
        sa.CheckConstraint("state IN ('running', 'published', 'abandoned')", name=op.f("ck_batch_state")),
        sa.CheckConstraint(
            "(state = 'published') = (known_no IS NOT NULL) AND (known_no IS NULL) = (known_at IS NULL)",
            name=op.f("ck_batch_known"),
        ),
        comment="one delivery into the lake (批次); known_no counts publications without gaps",
    )
    op.create_table(
        "lake_file",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("batch", sa.BigInteger, nullable=False),
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_lake_file"),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name="fk_lake_file_batch"),
        comment="the lake's manifest (湖文件清单); a file that is not listed here does not exist",
    )
    op.create_index("ix_lake_file_table_name_batch", "lake_file", ["table_name", "batch"])
    op.create_index("ix_lake_file_batch", "lake_file", ["batch"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("lake_file")
    op.drop_table("batch")
    op.drop_table("outbox")
