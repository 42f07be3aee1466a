"""Spreadsheets: every cell as the text a person would have typed, written to a UTF-8 file the engine reads.

Excel keeps fifteen digits of a number. An 18-digit id that was typed as a number is therefore already wrong; it is
written in the E notation that Excel itself shows, so that the checks refuse it instead of storing a wrong person.
The sixteenth digit of a computed amount (15.299999999999999) is noise of the same kind, and is not written.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from yibao.collect.sources import Lookup
from yibao.collect.workbook_limits import broken, hold
from yibao.kernel import Refused, Text

EXACT_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as text: its header and the file that holds its rows."""

    header: tuple[str, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class _Found:
    """A look-up ready for use: the heading of what it gives, where its key stands in a row, and the words."""

    heading: str
    at: int
    words: dict[str, str]


def cell_text(value: object) -> str:
    """Give a cell as text: whole numbers without a point, days as 2025-03-05, long numbers in E notation."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float() if abs(value) >= 10**EXACT_DIGITS:
            return f"{value:.5E}"
        case float():
            return f"{Decimal(f'{value:.{EXACT_DIGITS}g}'):f}"
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return str(value).strip()


def _only_sheet(book: Any, looked_up: set[str], where: str) -> str:
    """Give the one sheet that holds rows; with more than one the mapping has to name which, so that none is lost."""
    names: list[str] = [n for n in book.sheet_names if n not in looked_up] or book.sheet_names
    filled = [n for n in names if len(names) > 1 and book.get_sheet_by_name(n).height > 0] or names[:1]
    if len(filled) > 1:
        raise Refused(
            "collect.many_sheets",
            zh="工作簿有多张有内容的工作表，未指明收哪一张，整个文件未收",
            en="several sheets hold rows and none was named; the whole file was left out",
            where=where,
            wanted="sheet: …",
            came=", ".join(filled),
            todo=Text(
                zh="每张表另存为一个文件，或在对应关系中写明 sheet",
                en="save one sheet a file, or name the sheet in a mapping",
            ),
        )
    return filled[0]


def read_sheet(
    path: Path, target: Path, *, shown: str, sheet: str | None, header_row: int, lookups: Sequence[Lookup]
) -> Sheet:
    """Write the rows of one sheet (the first unless named) to UTF-8, with looked-up columns behind its own.

    Raises `Refused`: ``collect.broken_excel``, ``collect.many_sheets``, ``collect.lookup``, and those of
    `workbook_limits.hold` where the workbook would take more memory than it may.
    """
    hold(path, shown)
    try:
        book: Any = CalamineWorkbook.from_path(str(path))
        name = sheet or _only_sheet(book, {look.sheet for look in lookups}, shown)
        rows = iter(book.get_sheet_by_name(name).iter_rows())
        grids = {look.sheet: book.get_sheet_by_name(look.sheet).to_python() for look in lookups}
    except (CalamineError, OSError, IndexError) as error:
        raise broken(shown, str(error), wanted=sheet) from error
    header = [cell_text(cell) for cell in next(islice(rows, header_row - 1, None), ())]
    found = [_look_up(look, grids[look.sheet], header, shown) for look in lookups]
    with target.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for row in rows:
            cells = [cell_text(cell) for cell in row]
            writer.writerow(chain(cells, (look.words.get(cells[look.at], "") for look in found)))
    return Sheet((*header, *(look.heading for look in found)), target)


def _look_up(look: Lookup, grid: Iterable[Sequence[object]], header: list[str], where: str) -> _Found:
    rows = [[cell_text(cell) for cell in row] for row in grid]
    other = rows[0] if rows else []
    missing = [n for n in (look.on, look.give) if n not in other] + [n for n in (look.by,) if n not in header]
    if missing:
        raise Refused(
            "collect.lookup",
            zh="对照工作表缺少所需的列",
            en="a look-up names a column that the sheet does not have",
            where=f"{where} [{look.sheet}]",
            wanted=", ".join(missing),
            came=", ".join(other),
        )
    on, give = other.index(look.on), other.index(look.give)
    words = {row[on]: row[give] for row in rows[1:]}
    return _Found(look.heading, header.index(look.by), words)
