"""The common ground's tables: cases, acts, clocks, amounts, who holds a finding's money, and the institutions' names."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from yibao.store import metadata

case_file = Table(
    "case_file",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("track", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("region", Text, nullable=False),
    Column("institution_id", BigInteger),
    Column("person_id", BigInteger),
    Column("practitioner_id", BigInteger),
    Column("cause", Text, nullable=False),
    Column("handler", Text),
    Column("opened_day", BigInteger, nullable=False),
    Column("last_day", BigInteger, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("closed", Boolean, nullable=False, server_default="false"),
    CheckConstraint("track IN ('audit', 'agreement', 'penalty', 'designation', 'remedy')", name="track"),
    Index(None, "track", "state"),
    Index(None, "institution_id"),
    Index(None, "person_id", postgresql_where=text("person_id IS NOT NULL")),
    Index(None, "practitioner_id", postgresql_where=text("practitioner_id IS NOT NULL")),
    comment="the head of every case (案件): its track, state, whom it is about, who handles it",
)

case_act = Table(
    "case_act",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("verb", Text, nullable=False),
    Column("came_from", Text, nullable=False),
    Column("led_to", Text, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    Column("body", JSONB, nullable=False),
    Column("ledger_entry", BigInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="what was done with a case (办理记录), one row an act, each sworn to by an entry of the ledger",
)

case_clock = Table(
    "case_clock",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("start_day", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("unit", Text, nullable=False),
    Column("rolls", Boolean, nullable=False),
    Column("basis", Text, nullable=False),
    Column("due_day", BigInteger),
    Column("stopped_day", BigInteger),
    Index("ix_case_clock_running", "due_day", postgresql_where=text("stopped_day IS NULL")),
    comment="a clock on a case (期限): by which limit it runs, when it ends, and when it was stopped",
)

case_clock_pause = Table(
    "case_clock_pause",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("clock_id", ForeignKey("case_clock.id"), nullable=False, index=True),
    Column("from_day", BigInteger, nullable=False),
    Column("until_day", BigInteger),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    comment="days on which a clock does not run (期限中止), and the act that stopped it",
)

case_amount = Table(
    "case_amount",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("fund_fen", BigInteger, nullable=False),
    Column("patient_fen", BigInteger, nullable=False),
    CheckConstraint(
        "kind IN ('at_stake', 'found', 'disputed', 'decided', 'recovered', 'avoided', 'fine')", name="kind"
    ),
    comment="what money an act speaks of (金额), by kind and purse; what is taken back is a row with a minus",
)

finding_hold = Table(
    "finding_hold",
    metadata,
    Column("finding_id", ForeignKey("finding.finding_id"), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("since_act", ForeignKey("case_act.number"), nullable=False),
    comment="which case decides the money of a finding (资金归属): one and only one at a time",
)

case_transfer = Table(
    "case_transfer",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("organ", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    Column("sent_day", BigInteger, nullable=False),
    Column("acknowledged_day", BigInteger),
    Column("answer", Text),
    CheckConstraint(
        "organ IN ('police', 'discipline', 'department', 'agency', 'region', 'bureau')", name="organ"
    ),
    comment="what of a case was handed to another organ (移送), when it was acknowledged, and what came back",
)
