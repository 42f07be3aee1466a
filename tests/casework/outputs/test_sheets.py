from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from yibao.casework.outputs.sheets import Column, Workbook, letters, text_xml
from yibao.casework.outputs.styles import Style

COLUMNS = (Column("文", "text"), Column("元", "fen"), Column("数", "whole"), Column("量", "decimal"))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with Workbook(path) as book:
        with book.sheet("甲", [Column("", width=30)]) as sheet:
            sheet.line(["标题 <&>\"'"], Style.TITLE)
        with book.sheet("乙 & <丙>", COLUMNS) as sheet:
            sheet.rows(
                [
                    ["  两端有空格  ", -5, 1_000_000, "2.5"],
                    [None, None, None, None],
                    ["第一行\n第二行", 0, 0, "0"],
                ]
            )
    read = openpyxl.load_workbook(path)
    assert read.sheetnames == ["甲", "乙 & <丙>"]
    assert read["甲"]["A1"].value == "标题 <&>\"'"
    assert [[c.value for c in row] for row in read["乙 & <丙>"].iter_rows()] == [
        ["文", "元", "数", "量"],
        ["  两端有空格  ", -0.05, 1_000_000, 2.5],
        [None, None, None, None],
        ["第一行\n第二行", 0, 0, 0],
    ]
    assert read["乙 & <丙>"]["B2"].number_format == "#,##0.00"


def test_a_broken_workbook_never_takes_its_name(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pytest.raises(RuntimeError), Workbook(path) as book, book.sheet("甲", COLUMNS):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_xml_cannot_hold_is_replaced() -> None:
    assert text_xml("a\x00b\x1f\ud800") == '<t xml:space="preserve">a\ufffdb\ufffd\ufffd</t>'
    assert len(text_xml("长" * 40_000)) < 32_100


@pytest.mark.parametrize(
    ("at", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_lettered(at: int, name: str) -> None:
    assert letters(at) == name
