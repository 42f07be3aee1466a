"""The room's tables in the register: accounts, their roles, recusals, and the log of what was looked at."""

from __future__ import annotations

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
    text,
)

from yibao.store import metadata

account = Table(
    "account",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("holder", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("institution_id", BigInteger),
    Column("practitioner_id", BigInteger),
    Column("person_id", BigInteger),
    Column("partner", Text),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("closed_by", Text),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint("(closed_by IS NULL) = (closed_at IS NULL)", name="closed"),
    comment="who may act (账户): a name that is never used again, whose it is, where, and what he belongs to",
)

account_role = Table(
    "account_role",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account", ForeignKey("account.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("taken_by", Text),
    Column("taken_at", DateTime(timezone=True)),
    CheckConstraint("(taken_by IS NULL) = (taken_at IS NULL)", name="taken"),
    comment="which role an account has held, given and taken by whom (账户角色)",
)
Index(
    "uq_account_role_held", account_role.c.account, account_role.c.role, unique=True,
    postgresql_where=text("taken_at IS NULL"),
)  # fmt: skip
Index(
    "uq_account_role_duty", account_role.c.account, unique=True,
    postgresql_where=text(
        "taken_at IS NULL AND role IN ('audit_administrator', 'security_administrator', 'system_administrator')"
    ),
)  # fmt: skip

recusal = Table(
    "recusal",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account", ForeignKey("account.id"), nullable=False, index=True),
    Column("subject", Text),
    Column("institution_id", BigInteger),
    Column("reason", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("lifted_by", Text),
    Column("lifted_at", DateTime(timezone=True)),
    Column("lift_reason", Text),
    CheckConstraint("(subject IS NULL) <> (institution_id IS NULL)", name="of"),
    CheckConstraint(
        "(lifted_by IS NULL) = (lifted_at IS NULL) AND (lifted_by IS NULL) = (lift_reason IS NULL)",
        name="lifted",
    ),
    comment="who must stay away from which case or institution, and why (回避)",
)

access_log = Table(
    "access_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("account", Text, nullable=False),
    Column("permission", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("case_subject", Text),
    Column("region", Text),
    Column("institution_id", BigInteger),
    Column("person_id", BigInteger),
    Index(None, "account", "at"),
    Index(None, "person_id", "at"),
    Index(None, "subject"),
    comment="every look at a sensitive file (访问日志): who, what, whose, why, for which case, when; only ever added to",
)
