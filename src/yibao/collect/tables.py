"""The room's table in the register: one row per collection, with what became of every file and table."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from yibao.store import metadata

collection = Table(
    "collection",
    metadata,
    Column("batch", ForeignKey("batch.number"), primary_key=True),
    Column("source", Text, nullable=False),
    Column("files", JSONB, nullable=False),
    Column("tables", JSONB, nullable=False),
    Column("quarantined_fen", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("collected_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="one collection (收集批次): its files by digest, and per table what was accepted and what was not",
)
