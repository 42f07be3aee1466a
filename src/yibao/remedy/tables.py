"""What a remedy is about, receipts, refused bills and those settled again; all but the first only grow."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    func,
)

from yibao.store import metadata


def _sworn() -> list[Column[Any]]:
    return [
        Column("actor", Text, nullable=False),
        Column("ledger_entry", BigInteger, nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ]


remedy_case = Table(
    "remedy_case",
    metadata,
    Column("case_id", ForeignKey("case_file.id"), primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("subject", ForeignKey("archive_subject.id"), index=True),
    Column("fact", ForeignKey("archive_fact.id"), index=True),
    Column("about_case", ForeignKey("case_file.id"), index=True),
    CheckConstraint("kind IN ('points', 'credit', 'grade_repair', 'public_repair', 'contest')", name="kind"),
    CheckConstraint("(fact IS NULL) <> (about_case IS NULL)", name="about"),
    comment="what an objection, a repair or an appeal is about (异议、修复与救济): a fact of a file, or a case",
)

remedy_receipt = Table(
    "remedy_receipt",
    metadata,
    Column("fact", ForeignKey("archive_fact.id"), primary_key=True, autoincrement=False),
    Column("day", BigInteger, nullable=False),
    *_sworn(),
    comment="on which day somebody received the notice of a fact (送达): his period to object runs from it",
)

bill_refused = Table(
    "bill_refused",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("bill", Text, nullable=False),
    Column("line", Text, nullable=False, server_default=""),
    Column("subject", ForeignKey("archive_subject.id"), nullable=False),
    Column("institution_id", BigInteger),
    Column("region", Text, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("fund_fen", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fact", ForeignKey("archive_fact.id"), nullable=False),
    *_sworn(),
    CheckConstraint("fund_fen > 0", name="money"),
    CheckConstraint("reason IN ('suspended', 'terminated', 'unregistered')", name="reason"),
    Index(None, "subject", "day"),
    Index(None, "bill", "line"),
    comment="bills that were not settled because of a person's status (不予结算), and on which fact that rested",
)

bill_settled_again = Table(
    "bill_settled_again",
    metadata,
    Column("refused", ForeignKey("bill_refused.id"), primary_key=True, autoincrement=False),
    Column("day", BigInteger, nullable=False),
    *_sworn(),
    comment="refused bills that were settled after all (重新结算), since the status they rested on fell",
)
