"""The tables of the agency's payment audit: rounds, their lines, what was sent to whom, and what came back."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from yibao.store import metadata

audit_round = Table(
    "audit_round",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("state", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("month", BigInteger),
    Column("asked", JSONB, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("sample_bp", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("snoozed", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("leaves_at", DateTime(timezone=True)),
    Column("sent_day", BigInteger),
    Column("due_day", BigInteger),
    Column("last_day", BigInteger, nullable=False),
    comment="a round of the payment audit (批次): what it was asked to hold, its sample, when it left and is due",
)

round_act = Table(
    "round_act",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("round", ForeignKey("audit_round.number"), nullable=False, index=True),
    Column("verb", Text, nullable=False),
    Column("came_from", Text, nullable=False),
    Column("led_to", Text, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    Column("body", JSONB, nullable=False),
    Column("ledger_entry", BigInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="what was done with a round as a whole (批次办理记录), each sworn to by an entry of the ledger",
)

round_line = Table(
    "round_line",
    metadata,
    Column("case_id", ForeignKey("case_file.id"), primary_key=True),
    Column("round", ForeignKey("audit_round.number"), nullable=False, index=True),
    Column("finding_id", ForeignKey("finding.finding_id"), nullable=False, index=True),
    Column("rule", Text, nullable=False),
    Column("rule_version", BigInteger, nullable=False),
    Column("institution_id", BigInteger, nullable=False),
    Column("sampled", Boolean, nullable=False),
    Column("fund_fen", BigInteger, nullable=False),
    Column("patient_fen", BigInteger, nullable=False),
    Column("department", Text),
    Column("doctor", Text),
    Column("doctor_by_silence", Boolean, nullable=False, server_default="false"),
    Column("not_by", JSONB, nullable=False, server_default="[]"),
    Column("answer", Text),
    Column("accepted_fen", BigInteger),
    Column("statement", Text),
    Column("supplemented", Boolean, nullable=False, server_default="false"),
    Column("outcome", Text),
    Column("proposed_fund_fen", BigInteger),
    Column("proposed_patient_fen", BigInteger),
    Column("decided_fund_fen", BigInteger),
    Column("decided_patient_fen", BigInteger),
    Column("refund_fund_fen", BigInteger),
    Column("refund_patient_fen", BigInteger),
    CheckConstraint("answer IN ('accept', 'part', 'dispute')", name="answer"),
    CheckConstraint("outcome IN ('full', 'part', 'none')", name="outcome"),
    CheckConstraint("fund_fen >= 0 AND patient_fen >= 0", name="at_stake"),
    CheckConstraint(
        "decided_fund_fen BETWEEN 0 AND fund_fen AND decided_patient_fen BETWEEN 0 AND patient_fen",
        name="decided",
    ),
    CheckConstraint(
        "refund_fund_fen BETWEEN 0 AND decided_fund_fen AND refund_patient_fen BETWEEN 0 AND decided_patient_fen",
        name="refund",
    ),
    comment="a line of a round (批次疑点): one finding on its way, with what both sides said of it so far",
)

round_line_money = Table(
    "round_line_money",
    metadata,
    Column("line_id", BigInteger, nullable=False),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("fen", BigInteger, nullable=False),
    PrimaryKeyConstraint("line_id", "case_id"),
    comment="how much of a charge line a case speaks of (明细金额归属), so that no two speak of the same money",
)

round_dispatch = Table(
    "round_dispatch",
    metadata,
    Column("round", ForeignKey("audit_round.number"), nullable=False),
    Column("institution_id", BigInteger, nullable=False),
    Column("notice", ForeignKey("notice.number")),
    Column("lines", BigInteger, nullable=False),
    Column("fund_fen", BigInteger, nullable=False),
    Column("patient_fen", BigInteger, nullable=False),
    Column("sent_day", BigInteger, nullable=False),
    Column("confirm_day", BigInteger, nullable=False),
    Column("due_day", BigInteger, nullable=False),
    Column("workbook", Text),
    Column("digest", Text),
    Column("document", Text),
    PrimaryKeyConstraint("round", "institution_id"),
    comment="what of a round was sent to an institution (下发): its notice, its workbook with digest, its deadlines",
)

round_receipt = Table(
    "round_receipt",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("round", ForeignKey("audit_round.number"), nullable=False, index=True),
    Column("institution_id", BigInteger, nullable=False),
    Column("file", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("unknown", BigInteger, nullable=False),
    Column("late", BigInteger, nullable=False),
    Column("rows", JSONB, nullable=False),
    Column("ledger_entry", BigInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="a workbook that came back (申诉接收回执): how many rows were taken, which were not and why",
)

round_panel = Table(
    "round_panel",
    metadata,
    Column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("member", Text, nullable=False),
    Column("outcome", Text),
    Column("fund_fen", BigInteger),
    Column("patient_fen", BigInteger),
    PrimaryKeyConstraint("case_id", "member"),
    comment="who deliberates on a line (合议成员), and what each says",
)

round_look = Table(
    "round_look",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="who opened a line and when (查看记录): the sample is held by it, and seconds per decision are counted",
)
