"""Tidying: a delimited text that the engine cannot read as it is, told again record by record.

Most files are read by the engine itself, fast and in parallel. One with ragged rows, a quote that never closes,
blank lines or mixed line ends goes through here once: what is a row is written to a tidy file, what is none is put
aside with its number and the reason. A record is counted as a spreadsheet counts rows: the header is
row 1, a blank line counts, and a quoted text of several lines is one row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from yibao.kernel import Text

MAX_LINES = 200
"""A quoted text of more lines than this is taken for a quote that never closes."""

_BLOCK = 1 << 18
"""Bytes looked at together."""

_LF, _QUOTE = ord("\n"), ord('"')

_LONG = 100_000
"""A longer line may hold a field that the reader of records refuses, and is left to it."""

MAX_TEXT = 600_000
"""Characters of a record that is no row which are kept; more is a broken file, not a record."""

NO_ROW = {
    "fields": Text(zh="这一行的列数与表头不同", en="the row does not have as many fields as the header"),
    "quotes": Text(zh="这一行的引号没有配对", en="a quote of this row never closes or closes too early"),
    "huge": Text(zh="这一行中有超大字段", en="a field of this row is far too large"),
    "json": Text(zh="这一行不是完整的报文", en="the line is no whole message"),
    "unanswered": Text(
        zh="报文没有应答，是否成立未知", en="the message has no answer; nobody knows whether it holds"
    ),
    "refused": Text(zh="报文未被受理（infcode 不为 0）", en="the message was refused (infcode is not 0)"),
    "refused_within": Text(
        zh="应答中的处理结果为失败（retRslt）", en="the answer says that it failed (retRslt)"
    ),
}


@dataclass(frozen=True, slots=True)
class Tidied:
    """Where the rows of a text are, and where its lines that are no rows (number, reason, text).

    ``runs`` tells the numbers of the rows: from each place on (the first row's is 0) they follow the number beside it.
    """

    rows: Path
    rejected: Path
    runs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Record:
    text: str
    fields: Sequence[str] | None
    fault: str | None


def tidy(path: Path, target: Path, delimiter: str, width: int, header_row: int) -> Tidied:
    """Write the rows of a UTF-8 text with ``width`` columns, and what is none, to two files without header.

    The rows keep the delimiter of the text; what is none is comma-separated.
    """
    rows, rejected = target.with_suffix(".rows"), target.with_suffix(".rejected")
    with (
        path.open("rb") as stream,
        rows.open("wb") as good,
        rejected.open("w", encoding="utf-8", newline="") as bad,
    ):
        source, kept = _Source(stream), _Kept(good, delimiter)
        told = csv.writer(bad, lineterminator="\n", quoting=csv.QUOTE_ALL)
        number = 0
        while block := source.block():
            plain = _plain_rows(block, delimiter, width) if number >= header_row else None
            if plain is not None:
                number = kept.block(number, *plain)
                continue
            again = deque(StringIO(block.decode("utf-8"), newline=""))
            for record in _records(source, again, delimiter, width, header_row - number):
                number += 1
                text = record.text.rstrip("\r\n")
                if number <= header_row or not text:
                    continue
                if record.fault is not None:
                    told.writerow([number, record.fault, text[:MAX_TEXT]])
                else:
                    kept.record(number, text, record.fields or (), width)
    return Tidied(rows, rejected, tuple(kept.runs))


def with_numbers(tidied: Tidied, delimiter: str) -> Path:
    """Write the rows once more, each with its number before it."""
    target = tidied.rows.with_suffix(".numbered")
    until = [*(first for first, _ in tidied.runs[1:]), None]
    with (
        tidied.rows.open(encoding="utf-8", newline="\n") as rows,
        target.open("w", encoding="utf-8", newline="") as told,
    ):
        for (first, number), end in zip(tidied.runs, until, strict=True):
            run = islice(_whole(rows), None if end is None else end - first)
            told.writelines(f"{at}{delimiter}{line}" for at, line in enumerate(run, start=number))
    return target


def _whole(lines: Iterator[str]) -> Iterator[str]:
    """Give tidy rows whole, those that hold a text of several lines too."""
    for line in lines:
        row = line
        while row.count('"') % 2:
            row += next(lines)
        yield row


class _Source:
    """The text in blocks of whole lines, or line by line where a record goes on beyond its block."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._rest = stream, b""
        self._lines: deque[str] = deque()

    def block(self) -> bytes:
        """Give the next lines, some together; nothing at the end of the text."""
        if self._lines:
            block = "".join(self._lines).encode()
            self._lines.clear()
            return block
        while chunk := self._stream.read(_BLOCK):
            text = self._rest + chunk
            end = text.rfind(b"\n") + 1 or text.rfind(b"\r", 0, len(text) - 1) + 1
            self._rest = text[end:]
            if end:
                return text[:end]
        block, self._rest = self._rest, b""
        return block

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if not self._lines:
            self._lines.extend(StringIO(self.block().decode("utf-8"), newline=""))
        if not self._lines:
            raise StopIteration
        return self._lines.popleft()


class _Kept:
    """The rows written so far, and the runs of their numbers."""

    def __init__(self, sink: BinaryIO, delimiter: str) -> None:
        self._sink, self._delimiter, self._place = sink, delimiter, 0
        self.runs: list[tuple[int, int]] = []

    def block(self, number: int, text: bytes, rows: int) -> int:
        """Write the rows after a number as they are, and give the number of the last."""
        self._count(number + 1, rows)
        self._sink.write(text)
        return number + rows

    def record(self, number: int, text: str, fields: Sequence[str], width: int) -> None:
        """Write one row, told again where its text is not tidy."""
        self._count(number, 1)
        if not (_tidy_already(text, self._delimiter) and len(fields) == width):
            tidied = StringIO()
            csv.writer(tidied, delimiter=self._delimiter, lineterminator="", quoting=csv.QUOTE_ALL).writerow(
                fields
            )
            text = tidied.getvalue()
        self._sink.write(text.encode("utf-8") + b"\n")

    def _count(self, number: int, rows: int) -> None:
        if not self.runs or self.runs[-1][1] - self.runs[-1][0] != number - self._place:
            self.runs.append((self._place, number))
        self._place += rows


def _plain_rows(block: bytes, delimiter: str, width: int) -> tuple[bytes, int] | None:
    """Give the text of a block in which every line is plainly a row, and how many there are; None where even one is not.

    Most blocks of an untidy file are like this: only those around a fault are read record by record.
    """
    text = block.replace(b"\r\n", b"\n") if b"\r" in block else block
    text = text if text.endswith(b"\n") else text + b"\n"
    rows = text.count(b"\n")
    if b"\r" in text or not _all_rows(np.frombuffer(text, np.uint8), ord(delimiter), width):
        return None
    return text, rows


def _all_rows(text: npt.NDArray[np.uint8], delimiter: int, width: int) -> bool:
    """Say whether every line has ``width`` fields, with each quote at the border of one and none of several lines.

    The whole block is judged at once, byte by byte: in UTF-8 no byte of another character looks like these.
    """
    edges = np.flatnonzero((text == delimiter) | (text == _LF))
    is_end = text[edges] == _LF
    quotes = np.flatnonzero(text == _QUOTE)
    if quotes.size:
        opening, closing = quotes[::2], quotes[1::2]
        if opening.size != closing.size or not (
            _at_edge(text, opening - 1, delimiter) and _at_edge(text, closing + 1, delimiter)
        ):
            return False
        inside = (np.searchsorted(quotes, edges) & 1).astype(bool)
        if (inside & is_end).any():
            return False
        edges, is_end = edges[~inside], is_end[~inside]
    ends = np.flatnonzero(is_end)
    lengths = np.diff(edges[ends], prepend=-1)
    if lengths.min() < 2 or lengths.max() > _LONG:
        return False
    return bool((np.diff(ends, prepend=-1) == width).all())


def _at_edge(text: npt.NDArray[np.uint8], places: npt.NDArray[np.intp], delimiter: int) -> bool:
    """Say whether a border of a field stands at every place; before the first byte there is one."""
    there = text[np.maximum(places, 0)]
    return bool(((there == delimiter) | (there == _LF) | (places < 0)).all())


def _tidy_already(text: str, delimiter: str) -> bool:
    """Say whether every quote of a record stands at the border of a field, so that nobody reads it otherwise."""
    if '"' not in text:
        return "\r" not in text
    opened = text.count(delimiter + '"') + (text[0] == '"')
    closed = text.count('"' + delimiter) + (text[-1] == '"')
    return opened == closed == text.count('"') / 2 and "\n" not in text and "\r" not in text


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
