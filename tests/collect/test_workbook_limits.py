"""Workbooks that would fill all memory: the far cell, the lying dimension, the bomb, the old binary form."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from tests.collect.extracts import PERSON
from tests.collect.old_workbook import write_xls
from tests.collect.reading import Read

from yibao.collect.sheet_span import Span, exact_span, plain_span
from yibao.collect.workbook_limits import hold
from yibao.kernel import Refused

Reader = Callable[..., Read]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


def sheet_xml(rows: str, before: str = "") -> str:
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'


def workbook(path: Path, rows: str, before: str = "", **extra: bytes) -> Path:
    """Write a workbook whose one sheet is this XML, with extra members."""
    plain = path.with_suffix(".plain")
    with xlsxwriter.Workbook(str(plain)) as book:
        book.add_worksheet("a")
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as sink:
        for name in source.namelist():
            sink.writestr(name, sheet_xml(rows, before) if name == SHEET else source.read(name))
        for name, data in extra.items():
            sink.writestr(name, data)
    return path


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


TABLE = "".join(
    f'<row r="{r}">' + "".join(text_cell(f"{chr(65 + c)}{r}", t) for c, t in enumerate(texts)) + "</row>"
    for r, texts in enumerate((PERSON.keys(), PERSON.values()), start=1)
)

FAR = {
    "plain": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "in single quotes": "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
    "with a prefix": f'<x:row xmlns:x="{MAIN}" r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    "after other attributes": '<row r="1048576"><c s=">" t="n" r = "XFD1048576"><v>1</v></c></row>',
    "in lower case": '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
    "on a row of its own": '<row r="3"><c r="XFD1048576"><v>1</v></c></row>',
    "beside another": '<row r="1048576"><c r="XFC1048576"><v>1</v></c><c><v>1</v></c></row>',
    "outside of any sheet": '<row r="9000000"><c r="A9000000"><v>1</v></c></row>',
}


@pytest.mark.parametrize("far", FAR.values(), ids=FAR)
@pytest.mark.parametrize("before", ["", '<dimension ref="A1:D2"/>'], ids=["silent", "lying"])
def test_a_far_cell_is_refused(tmp_path: Path, far: str, before: str) -> None:
    path = workbook(tmp_path / "a.xlsx", TABLE + far, before)
    with pytest.raises(Refused) as refused:
        hold(path, "送来的.xlsx")
    assert (refused.value.code, refused.value.where) == ("collect.huge_workbook", f"送来的.xlsx [{SHEET}]")
    assert refused.value.text.zh and refused.value.text.en


def test_a_sheet_by_any_name_is_looked_at(tmp_path: Path) -> None:
    other = sheet_xml(TABLE + FAR["plain"]).encode()
    path = workbook(tmp_path / "a.xlsx", TABLE, **{"xl/media/image1.png": other})
    with pytest.raises(Refused) as refused:
        hold(path, "a.xlsx")
    assert refused.value.where == "a.xlsx [xl/media/image1.png]"


def test_what_only_looks_large_is_read(read: Reader, tmp_path: Path) -> None:
    styled = (
        '<row r="3" spans="1:16384"><c r="XFD3" s="0"/></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    )
    came = read(workbook(tmp_path / "a.xlsx", TABLE + styled, '<dimension ref="A1:XFD1048576"/>'), "person")
    assert [r["person_no"] for r in came.rows] == ["P1"]


def test_a_stray_cell_below_the_table_is_read(read: Reader, tmp_path: Path) -> None:
    came = read(
        workbook(tmp_path / "a.xlsx", TABLE + '<row r="50000"><c r="A50000"><v>7</v></c></row>'), "person"
    )
    assert [r["person_no"] for r in came.rows] == ["P1"]
    assert {e["source_row"] for e in came.entries} == {50000}


SPANS = {
    '<row r="2"><c r="B2" s="1" t="s"><v>0</v></c><c r="D2"><v>0</v></c></row>': Span(2, 2, 4, 2),
    '<row r="2"><c r="B2"><v>0</v></c><c r="AA9" s="1"/></row>': Span(2, 2, 2, 1),
    "<row><c><v>0</v></c></row><row><c/><c><v>0</v></c><c><is/></c></row>": Span(2, 1, 3, 3),
    '<row r="7"><c><v>0</v></c><c r="ZZ7"><v>0</v></c><c><v>0</v></c></row>': Span(7, 1, 703, 3),
    "": Span(0, 1, 0, 0),
}


@pytest.mark.parametrize(("rows", "wanted"), SPANS.items())
def test_the_span_is_that_of_the_filled_cells(rows: str, wanted: Span) -> None:
    text = sheet_xml(rows).encode()
    pieces = [text[i : i + 7] for i in range(0, len(text), 7)]
    assert exact_span(pieces) == wanted
    plain = plain_span(pieces)
    assert plain is None or (plain.last_row >= wanted.last_row and plain.last_column >= wanted.last_column)


def test_the_plain_way_of_writing_is_read_the_quick_way() -> None:
    text = sheet_xml('<row r="2"><c r="B2" s="1" t="s"><v>0</v></c><c r="AA3"/></row>').encode()
    for size in (1, 5, 1000):
        assert plain_span(text[i : i + size] for i in range(0, len(text), size)) == Span(3, 2, 27, 1)


@pytest.mark.parametrize(
    "texts", [b"<c" + b" " * 90_000_000, b"0" * 90_000_000], ids=["one endless cell", "one endless text"]
)
def test_a_bomb_within_a_workbook(tmp_path: Path, texts: bytes) -> None:
    path = workbook(tmp_path / "a.xlsx", TABLE, **{"xl/sharedStrings2.xml": texts})
    with pytest.raises(Refused) as refused:
        hold(path, "a.xlsx")
    assert refused.value.code == "collect.zip_bomb"


@pytest.mark.parametrize("member", ["content.xml", "xl/workbook.bin"])
def test_forms_that_nobody_measures_are_not_opened(tmp_path: Path, member: str) -> None:
    path = workbook(tmp_path / "a.et", TABLE, **{member: b"<x/>"})
    with pytest.raises(Refused) as refused:
        hold(path, "a.et")
    assert refused.value.code == "collect.broken_excel"


def test_an_old_workbook_is_read(read: Reader, tmp_path: Path) -> None:
    cells = [
        (r, c, t) for r, texts in enumerate((PERSON.keys(), PERSON.values())) for c, t in enumerate(texts)
    ]
    for name in ("a.xls", "a.et"):
        came = read(write_xls(tmp_path / name, cells, 2, len(PERSON)), "person")
        assert [r["person_no"] for r in came.rows] == ["P1"]


@pytest.mark.parametrize(
    ("cell", "rows", "columns"), [((65535, 65535, 1.0), 2, 2), ((1, 1, 1.0), 0xFFFFFF, 0xFFFF)]
)
def test_an_old_workbook_that_would_fill_all_memory(
    tmp_path: Path, cell: tuple[int, int, float], rows: int, columns: int
) -> None:
    path = write_xls(tmp_path / "a.xls", [(0, 0, "a"), cell], rows, columns)
    with pytest.raises(Refused) as refused:
        hold(path, "a.xls")
    assert refused.value.code == "collect.huge_workbook"


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_text("<html><table></table></html>", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        hold(tmp_path / "a.xls", "人员.xls")
    assert (refused.value.code, refused.value.where) == ("collect.broken_excel", "人员.xls")


def test_a_damaged_workbook_is_read_or_refused(read: Reader, tmp_path: Path) -> None:
    chance, path = random.Random(7), workbook(tmp_path / "a.xlsx", TABLE)
    whole = path.read_bytes()
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        try:
            read(path, "person")
        except Refused as refused:
            assert refused.code in ("collect.broken_excel", "collect.zip_bomb", "collect.empty_file")
