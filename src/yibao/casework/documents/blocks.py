"""Blocks: the one form between a template and the files. Word and PDF are both made from it, so that they say the same.

A `Sheet` is what is printed in order: paragraphs with a style, ruled forms of labelled fields, ruled tables, and the
signature at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from yibao.casework.documents.grammar import Line
from yibao.casework.documents.model import TABLE, UNWRITTEN, DocumentKind, Field, Values
from yibao.casework.documents.values import written


class Style(StrEnum):
    """How a paragraph is set (GB/T 9704 as far as law documents follow it)."""

    TITLE = "title"
    NUMBER = "number"
    ADDRESSEE = "addressee"
    BODY = "body"
    HEADING = "heading"
    """一、 in 黑体."""
    SUBHEADING = "subheading"
    """（一） in 楷体."""
    ATTACHMENTS = "attachments"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; ``lead`` is the part of it that is set as a heading."""

    style: Style
    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a form: a label or a value, over how many of the four columns; ``sign`` is what people write by hand."""

    text: str
    span: int = 1
    label: bool = False
    tall: bool = False
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A ruled form: rows of cells over four columns."""

    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ruled table: its heads repeat on each page, numbers stand to the right."""

    title: str
    heads: tuple[str, ...]
    widths: tuple[int, ...]
    """In parts of the whole."""
    numbers: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Office and date at the end, the place of the seal."""

    lines: tuple[str, ...]


Block: TypeAlias = Paragraph | Form | Ledger | Signature


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole document before it is a file; ``letter`` has the office's name in red above a double line."""

    title: str
    office: str
    letter: bool
    blocks: tuple[Block, ...]
    footer: str

    def text(self) -> str:
        """Give all it says as plain text, one paragraph or row a line."""
        return "\n".join([*(line for block in self.blocks for line in _said(block)), self.footer]).strip()


_HEADING: Final = re.compile(r"[一二三四五六七八九十]+、[^。：]{1,30}")
_SUBHEADING: Final = re.compile(r"（[一二三四五六七八九十]+）[^。：]{1,20}。")
_STYLES: Final = {
    "title": Style.TITLE,
    "number": Style.NUMBER,
    "addressee": Style.ADDRESSEE,
    "attachments": Style.ATTACHMENTS,
}
_HEAD_OF_FORM: Final = ("org_name", "doc_title", "doc_number", "doc_date", "verify_code", "party_you")
_WIDE: Final = ("longtext", "address", "list", "file_list", "officers")
_NUMBERS: Final = ("money", "int", "percent", "multiple")
_BLANK_ROWS: Final = 4
_MOST_COLUMNS: Final = 7
"""More columns than these leave none of them the room of a sum of money on upright paper."""
_HALF: Final = 14
"""How many characters half a row of a form holds on one line."""
_SIGNED: Final = "签名：　　　　　　　　　　　　年　　月　　日"


def sheet(kind: DocumentKind, lines: Sequence[Line], values: Values) -> Sheet:
    """Put a finished text into blocks."""
    blocks: list[Block] = []
    signed: list[str] = []
    footer = ""
    for line in lines:
        if line.style == "form":
            blocks += form(kind, line.names or tuple(kind.fields), values)
        elif line.style == "table":
            blocks += [block for name in line.names for block in tabular(kind.fields[name], values)]
        elif line.style == "signature":
            signed.append(line.text)
        elif line.style == "footer":
            footer = line.text
        else:
            blocks.append(paragraph(line))
    if signed:
        blocks.append(Signature(tuple(signed)))
    office = str(values.get("org_name") or "")
    return Sheet(kind.text.zh, office, kind.layout == "letter", tuple(blocks), footer)


def paragraph(line: Line) -> Paragraph:
    """Give a line its style; a heading that runs into its paragraph is set apart as the lead of it."""
    if line.style != "body":
        return Paragraph(_STYLES[line.style], line.text)
    if found := _HEADING.match(line.text):
        return Paragraph(Style.HEADING, line.text[found.end() :], lead=found[0])
    if found := _SUBHEADING.match(line.text):
        return Paragraph(Style.SUBHEADING, line.text[found.end() :], lead=found[0])
    return Paragraph(Style.BODY, line.text)


# — forms and tables —


def form(kind: DocumentKind, names: Sequence[str], values: Values) -> list[Block]:
    """Print fields as a ruled form: short ones two a row, long ones across, tables under their name, signs by hand.

    What is neither there nor needed is left out; a form that others fill in shows every field, empty.
    """
    blocks: list[Block] = []
    rows: list[tuple[Cell, ...]] = []
    half: tuple[Cell, ...] = ()
    shown = [kind.fields[name] for name in names if _printed(kind, kind.fields[name], values)]
    shown.sort(key=_comes_last)

    def close_half() -> None:
        nonlocal half
        if half:
            rows.append((half[0], Cell(half[1].text, 3)))
            half = ()

    for field, after in zip(shown, [*shown[1:], None], strict=True):
        text = written(field, values.get(field.name)) if field.kind != TABLE else ""
        if field.kind in UNWRITTEN:
            if not rows or rows[-1][-1].sign != _SIGNED or rows[-1][0].text == field.label:
                close_half()
                rows.append((Cell(field.label, label=True), Cell("", 3, tall=True, sign=_SIGNED)))
        elif field.kind == TABLE:
            close_half()
            if rows:
                blocks.append(Form(tuple(rows)))
                rows = []
            blocks += tabular(field, values, blank=not kind.office)
        elif after is not None and after.kind == "sign" and _belongs(field, after):
            close_half()
            rows.append((Cell(field.label, label=True), Cell(text, 3, tall=True, sign=_SIGNED)))
        elif field.kind in _WIDE or len(text) > 18:
            close_half()
            rows.append((Cell(field.label, label=True), Cell(text, 3, tall=field.kind == "longtext")))
        elif half:
            rows.append((*half, Cell(field.label, label=True), Cell(text)))
            half = ()
        else:
            half = (Cell(field.label, label=True), Cell(text))
    close_half()
    if rows:
        blocks.append(Form(tuple(rows)))
    return blocks


def _comes_last(field: Field) -> bool:
    """Tell whether people write it under what they have read: opinions and signatures stand at the end."""
    return field.kind == "sign" or field.name.endswith("_opinion")


def _belongs(opinion: Field, sign: Field) -> bool:
    return opinion.name.rpartition("_")[0] == sign.name.rpartition("_")[0] != ""


def _printed(kind: DocumentKind, field: Field, values: Values) -> bool:
    if field.name in _HEAD_OF_FORM or field.kind == "seal":
        return False
    if field.kind == "sign" or not kind.office:
        return True
    return field.name in values


def tabular(field: Field, values: Values, *, blank: bool = False) -> list[Block]:
    """Print a table field: as a ruled table, or, where its columns do not go beside one another, each row as a form."""
    table = ledger(field, values, blank=blank)
    if len(table.heads) <= _MOST_COLUMNS or not values.get(field.name):
        return [table]
    blocks: list[Block] = []
    for number, row in enumerate(table.rows, start=1):
        cells: list[tuple[Cell, ...]] = [
            (Cell(f"{field.label} {number}" if len(table.rows) > 1 else field.label, 4, label=True),)
        ]
        half: tuple[Cell, ...] = ()
        for head, text in zip(table.heads, row, strict=True):
            if _breadth(text) > _HALF:
                cells += [(half[0], Cell(half[1].text, 3))] if half else []
                cells.append((Cell(head, label=True), Cell(text, 3)))
                half = ()
            elif half:
                cells.append((*half, Cell(head, label=True), Cell(text)))
                half = ()
            else:
                half = (Cell(head, label=True), Cell(text))
        cells += [(half[0], Cell(half[1].text, 3))] if half else []
        blocks.append(Form(tuple(cells)))
    return blocks


def ledger(field: Field, values: Values, *, blank: bool = False) -> Ledger:
    """Print a table field; columns that no row fills are left out, but never all of them."""
    rows = values.get(field.name) or ()
    filled = [c for c in field.columns.values() if blank or any(row.get(c.name) is not None for row in rows)]
    columns = filled or list(field.columns.values())
    cells = [tuple(_cell(column, row) for column in columns) for row in rows]
    if not cells:
        empty = ("",) * len(columns)
        cells = [empty] * _BLANK_ROWS if blank else [("无", *empty[1:])]
    return Ledger(
        title=field.label,
        heads=tuple(column.label for column in columns),
        widths=tuple(_width(column, n, cells) for n, column in enumerate(columns)),
        numbers=tuple(column.kind in _NUMBERS for column in columns),
        rows=tuple(cells),
    )


def _cell(column: Field, row: Mapping[str, Any]) -> str:
    return written(column, row.get(column.name))


def _width(column: Field, at: int, cells: Sequence[Sequence[str]]) -> int:
    """Give a column the room its longest cell wants, within reason, so that a number never breaks."""
    longest = max((_breadth(row[at]) for row in cells), default=0)
    most = 12 if column.kind in (*_NUMBERS, "date") else 16
    return min(most, max(longest, min(_breadth(column.label), 6), 2)) + 1


def _breadth(text: str) -> int:
    """Count in Chinese characters; small Latin ones and figures are half as broad, capitals a little more."""
    return (
        sum(1 if ord(c) > 0x2E7F else 0.7 if "A" <= c <= "Z" else 0.55 for c in text).__ceil__()
        if text
        else 0
    )


# — as text —


def _said(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield block.lead + block.text
    elif isinstance(block, Signature):
        yield from block.lines
    elif isinstance(block, Ledger):
        yield block.title
        yield "\t".join(block.heads)
        yield from ("\t".join(row) for row in block.rows)
    else:
        for row in block.rows:
            yield "\t".join(cell.text for cell in row)
