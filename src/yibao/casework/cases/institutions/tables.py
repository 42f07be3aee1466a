"""The institutions as the register knows them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from yibao.store import metadata

institution = Table(
    "institution",
    metadata,
    Column("institution_id", BigInteger, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
    comment="the institutions' codes, names and regions (机构), copied from the lake for work lists and scope",
)
