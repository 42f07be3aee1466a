"""The span of a sheet: how far its filled cells reach, read from its XML without building anything.

The ``dimension`` of a sheet can lie, so the cells themselves are looked at. Nearly every sheet is written in one plain
way, which a regular expression reads; one with any other cell is read again by an XML parser, which knows all ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.parsers import expat

_CELL = re.compile(
    rb'<c(?: r="([A-Z]{1,3})([0-9]{1,7})"(?: s="[0-9]+")?(?: t="[a-zA-Z]+")?(/?)>|[\s/>])'  # or a cell of another form
)
_PREFIXED = tuple(b":c" + bytes([end]) for end in b" \t\r\n/>")
_LONGEST_TEXT = 1 << 24


@dataclass(frozen=True, slots=True)
class Span:
    """The last row (rows are read from the very first), the first and last column (A is 1), and the filled cells."""

    last_row: int
    first_column: int
    last_column: int
    filled: int

    @property
    def width(self) -> int:
        """Give the number of columns from the first to the last."""
        return self.last_column - self.first_column + 1

    @property
    def cells(self) -> int:
        """Give the number of cells that the whole rectangle has."""
        return self.last_row * self.width


def plain_span(chunks: Iterable[bytes]) -> Span | None:
    """Give a span that holds at least all filled cells, or None where a cell is not written in the plain way."""
    last_row, filled, columns, rest = 0, 0, set[bytes](), b""
    for chunk in chunks:
        text = rest + chunk
        end = text.rfind(b"<")
        text, rest = (text[:end], text[end:]) if end >= 0 else (b"", text)
        if len(rest) > _LONGEST_TEXT or any(mark in text for mark in _PREFIXED):
            return None
        if found := _CELL.findall(text):
            letters, rows, closed = zip(*found, strict=True)
            columns.update(letters)
            if b"" in columns:
                return None
            last_row = max(last_row, *map(int, set(rows)))
            filled += len(found) - closed.count(b"/")
    if _CELL.search(rest) or any(mark in rest for mark in _PREFIXED):
        return None
    return _span(last_row, (letters.decode() for letters in columns), filled)


def exact_span(chunks: Iterable[bytes]) -> Span:
    """Give the span of the filled cells, however they are written.

    Raises `expat.ExpatError` for what is no XML, and `ValueError` for a place that is none.
    """
    cells, parser = _Cells(), expat.ParserCreate()
    parser.StartElementHandler = cells.start
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return _span(cells.last_row, cells.columns, cells.filled)


def span(chunks: Callable[[], Iterable[bytes]], enough: Callable[[Span], bool]) -> Span:
    """Give a span as exactly as it takes: the exact one where the plain one is not small ``enough``."""
    plain = plain_span(chunks())
    return plain if plain is not None and enough(plain) else exact_span(chunks())


class _Cells:
    """Watches the elements of a sheet go by for the place of every cell that is filled."""

    def __init__(self) -> None:
        self.filled = self.last_row = 0
        self.columns: set[str] = set()
        self._row, self._cell_row, self._letters = 0, 0, ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take notice of an element; a cell or row without a place stands behind the one before it."""
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            place = attributes.get("r")
            if place is None:
                self._cell_row, self._letters = self._row, _letters(_number(self._letters) + 1)
            else:
                self._letters = place.rstrip("0123456789")
                self._cell_row = int(place[len(self._letters) :])
        elif name == "v" or name == "is":
            self.filled += 1
            self.columns.add(self._letters)
            self.last_row = max(self.last_row, self._cell_row)
        elif name == "row":
            self._row, self._letters = int(attributes.get("r", self._row + 1)), ""


def _span(last_row: int, columns: Iterable[str], filled: int) -> Span:
    numbers = [_number(letters) for letters in columns]
    return Span(last_row, min(numbers, default=1), max(numbers, default=0), filled)


def _number(letters: str) -> int:
    """Give the number of a column, A as 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
