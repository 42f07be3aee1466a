"""The workbook that comes back: any sheet, any order of rows and columns, read as text.

Excel keeps numbers as numbers and people type them as text; both read the same here (`as_text`).
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from yibao.casework.rounds.outgoing import ACCEPTED, CODE, OPINION, STATEMENT
from yibao.kernel import FULL_WIDTH, HALF_WIDTH, Refused, Text

LARGEST: Final = 64 * 2**20
"""Bytes of a file that is looked at at all."""
UNPACKED: Final = 1024 * 2**20
"""Bytes that the parts of a workbook may come to when unpacked."""
_HEADER_WITHIN: Final = 30
"""Among how many rows from the top the headings are looked for: people put notes above them."""
_WIDTHS: Final = str.maketrans(FULL_WIDTH, HALF_WIDTH)


@dataclass(frozen=True, slots=True)
class RowBack:
    """One row that came back: where it stands, and its cells as text by heading."""

    sheet: str
    row: int
    cells: dict[str, str]

    @property
    def code(self) -> str:
        """Give the finding's code as it stands there."""
        return self.cells.get(CODE, "")

    @property
    def said(self) -> tuple[str, str, str]:
        """Give opinion, accepted amount and statement as they stand there."""
        return self.cells.get(OPINION, ""), self.cells.get(ACCEPTED, ""), self.cells.get(STATEMENT, "")

    @property
    def place(self) -> str:
        """Give where it stands, as people look for it."""
        return f"{self.sheet}!{self.row}"

    @property
    def key(self) -> tuple[str, ...]:
        """Give what tells it from the other rows of its finding."""
        return tuple(
            self.cells.get(h, "")
            for h in (CODE, "证据类型", "证据角色", "单据流水号", "费用日期", "医保项目编码")
        )


def read_back(path: Path) -> list[RowBack]:
    """Read the rows of an .xlsx, .xls or .csv file under the headings 疑点编号 and 机构意见, wherever they stand.

    Raises `Refused`: ``casework.unreadable_workbook``, ``casework.no_finding_column``.
    """
    found: list[RowBack] = []
    headed = False
    for sheet, rows in _sheets(path):
        heads = next((n for n, row in enumerate(rows[:_HEADER_WITHIN]) if _is_heading(row)), None)
        if heads is None:
            continue
        headed = True
        names = [as_text(cell) for cell in rows[heads]]
        for at, row in enumerate(rows[heads + 1 :], start=heads + 2):
            cells = {name: as_text(cell) for name, cell in zip(names, row, strict=False) if name}
            if any(cells.values()):
                found.append(RowBack(sheet, at, cells))
    if not headed:
        raise Refused(
            "casework.no_finding_column",
            zh="表中没有“疑点编号”和“机构意见”两列，整份未接收",
            en="the file has no columns 疑点编号 and 机构意见; nothing of it was taken",
            where=path.name,
            wanted=f"{CODE}, {OPINION}",
            came="—",
            todo=Text(
                zh="在下发的表上填写，不要改列名",
                en="fill in the workbook that was sent, and keep its headings",
            ),
        )
    return found


def as_text(cell: Any) -> str:
    """Give a cell as text, so that a number and the same number typed as text are the same.

    >>> as_text(18.0), as_text("18.00"), as_text(" 1,234.5 "), as_text("Ｆ０ａ"), as_text(None), as_text("007")
    ('18', '18', '1234.5', 'F0a', '', '007')
    """
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(int(cell))
    if isinstance(cell, float):
        return _number(Decimal(f"{cell:.15g}"))
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
        )
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell).translate(_WIDTHS).strip()
    plain = text.replace(",", "")
    if "." in plain or "," in text:
        try:
            return _number(Decimal(plain))
        except InvalidOperation:
            return text
    return text


def _number(value: Decimal) -> str:
    if not value.is_finite():
        return str(value)
    return f"{value.normalize():f}" if value else "0"


def _is_heading(row: Sequence[Any]) -> bool:
    names = {as_text(cell) for cell in row}
    return {CODE, OPINION} <= names


def _sheets(path: Path) -> Iterator[tuple[str, list[list[Any]]]]:
    if path.stat().st_size > LARGEST:
        raise _unreadable(path, f"{path.stat().st_size:,} bytes", f"≤ {LARGEST:,} bytes")
    if path.suffix.lower() == ".csv":
        yield path.name, _csv_rows(path)
        return
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                unpacked = sum(part.file_size for part in parts.infolist())
            if unpacked > UNPACKED:
                raise _unreadable(path, f"{unpacked:,} bytes unpacked", f"≤ {UNPACKED:,} bytes")
        with CalamineWorkbook.from_path(path) as book:
            for name in book.sheet_names:
                yield name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile) as error:
        raise _unreadable(path, str(error), ".xlsx | .xls | .csv") from error


def _csv_rows(path: Path) -> list[list[Any]]:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(data.decode(encoding).splitlines(keepends=True)))
        except (UnicodeDecodeError, csv.Error):
            continue
    raise _unreadable(path, "encoding", "UTF-8 | GB18030")


def _unreadable(path: Path, came: str, wanted: str) -> Refused:
    return Refused(
        "casework.unreadable_workbook",
        zh="回收的表打不开，整份未接收",
        en="the file that came back cannot be read; nothing of it was taken",
        where=path.name,
        wanted=wanted,
        came=came,
        todo=Text(zh="用 Excel 另存为 .xlsx 再交", en="save it as .xlsx and hand it in again"),
    )
