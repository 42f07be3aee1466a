"""SQLite: the gate's engine, one bill and its bound history in microseconds.

It has no types to speak of, so this module holds the line: columns are declared, results are typed by their
values or, where there are none, by what the SELECT says; and an integer that came back as a floating-point
number (which is how SQLite overflows) is an error.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yibao.engine.base import Engine
from yibao.engine.limits import Limits
from yibao.engine.model import Relation
from yibao.engine.types import arrow_type, portable
from yibao.kernel import Refused, Text

_CACHED_STATEMENTS = 1024  # the library's 128 thrash as soon as a gate has more rules than that
_DECLARED = {"BIGINT": "INTEGER", "VARCHAR": "TEXT"}


class SQLite(Engine):
    """SQLite over a private database, in memory or in the scratch directory."""

    name = "sqlite"
    failures = (sqlite3.Error, OverflowError)

    def __init__(self, limits: Limits, in_memory: bool) -> None:
        super().__init__()
        self._limits = limits
        self._connection = sqlite3.connect(
            ":memory:" if in_memory else limits.scratch / "engine.sqlite",
            isolation_level=None,
            cached_statements=_CACHED_STATEMENTS,
            check_same_thread=False,  # cancel() comes from another thread
        )
        for pragma in (
            # The database is scratch: nothing in it outlives the engine, so nothing is worth a sync.
            "journal_mode = OFF",
            "synchronous = OFF",
            f"cache_size = -{limits.memory_mib * 1024}",
            f"threads = {limits.threads - 1}",
            f"max_page_count = {limits.spill_mib * 256}",  # pages of 4 KiB
        ):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()

    def cancel(self) -> None:
        """Stop the running statement, from another thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection and remove the scratch directory."""
        self._connection.close()
        shutil.rmtree(self._limits.scratch, ignore_errors=True)

    def _bind_files(self, name: str, files: list[Path], relation: Relation) -> None:
        def batches() -> Iterable[pa.RecordBatch]:
            for file in files:
                with pq.ParquetFile(file) as parquet:
                    held = [name for name in relation if name in parquet.schema_arrow.names]
                    yield from (_complete(b, relation) for b in parquet.iter_batches(columns=held))

        self._load(name, relation, batches())

    def _bind_arrow(self, name: str, table: pa.Table) -> None:
        relation = {
            field.name: "VARCHAR" if pa.types.is_string(field.type) else "BIGINT" for field in table.schema
        }
        self._load(name, relation, table.to_batches(max_chunksize=65_536))

    def _load(self, name: str, relation: Relation, batches: Iterable[pa.RecordBatch]) -> None:
        create = _create_table(name, relation)
        holes = ", ".join("?" * len(relation))
        with self._running(name, create) as rows:
            self._connection.execute(create)
            self._connection.execute("BEGIN")
            loaded = 0
            for batch in batches:
                table = portable(pa.Table.from_batches([batch]).select(list(relation)))
                columns = [column.to_pylist() for column in table.columns]
                self._connection.executemany(
                    f"INSERT INTO {name} VALUES ({holes})",  # noqa: S608
                    zip(*columns, strict=True),
                )
                loaded += table.num_rows
            self._connection.execute("COMMIT")
            rows.append(loaded)

    def _create_view(self, name: str, sql: str, columns: Relation) -> None:
        create = f"CREATE VIEW {name} ({', '.join(_quoted(c) for c in columns)}) AS {sql}"
        with self._running(name, create):
            self._connection.execute(create)

    def _create_table(
        self, name: str, sql: str, columns: Relation, indexes: tuple[tuple[str, ...], ...]
    ) -> None:
        create = _create_table(name, columns)
        with self._running(name, create):
            self._connection.execute(create)
        insert = f"INSERT INTO {name} {sql}"
        with self._running(name, insert) as rows:
            rows.append(self._connection.execute(insert).rowcount)
        for at, columns_of in enumerate(indexes):
            keys = ", ".join(_quoted(column) for column in columns_of)
            create_index = f"CREATE INDEX {name}_index_{at} ON {name} ({keys})"
            with self._running(name, create_index):
                self._connection.execute(create_index)
        if indexes:
            self._connection.execute(f"ANALYZE {name}")

    def _drop(self, name: str) -> None:
        found = self._connection.execute("SELECT type FROM sqlite_master WHERE name = ?", [name]).fetchone()
        if found is not None:
            self._connection.execute(f"DROP {found[0]} {name}")

    def _fetch(self, name: str | None, sql: str, columns: Mapping[str, str | None]) -> pa.Table:
        with self._running(name, sql) as rows:
            cursor = self._connection.execute(sql)
            values = cursor.fetchall()
            rows.append(len(values))
        names = [description[0] for description in cursor.description]
        kinds = list(columns.values()) if len(columns) == len(names) else [None] * len(names)
        if len(columns) == len(names):
            names = list(columns)
        by_column = list(zip(*values, strict=True)) if values else [()] * len(names)
        arrays = [_typed(n, k, v) for n, k, v in zip(names, kinds, by_column, strict=True)]
        fields = [pa.field(n, a.type) for n, a in zip(names, arrays, strict=True)]
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _typed(name: str, kind: str | None, values: tuple[object, ...]) -> pa.Array:
    """Type a column by its values, and by its declaration where it holds none; refuse what is neither."""
    seen = {type(value) for value in values if value is not None}
    if not seen:
        return pa.nulls(len(values), arrow_type(kind))
    if seen == {int}:
        return pa.array(values, pa.int64())
    if seen == {str}:
        return pa.array(values, pa.string())
    raise Refused(
        "engine.type",
        zh="列里不是 64 位整数或文本（整数溢出会变成 REAL）",
        en="the column holds neither 64-bit integers nor texts (an overflowing integer becomes REAL)",
        where=name,
        wanted="INTEGER | TEXT",
        came=", ".join(sorted(kind.__name__ for kind in seen)),
        todo=Text(zh="用具名运算计算金额", en="compute money with the named operations"),
    )


def _complete(batch: pa.RecordBatch, relation: Relation) -> pa.RecordBatch:
    """Give a batch with all columns of its relation; one that its file does not hold is empty."""
    return pa.RecordBatch.from_arrays(
        [
            batch.column(c) if c in batch.schema.names else pa.nulls(batch.num_rows, arrow_type(kind))
            for c, kind in relation.items()
        ],
        names=list(relation),
    )


def _create_table(name: str, relation: Relation) -> str:
    columns = ", ".join(f"{_quoted(column)} {_DECLARED[kind]}" for column, kind in relation.items())
    return f"CREATE TABLE {name} ({columns})"


def _quoted(name: str) -> str:
    # Brackets, not double quotes: SQLite takes an unknown name in double quotes for a text.
    return f"[{name}]"
