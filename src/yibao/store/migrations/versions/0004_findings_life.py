"""The life of findings: notices to institutions, what was corrected or returned, and every change of state as a row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004_findings_life"
down_revision: str | None = "0003_casework"


def upgrade() -> None:
    """Create the tables, and widen what a finding can be."""
    op.create_table(
        "notice",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("institution_id", sa.BigInteger, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=True),
        sa.Column("known_no", sa.BigInteger, nullable=False),
        sa.Column("findings", sa.BigInteger, nullable=False),
        sa.Column("at_stake_fen", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("number", name="pk_notice"),
        comment="one notice of findings to an institution (疑点通知): whom, when, by whom, what was known then",
    )
    op.create_index("ix_notice_institution_id", "notice", ["institution_id"])
    op.drop_constraint(op.f("ck_finding_withdrawn"), "finding", type_="check")
    op.drop_constraint(op.f("ck_finding_state"), "finding", type_="check")
    op.alter_column("finding", "withdrawn_run", new_column_name="closed_run")
    op.drop_constraint("fk_finding_withdrawn_run", "finding", type_="foreignkey")
    op.create_foreign_key("fk_finding_closed_run", "finding", "audit_run", ["closed_run"], ["number"])
    op.add_column("finding", sa.Column("notice", sa.BigInteger, nullable=True))
    op.create_foreign_key("fk_finding_notice", "finding", "notice", ["notice"], ["number"])
    op.add_column("finding", sa.Column("returned_fen", sa.BigInteger, nullable=False, server_default="0"))
    op.create_check_constraint(
        op.f("ck_finding_state"), "finding", "state IN ('open', 'withdrawn', 'self_corrected')"
    )
    op.create_check_constraint(
        op.f("ck_finding_closed"), "finding", "(state = 'open') = (closed_run IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_finding_returned"), "finding", "returned_fen = 0 OR notice IS NOT NULL"
    )
    op.create_table(
        "finding_event",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("finding_id", sa.BigInteger, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("run", sa.BigInteger, nullable=True),
        sa.Column("notice", sa.BigInteger, nullable=True),
        sa.Column("day", sa.BigInteger, nullable=True),
        sa.Column("fen", sa.BigInteger, nullable=False),
        sa.Column("rows", JSONB, nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("number", name="pk_finding_event"),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.finding_id"], name="fk_finding_event_finding_id"),
        sa.ForeignKeyConstraint(["run"], ["audit_run.number"], name="fk_finding_event_run"),
        sa.ForeignKeyConstraint(["notice"], ["notice.number"], name="fk_finding_event_notice"),
        sa.CheckConstraint(
            "what IN ('withdrawn', 'reopened', 'self_corrected', 'reduced', 'noticed', 'returned')",
            name=op.f("ck_finding_event_what"),
        ),
        sa.CheckConstraint("(run IS NULL) <> (notice IS NULL)", name=op.f("ck_finding_event_by")),
        comment="what became of a finding (疑点变动), one row a change: by which run or notice, how much, which rows",
    )
    op.create_index("ix_finding_event_finding_id", "finding_event", ["finding_id"])


def downgrade() -> None:
    """Take it back; corrected findings become withdrawn ones."""
    op.drop_table("finding_event")
    for name in ("ck_finding_returned", "ck_finding_closed", "ck_finding_state"):
        op.drop_constraint(op.f(name), "finding", type_="check")
    op.execute("UPDATE finding SET state = 'withdrawn' WHERE state = 'self_corrected'")
    op.drop_column("finding", "returned_fen")
    op.drop_column("finding", "notice")
    op.drop_constraint("fk_finding_closed_run", "finding", type_="foreignkey")
    op.alter_column("finding", "closed_run", new_column_name="withdrawn_run")
    op.create_foreign_key("fk_finding_withdrawn_run", "finding", "audit_run", ["withdrawn_run"], ["number"])
    op.create_check_constraint(op.f("ck_finding_state"), "finding", "state IN ('open', 'withdrawn')")
    op.create_check_constraint(
        op.f("ck_finding_withdrawn"), "finding", "(state = 'withdrawn') = (withdrawn_run IS NOT NULL)"
    )
    op.drop_table("notice")
