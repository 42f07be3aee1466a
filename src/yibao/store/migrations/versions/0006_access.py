"""Who may act: accounts, roles, recusals; and the log of what was looked at, which is only ever added to."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006_access"
down_revision: str | None = "0005_ledger"


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=True)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _when(name: str, default: sa.FunctionElement[Any] | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=default is None, server_default=default)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False)


def upgrade() -> None:
    """Create the tables, and refuse every change of the log."""
    op.create_table(
        "account",
        _id(),
        *[_text(name) for name in ("name", "holder", "region")],
        *[_number(name) for name in ("institution_id", "practitioner_id", "person_id")],
        _text("partner", nullable=True),
        _text("opened_by"),
        _when("opened_at", sa.func.now()),
        _text("closed_by", nullable=True),
        _when("closed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("name", name="uq_account_name"),
        sa.CheckConstraint("(closed_by IS NULL) = (closed_at IS NULL)", name=op.f("ck_account_closed")),
        comment="who may act (账户): a name that is never used again, whose it is, where, and what he belongs to",
    )
    op.create_table(
        "account_role",
        _id(),
        sa.Column("account", sa.BigInteger, nullable=False),
        *[_text(name) for name in ("role", "given_by")],
        _when("given_at", sa.func.now()),
        _text("taken_by", nullable=True),
        _when("taken_at"),
        sa.PrimaryKeyConstraint("id", name="pk_account_role"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_account_role_account"),
        sa.CheckConstraint("(taken_by IS NULL) = (taken_at IS NULL)", name=op.f("ck_account_role_taken")),
        comment="which role an account has held, given and taken by whom (账户角色)",
    )
    op.create_index(
        "uq_account_role_held", "account_role", ["account", "role"], unique=True,
        postgresql_where=sa.text("taken_at IS NULL"),
    )  # fmt: skip
    op.create_index(
        "uq_account_role_duty", "account_role", ["account"], unique=True,
        postgresql_where=sa.text(
            "taken_at IS NULL AND role IN ('audit_administrator', 'security_administrator', 'system_administrator')"
        ),
    )  # fmt: skip
    op.create_table(
        "recusal",
        _id(),
        sa.Column("account", sa.BigInteger, nullable=False),
        _text("subject", nullable=True),
        _number("institution_id"),
        *[_text(name) for name in ("reason", "recorded_by")],
        _when("recorded_at", sa.func.now()),
        _text("lifted_by", nullable=True),
        _when("lifted_at"),
        _text("lift_reason", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recusal"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_recusal_account"),
        sa.CheckConstraint("(subject IS NULL) <> (institution_id IS NULL)", name=op.f("ck_recusal_of")),
        sa.CheckConstraint(
            "(lifted_by IS NULL) = (lifted_at IS NULL) AND (lifted_by IS NULL) = (lift_reason IS NULL)",
            name=op.f("ck_recusal_lifted"),
        ),
        comment="who must stay away from which case or institution, and why (回避)",
    )
    op.create_index("ix_recusal_account", "recusal", ["account"])
    op.create_table(
        "access_log",
        _id(),
        _when("at", sa.func.clock_timestamp()),
        *[_text(name) for name in ("account", "permission", "what", "subject", "purpose")],
        *[_text(name, nullable=True) for name in ("case_subject", "region")],
        *[_number(name) for name in ("institution_id", "person_id")],
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
        comment="every look at a sensitive file (访问日志): who, what, whose, why, for which case, when; only ever added to",
    )
    op.create_index("ix_access_log_account_at", "access_log", ["account", "at"])
    op.create_index("ix_access_log_person_id_at", "access_log", ["person_id", "at"])
    op.create_index("ix_access_log_subject", "access_log", ["subject"])
    op.execute(
        "CREATE FUNCTION access_log_is_added_to_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'access_log is only ever added to (访问日志只增不改)'; END $$"
    )
    op.execute(
        "CREATE TRIGGER access_log_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION access_log_is_added_to_only()"
    )


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("access_log")
    op.execute("DROP FUNCTION access_log_is_added_to_only()")
    op.drop_table("recusal")
    op.drop_table("account_role")
    op.drop_table("account")
