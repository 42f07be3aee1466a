from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from yibao.casework.findings.outputs import sheets
from yibao.casework.findings.outputs.sheets import MAX_TEXT, Cell, Column, Workbook, plain_text
from yibao.casework.findings.outputs.styles import Style

COLUMNS = (Column("文", "text"), Column("元", "fen"), Column("数", "whole"), Column("量", "decimal"))


def written(path: Path, rows: list[list[Cell]], columns: tuple[Column, ...] = COLUMNS) -> Any:
    with Workbook(path) as book, book.sheet("甲", columns, landscape=True) as sheet:
        sheet.rows(rows)
    return openpyxl.load_workbook(path)["甲"]


def xml(path: Path, part: str = "xl/worksheets/sheet1.xml") -> str:
    with zipfile.ZipFile(path) as parts:
        return parts.read(part).decode()


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with Workbook(path) as book:
        with book.sheet("甲", [Column("", width=30)]) as sheet:
            sheet.line(["标题 <&>\"'"], Style.TITLE, height=26)
        with book.sheet("乙 & <丙>", COLUMNS) as sheet:
            sheet.rows(
                [
                    ["  两端有空格  ", -5, 1_000_000, "2.5"],
                    [None, None, None, None],
                    ["第一行\n第二行", 0, 0, "0"],
                ]
            )
            sheet.part([["列", ""], [1, None], [2, None], ["0.000001", ""]])
            assert sheet.row == 6
    read = openpyxl.load_workbook(path)
    assert read.sheetnames == ["甲", "乙 & <丙>"]
    assert read["甲"]["A1"].value == "标题 <&>\"'"
    assert read["甲"].row_dimensions[1].height == 26.25, "26 points, in whole pixels"
    assert [[c.value for c in row] for row in read["乙 & <丙>"].iter_rows()][:5] == [
        ["文", "元", "数", "量"],
        ["  两端有空格  ", -0.05, 1_000_000, 2.5],
        [None, None, None, None],
        ["第一行\n第二行", 0, 0, 0],
        ["列", 0.01, 2, 0.000001],
    ]
    formats = [cell.number_format for cell in read["乙 & <丙>"][2]]
    assert formats == ["@", "#,##0.00", "#,##0", "General"]


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (1, "0.01"),
        (-1, "-0.01"),
        (0, "0.00"),
        (-123456, "-1234.56"),
        (12_345_678_901_234, "123456789012.34"),
        (9_999_999_999_999_999, "99999999999999.99"),  # as a float 100000000000000
    ],
)
def test_fen_are_written_to_the_digit(tmp_path: Path, fen: int, shown: str) -> None:
    path = tmp_path / "book.xlsx"
    written(path, [[fen]], (Column("元", "fen"),))
    assert re.findall(r'<c r="A2"[^>]*><v>(.*?)</v>', xml(path)) == [shown]


@pytest.mark.parametrize(
    "text",
    [
        "110101199003078515", "000123", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "{=1}", "#N/A", "1E5", "TRUE",
        "http://example.org", "mailto:a@b", "<r><t>a</t></r>x", "a < b & c > d",
    ],
)  # fmt: skip
def test_a_text_is_never_anything_else(tmp_path: Path, text: str) -> None:
    path = tmp_path / "book.xlsx"
    sheet = written(path, [[text, None, None, None]])
    assert sheet["A2"].value == text
    [cell] = re.findall(r'<c r="A2"[^>]*>', xml(path))
    assert 't="inlineStr"' in cell and "<f>" not in xml(path)
    with zipfile.ZipFile(path) as parts:
        assert not [name for name in parts.namelist() if "sheet1.xml.rels" in name], "nothing becomes a link"


def test_a_text_that_looks_like_rich_text_brings_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    text = '<r></r></is></c><c r="B2"><f>1+1</f></c><c t="inlineStr"><is><r></r>'
    assert written(path, [[text, None, None, None]])["A2"].value == text + " "
    assert "<f>" not in xml(path)


def test_an_escape_of_the_format_stays_a_text(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    written(path, [["_x0041_", None, None, None]])
    assert "_x005F_x0041_" in xml(path)


def test_the_sheet_is_laid_out(tmp_path: Path) -> None:
    columns = (Column("编号", width=18), Column("意见", width=10, answers=("认可", "不认可")))
    path = tmp_path / "book.xlsx"
    sheet = written(path, [["F1", None], ["F2", None]], columns)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B3")
    assert [int(sheet.column_dimensions[letter].width) for letter in "AB"] == [18, 10]
    [answers] = sheet.data_validations.dataValidation
    assert (answers.formula1, str(answers.sqref), answers.type) == ('"认可,不认可"', "B2:B3", "list")
    assert answers.showErrorMessage
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    assert sheet.oddFooter.center.text == "&P / &N"
    for cell in (sheet["A1"], sheet["A2"], sheet["Z99"]):
        assert cell.font.name == "Microsoft YaHei" and cell.font.scheme is None
    assert sheet["A1"].font.bold and sheet["A1"].fill.fgColor.rgb == "FFE8EEF5"


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.xlsx", tmp_path / "two.xlsx"
    for path in (one, two):
        written(path, [["甲", 1, 2, "3.5"]])
    assert one.read_bytes() == two.read_bytes()
    assert "1980-01-01T00:00:00Z" in xml(one, "docProps/core.xml")


def test_a_broken_workbook_never_takes_its_name(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_text("earlier")
    with pytest.raises(RuntimeError), Workbook(path) as book, book.sheet("甲", COLUMNS) as sheet:
        sheet.rows([["甲", 1, 2, "3"]])
        assert len(list(tmp_path.iterdir())) == 2, "the draft lies beside its place"
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["book.xlsx"]
    assert path.read_text() == "earlier"


def test_rows_beyond_a_sheet_are_not_lost_silently(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 2)
    rows: list[list[Cell]] = [["甲", 1, 2, "3"]] * 3
    assert written(tmp_path / "two.xlsx", rows[:2]).max_row == 3
    with pytest.raises(ValueError, match="2 rows"):
        written(tmp_path / "three.xlsx", rows)


def test_what_a_cell_cannot_hold_is_left_out(tmp_path: Path) -> None:
    assert plain_text("a\x00b\x1f\ud800c\r\n\td\x7f\x85\ufffe") == "abc\n\td"
    long, wide = "长" * 40_000, "𠮷" * 20_000
    assert plain_text(long) == "长" * (MAX_TEXT - 1) + "…"
    assert plain_text("长" * MAX_TEXT) == "长" * MAX_TEXT
    assert plain_text(wide) == "𠮷" * (MAX_TEXT // 2 - 1) + "…"
    sheet = written(tmp_path / "book.xlsx", [[wide + "\x01", None, None, None]])
    assert sheet["A2"].value == plain_text(wide)
