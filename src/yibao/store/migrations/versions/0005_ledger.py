"""The ledger: leaves, the tree over them, checkpoints, keys, and what personal data their commitments stand for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_ledger"
down_revision: str | None = "0004_findings_life"

APPEND_ONLY = ("ledger_leaf", "ledger_tree", "ledger_checkpoint", "ledger_cosignature", "ledger_key")


def upgrade() -> None:
    """Create the tables, and the triggers that let them only grow."""
    op.create_table(
        "ledger_leaf",
        sa.Column("entry", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("tag", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("canonical", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_ledger_leaf"),
        comment="what was done (存证条目), in the bytes that are hashed; written in the transaction of the act itself",
    )
    op.create_index("ix_ledger_leaf_subject_entry", "ledger_leaf", ["subject", "entry"])
    op.create_table(
        "ledger_waiting",
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_ledger_waiting"),
        comment="leaves that wait for their position (待排序); empty whenever the sequencer has done its work",
    )
    op.create_table(
        "ledger_tree",
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_ledger_tree"),
        sa.UniqueConstraint("entry", name="uq_ledger_tree_entry"),
        sa.CheckConstraint(
            "octet_length(hashes) > 0 AND octet_length(hashes) % 32 = 0", name=op.f("ck_ledger_tree_hashes")
        ),
        comment="the Merkle tree (默克尔树): which leaf stands where, and the nodes that it completes",
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("size", name="pk_ledger_checkpoint"),
        comment="signed checkpoints (签名检查点): so many entries, this root",
    )
    op.create_table(
        "ledger_cosignature",
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("witness", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("size", "witness", name="pk_ledger_cosignature"),
        sa.ForeignKeyConstraint(["size"], ["ledger_checkpoint.size"], name="fk_ledger_cosignature_size"),
        comment="what witnesses signed below a checkpoint (见证签名)",
    )
    op.create_table(
        "ledger_key",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_ledger_key"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_leaf.entry"], name="fk_ledger_key_entry"),
        comment="public keys (公钥) and the entry that made them the log's; those of the newest entry are in force",
    )
    op.create_index("ix_ledger_key_entry", "ledger_key", ["entry"])
    op.create_table(
        "ledger_personal",
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("entry", "name", name="pk_ledger_personal"),
        comment="personal data behind the commitments in leaves (个人信息原值与盐); erased here, the tree stays whole",
    )
    _let_only_grow()


def _let_only_grow() -> None:
    op.execute(
        "CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% only grows: % is refused (存证只增不改)', TG_TABLE_NAME, TG_OP "
        "USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    for table, acts in [*((name, "UPDATE OR DELETE OR TRUNCATE") for name in APPEND_ONLY),
                        ("ledger_personal", "UPDATE OR TRUNCATE")]:  # fmt: skip
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE {acts} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
        )
        # ALWAYS: a session that calls itself a replica is refused too
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows")
    # every leaf passes through here once, so it must be swept by count, not by share
    op.execute(
        "ALTER TABLE ledger_waiting SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)"
    )


def downgrade() -> None:
    """Drop everything."""
    for table in (
        "ledger_personal",
        "ledger_key",
        "ledger_cosignature",
        "ledger_checkpoint",
        "ledger_tree",
        "ledger_waiting",
        "ledger_leaf",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION ledger_refuse_change()")
