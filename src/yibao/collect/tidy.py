"""Tidying: a delimited text that the engine cannot read as it is, told again record by record.

Most files are read by the engine itself, fast and in parallel. One with ragged rows, a quote that never closes,
blank lines or mixed line ends goes through here once: what is a row is written to a tidy file with its number, what
is none is put aside with its number and the reason. A record is counted as a spreadsheet counts rows: the header is
row 1, a blank line counts, and a quoted text of several lines is one row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from yibao.kernel import Text

MAX_LINES = 200
"""A quoted text of more lines than this is taken for a quote that never closes."""

MAX_TEXT = 600_000
"""Characters of a record that is no row which are kept; more is a broken file, not a record."""

NO_ROW = {
    "fields": Text(zh="这一行的列数与表头不同", en="the row does not have as many fields as the header"),
    "quotes": Text(zh="这一行的引号没有配对", en="a quote of this row never closes or closes too early"),
    "huge": Text(zh="这一行中有超大字段", en="a field of this row is far too large"),
}


@dataclass(frozen=True, slots=True)
class Tidied:
    """Where the rows of a text are (number first), and where its lines that are no rows (number, reason, text)."""

    rows: Path
    rejected: Path


@dataclass(frozen=True, slots=True)
class _Record:
    text: str
    fields: Sequence[str] | None
    fault: str | None


def tidy(path: Path, target: Path, delimiter: str, width: int, header_row: int) -> Tidied:
    """Write the rows of a UTF-8 text with ``width`` columns, and what is none, to two files without header.

    The rows keep the delimiter of the text; what is none is comma-separated.
    """
    tidied = Tidied(target.with_suffix(".rows"), target.with_suffix(".rejected"))
    with (
        path.open(encoding="utf-8", newline="") as stream,
        tidied.rows.open("w", encoding="utf-8", newline="") as good,
        tidied.rejected.open("w", encoding="utf-8", newline="") as bad,
    ):
        rows = csv.writer(good, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
        rejected = csv.writer(bad, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for number, record in enumerate(_records(stream, delimiter, width, header_row), start=1):
            text = record.text.rstrip("\r\n")
            if number <= header_row or not text:
                continue
            if record.fault is not None:
                rejected.writerow([number, record.fault, text[:MAX_TEXT]])
            elif _tidy_already(text, delimiter) and len(record.fields or ()) == width:
                good.write(f"{number}{delimiter}{text}\n")
            else:
                rows.writerow([number, *(record.fields or ())])
    return tidied


def _tidy_already(text: str, delimiter: str) -> bool:
    """Say whether every quote of a record stands at the border of a field, so that nobody reads it otherwise."""
    if '"' not in text:
        return "\r" not in text
    borders = text.count(delimiter + '"') + text.count('"' + delimiter) + (text[0] == '"') + (text[-1] == '"')
    return text.count('"') == borders and "\n" not in text and "\r" not in text


def _records(stream: Iterator[str], delimiter: str, width: int, header_row: int) -> Iterator[_Record]:
    """Give the records of a text; one reader runs over all lines and gives way where a record is unusual."""
    again: deque[str] = deque()
    taken: list[str] = []

    def lines() -> Iterator[str]:
        while len(taken) <= MAX_LINES:
            line = again.popleft() if again else next(stream, None)
            if line is None:
                return
            taken.append(line)
            yield line

    reader, number = csv.reader(lines(), delimiter=delimiter, strict=True), 0
    while True:
        taken.clear()
        try:
            fields: list[str] | None = next(reader)
        except (csv.Error, StopIteration):
            fields = None
        if not taken:
            return
        number += 1
        if fields is not None and len(taken) == 1 and len(fields) == width:
            yield _Record(taken[0], fields, None)
            continue
        again.extendleft(reversed(taken))
        yield _unusual(stream, again, delimiter, width, first=number <= header_row)
        reader = csv.reader(lines(), delimiter=delimiter, strict=True)


def _unusual(stream: Iterator[str], again: deque[str], delimiter: str, width: int, *, first: bool) -> _Record:
    """Read one record that is not one plain line; a line whose quote never closes stands alone."""
    line = again.popleft()
    record = _read([line], delimiter, width)
    if record.fault == "quotes" and line.count('"') % 2:
        lines = [line, *_until_closed(stream, again)]
        record = _read(lines, delimiter, width)
        rows_within = any(_read([other], delimiter, width).fault is None for other in lines[1:])
        if record.fault == "quotes" or (record.fault and rows_within and not first):
            again.extendleft(reversed(lines[1:]))
            record = _Record(line, None, "quotes")
    return record


def _until_closed(stream: Iterator[str], again: deque[str]) -> Iterator[str]:
    for _ in range(MAX_LINES):
        line = again.popleft() if again else next(stream, None)
        if line is None:
            return
        yield line
        if line.count('"') % 2:
            return


def _read(lines: list[str], delimiter: str, width: int) -> _Record:
    text = "".join(lines)
    try:
        fields = next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        return _Record(text, None, "huge" if "limit" in str(error) else "quotes")
    while len(fields) > width and not fields[-1]:
        fields.pop()
    return _Record(text, fields, None if len(fields) == width else "fields")
