"""The agreement, penalty and designation tracks: what was told and decided, evidence, officers, agreements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011_enforcement"
down_revision: str | None = "0009_rounds"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "penalty_officer",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("certificate", sa.Text, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("ended_act", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_penalty_officer"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_penalty_officer_act"),
        sa.ForeignKeyConstraint(["ended_act"], ["case_act.number"], name="fk_penalty_officer_ended_act"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_penalty_officer_case_id"),
        comment="who investigates a case (承办人), since which act and until which",
    )
    op.create_index("ix_penalty_officer_case_id", "penalty_officer", ["case_id"])
    op.create_table(
        "penalty_evidence",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("ordinal", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("proves", sa.Text, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_penalty_evidence"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_penalty_evidence_case_id"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_penalty_evidence_act"),
        comment="the evidence list of a case (证据目录), each piece with the digest of what was handed in",
    )
    op.create_index("ix_penalty_evidence_case_id", "penalty_evidence", ["case_id"])
    op.create_table(
        "penalty_telling",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("article", sa.Text, nullable=False),
        sa.Column("act_day", sa.BigInteger, nullable=False),
        sa.Column("loss_fen", sa.BigInteger, nullable=False),
        sa.Column("refund_fen", sa.BigInteger, nullable=False),
        sa.Column("patient_fen", sa.BigInteger, nullable=False),
        sa.Column("fine_fen", sa.BigInteger, nullable=False),
        sa.Column("suspension_months", sa.BigInteger, nullable=False),
        sa.Column("hearing_due", sa.Boolean, nullable=False),
        sa.Column("served_day", sa.BigInteger, nullable=True),
        sa.Column("answered", sa.Boolean, nullable=False, server_default="false"),
        sa.PrimaryKeyConstraint("id", name="pk_penalty_telling"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_penalty_telling_act"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_penalty_telling_case_id"),
        comment="what a party was told before a decision (事先告知), and whether it spoke",
    )
    op.create_index("ix_penalty_telling_case_id", "penalty_telling", ["case_id"])
    op.create_table(
        "penalty_decision",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("article", sa.Text, nullable=False),
        sa.Column("act_day", sa.BigInteger, nullable=False),
        sa.Column("loss_fen", sa.BigInteger, nullable=False),
        sa.Column("refund_fen", sa.BigInteger, nullable=False),
        sa.Column("patient_fen", sa.BigInteger, nullable=False),
        sa.Column("fine_fen", sa.BigInteger, nullable=False),
        sa.Column("suspension_months", sa.BigInteger, nullable=False),
        sa.Column("least_fen", sa.BigInteger, nullable=False),
        sa.Column("most_fen", sa.BigInteger, nullable=False),
        sa.Column("basis", JSONB, nullable=False),
        sa.Column("step", sa.Text, nullable=True),
        sa.Column("circumstance", sa.Text, nullable=True),
        sa.Column("served_day", sa.BigInteger, nullable=True),
        sa.Column("revoked_act", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_penalty_decision"),
        sa.ForeignKeyConstraint(["revoked_act"], ["case_act.number"], name="fk_penalty_decision_revoked_act"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_penalty_decision_case_id"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_penalty_decision_act"),
        sa.CheckConstraint(
            "fine_fen >= least_fen OR circumstance IS NOT NULL", name=op.f("ck_penalty_decision_least")
        ),
        sa.CheckConstraint("fine_fen <= most_fen", name=op.f("ck_penalty_decision_most")),
        comment="what was decided (处罚决定), between which lawful bounds, by which step or circumstance",
    )
    op.create_index("ix_penalty_decision_case_id", "penalty_decision", ["case_id"])
    op.create_table(
        "penalty_contest",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("from_day", sa.BigInteger, nullable=False),
        sa.Column("until_day", sa.BigInteger, nullable=True),
        sa.Column("result", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_penalty_contest"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_penalty_contest_case_id"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_penalty_contest_act"),
        sa.CheckConstraint("kind IN ('review', 'suit')", name=op.f("ck_penalty_contest_kind")),
        comment="administrative reviews and suits (复议、诉讼): they do not stop execution",
    )
    op.create_index("ix_penalty_contest_case_id", "penalty_contest", ["case_id"])
    op.create_table(
        "agreement_disposal",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("served_day", sa.BigInteger, nullable=True),
        sa.Column("answered", sa.Boolean, nullable=False, server_default="false"),
        sa.PrimaryKeyConstraint("id", name="pk_agreement_disposal"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_agreement_disposal_act"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_agreement_disposal_case_id"),
        sa.CheckConstraint("kind IN ('told', 'decided')", name=op.f("ck_agreement_disposal_kind")),
        comment="what a party of an agreement was told, or what was decided (协议处理), by which clause",
    )
    op.create_index("ix_agreement_disposal_case_id", "agreement_disposal", ["case_id"])
    op.create_table(
        "agreement_measure",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("disposal_id", sa.BigInteger, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("fund_fen", sa.BigInteger, nullable=False),
        sa.Column("patient_fen", sa.BigInteger, nullable=False),
        sa.Column("months", sa.BigInteger, nullable=False),
        sa.Column("whom", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_agreement_measure"),
        sa.ForeignKeyConstraint(
            ["disposal_id"], ["agreement_disposal.id"], name="fk_agreement_measure_disposal_id"
        ),
        sa.CheckConstraint(
            "fund_fen >= 0 AND patient_fen >= 0 AND months >= 0", name=op.f("ck_agreement_measure_sums")
        ),
        comment="one measure of an agreement disposal (处理措施): its sum, its months, whom it concerns",
    )
    op.create_index("ix_agreement_measure_disposal_id", "agreement_measure", ["disposal_id"])
    op.create_table(
        "designation_applicant",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_designation_applicant"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_designation_applicant_case_id"),
        sa.CheckConstraint("kind IN ('hospital', 'pharmacy')", name=op.f("ck_designation_applicant_kind")),
        comment="who applies for designation (申请定点的机构); public ones may not ask to leave",
    )
    op.create_index("ix_designation_applicant_code", "designation_applicant", ["code"])
    op.create_table(
        "service_agreement",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("from_day", sa.BigInteger, nullable=False),
        sa.Column("until_day", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_agreement"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_service_agreement_case_id"),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name="fk_service_agreement_act"),
        sa.UniqueConstraint("number", name="uq_service_agreement_number"),
        sa.CheckConstraint("from_day < until_day", name=op.f("ck_service_agreement_term")),
        comment="the service agreements of a designation (服务协议), one row a term; until_day is the first day after",
    )
    op.create_index("ix_service_agreement_case_id", "service_agreement", ["case_id"])


def downgrade() -> None:
    """Take it back."""
    for name in (
        "service_agreement", "designation_applicant", "agreement_measure", "agreement_disposal", "penalty_contest",
        "penalty_decision", "penalty_telling", "penalty_evidence", "penalty_officer",
    ):  # fmt: skip
        op.drop_table(name)
