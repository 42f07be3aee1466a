"""A workbook written as it is read: rows go to the file one after another, nothing is kept in memory.

The few parts of the format that our workbooks need are written by hand (ECMA-376, SpreadsheetML), because a general
library spends tens of microseconds a cell, which makes minutes of a city's findings, and because here money goes from
integer fen to decimal text without ever being a float. Every text cell is an inline string of the format «text», so
that nothing a spreadsheet could take for a formula ever runs, and an eighteen-digit id keeps its digits. The same
content gives the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice, repeat
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Literal, Self, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from yibao.casework.outputs.styles import NAMES, STYLES, Style

Cell: TypeAlias = str | int | None
Kind = Literal["text", "fen", "whole", "decimal"]
"""What a column holds: text, integer fen (shown as yuan), a whole number, or a decimal written as text."""

MAX_ROWS: Final = 1_000_000
"""Rows one sheet may hold below its headings; the format allows 1,048,576."""
_PART: Final = 10_000
_MANY: Final = 200_000
MAX_TEXT: Final = 32_000
_STYLE_OF_KIND: Final = {
    "text": Style.TEXT,
    "fen": Style.MONEY,
    "whole": Style.WHOLE,
    "decimal": Style.DECIMAL,
}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LEVEL: Final = 1
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: its heading, what it holds, its width in characters, and its closed list of answers."""

    heading: str
    kind: Kind = "text"
    width: int = 12
    answers: tuple[str, ...] = ()


class Workbook:
    """A workbook being written; a context manager. Sheets are written one after another.

    Until it is complete it has another name, so that a broken workbook is never taken for a whole one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._draft = path.with_name(f".{path.name}.part")
        self._zip = zipfile.ZipFile(self._draft, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        self._names: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        self._zip.close()
        if kind is None:
            self._draft.replace(self.path)
        else:
            self._draft.unlink(missing_ok=True)

    @contextmanager
    def sheet(self, name: str, columns: Sequence[Column], *, landscape: bool = False) -> Iterator[Sheet]:
        """Write one sheet; a sheet whose columns have headings begins with them, frozen and with a filter."""
        self._names.append(name)
        with self._part(f"xl/worksheets/sheet{len(self._names)}.xml") as sink:
            sheet = Sheet(sink, columns)
            sheet.begin()
            yield sheet
            sheet.end(landscape=landscape)

    @contextmanager
    def _part(self, name: str) -> Iterator[IO[bytes]]:
        info = zipfile.ZipInfo(name, _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(info, "w", force_zip64=True) as sink:
            yield sink

    def _write(self, name: str, content: str) -> None:
        with self._part(name) as sink:
            sink.write((_HEAD + content).encode())

    def _finish(self) -> None:
        numbered = list(enumerate(self._names, 1))
        sheets = "".join(f'<sheet name={quoteattr(n)} sheetId="{i}" r:id="rId{i}"/>' for i, n in numbered)
        links = "".join(_link(i, "worksheet", f"worksheets/sheet{i}.xml") for i, _ in numbered)
        styles = _link(len(numbered) + 1, "styles", "styles.xml")
        parts = [(f"/xl/worksheets/sheet{i}.xml", "worksheet") for i, _ in numbered]
        overrides = "".join(
            f'<Override PartName="{part}" ContentType="{_TYPES}.{kind}+xml"/>'
            for part, kind in [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles"), *parts]
        )
        self._write(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>',
        )
        self._write(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">{links}{styles}</Relationships>',
        )
        self._write("xl/styles.xml", STYLES)
        self._write(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">{_link(1, "officeDocument", "xl/workbook.xml")}'
            "</Relationships>",
        )
        self._write(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        )


class _Texts(dict[str, str]):
    """The XML of texts; most come again and again."""

    def __missing__(self, text: str) -> str:
        shown = self[text] = text_xml(text)
        return shown

    def forget_if_many(self) -> None:
        """Keep memory bounded where every text is another one."""
        if len(self) > _MANY:
            self.clear()


class Sheet:
    """One sheet being written: `rows` (or a `part` of them) in the kinds of its columns, a `line` in a style of its own."""

    def __init__(self, sink: IO[bytes], columns: Sequence[Column]) -> None:
        self._sink = sink
        self._columns = columns
        self._letters = [letters(at) for at in range(len(columns))]
        self._headed = any(column.heading for column in columns)
        self._texts = _Texts()
        self.row = 0
        """The number of the last row written, from 1."""

    def begin(self) -> None:
        """Write the head of the sheet and the headings."""
        widths = "".join(
            f'<col min="{at}" max="{at}" width="{column.width}" customWidth="1"/>'
            for at, column in enumerate(self._columns, 1)
        )
        frozen = (
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
            if self._headed
            else ""
        )
        self._write(
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
            f'<sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
            f'<sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData>'
        )
        if self._headed:
            self.line([column.heading for column in self._columns], Style.HEADING)

    def line(self, cells: Sequence[str | None], style: Style, *, height: int | None = None) -> None:
        """Write one row of texts in one style."""
        self.row += 1
        tall = f' ht="{height}" customHeight="1"' if height else ""
        inside = "".join(
            f'<c r="{self._letters[at]}{self.row}" s="{NAMES[style]}" t="inlineStr"><is>{text_xml(cell)}</is></c>'
            for at, cell in enumerate(cells)
            if cell
        )
        self._write(f'<row r="{self.row}"{tall}>{inside}</row>')

    def rows(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows whose cells are as the columns say; None leaves a cell empty."""
        rest = iter(rows)
        while held := list(islice(rest, _PART)):
            self.part(list(zip(*held, strict=True)))

    def part(self, columns: Sequence[Sequence[Cell]]) -> None:
        """Write rows that are given column by column, which is how millions of cells are made and written fast."""
        numbers = range(self.row + 1, self.row + 1 + len(columns[0]))
        made = [
            self._cells(letter, column.kind, cells, numbers)
            for letter, column, cells in zip(self._letters, self._columns, columns, strict=True)
        ]
        opened = [f'<row r="{number}">' for number in numbers]
        self._write(
            "".join(chain.from_iterable(zip(opened, *made, repeat("</row>", len(opened)), strict=True)))
        )
        self.row = numbers.stop - 1

    def _cells(self, letter: str, kind: Kind, cells: Sequence[Cell], numbers: range) -> list[str]:
        head, style = f'<c r="{letter}', NAMES[_STYLE_OF_KIND[kind]]
        if kind == "text":
            texts, middle = self._texts, f'" s="{style}" t="inlineStr"><is>'
            texts.forget_if_many()
            return [
                f"{head}{number}{middle}{texts[cell]}</is></c>" if cell else ""  # type: ignore[index]
                for number, cell in zip(numbers, cells, strict=True)
            ]
        middle = f'" s="{style}"><v>'
        if kind == "fen":
            cells = [None if cell is None else fen_text(int(cell)) for cell in cells]
        return [
            "" if cell is None or cell == "" else f"{head}{number}{middle}{cell}</v></c>"
            for number, cell in zip(numbers, cells, strict=True)
        ]

    def end(self, *, landscape: bool) -> None:
        """Write what follows the rows."""
        last = self._letters[-1]
        filtered = f'<autoFilter ref="A1:{last}{max(self.row, 1)}"/>' if self._headed else ""
        direction = ' orientation="landscape"' if landscape else ""
        self._write(
            f"</sheetData>{filtered}{self._answers()}"
            '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
            f'<pageSetup paperSize="9" fitToHeight="0"{direction}/>'
            "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter></worksheet>"
        )

    def _answers(self) -> str:
        lists = [
            f'<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="{letter}2:{letter}{max(self.row, 2)}">'
            f"<formula1>{escape(chr(34) + ','.join(column.answers) + chr(34))}</formula1></dataValidation>"
            for letter, column in zip(self._letters, self._columns, strict=True)
            if column.answers
        ]
        return f'<dataValidations count="{len(lists)}">{"".join(lists)}</dataValidations>' if lists else ""

    def _write(self, text: str) -> None:
        self._sink.write(text.encode())


def letters(at: int) -> str:
    """Give the letters of a column counted from 0.

    >>> letters(0), letters(25), letters(26), letters(701), letters(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name


def fen_text(fen: int) -> str:
    """Write fen as the decimal text of yuan that a number cell holds.

    >>> fen_text(123456), fen_text(-5)
    ('1234.56', '-0.05')
    """
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def text_xml(text: str) -> str:
    """Give the inner XML of an inline string; what XML cannot hold becomes «�», what is too long is cut."""
    kept = _CONTROL.sub("\ufffd", text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…")
    return f'<t xml:space="preserve">{escape(kept)}</t>'


def _link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
