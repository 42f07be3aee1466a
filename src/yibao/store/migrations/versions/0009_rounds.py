"""Rounds of the agency's payment audit: lines, what was sent and came back, deduction plans, and what is learnt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009_rounds"
down_revision: str | None = "0008_cases"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "audit_round",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("month", sa.BigInteger, nullable=True),
        sa.Column("asked", JSONB, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("sample_bp", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.Column("snoozed", sa.BigInteger, nullable=False),
        sa.Column("held", sa.BigInteger, nullable=False),
        sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_day", sa.BigInteger, nullable=True),
        sa.Column("due_day", sa.BigInteger, nullable=True),
        sa.Column("last_day", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_round")),
        comment="a round of the payment audit (批次): what it was asked to hold, its sample, when it left and is due",
    )
    op.create_table(
        "deduction_plan",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("month", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("executed_day", sa.BigInteger, nullable=True),
        sa.Column("executed_by", sa.Text, nullable=True),
        sa.Column("voucher", sa.Text, nullable=True),
        sa.CheckConstraint(
            "(state = 'executed') = (executed_day IS NOT NULL)", name=op.f("ck_deduction_plan_executed")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'executed', 'dropped')", name=op.f("ck_deduction_plan_state")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_deduction_plan")),
        comment="a monthly deduction plan (扣款计划): made by one person, executed on a day under a voucher",
    )
    op.create_table(
        "rule_snooze",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("institution_id", sa.BigInteger, nullable=True),
        sa.Column("person_id", sa.BigInteger, nullable=True),
        sa.Column("from_day", sa.BigInteger, nullable=False),
        sa.Column("until_day", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "institution_id IS NOT NULL OR person_id IS NOT NULL", name=op.f("ck_rule_snooze_subject")
        ),
        sa.CheckConstraint("until_day > from_day", name=op.f("ck_rule_snooze_days")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_rule_snooze")),
        comment="a rule that is silent for a subject for a time (规则暂停): its findings stay out of rounds, counted",
    )
    op.create_table(
        "deduction_item",
        sa.Column("plan", sa.BigInteger, nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("fund_fen", sa.BigInteger, nullable=False),
        sa.Column("patient_fen", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "CASE kind WHEN 'deduct' THEN fund_fen >= 0 AND patient_fen >= 0 ELSE fund_fen <= 0 AND patient_fen <= 0 END",
            name=op.f("ck_deduction_item_sign"),
        ),
        sa.CheckConstraint("kind IN ('deduct', 'refund')", name=op.f("ck_deduction_item_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_deduction_item_case_id")),
        sa.ForeignKeyConstraint(["plan"], ["deduction_plan.number"], name=op.f("fk_deduction_item_plan")),
        sa.PrimaryKeyConstraint("plan", "case_id", "kind", name=op.f("pk_deduction_item")),
        comment="a row of a deduction plan (扣款明细): what is deducted, and with a minus what is given back",
    )
    op.create_index(op.f("ix_deduction_item_case_id"), "deduction_item", ["case_id"], unique=False)
    op.create_table(
        "round_act",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("round", sa.BigInteger, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("came_from", sa.Text, nullable=False),
        sa.Column("led_to", sa.Text, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["round"], ["audit_round.number"], name=op.f("fk_round_act_round")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_round_act")),
        comment="what was done with a round as a whole (批次办理记录), each sworn to by an entry of the ledger",
    )
    op.create_index(op.f("ix_round_act_round"), "round_act", ["round"], unique=False)
    op.create_table(
        "round_dispatch",
        sa.Column("round", sa.BigInteger, nullable=False),
        sa.Column("institution_id", sa.BigInteger, nullable=False),
        sa.Column("notice", sa.BigInteger, nullable=True),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.Column("fund_fen", sa.BigInteger, nullable=False),
        sa.Column("patient_fen", sa.BigInteger, nullable=False),
        sa.Column("sent_day", sa.BigInteger, nullable=False),
        sa.Column("confirm_day", sa.BigInteger, nullable=False),
        sa.Column("due_day", sa.BigInteger, nullable=False),
        sa.Column("workbook", sa.Text, nullable=True),
        sa.Column("digest", sa.Text, nullable=True),
        sa.Column("document", sa.Text, nullable=True),
        sa.ForeignKeyConstraint(["notice"], ["notice.number"], name=op.f("fk_round_dispatch_notice")),
        sa.ForeignKeyConstraint(["round"], ["audit_round.number"], name=op.f("fk_round_dispatch_round")),
        sa.PrimaryKeyConstraint("round", "institution_id", name=op.f("pk_round_dispatch")),
        comment="what of a round was sent to an institution (下发): its notice, its workbook with digest, its deadlines",
    )
    op.create_table(
        "round_line_money",
        sa.Column("line_id", sa.BigInteger, nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("fen", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_round_line_money_case_id")),
        sa.PrimaryKeyConstraint("line_id", "case_id", name=op.f("pk_round_line_money")),
        comment="how much of a charge line a case speaks of (明细金额归属), so that no two speak of the same money",
    )
    op.create_index(op.f("ix_round_line_money_case_id"), "round_line_money", ["case_id"], unique=False)
    op.create_table(
        "round_look",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_round_look_case_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_round_look")),
        comment="who opened a line and when (查看记录): the sample is held by it, and seconds per decision are counted",
    )
    op.create_index(op.f("ix_round_look_case_id"), "round_look", ["case_id"], unique=False)
    op.create_table(
        "round_panel",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("member", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=True),
        sa.Column("fund_fen", sa.BigInteger, nullable=True),
        sa.Column("patient_fen", sa.BigInteger, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_round_panel_case_id")),
        sa.PrimaryKeyConstraint("case_id", "member", name=op.f("pk_round_panel")),
        comment="who deliberates on a line (合议成员), and what each says",
    )
    op.create_table(
        "round_receipt",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("round", sa.BigInteger, nullable=False),
        sa.Column("institution_id", sa.BigInteger, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("unknown", sa.BigInteger, nullable=False),
        sa.Column("late", sa.BigInteger, nullable=False),
        sa.Column("rows", JSONB, nullable=False),
        sa.Column("ledger_entry", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["round"], ["audit_round.number"], name=op.f("fk_round_receipt_round")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_round_receipt")),
        comment="a workbook that came back (申诉接收回执): how many rows were taken, which were not and why",
    )
    op.create_index(op.f("ix_round_receipt_round"), "round_receipt", ["round"], unique=False)
    op.create_table(
        "blind_review",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("first", sa.Text, nullable=False),
        sa.Column("drawn_day", sa.BigInteger, nullable=False),
        sa.Column("second", sa.Text, nullable=True),
        sa.Column("actor", sa.Text, nullable=True),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("day", sa.BigInteger, nullable=True),
        sa.Column("ledger_entry", sa.BigInteger, nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("(second IS NULL) = (actor IS NULL)", name=op.f("ck_blind_review_reviewed")),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name=op.f("fk_blind_review_act")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_blind_review_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_blind_review")),
        comment="a decision that is looked at again by somebody who does not see it (盲审抽查)",
    )
    op.create_table(
        "finding_verdict",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("finding_id", sa.BigInteger, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("rule_version", sa.BigInteger, nullable=False),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("act", sa.BigInteger, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["act"], ["case_act.number"], name=op.f("fk_finding_verdict_act")),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.finding_id"], name=op.f("fk_finding_verdict_finding_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_finding_verdict")),
        comment="what a person said of a finding (人工结论): true or a false alarm; the newest one counts",
    )
    op.create_index(op.f("ix_finding_verdict_finding_id"), "finding_verdict", ["finding_id"], unique=False)
    op.create_index(op.f("ix_finding_verdict_rule"), "finding_verdict", ["rule"], unique=False)
    op.create_table(
        "round_line",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("round", sa.BigInteger, nullable=False),
        sa.Column("finding_id", sa.BigInteger, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("rule_version", sa.BigInteger, nullable=False),
        sa.Column("institution_id", sa.BigInteger, nullable=False),
        sa.Column("sampled", sa.Boolean, nullable=False),
        sa.Column("fund_fen", sa.BigInteger, nullable=False),
        sa.Column("patient_fen", sa.BigInteger, nullable=False),
        sa.Column("department", sa.Text, nullable=True),
        sa.Column("doctor", sa.Text, nullable=True),
        sa.Column("doctor_by_silence", sa.Boolean, server_default="false", nullable=False),
        sa.Column("not_by", JSONB, server_default="[]", nullable=False),
        sa.Column("answer", sa.Text, nullable=True),
        sa.Column("accepted_fen", sa.BigInteger, nullable=True),
        sa.Column("statement", sa.Text, nullable=True),
        sa.Column("supplemented", sa.Boolean, server_default="false", nullable=False),
        sa.Column("outcome", sa.Text, nullable=True),
        sa.Column("proposed_fund_fen", sa.BigInteger, nullable=True),
        sa.Column("proposed_patient_fen", sa.BigInteger, nullable=True),
        sa.Column("decided_fund_fen", sa.BigInteger, nullable=True),
        sa.Column("decided_patient_fen", sa.BigInteger, nullable=True),
        sa.Column("refund_fund_fen", sa.BigInteger, nullable=True),
        sa.Column("refund_patient_fen", sa.BigInteger, nullable=True),
        sa.CheckConstraint("answer IN ('accept', 'part', 'dispute')", name=op.f("ck_round_line_answer")),
        sa.CheckConstraint("outcome IN ('full', 'part', 'none')", name=op.f("ck_round_line_outcome")),
        sa.CheckConstraint(
            "decided_fund_fen BETWEEN 0 AND fund_fen AND decided_patient_fen BETWEEN 0 AND patient_fen",
            name=op.f("ck_round_line_decided"),
        ),
        sa.CheckConstraint("fund_fen >= 0 AND patient_fen >= 0", name=op.f("ck_round_line_at_stake")),
        sa.CheckConstraint(
            "refund_fund_fen BETWEEN 0 AND decided_fund_fen AND refund_patient_fen BETWEEN 0 AND decided_patient_fen",
            name=op.f("ck_round_line_refund"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_round_line_case_id")),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.finding_id"], name=op.f("fk_round_line_finding_id")
        ),
        sa.ForeignKeyConstraint(["round"], ["audit_round.number"], name=op.f("fk_round_line_round")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_round_line")),
        comment="a line of a round (批次疑点): one finding on its way, with what both sides said of it so far",
    )
    op.create_index(op.f("ix_round_line_finding_id"), "round_line", ["finding_id"], unique=False)
    op.create_index(op.f("ix_round_line_round"), "round_line", ["round"], unique=False)


def downgrade() -> None:
    """Take it back."""
    for name in (
        "round_line",
        "finding_verdict",
        "blind_review",
        "round_receipt",
        "round_panel",
        "round_look",
        "round_line_money",
        "round_dispatch",
        "round_act",
        "deduction_item",
        "rule_snooze",
        "deduction_plan",
        "audit_round",
    ):
        op.drop_table(name)
