"""Spreadsheets: every cell as the text a person would have typed, written to a UTF-8 file the engine reads.

Excel keeps fifteen digits of a number. An 18-digit id that was typed as a number is therefore already wrong; it is
written in the E notation that Excel itself shows, so that the checks refuse it instead of storing a wrong person.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from yibao.collect.sources import Lookup
from yibao.kernel import Refused, Text

EXACT_DIGITS = 10**15


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as text: its header and the file that holds its rows."""

    header: tuple[str, ...]
    path: Path
    rows: int


def cell_text(value: object) -> str:
    """Give a cell as text: whole numbers without a point, days as 2025-03-05, long numbers in E notation."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float() if abs(value) >= EXACT_DIGITS:
            return f"{value:.5E}"
        case float() if value.is_integer():
            return str(int(value))
        case float():
            return repr(value)
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return str(value).strip()


def read_sheet(
    path: Path, scratch: Path, *, sheet: str | None, header_row: int, lookups: list[Lookup]
) -> Sheet:
    """Write one sheet (the first unless named) to UTF-8, with looked-up columns added behind its own."""
    try:
        book = CalamineWorkbook.from_path(str(path))
        name = sheet or book.sheet_names[0]
        grid = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        tables = {look.sheet: book.get_sheet_by_name(look.sheet).to_python() for look in lookups}
    except (CalamineError, OSError, IndexError) as error:
        raise Refused(
            "collect.broken_excel",
            zh="Excel 文件打不开，或没有所要的工作表",
            en="the workbook cannot be opened or lacks the sheet",
            where=path.name,
            wanted=sheet,
            came=str(error),
            todo=Text(
                zh="用 Excel 另存为 .xlsx 或 CSV 后重发", en="save it as .xlsx or CSV and send it again"
            ),
        ) from error
    rows = [[cell_text(cell) for cell in row] for row in grid[header_row - 1 :]]
    while rows and not any(rows[-1]):  # formatted but empty rows below a table are no rows
        rows.pop()
    header = rows[0] if rows else []
    extra = [_lookup(look, tables[look.sheet], header, path.name) for look in lookups]
    target = scratch / f"{path.name}.{name}.utf8"
    with target.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for number, row in enumerate(rows):
            found = [look.give if number == 0 else words.get(row[at], "") for look, at, words in extra]
            writer.writerow([*row, *found])
    names = (*header, *(f"{look.sheet}.{look.give}" for look, _, _ in extra))
    return Sheet(names, target, max(len(rows) - 1, 0))


def _lookup(
    look: Lookup, grid: Sequence[Sequence[object]], header: list[str], where: str
) -> tuple[Lookup, int, dict[str, str]]:
    other = [cell_text(cell) for cell in grid[0]] if grid else []
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
    words = {cell_text(row[on]): cell_text(row[give]) for row in grid[1:]}
    return look, header.index(look.by), words
