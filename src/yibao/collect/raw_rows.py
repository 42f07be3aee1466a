"""Raw rows: any incoming file as a relation of texts, with a number for every record.

The engine reads tidy text in parallel and keeps the order of the file, so that a record's place is its number. A
text that it cannot read is told again (`tidy`), which knows the numbers of what is left.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yibao.collect.columns import quote
from yibao.collect.encoding import to_utf8
from yibao.collect.incoming import Incoming
from yibao.collect.sources import FileMap
from yibao.collect.spreadsheet import EXACT_DIGITS, read_sheet
from yibao.collect.tidy import tidy, with_numbers
from yibao.engine import PLAIN_READING, file_literal, parquet_files
from yibao.kernel import Refused, Text, normalise

DELIMITERS = ",\t|;"
MAX_RUNS = 200
"""So many runs of numbers are told by their places; the rows of a text with more get theirs written beside them."""

MAX_RECORD = 4_000_000
"""Bytes of the longest record that the engine takes; longer ones are put aside."""


@dataclass(frozen=True, slots=True)
class RawRows:
    """One file as a relation of texts ``c0, c1, …``: its header, the SQL that reads it, how its records are numbered.

    ``number`` is the SQL of a record's number within ``relation`` (the header is row 1), and None where the place says
    it: the rows follow ``header_row`` or, where some records were no rows, the number beside their place in ``runs``.
    ``rejected`` holds the records that are no rows.
    """

    incoming: Incoming
    header: tuple[str, ...]
    relation: str
    header_row: int
    encoding: str
    number: str | None = None
    at: str | None = None
    """The SQL of a record's place (the first row's is 0), where several of them bear one number."""
    runs: tuple[tuple[int, int], ...] = ()
    rejected: Path | None = None
    text: Path | None = None
    """The text behind the relation, where it may have to be told again."""
    delimiter: str = ","
    lines: Path | None = None
    """The file whose lines are the rows, if each is a line of its own (`few_rows`)."""
    before: int = 0
    """How many lines stand before the first row."""
    spare: Path | None = None
    """A name of our own for the lines of a few rows."""

    def column(self, header: str) -> str | None:
        """Give the SQL name of the raw column under a header, or None; case, width and margins do not matter."""
        wanted = normalise(header).casefold()
        for at, name in enumerate(self.header):
            if normalise(name).casefold() == wanted:
                return f"c{at}"
        return None

    def number_at(self, place: str) -> str:
        """Give the SQL of the number of the record at a place; the first row's place is 0."""
        shifts = [number - first for first, number in self.runs] or [self.header_row + 1]
        until = [first for first, _ in self.runs[1:]]
        cases = [f"WHEN {place} < {u} THEN {place} + {s}" for u, s in zip(until, shifts, strict=False)]
        last = f"{place} + {shifts[-1]}"
        return f"(CASE {' '.join(cases)} ELSE {last} END)" if cases else f"({last})"

    @property
    def numbered(self) -> str:
        """Give the relation with the column ``number`` beside; counting costs the parallel reading."""
        columns = ", ".join(f"c{at}" for at in range(len(self.header)))
        if self.number is not None:
            place = f"{self.at} AS at, " if self.at is not None else ""
            return f"(SELECT CAST({self.number} AS BIGINT) AS number, {place}{columns} FROM {self.relation})"
        placed = f"(SELECT row_number() OVER () - 1 AS place, {columns} FROM {self.relation})"
        return f"(SELECT CAST({self.number_at('place')} AS BIGINT) AS number, {columns} FROM {placed})"


def open_rows(incoming: Incoming, file_map: FileMap, scratch: Path, number: int) -> RawRows:
    """Open a file for reading; refuses one that is empty, binary or cannot be opened."""
    if incoming.form == "parquet":
        return _parquet(incoming)
    target = scratch / f"text-{number}.csv"
    if incoming.form == "excel":
        lookups = [*dict.fromkeys(o.lookup for o in file_map.origins() if o.lookup is not None)]
        sheet = read_sheet(
            incoming.path,
            target,
            shown=incoming.shown,
            sheet=file_map.sheet,
            header_row=file_map.header_row,
            lookups=lookups,
        )
        _not_empty(incoming, sheet.header)
        relation = _read_csv(sheet.path, _columns(sheet.header), ",", 0)
        return RawRows(incoming, sheet.header, relation, file_map.header_row, "excel")
    decoded = to_utf8(incoming.path, target)
    header, delimiter = _header(decoded.path, file_map.header_row)
    _not_empty(incoming, header)
    raw = RawRows(
        incoming=incoming,
        header=header,
        relation=_read_csv(decoded.path, _columns(header), delimiter, file_map.header_row),
        header_row=file_map.header_row,
        encoding=decoded.encoding,
        text=decoded.path,
        delimiter=delimiter,
        lines=decoded.path,
        before=file_map.header_row,
        spare=scratch / f"few-{number}.csv",
    )
    return told_again(raw, scratch, number) if decoded.blank_lines else raw


def told_again(raw: RawRows, scratch: Path, number: int) -> RawRows:
    """Give the same rows from a tidy copy of their text, and what is no row put aside."""
    assert raw.text is not None
    tidied = tidy(raw.text, scratch / f"tidy-{number}", raw.delimiter, len(raw.header), raw.header_row)
    columns = _columns(raw.header)
    if len(tidied.runs) <= MAX_RUNS:
        relation = _read_csv(tidied.rows, columns, raw.delimiter, 0)
        return replace(
            raw, relation=relation, runs=tidied.runs, rejected=tidied.rejected, text=None, lines=tidied.rows, before=0
        )  # fmt: skip
    relation = read_numbered(with_numbers(tidied, raw.delimiter), raw.header, raw.delimiter)
    return replace(raw, relation=relation, number="number", rejected=tidied.rejected, text=None)


def read_numbered(path: Path, header: tuple[str, ...], delimiter: str) -> str:
    """Give the relation of rows whose number stands before them, in the column ``number``."""
    return _read_csv(path, ("number", *_columns(header)), delimiter, 0)


def rejected_rows(raw: RawRows) -> str | None:
    """Give the relation ``number, fault, text`` of the records that are no rows, or None."""
    if raw.rejected is None or not raw.rejected.stat().st_size:
        return None
    columns = _read_csv(raw.rejected, ("number", "fault", "text"), ",", 0)
    return f"(SELECT CAST(number AS BIGINT) AS number, fault, text FROM {columns})"


def _not_empty(incoming: Incoming, header: tuple[str, ...]) -> None:
    if not any(name.strip() for name in header):
        raise Refused(
            "collect.empty_file",
            zh="文件是空的，或第一行不是表头",
            en="the file is empty, or its first row is no header",
            where=incoming.shown,
            todo=Text(
                zh="第一行应为字段代码或中文列名", en="the first row must hold field codes or Chinese names"
            ),
        )


def _parquet(incoming: Incoming) -> RawRows:
    try:
        schema = pq.read_schema(incoming.path)
    except (pa.ArrowInvalid, OSError) as error:
        raise Refused(
            "collect.broken_parquet",
            zh="Parquet 文件损坏或不完整",
            en="the Parquet file is broken or incomplete",
            where=incoming.shown,
            came=str(error)[:200],
        ) from error
    texts = ", ".join(f"{_cell(field)} AS c{at}" for at, field in enumerate(schema))
    relation = f"(SELECT {texts} FROM {parquet_files([incoming.path])})"
    return RawRows(incoming, tuple(schema.names), relation, 1, "parquet")


def _cell(field: pa.Field) -> str:
    """Give the SQL of a native value as the text a person would have typed; see `spreadsheet` on floats."""
    name = '"' + field.name.replace('"', '""') + '"'
    if pa.types.is_float64(field.type):
        return f"format('{{:.{EXACT_DIGITS}g}}', {name})"
    return f"CAST({name} AS VARCHAR)"


def _header(path: Path, header_row: int) -> tuple[tuple[str, ...], str]:
    with path.open(encoding="utf-8", newline="") as stream:
        lines = iter(partial(stream.readline, MAX_RECORD), "")  # a binary file may be one line of gigabytes
        line = next(islice(lines, header_row - 1, None), "")
        delimiter = max(DELIMITERS, key=line.count)
        stream.seek(0)
        try:
            names = next(islice(csv.reader(lines, delimiter=delimiter), header_row - 1, None), [])
        except csv.Error:  # no header is that long: this is no table
            names = []
    return tuple(names), delimiter


def _columns(header: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"c{at}" for at in range(len(header)))


def _read_csv(path: Path, columns: tuple[str, ...], delimiter: str, skip: int) -> str:
    typed = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
    return (
        f"read_csv({file_literal(path)}, auto_detect=false, header=false, skip={skip}, delim={quote(delimiter)}, "
        f"quote='\"', escape='\"', columns={{{typed}}}, strict_mode=true, max_line_size={MAX_RECORD}, {PLAIN_READING})"
    )
