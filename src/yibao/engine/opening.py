"""Open an engine by its name; an engine's library is imported only when it is asked for."""

from __future__ import annotations

from pathlib import Path

from yibao.engine.base import Engine
from yibao.engine.limits import DEFAULT_MEMORY_MIB, DEFAULT_SPILL_MIB, make_limits
from yibao.engine.model import ENGINES, Capability
from yibao.kernel import Refused


def open_engine(
    name: str,
    *,
    memory_mib: int = DEFAULT_MEMORY_MIB,
    threads: int | None = None,
    spill: Path | None = None,
    spill_mib: int = DEFAULT_SPILL_MIB,
    database: Path | None = None,
    keep_order: bool = False,
) -> Engine:
    """Open ``duckdb``, ``sqlite`` or ``spark``.

    ``memory_mib`` bounds what the engine keeps in memory, ``spill_mib`` what it may put under ``spill`` (in a
    directory of its own, removed on close; None means the system's place for temporary files); ``threads``
    None means all cores of this process. ``database`` keeps DuckDB's tables in a file, so that staging tables
    can leave memory; ``keep_order`` makes DuckDB keep the order of the rows of files, at the price of memory.
    SQLite without ``spill`` keeps its database in memory.

    Raises `Refused`: ``engine.unknown``, ``engine.capability``, ``engine.spark_missing``,
    ``engine.java_missing``, ``engine.spark_busy``, ``engine.spark_failed``, ``engine.database``.
    """
    if name not in ENGINES:
        raise Refused(
            "engine.unknown",
            zh="没有这个引擎",
            en="there is no such engine",
            wanted=" | ".join(ENGINES),
            came=repr(name),
        )
    if name == "duckdb":
        from yibao.engine.duckdb import DuckDB

        return DuckDB(make_limits(memory_mib, spill_mib, threads, spill), database, keep_order)
    if name == "sqlite":
        from yibao.engine.sqlite import SQLite

        _only_duckdb(SQLite, database, keep_order)
        return SQLite(make_limits(memory_mib, spill_mib, threads, spill), in_memory=spill is None)
    from yibao.engine.spark import Spark, open_spark

    _only_duckdb(Spark, database, keep_order)
    return open_spark(memory_mib, spill_mib, threads, spill)


def _only_duckdb(engine: type[Engine], database: Path | None, keep_order: bool) -> None:
    if database is not None:
        engine.require(Capability.DATABASE_FILE)
    if keep_order:
        engine.require(Capability.KEEP_ORDER)
