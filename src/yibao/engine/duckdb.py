"""DuckDB: the lake's engine, and the only one with raw power (CSV, native statements, writing Parquet).

Only calls that exist in DuckDB 1.5 and 2.0 are used, and every result is fetched whole: in 2.0 an unfinished
result owns its connection.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from threading import Lock, current_thread, main_thread
from typing import Any, Literal, TypeVar

import duckdb
import pyarrow as pa
from sqlglot import exp

from yibao.engine.base import Engine, Parameters
from yibao.engine.files import alike, parquet_files
from yibao.engine.limits import Limits
from yibao.engine.model import Capability, Relation
from yibao.engine.translate import translate
from yibao.engine.types import portable
from yibao.kernel import Refused

T = TypeVar("T")

_ROWS_AT_ONCE = 8_192
"""Rows of one piece of a result: DuckDB reserves the address space of a whole piece, a million rows by default, however
few there are, and a process that kept a few hundred results could no longer start another."""

_PORTABLE = {
    "BIGINT": "BIGINT",
    "INTEGER": "BIGINT",
    "SMALLINT": "BIGINT",
    "TINYINT": "BIGINT",
    "VARCHAR": "VARCHAR",
}


class DuckDB(Engine):
    """DuckDB in this process, in memory or over one database file."""

    name = "duckdb"
    capabilities = frozenset(Capability)
    # The client cuts the words of a failure anywhere, within a character too, and then fails to decode them.
    failures = (duckdb.Error, UnicodeDecodeError)

    def __init__(self, limits: Limits, database: Path | None, keep_order: bool) -> None:
        super().__init__()
        self._limits = limits
        self._kinds: dict[str, Literal["VIEW", "TABLE", "ARROW"]] = {}
        self._hands, self._one_at_a_time = ThreadPoolExecutor(1), Lock()
        try:
            self._connection: Any = duckdb.connect(
                str(database) if database is not None else ":memory:", config=settings(limits, keep_order)
            )
        except duckdb.Error as error:
            shutil.rmtree(limits.scratch, ignore_errors=True)
            raise Refused(
                "engine.database",
                zh="数据库文件打不开（可能正被另一个程序使用）",
                en="the database file cannot be opened (another program may be using it)",
                where=str(database),
                came=str(error),
            ) from error
        # A program without a file of its own counts as a person at a prompt, and would get a bar amid its output.
        self._connection.execute("SET enable_progress_bar = false")
        # Given with the others it is reported, and not obeyed: the limit binds only when it is set afterwards.
        self._connection.execute(f"SET max_temp_directory_size = '{limits.spill_mib}MiB'")

    def cancel(self) -> None:
        """Stop the running statement, from another thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection and remove the scratch directory."""
        self._stop()
        self._hands.shutdown()
        self._connection.close()
        shutil.rmtree(self._limits.scratch, ignore_errors=True)

    def write(
        self, sql: str, path: Path, parameters: Parameters | None = None, *, name: str | None = None
    ) -> int:
        """Write the rows of a SELECT to one new Parquet file (zstd) and give their number.

        The columns are as those of `run`. Making the file durable is the caller's business.
        """
        text = self._as_portable(translate(sql, self.name, parameters))
        target = exp.Literal.string(str(path.absolute())).sql("duckdb")
        copy = f"COPY ({text}) TO {target} (FORMAT parquet, COMPRESSION zstd)"
        with self._running(name, copy) as rows:
            rows.append(self._stoppable(lambda: int(self._connection.execute(copy).fetchall()[0][0])))
        return rows[0]

    def execute_native(self, sql: str, parameters: Sequence[object] | None = None) -> pa.Table | None:
        """Run one DuckDB statement, unlinted, with ``?`` parameters; None when it has no result.

        A statement that changes rows (COPY, INSERT) gives a table with their ``Count``.
        """
        table: pa.Table | None = None
        with self._running(None, sql) as rows:
            statements = self._connection.extract_statements(sql)
            if parameters is not None and len(statements) != 1:
                raise TypeError("parameters go with exactly one statement")
            for statement in statements:
                table = self._stoppable(partial(self._execute, statement, parameters))
                if duckdb.ExpectedResultType.NOTHING in statement.expected_result_type and not table.num_rows:
                    table = None
            if table is not None:
                rows.append(table.num_rows)
        return table

    def _execute(self, statement: Any, parameters: Sequence[object] | None) -> pa.Table:
        return self._connection.execute(statement, parameters).to_arrow_table(_ROWS_AT_ONCE)

    def register_arrow(self, name: str, table: pa.Table) -> None:
        """Show an Arrow table of any types to native statements, without copying it."""
        self._check_name(name)
        self._connection.register(name, table)

    def _bind_files(self, name: str, files: list[Path], relation: Relation) -> None:
        # The cast costs nothing where the file holds the type already: the binder drops it.
        parts = (
            f"SELECT {_casts(relation, held)} FROM {parquet_files(paths)}"  # noqa: S608
            for paths, held in alike(files, relation)
        )
        sql = f"CREATE OR REPLACE TEMP VIEW {name} AS {' UNION ALL '.join(parts)}"
        with self._running(name, sql):
            self._connection.execute(sql)
        self._kinds[name] = "VIEW"

    def _bind_arrow(self, name: str, table: pa.Table) -> None:
        with self._running(name, f"-- {name}: Arrow, {table.num_rows} rows") as rows:
            self._connection.register(name, table)
            self._kinds[name] = "ARROW"
            rows.append(table.num_rows)

    def _create_view(self, name: str, sql: str, columns: Relation) -> None:
        self._create(name, f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")
        self._kinds[name] = "VIEW"

    def _create_table(
        self, name: str, sql: str, columns: Relation, indexes: tuple[tuple[str, ...], ...]
    ) -> None:
        self._create(name, f"CREATE TEMP TABLE {name} AS {self._as_portable(sql)}")
        self._kinds[name] = "TABLE"

    def _create(self, name: str, sql: str) -> None:
        with self._running(name, sql):
            self._stoppable(lambda: self._connection.execute(sql))

    def _drop(self, name: str) -> None:
        kind = self._kinds.pop(name)
        if kind == "ARROW":
            self._connection.unregister(name)
        else:
            self._connection.execute(f"DROP {kind} IF EXISTS {name}")

    def _fetch(self, name: str | None, sql: str, columns: Mapping[str, str | None]) -> pa.Table:
        with self._running(name, sql) as rows:
            table = self._stoppable(lambda: self._connection.execute(sql).to_arrow_table(_ROWS_AT_ONCE))
            rows.append(table.num_rows)
        return portable(table, list(columns) if len(columns) == table.num_columns else None)

    def _stoppable(self, work: Callable[[], T]) -> T:
        """Do a statement's work so that Ctrl-C stops it.

        While all its tasks are in the hands of DuckDB's own threads, the client waits for them deaf to signals; so the
        main thread waits in Python, which hears them, and another one waits in DuckDB.
        """
        if current_thread() is not main_thread():
            return work()
        try:
            return self._hands.submit(self._at_work, work).result()
        except KeyboardInterrupt:
            self._stop()
            raise

    def _at_work(self, work: Callable[[], T]) -> T:
        with self._one_at_a_time:
            return work()

    def _stop(self) -> None:
        """Stop what the other thread does; it may not even have begun."""
        self._hands.shutdown(wait=False, cancel_futures=True)
        self._hands = ThreadPoolExecutor(1)
        while not self._one_at_a_time.acquire(timeout=0.1):
            self._connection.interrupt()
        self._one_at_a_time.release()

    def _as_portable(self, sql: str) -> str:
        """Wrap a SELECT so that narrow integers are stored as BIGINT; refuse other types before that."""
        with self._running(None, f"DESCRIBE {sql}"):
            described = self._connection.execute(f"DESCRIBE {sql}").fetchall()
        self.log.pop()
        kinds = [(str(row[0]), str(row[1])) for row in described]
        for column, kind in kinds:
            if kind.strip('"') not in (*_PORTABLE, "NULL"):
                raise Refused(
                    "engine.type",
                    zh="列的类型不能在各引擎间保持同义",
                    en="the column's type does not mean the same on every engine",
                    where=column,
                    wanted="BIGINT | VARCHAR",
                    came=kind,
                )
        if all(_PORTABLE.get(kind) == kind for _, kind in kinds):
            return sql
        columns = ", ".join(
            f"CAST({_quoted(c)} AS {_PORTABLE.get(kind, 'BIGINT')}) AS {_quoted(c)}" for c, kind in kinds
        )
        return f"SELECT {columns} FROM ({sql})"  # noqa: S608


def settings(limits: Limits, keep_order: bool) -> dict[str, str | bool | int | float | list[str]]:
    """Give DuckDB's configuration."""
    return {
        "memory_limit": f"{limits.memory_mib}MiB",
        "threads": str(limits.threads),
        "temp_directory": str(limits.scratch),
        # Scans of files run in parallel, without buffering rows to keep their order, unless it is asked for.
        "preserve_insertion_order": str(keep_order).lower(),
        # Government networks are closed, and nothing may be fetched at run time: an extension is never loaded
        # because a statement happens to name one.
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "extension_directory": str(limits.scratch / "extensions"),
    }


def _casts(relation: Relation, held: frozenset[str]) -> str:
    return ", ".join(
        f"CAST({_quoted(c) if c in held else 'NULL'} AS {kind}) AS {_quoted(c)}"
        for c, kind in relation.items()
    )


@cache
def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")
