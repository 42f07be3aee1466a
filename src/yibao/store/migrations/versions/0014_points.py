"""Points: who is joined with whom, and who is registered where, is found without going through all facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_points"
down_revision: str | None = "0013_archive"


def upgrade() -> None:
    """Create the two partial indexes."""
    op.create_index(
        "ix_archive_fact_joined", "archive_fact", ["id"], postgresql_where=sa.text("kind = 'joined'")
    )
    op.create_index(
        "ix_archive_fact_registered",
        "archive_fact",
        [sa.text("(body ->> 'institution')")],
        postgresql_where=sa.text("kind = 'registered'"),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_index("ix_archive_fact_registered", table_name="archive_fact")
    op.drop_index("ix_archive_fact_joined", table_name="archive_fact")
