"""From which case another took findings over, in the register."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Table, Text

from yibao.store import metadata

case_link = Table(
    "case_link",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("from_case", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("to_case", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    CheckConstraint("kind IN ('split', 'merged', 'handed_over', 'returned')", name="kind"),
    CheckConstraint("from_case <> to_case", name="two"),
    comment="from which case another took findings over (分案、并案、转办), by which act of the first",
)
