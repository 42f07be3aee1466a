"""The table of files that parties handed in."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Table, Text

from yibao.store import metadata

case_attachment = Table(
    "case_attachment",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("act", ForeignKey("case_act.number"), nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    CheckConstraint("bytes > 0", name="bytes"),
    comment="a file that a party handed in (佐证材料): its name, its digest, and the act that swears to it",
)
