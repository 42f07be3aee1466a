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
from io import StringIO
from pathlib import Path

import numpy as np
import numpy.typing as npt

from yibao.kernel import Text

MAX_LINES = 200
"""A quoted text of more lines than this is taken for a quote that never closes."""

_BLOCK = 1 << 18
"""Characters looked at together."""

_LONG = 100_000
"""A longer line may hold a field that the reader of records refuses, and is left to it."""

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
        number = 0
        while block := stream.read(_BLOCK):
            block += stream.readline()
            plain = _plain_lines(block, delimiter, width) if number >= header_row else None
            if plain is not None:
                good.writelines(f"{at}{delimiter}{line}\n" for at, line in enumerate(plain, start=number + 1))
                number += len(plain)
                continue
            for record in _records(stream, _lines(block), delimiter, width, header_row - number):
                number += 1
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


def _lines(block: str) -> deque[str]:
    return deque(StringIO(block, newline=""))


def _plain_lines(block: str, delimiter: str, width: int) -> list[str] | None:
    """Give the lines of a block in which every line is plainly a row; None where even one is not.

    Most blocks of an untidy file are like this: only those around a fault are read record by record.
    """
    text = block.replace("\r\n", "\n").removesuffix("\n") + "\n"
    if "\r" in text or not _all_rows(np.frombuffer(text.encode(), np.uint8), ord(delimiter), width):
        return None
    return text[:-1].split("\n")


def _all_rows(text: npt.NDArray[np.uint8], delimiter: int, width: int) -> bool:
    """Say whether every line has ``width`` fields, with each quote at the border of one and none of several lines.

    The whole block is judged at once, byte by byte: in UTF-8 no byte of another character looks like these.
    """
    quotes, borders, ends = text == ord('"'), text == delimiter, text == ord("\n")
    edges, marks = borders | ends, np.flatnonzero(quotes)
    opening, closing = marks[::2], marks[1::2]
    if (
        opening.size != closing.size
        or not edges[opening[opening > 0] - 1].all()
        or not edges[closing + 1].all()
    ):
        return False
    outside = (np.cumsum(quotes.view(np.uint8), dtype=np.uint8) & 1) == 0
    line_ends = np.flatnonzero(ends)
    lengths = np.diff(line_ends, prepend=-1)
    if not outside[line_ends].all() or lengths.min() < 2 or lengths.max() > _LONG:
        return False
    fields = np.searchsorted(np.flatnonzero(borders & outside), line_ends)
    return bool((np.diff(fields, prepend=0) == width - 1).all())


def _tidy_already(text: str, delimiter: str) -> bool:
    """Say whether every quote of a record stands at the border of a field, so that nobody reads it otherwise."""
    if '"' not in text:
        return "\r" not in text
    borders = text.count(delimiter + '"') + text.count('"' + delimiter) + (text[0] == '"') + (text[-1] == '"')
    return text.count('"') == borders and "\n" not in text and "\r" not in text


def _records(
    stream: Iterator[str], again: deque[str], delimiter: str, width: int, header_rows: int
) -> Iterator[_Record]:
    """Give the records that begin in ``again``; one reader runs over its lines and gives way to an unusual record.

    Only a record that is still open when ``again`` is empty takes further lines from the stream.
    """
    taken: list[str] = []

    def lines() -> Iterator[str]:
        while len(taken) <= MAX_LINES and (again or taken):
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
        yield _unusual(stream, again, delimiter, width, first=number <= header_rows)
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
