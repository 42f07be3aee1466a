"""Delimited texts: every encoding and habit of an office, and the numbers of rows whatever happens between them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.collect.extracts import PERSON, write
from tests.collect.reading import Read

from yibao.kernel import Refused

Reader = Callable[..., Read]
HEADER = "psn_no,psn_name,gend,brdy\n"


def people(count: int, last: str = "李四") -> list[dict[str, str]]:
    rows = [{**PERSON, "psn_no": f"P{n}", "psn_name": "Wang"} for n in range(count - 1)]
    return [*rows, {**PERSON, "psn_no": "P-last", "psn_name": last}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_an_encoding_is_known_by_the_whole_file(read: Reader, tmp_path: Path, encoding: str) -> None:
    came = read(write(tmp_path / "a.csv", people(40_000), encoding=encoding), "person")
    assert came.staged.raw.encoding == encoding.removesuffix("-sig")
    assert len(came.rows) == 40_000
    assert came.rows[-1]["name"] == "李四"
    assert came.rows[-1]["source_row"] == 40_001


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_row_with_broken_bytes_waits_and_the_others_go_through(
    read: Reader, tmp_path: Path, encoding: str
) -> None:
    rows = "".join(f"P{n},张三丰,1,1990-03-07\n" for n in range(50)).encode(encoding)
    broken = "P-broken,张".encode(encoding) + b"\xff" + ",1,1990-03-07\n".encode(encoding)
    path = tmp_path / "a.csv"
    path.write_bytes(HEADER.encode() + rows + broken + "P-after,李四,1,1990-03-07\n".encode(encoding))
    came = read(path, "person")
    assert came.staged.raw.encoding == encoding
    assert came.wrong() == [(52, "value", "name")]
    assert came.rows[0]["name"] == "张三丰"
    assert (came.rows[-1]["name"], came.rows[-1]["source_row"]) == ("李四", 53)


def test_a_zero_byte_is_damage(read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEADER}P1,a\0b,1,1990-03-07\nP2,ab,1,1990-03-07\n".encode())
    came = read(path, "person")
    assert came.wrong() == [(2, "value", "name")]
    assert [r["person_no"] for r in came.rows] == ["P2"]


@pytest.mark.parametrize("delimiter", [",", "\t", "|", ";"])
def test_delimiters(read: Reader, tmp_path: Path, delimiter: str) -> None:
    came = read(write(tmp_path / "a.txt", people(3), delimiter=delimiter), "person")
    assert [r["source_row"] for r in came.rows] == [2, 3, 4]


GOOD = "P{n},张三,1,1990-03-07"


def numbered(read: Reader, tmp_path: Path, *records: str, end: str = "\n") -> Read:
    path = tmp_path / "a.csv"
    path.write_bytes(end.join([HEADER.strip(), *records, ""]).encode())
    return read(path, "person")


def good(n: int) -> str:
    return GOOD.format(n=n)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("P9,张三", "列数"),
        ("P9,张三,1,1990-03-07,更多", "列数"),
        ('P9,"张"三,1,1990-03-07', "引号"),
        ('P9,"张三,1,1990-03-07', "引号"),
    ],
)
def test_a_record_that_is_no_row_shifts_no_number(
    read: Reader, tmp_path: Path, bad: str, reason: str
) -> None:
    came = numbered(read, tmp_path, good(1), bad, good(2), bad, good(3))
    assert [(r["person_no"], r["source_row"]) for r in came.rows] == [("P1", 2), ("P2", 4), ("P3", 6)]
    assert came.wrong() == [(3, "ragged", None), (5, "ragged", None)]
    assert came.tally.quarantined == 2
    assert all(reason in e["reason_zh"] and e["row_text"] == bad for e in came.entries)


def test_hundreds_of_ragged_rows_are_all_numbered(read: Reader, tmp_path: Path) -> None:
    came = numbered(read, tmp_path, *(good(n) if n % 2 else "x,y" for n in range(1000)))
    assert [r["source_row"] for r in came.rows] == list(range(3, 1003, 2))
    assert [e["source_row"] for e in came.entries] == list(range(2, 1002, 2))


def test_a_quote_that_never_closes_swallows_only_its_own_line(read: Reader, tmp_path: Path) -> None:
    came = numbered(read, tmp_path, good(1), 'P9,"张三,1,1990-03-07', *(good(n) for n in range(2, 500)))
    assert came.wrong() == [(3, "ragged", None)]
    assert [r["source_row"] for r in came.rows] == [2, *range(4, 502)]


def test_a_quoted_text_of_several_lines_is_one_row_as_in_a_spreadsheet(read: Reader, tmp_path: Path) -> None:
    came = numbered(read, tmp_path, good(1), 'P2,"张\n三",1,1990-03-07', good(3))
    assert [(r["person_no"], r["source_row"]) for r in came.rows] == [("P1", 2), ("P2", 3), ("P3", 4)]
    assert came.rows[1]["name"] == "张\n三"
    again = numbered(read, tmp_path, good(1), 'P2,"张\n三",1,1990-03-07', "x", good(3))
    assert [(r["person_no"], r["source_row"]) for r in again.rows] == [("P1", 2), ("P2", 3), ("P3", 5)]
    assert again.wrong() == [(4, "ragged", None)]


def test_blank_lines_and_empty_records_are_no_rows_but_count(read: Reader, tmp_path: Path) -> None:
    came = numbered(read, tmp_path, good(1), "", good(2), ",,,", good(3), "", "")
    assert [(r["person_no"], r["source_row"]) for r in came.rows] == [("P1", 2), ("P2", 4), ("P3", 6)]
    assert came.entries == []
    assert came.tally.quarantined == 0


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends(read: Reader, tmp_path: Path, end: str) -> None:
    came = numbered(read, tmp_path, good(1), good(2), end=end)
    assert [(r["person_no"], r["source_row"]) for r in came.rows] == [("P1", 2), ("P2", 3)]


def test_mixed_line_ends(read: Reader, tmp_path: Path) -> None:
    came = numbered(read, tmp_path, good(1) + "\r", good(2), good(3) + "\r", good(4))
    assert [r["source_row"] for r in came.rows] == [2, 3, 4, 5]
    assert came.rows[0]["birth_ymd"] == 19900307


def test_a_header_of_several_lines(read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'psn_no,psn_name,gend,brdy,"备\n注"\n{good(1)},\n', encoding="utf-8")
    came = read(path, "person")
    assert came.staged.unused == ("备\n注",)
    assert [r["source_row"] for r in came.rows] == [2]


def test_a_huge_field_waits_whole(read: Reader, tmp_path: Path) -> None:
    huge = "长" * 100_000
    came = numbered(read, tmp_path, good(1), f"P2,{huge},1,1990-03-07", good(3))
    assert came.wrong() == [(3, "value", "name")]
    assert huge in came.entries[0]["row_text"]
    assert len(came.entries[0]["came"]) < 600
    beyond = numbered(read, tmp_path, good(1), f"P2,{'x' * 4_100_000},1,1990-03-07", good(3))
    assert beyond.wrong() == [(3, "ragged", None)]
    assert [r["source_row"] for r in beyond.rows] == [2, 4]


def test_three_hundred_columns(read: Reader, tmp_path: Path) -> None:
    extra = {f"extra_{n}": str(n) for n in range(296)}
    came = read(write(tmp_path / "a.csv", [{**extra, **PERSON}]), "person")
    assert len(came.rows) == 1
    assert came.staged.unused == tuple(extra)


@pytest.mark.parametrize("content", ["", "\n", "\n\n\n", ",,,\n"])
def test_an_empty_file_says_so(read: Reader, tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read(path, "person")
    assert refused.value.code == "collect.empty_file"


def test_a_header_alone_brings_no_rows(read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER, encoding="utf-8")
    came = read(path, "person")
    assert (came.rows, came.entries) == ([], [])
