"""The official points as published: every file is mapped, every row is taken, and no wording is guessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.collect.reading import Read

from yibao.claims import code_set
from yibao.collect import Source, load_source
from yibao.collect.sources import FileMap

pytestmark = pytest.mark.xdist_group("two_library")

Reader = Callable[..., Read]

FOLDER = Path(__file__).parents[2] / "src" / "yibao" / "audit" / "knowledge" / "nhsa_two_library"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix in (".xlsx", ".csv"))
ROWS = {
    "【第一批】药品规则库(限定年龄对象).xlsx": 4398,
    "【第一批】药品规则库(限定性别对象).xlsx": 6472,
    "【第一批】项目规则库(限定年龄对象).xlsx": 30,
    "【第一批】项目规则库(限定性别对象).xlsx": 390,
    "【第二批】项目规则库（限定主次操作）.xlsx": 378,
    "【第三批】药品规则库（限定保险类型）.xlsx": 112,
    "【第四批】药品规则库（限定就医方式）.xlsx": 736,
    "【第五批】药品规则库（限定机构等级）.xlsx": 962,
    "【第七批】项目规则库（重复收费）.csv": 700,
    "【第八批-1】项目规则库（限定频次）.xlsx": 67,
    "【第八批-2】项目规则库（限定年龄）.xlsx": 1,
    "【第八批-3】项目规则库（限定疗程）.xlsx": 11,
    "【第八批-4】项目规则库（限定周期）.xlsx": 14,
}
"""The points of each file, counted in a spreadsheet. Batch 6 was not available."""


@pytest.fixture(scope="module")
def source() -> Source:
    return load_source(str(FOLDER / "source.yaml"))


def _mapping(file_map: FileMap) -> dict[str, Any]:
    return file_map.model_dump(exclude={"match", "table"})


def test_every_published_file_is_here_and_no_other() -> None:
    assert {path.name for path in FILES} == set(ROWS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_point_of_a_published_file_is_taken(path: Path, source: Source, read: Reader) -> None:
    [file_map] = source.maps(path.name)
    came = read(path, file_map.table, **_mapping(file_map))
    assert came.entries == []
    assert len(came.rows) == ROWS[path.name]
    keys = [row["knowledge_id"] for row in came.rows]
    assert len(set(keys)) == len(keys), "no published file says one thing twice"


def test_the_texts_of_a_course_are_turned_into_days(source: Source, read: Reader) -> None:
    path = FOLDER / "【第八批-3】项目规则库（限定疗程）.xlsx"
    [file_map] = source.maps(path.name)
    rows = read(path, file_map.table, **_mapping(file_map)).rows
    assert {row["name"]: (row["days"], row["counting"]) for row in rows} == {
        "手功能评定": (90, "起止日数"),
        "手功能评定(徒手)": (90, "起止日数"),
        "手功能评定(仪器)": (90, "起止日数"),
        "减重支持系统训练": (30, "支付日数"),
        "轮椅功能训练": (30, "支付日数"),
        "电动起立床训练": (30, "支付日数"),
        "平衡功能训练": (90, "支付日数"),
        "手功能训练": (90, "支付日数"),
        "关节松动训练(大关节)": (90, "支付日数"),
        "职业功能训练": (90, "支付日数"),
        "儿童听力障碍语言训练": (366, "起止日数"),
    }


@pytest.mark.parametrize(
    ("batch", "names", "wording"),
    [
        ("第四批", {"安宫牛黄丸"}, "急诊或住院"),
        ("第五批", {"度拉糖肽注射液", "聚乙二醇洛塞那肽注射液", "利司那肽注射液"}, "首次处方"),
        ("第五批", {"地塞米松玻璃体内植入剂", "阿柏西普眼内注射溶液", "法瑞西单抗注射液", "康柏西普眼用注射液",
                   "雷珠单抗注射液"}, "或二级专科"),
    ],
)  # fmt: skip
def test_the_texts_that_say_something_of_their_own_are_told_apart(
    batch: str, names: set[str], wording: str, source: Source, read: Reader
) -> None:
    [path] = [f for f in FILES if batch in f.name]
    [file_map] = source.maps(path.name)
    rows = read(path, file_map.table, **_mapping(file_map)).rows
    assert {row["name"] for row in rows if row["wording"] == wording} == names
    assert all(row["wording"] for row in rows)


def test_a_wording_that_was_never_published_is_set_aside_with_its_reason(
    source: Source, read: Reader, tmp_path: Path
) -> None:
    path = tmp_path / "【第八批-3】项目规则库（限定疗程）.csv"
    path.write_text(
        "序号,项目名称,备注,项目代码\n"
        "1,手功能训练,一个疾病过程支付不超过90天。,003402000250000\n"
        "2,轮椅功能训练,支付不超过45天。,003402000220000\n",
        encoding="utf-8",
    )
    [file_map] = source.maps(path.name)
    came = read(path, file_map.table, **_mapping(file_map))
    assert [row["days"] for row in came.rows] == [90]
    assert {(e["source_row"], e["column_name"]) for e in came.entries} == {(3, "days"), (3, "counting")}
    assert {e["came"] for e in came.entries} == {"支付不超过45天。"}
    assert all(e["reason_zh"] and e["reason_en"] and e["wanted"] for e in came.entries)


def test_a_limit_that_no_list_holds_is_set_aside(read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "限定机构等级.csv"
    path.write_text(
        "code,name,level,wording,release,status,from,source\n"
        "A,甲,二级,限二级及以上医疗机构。,一,assumed,2021-05-01,某\n"
        "B,乙,四级,限二级及以上医疗机构。,一,assumed,2021-05-01,某\n"
        "C,丙,二级,限二级以上医疗机构,一,assumed,2021-05-01,某\n",
        encoding="utf-8",
    )
    came = read(path, "knowledge_level_limit")
    assert [(row["level"], row["wording"]) for row in came.rows] == [("2", "每次")]
    assert came.wrong() == [(3, "value", "level"), (4, "value", "wording")]


@pytest.mark.parametrize("name", ["visit_wording", "level_wording", "course_counting"])
def test_published_wordings_are_known_as_they_were_printed_and_as_they_are_compared(name: str) -> None:
    """Full-width punctuation becomes half-width before anything is compared."""
    spellings = code_set(name).spellings
    printed = [s for s in spellings if "，" in s or "：" in s]
    assert printed
    for text in printed:
        assert spellings[text.replace("，", ",").replace("：", ":").replace("；", ";")] == spellings[text]
