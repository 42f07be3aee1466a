"""The tracks' common ground: cases, their acts, clocks and amounts, and which case decides the money of a finding."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008_cases"
down_revision: str | None = "0007_jobs"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "institution",
        sa.Column("institution_id", sa.BigInteger, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("institution_id", name="pk_institution"),
        comment="the institutions' codes, names and regions (机构), copied from the lake for work lists and scope",
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("track", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("institution_id", sa.BigInteger, nullable=True),
        sa.Column("person_id", sa.BigInteger, nullable=True),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("handler", sa.Text, nullable=True),
        sa.Column("opened_day", sa.BigInteger, nullable=False),
        sa.Column("last_day", sa.BigInteger, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("closed", sa.Boolean, nullable=False, server_default="false"),
        sa.PrimaryKeyConstraint("id", name="pk_case_file"),
        sa.CheckConstraint(
            "track IN ('audit', 'agreement', 'penalty', 'designation')", name=op.f("ck_case_file_track")
        ),
        comment="the head of every case (案件): its track, state, whom it is about, who handles it",
    )
    op.create_index("ix_case_file_institution_id", "case_file", ["institution_id"])
    op.create_index("ix_case_file_track_state", "case_file", ["track", "state"])
    op.create_table(
        "case_act",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("came_from", sa.Text, nullable=False),
        sa.Column("led_to", sa.Text, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("number", name="pk_case_act"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_act_case_id"),
        comment="what was done with a case (办理记录), one row an act, each sworn to by an entry of the ledger",
    )
    op.create_index("ix_case_act_case_id", "case_act", ["case_id"])
    op.create_table(
        "case_clock",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("start_day", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("rolls", sa.Boolean, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("due_day", sa.BigInteger, nullable=True),
        sa.Column("stopped_day", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_case_clock"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_clock_case_id"),
        comment="a clock on a case (期限): by which limit it runs, when it ends, and when it was stopped",
    )
    op.create_index("ix_case_clock_case_id", "case_clock", ["case_id"])
    op.create_index(
        "ix_case_clock_running", "case_clock", ["due_day"], postgresql_where=sa.text("stopped_day IS NULL")
    )
    op.create_table(
        "case_clock_pause",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("clock_id", sa.BigInteger, nullable=False),
        sa.Column("from_day", sa.BigInteger, nullable=False),
        sa.Column("until_day", sa.BigInteger, nullable=True),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_case_clock_pause"),
        sa.ForeignKeyConstraint(["clock_id"], ["case_clock.id"], name="fk_case_clock_pause_clock_id"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_case_clock_pause_act"),
        comment="days on which a clock does not run (期限中止), and the act that stopped it",
    )
    op.create_index("ix_case_clock_pause_clock_id", "case_clock_pause", ["clock_id"])
    op.create_table(
        "case_amount",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("fund_fen", sa.BigInteger, nullable=False),
        sa.Column("patient_fen", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_case_amount"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_case_amount_act"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_amount_case_id"),
        sa.CheckConstraint(
            "kind IN ('at_stake', 'found', 'disputed', 'decided', 'recovered', 'avoided', 'fine')",
            name=op.f("ck_case_amount_kind"),
        ),
        comment="what money an act speaks of (金额), by kind and purse; what is taken back is a row with a minus",
    )
    op.create_index("ix_case_amount_case_id", "case_amount", ["case_id"])
    op.create_table(
        "finding_hold",
        sa.Column("finding_id", sa.BigInteger, nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("since_act", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("finding_id", name="pk_finding_hold"),
        sa.ForeignKeyConstraint(["since_act"], ["case_act.number"], name="fk_finding_hold_since_act"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_finding_hold_case_id"),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.finding_id"], name="fk_finding_hold_finding_id"),
        comment="which case decides the money of a finding (资金归属): one and only one at a time",
    )
    op.create_index("ix_finding_hold_case_id", "finding_hold", ["case_id"])
    op.create_table(
        "case_transfer",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("organ", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("sent_day", sa.BigInteger, nullable=False),
        sa.Column("acknowledged_day", sa.BigInteger, nullable=True),
        sa.Column("answer", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_case_transfer"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_case_transfer_act"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_transfer_case_id"),
        sa.CheckConstraint(
            "organ IN ('police', 'discipline', 'department', 'agency', 'region')",
            name=op.f("ck_case_transfer_organ"),
        ),
        comment="what of a case was handed to another organ (移送), when it was acknowledged, and what came back",
    )
    op.create_index("ix_case_transfer_case_id", "case_transfer", ["case_id"])
    op.create_table(
        "case_restoration",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("finding_id", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("fund_fen", sa.BigInteger, nullable=False),
        sa.Column("patient_fen", sa.BigInteger, nullable=False),
        sa.Column("told_day", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_case_restoration"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_case_restoration_act"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_restoration_case_id"),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.finding_id"], name="fk_case_restoration_finding_id"
        ),
        comment="what a recovery restores to a patient (待遇恢复): own money, and the allowance by the fund's share",
    )
    op.create_index("ix_case_restoration_case_id", "case_restoration", ["case_id"])
    op.create_index("ix_case_restoration_person_id", "case_restoration", ["person_id"])


def downgrade() -> None:
    """Take it back."""
    for name in (
        "case_restoration", "case_transfer", "finding_hold", "case_amount", "case_clock_pause", "case_clock", "case_act",
        "case_file", "institution",
    ):  # fmt: skip
        op.drop_table(name)
