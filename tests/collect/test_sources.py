"""Mappings: what a sender's YAML may say, what is refused, and what its files become."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.collect.conftest import Desk
from tests.collect.extracts import PERSON, write
from tests.collect.reading import Read

from yibao.claims import tables
from yibao.collect import builtin_sources, load_source, read_source
from yibao.kernel import Refused

Reader = Callable[..., Read]

OWN = """
source: own
name: {zh: 自有, en: own}
files:
  - match: ["人员*"]
    table: person
    columns:
      person: 编码
      sex: {header: 称谓, words: {先生: "1", 女士: "2"}}
      birth: {constant: "1990-03-07"}
    keep: {类型: [参保人, 家属]}
  - {match: ["人员*"], table: practitioner, columns: {practitioner: 编码}, keep: {类型: [医生]}}
ignore: ["*说明*"]
"""


def test_a_mapping_of_ones_own(desk: Desk, tmp_path: Path) -> None:
    rows = [
        {"编码": "P1", "称谓": "先生", "类型": "参保人"},
        {"编码": "D1", "称谓": "女士", "类型": "医生"},
        {"编码": "P2", "称谓": "女士", "类型": " 家属 "},
        {"编码": "P3", "称谓": "阁下", "类型": "参保人"},
        {"编码": "x", "称谓": "先生", "类型": ""},
    ]
    folder = tmp_path / "in"
    write(folder / "人员表.csv", rows)
    write(folder / "人员说明.csv", [{"a": "b"}])
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    outcome = desk.collect(folder, source=load_source(str(tmp_path / "own.yaml")))
    people = [(r["person_no"], r["sex"], r["birth_ymd"], r["source_row"]) for r in desk.standing("person")]
    assert people == [("P1", "1", 19900307, 2), ("P2", "2", 19900307, 4)]
    assert [(r["practitioner_no"], r["source_row"]) for r in desk.standing("practitioner")] == [("D1", 3)]
    assert desk.refused() == [("人员表.csv", 5, "value", "sex")]
    assert desk.stored("quarantine")[0]["came"] == "阁下"
    assert outcome.problems == []


def test_ragged_rows_and_chosen_rows_keep_their_numbers(read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    head = "psn_no,gend,brdy,类型\n"
    path.write_text(
        f"{head}P1,1,1990-03-07,否\nP2\nP3,1,1990-03-07,是\nP4,?,1990-03-07,是\n", encoding="utf-8"
    )
    came = read(path, "person", keep={"类型": ["是"]})
    assert [(r["person_no"], r["source_row"]) for r in came.rows] == [("P3", 4)]
    assert came.wrong() == [(5, "value", "sex"), (3, "ragged", None)]


def test_a_mapped_column_that_the_file_lacks(read: Reader, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read(write(tmp_path / "a.csv", [PERSON]), "person", columns={"name": "姓 名"})
    assert (refused.value.code, refused.value.wanted) == ("collect.mapped_column", "name ← 姓 名")


def test_words_alone_leave_the_column_where_it_is(read: Reader, tmp_path: Path) -> None:
    row = {"性别" if k == "gend" else k: v for k, v in PERSON.items()} | {"性别": "先生"}
    came = read(write(tmp_path / "a.csv", [row]), "person", columns={"sex": {"words": {"先生": "1"}}})
    assert came.rows[0]["sex"] == "1"


def test_words_are_written_as_they_are_printed(read: Reader, tmp_path: Path) -> None:
    """Full-width punctuation in the mapping meets the same punctuation in the file."""
    row = {**PERSON, "gend": "先生（已婚），本人"}
    came = read(
        write(tmp_path / "a.csv", [row]), "person", columns={"sex": {"words": {"先生（已婚），本人": "1"}}}
    )
    assert [r["sex"] for r in came.rows] == ["1"]


def test_a_word_for_nothing_leaves_the_column_empty(read: Reader, tmp_path: Path) -> None:
    rows = [{**PERSON, "die_date": "*"}, {**PERSON, "psn_no": "P2", "die_date": "20260305"}]
    path = write(tmp_path / "a.csv", rows)
    came = read(path, "person", columns={"death": {"words": {"*": None}}})
    assert [r["death_ymd"] for r in came.rows] == [None, 20260305]
    assert read(path, "person").wrong() == [(2, "value", "death")]


def test_a_constant_may_hold_anything(read: Reader, tmp_path: Path) -> None:
    came = read(
        write(tmp_path / "a.csv", [PERSON]), "person", columns={"name": {"constant": "O'Neil 有限公司"}}
    )
    assert came.rows[0]["name"] == "O'Neil 有限公司"


OWNER = "source: own\nname: {zh: 自}\n"
FILE = "files: [{match: ['*'], table: person"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("source: [", "kernel.yaml_syntax"),
        ("source: own\nsource: two\n", "kernel.yaml_duplicate"),
        ("source: own\n", "collect.bad_mapping"),
        ("- a\n", "collect.bad_mapping"),
        (f"{OWNER}{FILE}, colums: {{}}}}]\n", "collect.bad_mapping"),
        (f"{OWNER}{FILE}, columns: {{nam: 姓名}}}}]\n", "collect.bad_mapping"),
        (f"{OWNER}{FILE}, embedded: [nobody]}}]\n", "collect.bad_mapping"),
        (f"{OWNER}{FILE}, header_row: 0}}]\n", "collect.bad_mapping"),
        (f"{OWNER}{FILE}, columns: {{name: {{constant: a, header: b}}}}}}]\n", "collect.bad_mapping"),
        (f"source: own\nname: {{zh: 自}}\n{FILE.replace('person', 'people')}}}]\n", "claims.unknown_table"),
    ],
)  # fmt: skip
def test_mappings_that_are_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_source(text, where="own.yaml")
    assert refused.value.code == code
    if code != "claims.unknown_table":
        assert "own.yaml" in (refused.value.where or "")


def test_an_unknown_source_names_the_known_ones() -> None:
    with pytest.raises(Refused) as refused:
        load_source("nobody")
    assert refused.value.code == "collect.unknown_source"
    assert "national" in (refused.value.wanted or "")


@pytest.mark.parametrize("name", sorted(builtin_sources()))
def test_every_mapping_that_ships_loads(name: str) -> None:
    assert load_source(name).source == name


def test_the_national_mapping_knows_every_extract_by_its_name() -> None:
    source = load_source("national")
    for target in tables().values():
        if target.extract is not None and target.kind is None:
            assert [m.table for m in source.maps(f"2025/{target.extract}_202501.csv")] == [target.table], (
                target.table
            )
            assert [m.table for m in source.maps(f"{target.extract.upper()}.XLSX")] == [target.table]
