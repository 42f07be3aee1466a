"""Headers: field codes, Chinese names, aliases; what is missing, what is too much, what changed places."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.collect.extracts import LINE, PERSON, write
from tests.collect.reading import Read

from yibao.claims import table
from yibao.kernel import Refused

Reader = Callable[..., Read]


@pytest.mark.parametrize("at", range(3), ids=["field codes", "Chinese names", "aliases"])
def test_every_name_of_a_column_is_known(read: Reader, tmp_path: Path, at: int) -> None:
    columns = {c.field: c.headers for c in table("line").columns}
    row = {columns[field][min(at, len(columns[field]) - 1)]: text for field, text in LINE.items()}
    came = read(write(tmp_path / "a.csv", [row]), "line")
    assert [r["amount_fen"] for r in came.rows] == [1100]


def test_case_width_and_margins_do_not_matter(read: Reader, tmp_path: Path) -> None:
    row = {f" {field.upper()}\u3000".replace("ID", "ＩＤ"): text for field, text in LINE.items()}
    assert len(read(write(tmp_path / "a.csv", [row]), "line").rows) == 1


def test_a_missing_required_column_refuses_the_file(read: Reader, tmp_path: Path) -> None:
    row = {k: v for k, v in PERSON.items() if k != "gend"}
    with pytest.raises(Refused) as refused:
        read(write(tmp_path / "a.csv", [row]), "person")
    assert refused.value.code == "collect.missing_column"
    assert "gend 性别" in (refused.value.wanted or "")
    assert "psn_no" in (refused.value.came or "")


def test_extra_columns_are_reported(read: Reader, tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", [{**PERSON, "备注": "x"}]), "person").staged.unused == ("备注",)


def test_columns_that_changed_places_are_seen_by_their_values(read: Reader, tmp_path: Path) -> None:
    swapped = {**LINE, "fee_ocur_time": LINE["med_list_codg"], "med_list_codg": LINE["fee_ocur_time"]}
    came = read(write(tmp_path / "a.csv", [swapped, LINE]), "line")
    assert came.wrong() == [(2, "value", "fee")]
    assert len(came.rows) == 1


def test_a_header_in_the_wrong_row(read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    titles = "某市参保人员信息\n制表日期 2025-03-05,,,\n"
    text = f"{titles}psn_no,psn_name,gend,brdy\nP1,张三,1,1990-03-07\nP2,李四\nP3,王五,2,1990-03-07\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read(path, "person")
    assert refused.value.code == "collect.missing_column"
    came = read(path, "person", header_row=3)
    assert [r["source_row"] for r in came.rows] == [4, 6]
    assert came.wrong() == [(5, "ragged", None)]
