"""Background jobs: waiting, running under a lease, or at rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007_jobs"
down_revision: str | None = "0006_access"


def upgrade() -> None:
    """Create the table, and the indexes by which workers and the sweep look."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("key", sa.Text, nullable=True),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("deferred_at", moment, nullable=False, server_default=sa.func.now()),
        sa.Column("run_at", moment, nullable=False, server_default=sa.func.now()),
        sa.Column("worker", sa.Text, nullable=True),
        sa.Column("leased_until", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("error", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'merged', 'failed')", name=op.f("ck_job_state")
        ),
        sa.CheckConstraint(
            "(state = 'running') = (worker IS NOT NULL) AND (worker IS NULL) = (leased_until IS NULL)",
            name=op.f("ck_job_running"),
        ),
        sa.CheckConstraint(
            "(state IN ('done', 'merged', 'failed')) = (ended_at IS NOT NULL)", name=op.f("ck_job_ended")
        ),
        comment="background jobs (后台任务), deferred in the transaction that wants them; leased while they run",
    )
    waiting, running = "state = 'waiting'", "state = 'running'"
    for name, columns, where in (
        ("ix_job_waiting", ["run_at", "id"], waiting),
        ("ix_job_waiting_key", ["key"], f"{waiting} AND key IS NOT NULL"),
        ("ix_job_leased_until", ["leased_until"], running),
        ("ix_job_ended_at", ["ended_at"], "ended_at IS NOT NULL"),
    ):
        op.create_index(name, "job", columns, postgresql_where=sa.text(where))
    op.create_index(
        "uq_job_running_key",
        "job",
        ["key"],
        unique=True,
        postgresql_where=sa.text(f"{running} AND key IS NOT NULL"),
    )


def downgrade() -> None:
    """Take it back; jobs that wait are lost."""
    op.drop_table("job")
