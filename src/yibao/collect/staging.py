"""Staging: the rows of one table, read and judged one by one, inside the engine.

Four layers of one SELECT: the raw texts, the cleaned texts, the values with «could not be read» beside each, and
the verdict of the row as a bit per check. Good and bad rows stay together in the order of the file, so that a row's
place is its number; what is wrong with the few bad ones is told afterwards by looking at them again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yibao.claims import Check as RowCheck
from yibao.claims import Column, Identity, Table
from yibao.collect.columns import cleaned, quote, read
from yibao.collect.raw_rows import RawRows
from yibao.collect.sources import FileMap, From
from yibao.engine import Engine
from yibao.kernel import Refused, Text

MAX_KEY = 9223372036854775807


@dataclass(frozen=True, slots=True)
class Judgement:
    """One thing that can be wrong with a row: its code, the SQL that says so, and how to say it to people."""

    code: str
    wrong: str
    column: Column | None
    text: Text
    wanted: str
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Staged:
    """The rows of one file staged for one table: where they lie and which raw columns they came from."""

    table: Table
    raw: RawRows
    file_map: FileMap
    file_number: int
    name: str
    first: int
    rows: int
    judgements: tuple[Judgement, ...]
    columns: dict[str, str]
    unused: tuple[str, ...]


def key_of(table_name: str, natural: str) -> str:
    """Give the SQL of the integer key of a natural id: 63 bits of the MD5 of «table|id» (kernel.natural_key)."""
    hashed = f"md5_number_lower({quote(table_name + '|')} || {natural})"
    return f"CAST({hashed} & {MAX_KEY} AS BIGINT)"


def create(engine: Engine, table: Table, name: str) -> None:
    """Create the empty staging table of one contract table."""
    fields = [f"{f.name} {'BIGINT' if f.type == 'int64' else 'VARCHAR'}" for f in table.stored()][1:-3]
    hashed = [f"{table.id} BIGINT"] if table.identity == "hash" else []
    engine.execute_native(
        f"CREATE OR REPLACE TABLE {name} ({', '.join([*hashed, *fields])}, natural_key VARCHAR, "
        "file_number BIGINT, record BIGINT, bad BIGINT, notes BIGINT, money BIGINT)"
    )


def stage(
    engine: Engine,
    table: Table,
    raw: RawRows,
    file_map: FileMap,
    file_number: int,
    name: str,
    *,
    tolerant: bool = False,
) -> Staged:
    """Read one file into a staging table and judge every row; refuses a file that lacks a required column."""
    origins = {c.name: _origin(c, raw, file_map) for c in table.columns}
    missing = [c for c in table.columns if c.required and origins[c.name] is None and c.default is None]
    if missing and not tolerant:
        raise Refused(
            "collect.missing_column",
            zh=f"文件缺少「{table.text.zh}」必需的列，整个文件未收",
            en=f"the file lacks columns that «{table.text.en}» requires; the whole file was left out",
            where=raw.incoming.shown,
            wanted="; ".join(f"{c.field} {c.zh}" for c in missing),
            came=", ".join(raw.header)[:500],
            todo=Text(
                zh="补齐列，或在对应关系文件的 columns 中写明列名",
                en="add the columns or map them under columns:",
            ),
        )
    layers = _Layers(table, origins, file_map)
    first = _count(engine, name)
    engine.execute_native(f"INSERT INTO {name} {layers.select(raw, file_number)}")
    used = {expression for expression in origins.values() if expression is not None}
    return Staged(
        table=table,
        raw=raw,
        file_map=file_map,
        file_number=file_number,
        name=name,
        first=first,
        rows=_count(engine, name) - first,
        judgements=layers.judgements,
        columns={n: o for n, o in origins.items() if o is not None},
        unused=tuple(h for at, h in enumerate(raw.header) if f"c{at}" not in used),
    )


def _count(engine: Engine, name: str) -> int:
    found = engine.execute_native(f"SELECT count(*) AS n FROM {name}")
    assert found is not None
    return int(found.column("n")[0].as_py())


def _origin(column: Column, raw: RawRows, file_map: FileMap) -> str | None:
    """Give the SQL of a column's raw text in this file, or None where the file does not have it."""
    given = file_map.origin(column.name)
    if given is None:
        return next((at for h in column.headers if (at := raw.column(h)) is not None), None)
    if given.constant is not None:
        return quote(given.constant)
    header = f"{given.lookup.sheet}.{given.lookup.give}" if given.lookup else given.header or column.field
    at = raw.column(header)
    if at is None:
        raise Refused(
            "collect.mapped_column",
            zh="对应关系指定的列在文件中不存在，整个文件未收",
            en="a column named by the mapping is not in the file; the whole file was left out",
            where=raw.incoming.shown,
            wanted=f"{column.name} ← {header}",
            came=", ".join(raw.header)[:500],
        )
    return at


class _Layers:
    """The four layers of the staging SELECT for one table and one file's mapping."""

    def __init__(self, table: Table, origins: dict[str, str | None], file_map: FileMap) -> None:
        self.table = table
        self.origins = origins
        self.file_map = file_map
        self.readings = {c.name: read(c, f"t_{c.name}") for c in table.columns}
        self.judgements = tuple([*self._column_judgements(), *self._row_judgements()])

    def select(self, raw: RawRows, file_number: int) -> str:
        texts = ", ".join(f"{self._text(c)} AS t_{c.name}" for c in self.table.columns)
        source = raw.recording
        record = "CAST(NULL AS BIGINT)"
        if self.file_map.filtered:  # records are counted before they are chosen; that costs parallel reading
            record = "record"
            source = f"(SELECT row_number() OVER () AS record, * FROM {source}) WHERE {self._chosen(raw)}"
        cleaned_rows = f"SELECT {texts}, {record} AS record FROM {source}"
        valued = f"SELECT *, {', '.join(self._values())} FROM ({cleaned_rows})"
        names = [f.name for f in self.table.stored()][1:-3]
        hashed = [key_of(self.table.table, "natural_key")] if self.table.identity == "hash" else []
        keyed = f"SELECT *, {self._natural_key()} AS natural_key FROM ({valued})"
        money = self.table.money or "CAST(NULL AS BIGINT)"
        return (
            f"SELECT {', '.join([*hashed, *names])}, natural_key, {file_number}, record, "
            f"{self._bits(lenient=False)}, {self._bits(lenient=True)}, {money} FROM ({keyed})"
        )

    def _chosen(self, raw: RawRows) -> str:
        """Give the condition under which a record of the file is a row of this table."""
        conditions = [
            f"{cleaned(raw.column(header) or 'NULL')} IN ({', '.join(quote(w) for w in words)})"
            for header, words in self.file_map.keep.items()
        ]
        if self.file_map.notes_if_empty is not None:
            conditions.append(f"{cleaned(raw.column(self.file_map.notes_if_empty) or 'NULL')} IS NOT NULL")
        return " AND ".join(conditions)

    def _text(self, column: Column) -> str:
        origin = self.origins[column.name]
        if origin is None:
            return "CAST(NULL AS VARCHAR)"
        given = self.file_map.origin(column.name)
        text = origin if given is not None and given.constant is not None else cleaned(origin)
        return _worded(text, given)

    def _values(self) -> Iterable[str]:
        for column in self.table.columns:
            reading = self.readings[column.name]
            yield f"(t_{column.name} IS NOT NULL AND ({reading.unread})) AS u_{column.name}"
            for name, value in reading.values:
                if column.type == "ref":
                    assert column.of is not None
                    value = f"CASE WHEN {value} IS NOT NULL THEN {key_of(column.of, value)} END"
                elif column.lenient:
                    value = f"CASE WHEN u_{column.name}{_when(column)} THEN NULL ELSE {value} END"
                yield f"{value} AS {name}"

    def _natural_key(self) -> str:
        parts = []
        for name in self.table.key:
            column = self.table.column(name)
            text = f"CAST({name}_ymd AS VARCHAR)" if column.type in ("day", "moment") else f"t_{name}"
            parts.append(f"coalesce({text}, '')")
        return " || '|' || ".join(parts)

    def _bits(self, *, lenient: bool) -> str:
        bits = [
            f"CASE WHEN {j.wrong} THEN {1 << at} ELSE 0 END"
            for at, j in enumerate(self.judgements)
            if j.lenient is lenient
        ]
        return f"CAST({' + '.join(bits) or '0'} AS BIGINT)"

    def _column_judgements(self) -> Iterable[Judgement]:
        for column in self.table.columns:
            wanted = self.readings[column.name].wanted
            wrong = f"u_{column.name}{_when(column)}"
            zh, en = f"「{column.zh}」的值不合规", f"the value of «{column.en}» is not acceptable"
            yield Judgement("value", wrong, column, Text(zh=zh, en=en), wanted, lenient=column.lenient)
        required = [c for c in self.table.columns if c.required and c.default is None]
        for column in required:
            text = Text(zh=f"「{column.zh}」不得为空", en=f"«{column.en}» must not be empty")
            yield Judgement("empty", f"t_{column.name} IS NULL", column, text, "非空 / not empty")

    def _row_judgements(self) -> Iterable[Judgement]:
        for identity in self.table.identities:
            yield Judgement(
                identity.code, _identity(identity), None, Text(zh=identity.zh, en=identity.en), identity.zh
            )
        for check in self.table.checks:
            yield Judgement(
                check.code, _row_check(check, self.table), None, Text(zh=check.zh, en=check.en), check.zh
            )


def _when(column: Column) -> str:
    conditions = [f" AND t_{o} IN ({', '.join(quote(w) for w in words)})" for o, words in column.when.items()]
    return "".join(conditions)


def _worded(text: str, given: From | None) -> str:
    if given is None or not given.words:
        return text
    branches = " ".join(f"WHEN {quote(word)} THEN {quote(to)}" for word, to in given.words.items())
    return f"CASE {text} {branches} ELSE {text} END"


def _identity(identity: Identity) -> str:
    parts = [f"coalesce({p}, 0)" if p in identity.optional else p for p in identity.parts]
    return f"coalesce({' + '.join(parts)} <> {identity.total}, false)"


def _row_check(check: RowCheck, table: Table) -> str:
    if check.order is not None:
        return f"coalesce({check.order[0]} > {check.order[1]}, false)"
    if check.same_sign is not None:
        one, two = check.same_sign
        return f"coalesce(sign({one}) * sign({two}) < 0, false)"
    if check.not_negative is not None:
        return " OR ".join(f"coalesce({name} < 0, false)" for name in check.not_negative)
    assert check.reversal is not None and table.reverses is not None
    original = table.column(table.reverses.column).stored()[0][0]
    positive = " OR ".join(f"{name} > 0" for name in check.of)
    negative = " OR ".join(f"{name} < 0" for name in check.of)
    return (
        f"coalesce(CASE WHEN {check.reversal} = 1 THEN ({positive}) OR {original} IS NULL "
        f"ELSE ({negative}) END, false)"
    )
