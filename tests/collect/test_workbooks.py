"""Workbooks and Parquet: native cells become the text a person would have typed, or are refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from tests.collect.extracts import LINE, PERSON
from tests.collect.reading import Read

from yibao.claims import table
from yibao.kernel import Refused

Reader = Callable[..., Read]
DAY, TIME = {"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm:ss"}


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    """Write cells as they are; a pair is a formula with the value Excel last computed."""
    with xlsxwriter.Workbook(str(path)) as book:
        formats = {dt.date: book.add_format(DAY), dt.datetime: book.add_format(TIME)}
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if isinstance(cell, tuple):
                        sheet.write_formula(r, c, cell[0], None, cell[1])
                    elif isinstance(cell, dt.date):
                        sheet.write_datetime(r, c, cell, formats[type(cell)])
                    else:
                        sheet.write(r, c, cell)
    return path


ZH = [
    table("person").column(n).zh
    for n in ("person", "name", "certificate_type", "certificate_no", "sex", "birth")
]


def test_a_workbook_with_chinese_headers(read: Reader, tmp_path: Path) -> None:
    rows = [
        ZH,
        ["P1", "张三", "01", "11010519491231002X", "男", dt.date(1949, 12, 31)],
        [],
        ["P2", "李四", "", "", 2, "1985/1/5"],
        [1003, " 王五 ", "", "", 1.0, dt.datetime.fromisoformat("1985-01-05")],
        ["", "", "", "", "", ""],
    ]
    came = read(workbook(tmp_path / "人员.xlsx", {"一": rows}), "person")
    assert came.entries == []
    assert [(r["person_no"], r["name"], r["sex"], r["birth_ymd"], r["source_row"]) for r in came.rows] == [
        ("P1", "张三", "1", 19491231, 2), ("P2", "李四", "2", 19850105, 4), ("1003", "王五", "1", 19850105, 5),
    ]  # fmt: skip
    assert came.rows[0]["certificate_no"] == "11010519491231002X"


def test_an_id_that_became_a_number_is_refused_and_says_why(read: Reader, tmp_path: Path) -> None:
    rows = [ZH, [330106199001011234.0, "张三", "01", 330106199001011234.0, "1", "1990-03-07"]]
    came = read(workbook(tmp_path / "a.xlsx", {"一": rows}), "person")
    assert came.rows == []
    assert [(e["column_name"], e["kept"]) for e in came.entries] == [("person", 0), ("certificate_no", 1)]
    assert came.entries[0]["came"] == "3.30106E+17"


def test_formulas_bring_what_excel_shows(read: Reader, tmp_path: Path) -> None:
    row = {**LINE, "cnt": ("=1+2", 3), "pric": 5.1, "det_item_fee_sumamt": ("=3*5.1", 15.299999999999999)}
    broken = {**LINE, "bkkp_sn": "L2", "det_item_fee_sumamt": ("=NA()", "#N/A")}
    rows = [list(LINE), list(row.values()), list(broken.values())]
    came = read(workbook(tmp_path / "a.xlsx", {"一": rows}), "line")
    assert [(r["quantity"], r["unit_price"], r["amount_fen"]) for r in came.rows] == [
        (30_000, 5_100_000, 1530)
    ]
    assert {(e["source_row"], e["column_name"]) for e in came.entries} == {(3, "amount")}


def test_times_in_cells(read: Reader, tmp_path: Path) -> None:
    row = {**LINE, "fee_ocur_time": dt.datetime.fromisoformat("2025-03-02 09:30:15")}
    came = read(workbook(tmp_path / "a.xlsx", {"一": [list(row), list(row.values())]}), "line")
    assert (came.rows[0]["fee_ymd"], came.rows[0]["fee_minute"] % 1440) == (20250302, 570)


def test_a_named_sheet_with_titles_above_and_notes_below(read: Reader, tmp_path: Path) -> None:
    sheet = [
        ["参保人员表"],
        [],
        ["编号", *ZH[1:]],
        ["P1", "张三", "", "", "男", "1990-03-07"],
        ["", "合计 1 人"],
    ]
    path = workbook(tmp_path / "a.xlsx", {"说明": [["x"]], "人员": sheet})
    came = read(path, "person", sheet="人员", header_row=3, columns={"person": "编号"}, notes_if_empty="编号")
    assert [(r["person_no"], r["source_row"]) for r in came.rows] == [("P1", 4)]
    assert came.entries == []


LOOKUP = {
    "sex": {
        "lookup": {"sheet": "性别", "on": "姓名", "by": "人员姓名", "give": "是"},
        "words": {"先生": "1", "女士": "2"},
    }
}


def test_a_column_looked_up_in_another_sheet(read: Reader, tmp_path: Path) -> None:
    rows = [["人员编号", "人员姓名", "出生日期"], ["P1", "张三", "1990-03-07"], ["P2", "李四", "1990-03-07"]]
    path = workbook(tmp_path / "a.xlsx", {"人员": rows, "性别": [["姓名", "是"], ["张三", "先生"]]})
    came = read(path, "person", columns=LOOKUP)
    assert [(r["person_no"], r["sex"]) for r in came.rows] == [("P1", "1")]
    assert came.wrong() == [(3, "empty", "sex")]


def test_a_look_up_that_cannot_be_made(read: Reader, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"人员": [["人员编号", "人员姓名"]], "性别": [["名", "是"]]})
    with pytest.raises(Refused) as refused:
        read(path, "person", columns=LOOKUP)
    assert (refused.value.code, refused.value.wanted) == ("collect.lookup", "姓名")


@pytest.mark.parametrize("mapping", [{}, {"sheet": "没有这一页"}])
def test_a_workbook_that_cannot_be_opened(read: Reader, tmp_path: Path, mapping: dict[str, str]) -> None:
    path = workbook(tmp_path / "a.xlsx", {"人员": [ZH]})
    if not mapping:
        path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(Refused) as refused:
        read(path, "person", **mapping)
    assert refused.value.code == "collect.broken_excel"


def test_parquet_with_native_types(read: Reader, tmp_path: Path) -> None:
    columns: dict[str, pa.Array] = {name: pa.array([text] * 3) for name, text in LINE.items()}
    columns |= {
        # An integer column with gaps, as data frames keep it.
        "bkkp_sn": pa.array([1001.0, 1002.0, 123456789012345678.0]),
        "fee_ocur_time": pa.array([dt.datetime.fromisoformat("2025-03-02 09:00")] * 3, pa.timestamp("us")),
        "cnt": pa.array([2, 2, 2], pa.int32()),
        "pric": pa.array([5.5] * 3, pa.float32()),
        "det_item_fee_sumamt": pa.array([0.1 + 0.2, 11.0, 11.0]),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    came = read(tmp_path / "a.parquet", "line")
    assert [(r["line_no"], r["amount_fen"], r["fee_ymd"], r["source_row"]) for r in came.rows] == [
        ("1001", 30, 20250302, 2), ("1002", 1100, 20250302, 3),
    ]  # fmt: skip
    assert came.wrong() == [(4, "value", "line")]


def test_parquet_days_and_flags(read: Reader, tmp_path: Path) -> None:
    columns = {name: pa.array([text]) for name, text in PERSON.items()}
    columns["brdy"] = pa.array([dt.date(1990, 3, 7)])
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet", "person").rows[0]["birth_ymd"] == 19900307


def test_a_broken_parquet_file(read: Reader, tmp_path: Path) -> None:
    pq.write_table(pa.table({"psn_no": ["P1"]}), tmp_path / "a.parquet")
    (tmp_path / "a.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-9])
    with pytest.raises(Refused) as refused:
        read(tmp_path / "a.parquet", "person")
    assert refused.value.code == "collect.broken_parquet"
