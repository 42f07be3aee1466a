"""The register of collections: what every delivery brought, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002_collect"
down_revision: str | None = "0001_ground"


def upgrade() -> None:
    """Create the table ``collection``."""
    op.create_table(
        "collection",
        sa.Column(
            "batch",
            sa.BigInteger(),
            sa.ForeignKey("batch.number", name="fk_collection_batch"),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("files", JSONB, nullable=False),
        sa.Column("tables", JSONB, nullable=False),
        sa.Column("quarantined_fen", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("batch", name="pk_collection"),
        comment="one collection (收集批次): its files by digest, and per table what was accepted and what was not",
    )


def downgrade() -> None:
    """Remove the table ``collection``."""
    op.drop_table("collection")
