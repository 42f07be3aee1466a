"""What every engine promises: relations in, SELECTs over them, 64-bit integers and texts out, and a log.

The public verbs live here, once; an engine supplies only the private ones. Whatever an engine's library
raises leaves this room as a `Refused` (``engine.failed``), so that nobody else needs to know the library.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import ClassVar, Self

import pyarrow as pa

from yibao.engine.columns import Columns
from yibao.engine.model import Capability, Ran, Relation, Value
from yibao.engine.translate import parse, translate
from yibao.engine.types import portable, relation_of
from yibao.kernel import Refused, Text

Parameters = Mapping[str, Value]
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Engine(ABC):
    """One way to run the house's SELECTs; a context manager. Not for several threads at a time.

    ``log`` is what ran, in order. ``relations`` are the relations known by name, with their columns.
    """

    name: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    failures: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        self.log: list[Ran] = []
        self.relations: dict[str, Relation] = {}
        self._shapes: dict[str, dict[str, str | None]] = {}
        self._views: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # — relations in —

    def bind(
        self,
        name: str,
        *,
        files: Sequence[Path] | None = None,
        schema: pa.Schema | None = None,
        arrow: pa.Table | None = None,
    ) -> None:
        """Make Parquet files (with their schema) or an Arrow table known as a relation; the last call counts.

        No files at all give an empty relation of that schema. Signed integers of any width become ``BIGINT``,
        texts ``VARCHAR``. Raises `Refused`: ``engine.type`` for other columns, ``engine.name``.
        """
        self._check_name(name)
        if (files is None) == (arrow is None) or (files is None) != (schema is None):
            raise TypeError("bind takes either files and schema, or arrow")
        if arrow is None and not files:
            assert schema is not None
            arrow = schema.empty_table()
        relation = relation_of(arrow.schema if arrow is not None else schema)
        self.drop(name)
        if arrow is not None:
            self._bind_arrow(name, portable(arrow))
        else:
            self._bind_files(name, [Path(file).absolute() for file in files or ()], relation)
        self._know(name, relation)

    def view(self, name: str, sql: str, parameters: Parameters | None = None) -> None:
        """Give a SELECT a name; it is evaluated whenever the name is read."""
        self._define(name, sql, parameters, stored=False, indexes=())

    def materialise(
        self,
        name: str,
        sql: str,
        parameters: Parameters | None = None,
        *,
        indexes: Sequence[Sequence[str]] = (),
    ) -> None:
        """Evaluate a SELECT once and store its rows under a name; SQLite makes these ``indexes``."""
        self._define(name, sql, parameters, stored=True, indexes=tuple(tuple(i) for i in indexes))

    def drop(self, name: str) -> None:
        """Forget a relation; an unknown name is no error. The rows of bound files stay where they are."""
        if name in self.relations:
            self._drop(name)
            del self.relations[name]
            self._forget(name)

    # — rows out —

    def run(self, sql: str, parameters: Parameters | None = None, *, name: str | None = None) -> pa.Table:
        """Run a SELECT and give its rows, in no particular order, as ``int64`` and ``string`` columns.

        ``:parameter`` becomes a typed literal; ``name`` is what the log calls the statement.

        Raises `Refused`: ``engine.syntax``, ``engine.one_select``, ``engine.parameter``, ``engine.function``,
        ``engine.operation_arguments``, ``engine.not_portable`` before anything runs; ``engine.type`` for a
        result that is neither integer nor text; ``engine.failed`` with the engine's own words.
        """
        return self._fetch(name, translate(sql, self.name, parameters), self._shape(sql))

    def write(
        self, sql: str, path: Path, parameters: Parameters | None = None, *, name: str | None = None
    ) -> int:
        """Write the rows of a SELECT to one new Parquet file (zstd) and give their number."""
        self.require(Capability.WRITE_PARQUET)
        raise NotImplementedError

    # — beyond the portable —

    @classmethod
    def require(cls, capability: Capability) -> None:
        """Raise `Refused` (``engine.capability``) unless the engine has the capability."""
        if capability not in cls.capabilities:
            raise Refused(
                "engine.capability",
                zh=f"引擎 {cls.name} 没有能力 {capability.value}",
                en=f"engine {cls.name} lacks the capability {capability.value}",
                where=cls.name,
                wanted=capability.value,
                came=", ".join(sorted(cls.capabilities)) or "-",
                todo=Text(zh="换用具备该能力的引擎（duckdb）", en="use an engine that has it (duckdb)"),
            )

    def execute_native(self, sql: str, parameters: Sequence[object] | None = None) -> pa.Table | None:
        """Run a statement in the engine's own words, unlinted and not portable; DuckDB only."""
        self.require(Capability.NATIVE_SQL)
        raise NotImplementedError

    def register_arrow(self, name: str, table: pa.Table) -> None:
        """Show an Arrow table of any types to native statements, without copying it; DuckDB only."""
        self.require(Capability.REGISTER_ARROW)
        raise NotImplementedError

    @abstractmethod
    def cancel(self) -> None:
        """Stop the running statement, from another thread; it then raises ``engine.failed``."""

    @abstractmethod
    def close(self) -> None:
        """Give everything back: connection, session, scratch files. Closing twice is no error."""

    # — what an engine supplies —

    @abstractmethod
    def _bind_files(self, name: str, files: list[Path], relation: Relation) -> None: ...

    @abstractmethod
    def _bind_arrow(self, name: str, table: pa.Table) -> None: ...

    @abstractmethod
    def _create_view(self, name: str, sql: str, columns: Relation) -> None: ...

    @abstractmethod
    def _create_table(
        self, name: str, sql: str, columns: Relation, indexes: tuple[tuple[str, ...], ...]
    ) -> None: ...

    @abstractmethod
    def _drop(self, name: str) -> None: ...

    @abstractmethod
    def _fetch(self, name: str | None, sql: str, columns: Mapping[str, str | None]) -> pa.Table: ...

    # — shared inside —

    def _define(
        self,
        name: str,
        sql: str,
        parameters: Parameters | None,
        *,
        stored: bool,
        indexes: tuple[tuple[str, ...], ...],
    ) -> None:
        self._check_name(name)
        text = translate(sql, self.name, parameters)
        if not stored and self._views.get(name) == text:
            return  # it means this already, and nothing that it reads has changed since
        columns = {column: kind or "BIGINT" for column, kind in self._shape(sql).items()}
        self.drop(name)
        if stored:
            self._create_table(name, text, columns, indexes)
        else:
            self._create_view(name, text, columns)
        self._know(name, columns)
        if not stored:
            self._views[name] = text

    def _know(self, name: str, relation: Relation) -> None:
        self.relations[name] = relation
        self._forget(name)

    def _forget(self, name: str) -> None:
        """Forget what was remembered of texts that read a relation of this name."""
        self._shapes = {text: shape for text, shape in self._shapes.items() if name not in text}
        self._views = {view: text for view, text in self._views.items() if name not in text and view != name}

    def _shape(self, sql: str) -> dict[str, str | None]:
        if sql not in self._shapes:
            self._shapes[sql] = Columns(self.relations).of(parse(sql))
        return self._shapes[sql]

    @contextmanager
    def _running(self, name: str | None, sql: str) -> Iterator[list[int]]:
        """Log what runs inside, with its time and the row count put into the list; translate failures."""
        rows: list[int] = []
        started = perf_counter()
        try:
            yield rows
        except self.failures as error:
            raise Refused(
                "engine.failed",
                zh="引擎执行失败",
                en="the engine failed to run the statement",
                where=f"{self.name}{': ' + name if name else ''}",
                wanted=sql if len(sql) <= 2000 else sql[:2000] + " …",
                came=str(error).strip(),
            ) from error
        finally:
            self.log.append(Ran(name, self.name, sql, perf_counter() - started, rows[0] if rows else None))

    def _check_name(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise Refused(
                "engine.name",
                zh="关系名只能由小写字母、数字和下划线组成",
                en="a relation's name is made of lower-case letters, digits and underscores",
                wanted=_NAME.pattern,
                came=repr(name),
            )
