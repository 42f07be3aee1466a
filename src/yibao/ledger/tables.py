"""The room's tables in the register. Four of them only grow: triggers refuse every UPDATE, DELETE and TRUNCATE.

No foreign key leads from the tree to the leaves: checking one would write to every leaf again. That each position has
its leaf, and each leaf its position, is what ``yibao ledger verify`` finds out.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    func,
)

from yibao.store import metadata

APPEND_ONLY: Final = (
    "ledger_leaf",
    "ledger_tree",
    "ledger_checkpoint",
    "ledger_cosignature",
    "ledger_key",
)

ledger_leaf = Table(
    "ledger_leaf",
    metadata,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("tag", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("canonical", LargeBinary, nullable=False),
    Index(None, "subject", "entry"),
    comment="what was done (存证条目), in the bytes that are hashed; written in the transaction of the act itself",
)

ledger_waiting = Table(
    "ledger_waiting",
    metadata,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    comment="leaves that wait for their position (待排序); empty whenever the sequencer has done its work",
)

ledger_tree = Table(
    "ledger_tree",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", BigInteger, nullable=False, unique=True),
    Column("hashes", LargeBinary, nullable=False),
    CheckConstraint("octet_length(hashes) > 0 AND octet_length(hashes) % 32 = 0", name="hashes"),
    comment="the Merkle tree (默克尔树): which leaf stands where, and the nodes that it completes",
)

ledger_checkpoint = Table(
    "ledger_checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="signed checkpoints (签名检查点): so many entries, this root",
)

ledger_cosignature = Table(
    "ledger_cosignature",
    metadata,
    Column("size", ForeignKey("ledger_checkpoint.size"), primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True),
    Column("line", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="what witnesses signed below a checkpoint (见证签名)",
)

ledger_key = Table(
    "ledger_key",
    metadata,
    Column("key", Text, primary_key=True),
    Column("entry", ForeignKey("ledger_leaf.entry"), nullable=False, index=True),
    comment="public keys (公钥) and the entry that made them the log's; those of the newest entry are in force",
)

ledger_personal = Table(
    "ledger_personal",
    metadata,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("value", Text, nullable=False),
    comment="personal data behind the commitments in leaves (个人信息原值与盐); erased here, the tree stays whole",
)
