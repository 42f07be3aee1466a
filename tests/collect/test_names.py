"""Names of files: bytes that are no UTF-8, letters that an engine takes for wildcards, folders called a=b."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.collect.conftest import Desk
from tests.collect.extracts import CITY, LINE, PERSON, lines, write, write_city

from yibao.collect import collect, collections, load_source
from yibao.collect.incoming import expand
from yibao.collect.names import readable
from yibao.kernel import Refused
from yibao.store import Home, Register, open_register

WILD = [
    "a*b",
    "a?b",
    "a[b]",
    "[ab]",
    "a{b,c}",
    "**",
    "it's",
    "a\\b",
    "a\\*b",
    "batch=7",
    "psn_no=8",
    "c0=9",
    "甲[乙]*",
]
"""Folders; beside each stands what a wildcard would find instead."""


def named(folder: Path, name: bytes) -> Path:
    """Give the path of a name that is no UTF-8; skips where the file system takes none."""
    path = folder / os.fsdecode(name)
    try:
        path.write_bytes(b"")
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    return path


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("人员.csv", "人员.csv"),
        (os.fsdecode("人员.csv".encode("gbk")), "人员.csv"),
        (os.fsdecode(b"\xff\xff.csv"), "\ufffd\ufffd.csv"),
        ("a\ud800.csv", "a?.csv"),
        ("a\x1b[2J\n.csv", "a\ufffd[2J\ufffd.csv"),
    ],
)
def test_a_name_is_always_proper_text(name: str, shown: str) -> None:
    assert readable(name) == shown
    readable(name).encode("utf-8")


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_files_whose_names_are_no_utf8_are_taken(desk: Desk, tmp_path: Path, form: str) -> None:
    folder = write_city(tmp_path / "in", fee_list_d=[])
    (folder / "fee_list_d.csv").unlink()
    target = named(folder, b"fee_list_d_" + "三月".encode("gbk") + b"." + form.encode())
    made = tmp_path / f"made.{form}"
    if form == "csv":
        write(made, [LINE])
    elif form == "parquet":
        pq.write_table(pa.table({name: [text] for name, text in LINE.items()}), made)
    else:
        import xlsxwriter

        with xlsxwriter.Workbook(str(made)) as book:
            sheet = book.add_worksheet("a")
            sheet.write_row(0, 0, list(LINE))
            sheet.write_row(1, 0, list(LINE.values()))
    target.write_bytes(made.read_bytes())
    outcome = desk.collect(folder)
    assert outcome.problems == []
    assert outcome.tables["line"]["accepted"] == 1
    with desk.register.engine.begin() as connection:
        [told] = collections(connection)
    assert f"fee_list_d_三月.{form}" in {f["file"] for f in told.files}
    json.dumps(outcome.files, ensure_ascii=False).encode("utf-8")


def test_what_is_refused_by_such_a_name_can_be_told(tmp_path: Path) -> None:
    named(tmp_path, b"\xff.zip").write_bytes(b"PK no archive")
    problems: list[Refused] = []
    assert expand([tmp_path], tmp_path / "scratch", problems) == []
    with pytest.raises(Refused) as refused:
        expand([Path(os.fsdecode(b"/nowhere/\xff"))], tmp_path / "scratch", [])
    for one in (*problems, refused.value):
        json.dumps(one.as_json(), ensure_ascii=False).encode("utf-8")
        one.render().encode("utf-8")


def test_a_name_within_an_archive_that_is_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "box.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("人员.csv", "psn_no\nP1\n")
    path.write_bytes(path.read_bytes().replace("人员".encode(), b"\xed\xa0\x80\xff\xff\xff"))
    problems: list[Refused] = []
    assert expand([path], tmp_path / "scratch", problems) == []
    assert [p.code for p in problems] == ["collect.broken_zip"]


@pytest.mark.parametrize("name", WILD)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_name_means_this_file_and_nothing_else(desk: Desk, tmp_path: Path, name: str, form: str) -> None:
    for other in ("ab", "a-b", "a", "b", "x", "甲乙"):
        write(tmp_path / "in" / other / "psn_info_b.csv", [{**PERSON, "psn_no": "P9"}])
    folder = tmp_path / "in" / name
    folder.mkdir()
    path = folder / f"psn_info_b_{name}.{form}"
    if form == "csv":
        write(path, [PERSON])
    else:
        pq.write_table(pa.table({column: [text] for column, text in PERSON.items()}), path)
    outcome = desk.collect(path)
    assert outcome.problems == []
    assert [r["person_no"] for r in desk.standing("person")] == ["P1"]


def test_a_home_may_be_called_anything(fresh_register: Register, tmp_path: Path) -> None:
    url = fresh_register.url.render_as_string(hide_password=False)
    folder = write_city(tmp_path / "in")
    with open_register(Home(tmp_path / "it's h*[1]? {a}" / "batch=7"), url) as register:
        desk = Desk(register)
        first = desk.collect(folder)
        assert {n: t["accepted"] for n, t in first.tables.items()} == {
            "person": 1, "institution": 1, "item": 1, "encounter": 1, "settlement": 1, "line": 3,
        }  # fmt: skip
        write(folder / "fee_list_d.csv", [*CITY["fee_list_d"], {**LINE, "bkkp_sn": "L9", "cnt": "x"}])
        with (folder / "fee_list_d.csv").open("a", encoding="utf-8") as sink:
            sink.write("no,row\n")
        second = collect(desk.home, register, [folder], load_source("national"), actor="test")
        assert (second.tables["line"]["known"], second.quarantined) == (3, 2)
        assert {r["batch"] for r in desk.standing("line")} == {first.batch}
        assert desk.collect(folder).batch is None
        write(folder / "fee_list_d.csv", lines([1], cnt="3", det_item_fee_sumamt="16.50"))
        assert desk.collect(folder).tables["line"]["corrected"] == 1
