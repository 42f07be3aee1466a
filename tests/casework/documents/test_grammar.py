"""The grammar of templates, apart from any document."""

from __future__ import annotations

from typing import Any

import pytest

from yibao.casework.documents.grammar import check, parse, write
from yibao.casework.documents.model import Field
from yibao.kernel import Refused

FIELDS = {
    field.name: field
    for field in (
        Field("name", "名称", "text", "yes", ""),
        Field("sum", "金额", "money", "no", ""),
        Field("made", "是否", "bool", "no", ""),
        Field("on", "日期", "date", "no", ""),
        Field(
            "rows", "行", "table", "no", "",
            columns={"item": Field("item", "项", "text", "yes", ""), "amount": Field("amount", "额", "money", "no", "")},
        ),
    )
}  # fmt: skip


def said(text: str, **values: Any) -> list[str]:
    sections = parse(text, "t.md")
    parts = {"part": parse("插入{name}", "part.md")}
    check(sections, FIELDS, parts, "t.md")
    return [line.text for line in write(sections, FIELDS, values, parts)]


@pytest.mark.parametrize(
    ("text", "values", "lines"),
    [
        ("{name}", {"name": "甲"}, ["甲"]),
        ("{sum}（{sum_cn}）", {"sum": 123_450}, ["1,234.50元（壹仟贰佰叁拾肆元伍角整）"]),
        ("{on}", {"on": "2026-03-05"}, ["2026年3月5日"]),
        ("{?made}有{/made}{?!made}无{/made}", {"made": True}, ["有"]),
        ("{?made}有{/made}{?!made}无{/made}", {"made": False}, ["无"]),
        ("{?sum}有{/sum}{?!sum}无{/sum}", {"sum": 0}, ["无"]),
        ("{?name=甲}是{/name}{?name=乙}否{/name}", {"name": "甲"}, ["是"]),
        ("{#rows}\n{n}．{item}\n{/rows}", {"rows": [{"item": "a"}, {"item": "b"}]}, ["1．a", "2．b"]),
        ("{#rows}{item}{?amount}：{amount}{/amount}；{/rows}。", {"rows": [{"item": "a", "amount": 100}, {"item": "b"}]},
         ["a：1.00元；b。"]),
        ("一、甲\n{?made}{n}．x{/made}\n{n}．y\n二、乙\n{n}．z", {"made": False}, ["一、甲", "1．y", "二、乙", "1．z"]),
        ("{>part}", {"name": "甲"}, ["插入甲"]),
        ("甲\n\n{?made}乙{/made}\n\n丙", {"made": False}, ["甲", "丙"]),
        ("{#rows}{item}{name}{/rows}", {"name": "外", "rows": [{"item": "内"}]}, ["内外"]),
        ("甲<!-- checks 1 {anything} -->乙", {}, ["甲", "乙"]),
    ],
)  # fmt: skip
def test_grammar(text: str, values: dict[str, Any], lines: list[str]) -> None:
    assert said(text, **values) == lines


def test_a_value_is_never_read_as_grammar() -> None:
    assert said("{name}", name="{sum}<!-- title -->{?made}") == ["{sum}<!-- title -->{?made}"]


def test_a_column_that_a_row_leaves_out_is_not_taken_from_outside() -> None:
    sections = parse("{#rows}[{amount}]{/rows}", "t.md")
    fields = {**FIELDS, "amount": Field("amount", "额", "money", "no", "")}
    written = write(sections, fields, {"amount": 5, "rows": [{"item": "a"}]}, {})
    assert [line.text for line in written] == ["[]"]


def test_styles_begin_sections() -> None:
    lines = write(parse("<!-- title -->\n甲\n<!-- body -->\n乙", "t"), FIELDS, {}, {})
    assert [(line.style, line.text) for line in lines] == [("title", "甲"), ("body", "乙")]


@pytest.mark.parametrize(
    ("text", "code", "where", "came"),
    [
        ("{nobody}", "placeholder", "t.md", "{nobody}"),
        ("{name_cn}", "placeholder", "t.md", "{name_cn}"),
        ("{rows}", "placeholder", "t.md", "{rows}"),
        ("{item}", "placeholder", "t.md", "{item}"),
        ("{#name}x{/name}", "placeholder", "t.md", "{name}"),
        ("{>nothing}", "placeholder", "t.md", "{>nothing}"),
        ("<!-- table name -->", "placeholder", "t.md", "{name}"),
        ("a\n{?made}b", "unclosed", "t.md:2", None),
        ("{?made}{#rows}{/made}{/rows}", "grammar", "t.md:1", "{/made}"),
        ("a\n\n{/made}", "grammar", "t.md:3", "{/made}"),
        ("{ name }", "grammar", "t.md:1", "{ name }"),
        ("{name", "grammar", "t.md:1", "{"),
        ("{#rows=1}x{/rows}", "grammar", "t.md:1", "{#rows=1}"),
        ("<!-- headline -->x", "grammar", "t.md:1", "<!-- headline -->"),
        ("{?made}<!-- body -->{/made}", "unclosed", "t.md:1", None),
    ],
)
def test_what_is_refused(text: str, code: str, where: str, came: str | None) -> None:
    with pytest.raises(Refused) as refused:
        said(text)
    assert refused.value.code == f"casework.document_{code}"
    assert refused.value.where == where
    assert came is None or refused.value.came == came
