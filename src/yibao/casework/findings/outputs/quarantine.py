"""Quarantine for people: what was not accepted and why, on the terminal and as a workbook to send back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from yibao.casework.findings.outputs.backlog import bind_entries
from yibao.casework.findings.outputs.looking import Look, looking
from yibao.casework.findings.outputs.sheets import MAX_ROWS, Cell, Column, Workbook
from yibao.casework.findings.outputs.styles import Style
from yibao.casework.findings.outputs.words import money
from yibao.claims import table
from yibao.kernel import Text, mask_citizen_id, mask_name
from yibao.store import Home, Register

_WHOLE: Final = "****"
_PART: Final = 20_000
_SECRET: Final = ("personal", "sensitive")


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """One reason for which a row was not accepted (or one value left out of an accepted row: ``kept``).

    What came is masked where the column is personal or sensitive; ``amount_fen`` stands on a row's first reason only.
    """

    quarantine_id: int
    batch: int
    table: Text
    file: str
    source_row: int
    header: str | None
    code: str
    reason: Text
    wanted: str | None
    came: str | None
    kept: bool
    first: bool
    amount_fen: int
    settled: bool

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values, masked as it is."""
        return {
            "quarantine_id": self.quarantine_id, "batch": self.batch, "table": self.table.both(), "file": self.file,
            "row": self.source_row, "column": self.header, "code": self.code, "reason": self.reason.both(),
            "wanted": self.wanted, "came": self.came, "row_accepted": self.kept, "first_reason": self.first,
            "amount_fen": self.amount_fen, "settled": self.settled,
        }  # fmt: skip


def quarantine_rows(
    home: Home, register: Register, batch: int | None = None, open_only: bool = True, limit: int | None = None
) -> list[QuarantineRow]:
    """Give quarantine entries, newest batch first, then in the order of the files; masked for eyes.

    ``open_only`` leaves out what a later collection settled; ``batch`` names one collection, ``limit`` the most rows.
    """
    with looking(home, register, ()) as look:
        if not bind_entries(look):
            return []
        found = look.rows(
            f"SELECT * FROM entry WHERE {_where(open_only)} AND (batch = ? OR ? IS NULL) "
            f"ORDER BY batch DESC, table_name, file, source_row, first DESC, quarantine_id LIMIT {limit or MAX_ROWS}",
            [batch, batch],
        )
    return [
        QuarantineRow(
            quarantine_id=row["quarantine_id"], batch=row["batch"], table=table(row["table_name"]).text,
            file=row["file"], source_row=row["source_row"], header=row["header"], code=row["code"],
            reason=Text(zh=row["reason_zh"], en=row["reason_en"]), wanted=row["wanted"], came=masked(row),
            kept=row["kept"] == 1, first=row["first"] == 1, amount_fen=row["amount_fen"] if row["first"] else 0,
            settled=row["settled"] == 1,
        )
        for row in found
    ]  # fmt: skip


def masked(row: dict[str, Any]) -> str | None:
    """Give what came of an entry as a terminal may show it."""
    came: str | None = row["came"]
    if not came:
        return came
    if row["column_name"] is None:
        # Without a column, what came may be the row's key; that of a person is the person's number.
        secret = row["sensitivity"] in _SECRET or row["table_name"] in ("person", "enrolment")
        return _WHOLE if secret else came
    if row["sensitivity"] not in _SECRET:
        return came
    column = table(row["table_name"]).column(row["column_name"])
    if column.type == "citizen_id":
        return mask_citizen_id(came)
    return mask_name(came) if column.name == "name" and row["sensitivity"] == "personal" else _WHOLE


_COLUMNS: Final = (
    Column("批次", "whole", 7),
    Column("文件", width=26),
    Column("行号", "whole", 9),
    Column("列", width=20),
    Column("表", width=12),
    Column("原因", width=34),
    Column("要求", width=34),
    Column("实际", width=24),
    Column("处理", width=16),
    Column("涉及金额(元)", "fen", 14),
    Column("整行内容", width=80),
)


def write_quarantine(
    home: Home, register: Register, path: Path, batch: int | None = None, open_only: bool = True
) -> int:
    """Write open quarantine entries to a workbook for the sender, whole rows unmasked; give their number.

    Nothing is masked here, because the rows are the sender's own; the first sheet says so, and says that the file is
    for nobody else.
    """
    with looking(home, register, (), on_disk=True) as look, Workbook(path) as book:
        number = _number(look, batch, open_only) if bind_entries(look) else 0
        sums = _sums(look) if number else {"rows": 0, "fen": 0, "notes": 0}
        _write_guide(book, sums)
        for at in range(0, max(number, 1), MAX_ROWS):
            name = "未接收的行" if at == 0 else f"未接收的行{at // MAX_ROWS + 1}"
            with book.sheet(name, _COLUMNS, landscape=True) as sheet:
                sheet.rows(_cells(look, at, min(at + MAX_ROWS, number)))
    return number


def _number(look: Look, batch: int | None, open_only: bool) -> int:
    look.engine.execute_native(
        f"CREATE OR REPLACE TABLE listed AS SELECT *, row_number() OVER (ORDER BY batch DESC, table_name, file, "
        f"source_row, first DESC, quarantine_id) AS place FROM entry WHERE {_where(open_only)} AND (batch = ? OR ? IS NULL)",
        [batch, batch],
    )
    return int(look.rows("SELECT count(*) AS n FROM listed")[0]["n"])


def _where(open_only: bool) -> str:
    return "settled = 0" if open_only else "settled >= 0"


def _sums(look: Look) -> dict[str, int]:
    return look.rows(
        "SELECT count(*) FILTER (WHERE first = 1) AS rows, count(*) FILTER (WHERE kept = 1) AS notes, "
        "CAST(coalesce(sum(amount_fen) FILTER (WHERE first = 1), 0) AS BIGINT) AS fen FROM listed"
    )[0]


def _cells(look: Look, after: int, last: int) -> Iterator[list[Cell]]:
    for begin in range(after + 1, last + 1, _PART):
        end = min(begin + _PART - 1, last)
        for row in look.rows("SELECT * FROM listed WHERE place BETWEEN ? AND ? ORDER BY place", [begin, end]):
            yield [
                row["batch"], row["file"], row["source_row"], row["header"], table(row["table_name"]).text.zh,
                row["reason_zh"], row["wanted"], row["came"], "行已接收，该值未采用" if row["kept"] else "整行未接收",
                row["amount_fen"] if row["first"] else None, _row_text(row["row_text"]),
            ]  # fmt: skip


def _row_text(text: str | None) -> str | None:
    """Write a stored row as «column=value»; a line that was no row stays as it came."""
    try:
        fields = json.loads(text or "")
    except ValueError:
        return text
    if not isinstance(fields, dict):
        return text
    return "; ".join(f"{name}={value}" for name, value in fields.items() if value)


def _write_guide(book: Workbook, sums: dict[str, int]) -> None:
    with book.sheet("说明", [Column("", width=110)]) as sheet:
        sheet.line(["未接收数据清单（退回报送方核对）"], Style.TITLE, height=26)
        sheet.line(
            [
                f"整行未接收 {sums['rows']:,} 行，涉及金额 {money(sums['fen'])}；"
                f"行已接收但个别值未采用 {sums['notes']:,} 处。"
            ],
            Style.STRONG,
        )
        for line in _GUIDE:
            sheet.line([line], Style.PROSE)


_GUIDE: Final = (
    "本表含报送方自己报送的完整数据，未作脱敏，包含个人信息；只可发给报送方本单位，不得转发他人。",
    "一行数据有几处问题的，每处一条；金额只写在第一条，各列可以直接求和。",
    "行号按电子表格计，表头为第 1 行。请在源系统中更正后，按原格式重新报送整个文件或只报送更正的行。",
    "已接收的行重复报送不会重复入库；更正的行以后报送的为准，先前的仍留存备查。",
)
