"""The ground's own tables, and the metadata every other room declares its tables against."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("actor", Text, nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("delivered_at", DateTime(timezone=True)),
    comment="events to other rooms (事件发件箱), written in the transaction that caused them",
)
Index("ix_outbox_waiting", outbox.c.id, postgresql_where=text("delivered_at IS NULL"))

job = Table(
    "job",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("key", Text),
    Column("actor", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("deferred_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("run_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("worker", Text),
    Column("leased_until", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("error", Text),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'merged', 'failed')", name="state"),
    CheckConstraint(
        "(state = 'running') = (worker IS NOT NULL) AND (worker IS NULL) = (leased_until IS NULL)",
        name="running",
    ),
    CheckConstraint("(state IN ('done', 'merged', 'failed')) = (ended_at IS NOT NULL)", name="ended"),
    comment="background jobs (后台任务), deferred in the transaction that wants them; leased while they run",
)
Index("ix_job_waiting", job.c.run_at, job.c.id, postgresql_where=text("state = 'waiting'"))
Index("ix_job_waiting_key", job.c.key, postgresql_where=text("state = 'waiting' AND key IS NOT NULL"))
Index("ix_job_leased_until", job.c.leased_until, postgresql_where=text("state = 'running'"))
Index("ix_job_ended_at", job.c.ended_at, postgresql_where=text("ended_at IS NOT NULL"))
Index(
    "uq_job_running_key",
    job.c.key,
    unique=True,
    postgresql_where=text("state = 'running' AND key IS NOT NULL"),
)

batch = Table(
    "batch",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("meta", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("known_no", BigInteger, unique=True),
    Column("known_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('running', 'published', 'abandoned')", name="state"),
    CheckConstraint(
        "(state = 'published') = (known_no IS NOT NULL) AND (known_no IS NULL) = (known_at IS NULL)",
        name="known",
    ),
    comment="one delivery into the lake (批次); known_no counts publications without gaps",
)

lake_file = Table(
    "lake_file",
    metadata,
    Column("path", Text, primary_key=True),
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Column("table_name", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Index(None, "table_name", "batch"),
    Index(None, "batch"),
    comment="the lake's manifest (湖文件清单); a file that is not listed here does not exist",
)
