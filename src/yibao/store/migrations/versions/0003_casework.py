"""Audit runs and the headers of findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003_casework"
down_revision: str | None = "0002_collect"


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "audit_run",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        _number("batch"),
        _text("engine"),
        _text("region"),
        _number("since", nullable=True),
        _number("known_no"),
        sa.Column("rules", JSONB, nullable=False),
        sa.Column("versions", JSONB, nullable=False),
        *[_number(name) for name in ("lines", "findings", "amount_fen", "milliseconds")],
        _text("actor"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("number", name="pk_audit_run"),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name="fk_audit_run_batch"),
        comment="one audit run (审核运行): inputs, rules with versions and parameters, engine, counts",
    )
    op.create_table(
        "finding",
        _number("finding_id"),
        _text("rule"),
        _number("rule_version"),
        _text("result"),
        _number("institution_id"),
        _number("person_id", nullable=True),
        *[_number(name) for name in ("day", "measured", "threshold")],
        _number("knowledge_id", nullable=True),
        *[_number(name) for name in ("at_stake_fen", "attributed_fen", "rows", "evidence_batch")],
        *[_number(name) for name in ("first_run", "last_run")],
        _text("state"),
        _number("withdrawn_run", nullable=True),
        sa.PrimaryKeyConstraint("finding_id", name="pk_finding"),
        sa.ForeignKeyConstraint(["evidence_batch"], ["batch.number"], name="fk_finding_evidence_batch"),
        sa.ForeignKeyConstraint(["first_run"], ["audit_run.number"], name="fk_finding_first_run"),
        sa.ForeignKeyConstraint(["last_run"], ["audit_run.number"], name="fk_finding_last_run"),
        sa.ForeignKeyConstraint(["withdrawn_run"], ["audit_run.number"], name="fk_finding_withdrawn_run"),
        sa.CheckConstraint("state IN ('open', 'withdrawn')", name=op.f("ck_finding_state")),
        sa.CheckConstraint("result IN ('clear', 'suspicious')", name=op.f("ck_finding_result")),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_run IS NOT NULL)", name=op.f("ck_finding_withdrawn")
        ),
        comment="the header of a finding (疑点): whom, by which rule, how much; its evidence rows are in the lake",
    )
    op.create_index("ix_finding_institution_id_state", "finding", ["institution_id", "state"])
    op.create_index("ix_finding_rule_state", "finding", ["rule", "state"])


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("finding")
    op.drop_table("audit_run")
