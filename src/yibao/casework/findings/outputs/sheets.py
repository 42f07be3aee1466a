"""A workbook written as it is read: rows go to the disk one after another, one row at a time is kept in memory.

XlsxWriter writes the file; this module is the little we ask of it. Every text is written as a text, so that nothing a
spreadsheet could take for a formula ever runs, and an eighteen-digit id keeps its digits. Money goes from integer fen to
the file through `Decimal`, never through a float. The same content gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeAlias

import xlsxwriter

from yibao.casework.findings.outputs.styles import BASE, Style, look

Cell: TypeAlias = str | int | None
Kind = Literal["text", "fen", "whole", "decimal"]
"""What a column holds: text, integer fen (shown as yuan), a whole number, or a decimal written as text."""

MAX_ROWS: Final = 1_000_000
"""Rows one sheet may hold below its headings; the format allows 1,048,576."""
MAX_TEXT: Final = 32_000
"""The longest text of a cell in UTF-16 units, which is how spreadsheets count; the format allows 32,767."""
_STYLE_OF_KIND: Final = {
    "text": Style.TEXT,
    "fen": Style.MONEY,
    "whole": Style.WHOLE,
    "decimal": Style.DECIMAL,
}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NO_DATE: Final = datetime(1980, 1, 1, tzinfo=UTC)
_A4: Final = 9


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: its heading, what it holds, its width in characters, and its closed list of answers."""

    heading: str
    kind: Kind = "text"
    width: int = 12
    answers: tuple[str, ...] = ()


class Workbook:
    """A workbook being written; a context manager. Sheets are written one after another.

    Until it is complete it lies in a hidden folder beside its place, which only its owner may read, so that a broken
    workbook is never taken for a whole one and nothing of it stays behind elsewhere.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folder = TemporaryDirectory(prefix=".part-", dir=path.parent)
        self._draft = Path(self._folder.name) / path.name
        self._book = xlsxwriter.Workbook(
            self._draft,
            {
                "constant_memory": True,
                "tmpdir": self._folder.name,
                "use_zip64": True,  # a city's findings pass two gigabytes before they are compressed
                "default_format_properties": BASE,
            },
        )
        self._book.set_properties({"created": _NO_DATE})
        self._formats = {style: self._book.add_format(look(style)) for style in Style}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._book.close()
                self._draft.replace(self.path)
        finally:
            # Closing a book that was given up would first write the whole of it.
            for sheet in self._book.worksheets():
                sheet.row_data_fh.close()
            self._folder.cleanup()

    @contextmanager
    def sheet(
        self, name: str, columns: Sequence[Column], *, landscape: bool = False, note: str | None = None
    ) -> Iterator[Sheet]:
        """Write one sheet; a sheet whose columns have headings begins with them, frozen and with a filter.

        A ``note`` stands above the headings, frozen with them: who looks at any row sees it.
        """
        sheet = Sheet(self._book.add_worksheet(name), columns, self._formats, note)
        sheet.begin(landscape=landscape)
        yield sheet
        sheet.end()


class Sheet:
    """One sheet being written: `rows` (or a `part` of them) in the kinds of its columns, a `line` in a style of its own."""

    def __init__(
        self, sheet: Any, columns: Sequence[Column], formats: Mapping[Style, Any], note: str | None = None
    ) -> None:
        self._sheet = sheet
        self._columns = columns
        self._formats = formats
        self._headed = any(column.heading for column in columns)
        self._note = note
        self._above = 0 if note is None else 1
        self.row = 0
        """The number of the last row written, from 1."""

    def begin(self, *, landscape: bool) -> None:
        """Lay out the sheet for screen and paper and write the headings."""
        for at, column in enumerate(self._columns):
            self._sheet.set_column(at, at, column.width)
        if landscape:
            self._sheet.set_landscape()
        self._sheet.set_paper(_A4)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self._sheet.set_footer("&C&P / &N")
        if self._note is not None:
            self.line([self._note], Style.NOTE)
        if self._headed:
            self._sheet.freeze_panes(self._above + 1, 0)
            self.line([column.heading for column in self._columns], Style.HEADING)

    def line(self, cells: Sequence[str | None], style: Style, *, height: int | None = None) -> None:
        """Write one row of texts in one style; ``height`` is in points."""
        if height is not None:
            self._sheet.set_row(self.row, height)
        for at, cell in enumerate(cells):
            if cell:
                self._sheet.write_string(self.row, at, plain_text(cell), self._formats[style])
        self.row += 1

    def rows(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows whose cells are as the columns say; None leaves a cell empty.

        Raises `ValueError` where more than `MAX_ROWS` rows are written, because what a sheet cannot hold would be lost.
        """
        text, number = self._sheet.write_string, self._sheet.write_number
        places = [
            (at, column.kind, self._formats[_STYLE_OF_KIND[column.kind]])
            for at, column in enumerate(self._columns)
        ]
        for cells in rows:
            if self.row > MAX_ROWS + self._above:
                raise ValueError(f"a sheet holds {MAX_ROWS:,} rows: the rest belongs on another")
            for (at, kind, style), cell in zip(places, cells, strict=True):
                if cell is None or cell == "":
                    continue
                if kind == "text":
                    text(self.row, at, plain_text(str(cell)), style)
                else:
                    number(self.row, at, Decimal(cell).scaleb(-2) if kind == "fen" else Decimal(cell), style)
            self.row += 1

    def part(self, columns: Sequence[Sequence[Cell]]) -> None:
        """Write rows that are given column by column, which is how millions of cells are made fast."""
        self.rows(zip(*columns, strict=True))

    def end(self) -> None:
        """Say what depends on the number of rows: the filter and the lists of answers."""
        if self._headed:
            last = max(self.row - 1, self._above)
            self._sheet.autofilter(self._above, 0, last, len(self._columns) - 1)
        for at, column in enumerate(self._columns):
            if column.answers:
                answers = {"validate": "list", "source": list(column.answers)}
                first = self._above + 1
                self._sheet.data_validation(first, at, max(self.row - 1, first), at, answers)


def fen_text(fen: int) -> str:
    """Write fen as the decimal text of yuan.

    >>> fen_text(123456), fen_text(-5)
    ('1234.56', '-0.05')
    """
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def plain_text(text: str) -> str:
    r"""Give a text as a cell can hold it: without control characters, and cut where it is too long.

    >>> plain_text("a\x00b\r\nc")
    'ab\nc'
    """
    kept = _CONTROL.sub("", text)
    if len(kept) > MAX_TEXT // 2:  # a character takes one unit or two
        units = kept.encode("utf-16-le")
        if len(units) > 2 * MAX_TEXT:
            kept = units[: 2 * MAX_TEXT - 2].decode("utf-16-le", "ignore") + "…"
    if kept.startswith("<r>") and kept.endswith("</r>"):
        # XlsxWriter would take it for rich text it had made itself and write it as XML, with whatever stands in it.
        kept += " "
    return kept
