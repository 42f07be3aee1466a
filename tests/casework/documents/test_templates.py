"""A bureau's own templates: what it may change, and what it may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.casework.documents.samples import DAY, DECISION, anything

from yibao.casework.documents import kind, render, template
from yibao.kernel import Refused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates/parts").mkdir(parents=True)
    return tmp_path


def own(folder: Path, slug: str, text: str) -> None:
    (folder / "templates" / f"{slug}.md").write_text(text, encoding="utf-8")


def house(slug: str) -> str:
    return template(kind(slug)).text


def test_the_bureaus_text_goes_first(folder: Path) -> None:
    own(folder, "penalty_decision", house("penalty_decision").replace("本机关予以采信", "我局予以采信"))
    made = render("penalty_decision", DECISION, folder=folder, day=DAY)
    assert "我局予以采信" in made.text
    assert made.template != render("penalty_decision", DECISION, day=DAY).template


def test_elements_that_law_demands_stay(folder: Path) -> None:
    text = re.sub(r"（一）行政复议：.*\n", "", house("penalty_decision"))
    own(folder, "penalty_decision", text)
    with pytest.raises(Refused) as refused:
        render("penalty_decision", DECISION, folder=folder, day=DAY)
    assert refused.value.code == "casework.document_element"
    assert "{review_body}" in str(refused.value.wanted) and "{review_days}" in str(refused.value.wanted)


def test_elements_that_are_ours_may_go(folder: Path) -> None:
    own(folder, "audit_refund_notice", "<!-- title -->\n{org_name}\n<!-- body -->\n退还{refund_total}。\n")
    data = anything(kind("audit_refund_notice"))
    assert render("audit_refund_notice", data, folder=folder, day=DAY).text.endswith("退还100.00元。")


def test_a_bureau_may_add_fields_of_its_own(folder: Path) -> None:
    front = "---\ndocument: penalty_decision\nfields:\n  hotline: {label: 监督电话, kind: phone, required: yes}\n---\n"
    body = house("penalty_decision").split("---\n", 2)[2]
    own(folder, "penalty_decision", front + body.replace("联系人：", "监督电话：{hotline}\n联系人："))
    with pytest.raises(Refused) as refused:
        render("penalty_decision", DECISION, folder=folder, day=DAY)
    assert refused.value.wanted == "hotline 监督电话"
    made = render("penalty_decision", {**DECISION, "hotline": "12393"}, folder=folder, day=DAY)
    assert "监督电话：12393" in made.text


def test_a_part_may_be_changed_alone(folder: Path) -> None:
    (folder / "templates/parts/hearing_part.md").write_text(
        "（二）听证：{hearing_reasons}，{hearing_request_days}日。"
    )
    data = {**anything(kind("penalty_prior_notice")), "hearing_due": True, "fine": None}
    assert "（二）听证：甲、乙，5日。" in render("penalty_prior_notice", data, folder=folder, day=DAY).text


def test_a_form_may_be_arranged_anew_with_its_signatures(folder: Path) -> None:
    fields = kind("onsite_record").fields
    rest = [name for name in fields if name not in ("started_at", "ended_at", "observed")]
    text = f"<!-- title -->\n{{org_name}}\n<!-- form started_at ended_at {' '.join(rest)} -->\n经过：{{observed}}\n"
    own(folder, "onsite_record", text)
    made = render("onsite_record", anything(kind("onsite_record")), folder=folder, day=DAY)
    assert "开始时间\t2026年3月5日14时05分" in made.text and "经过：经过如下。" in made.text
    own(folder, "onsite_record", text.replace("page_signs", ""))
    with pytest.raises(Refused) as refused:
        render("onsite_record", anything(kind("onsite_record")), folder=folder, day=DAY)
    assert refused.value.wanted == "{page_signs} 逐页签名", "where people sign is an element too"


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("---\ndocument: penalty_decision\n---\n\n正文{nobody}", "placeholder", "penalty_decision.md"),
        ("---\ndocument: penalty_decision\n---\n\n{?fine}没有结束", "unclosed", "penalty_decision.md:5"),
        ("---\ndocument: urge_letter\n---\n正文", "template", "penalty_decision.md:2"),
        ("---\ndocument: penalty_decision\nfont: 宋体\n---\n正文", "template", "penalty_decision.md:3"),
        ("---\ndocument: penalty_decision\nfields:\n  fine: {label: 罚款, kind: money}\n---\n正文", "template",
         "penalty_decision.md:4"),
        ("---\ndocument: penalty_decision\nfields:\n  x: {label: 罚款, kind: float}\n---\n正文", "template",
         "penalty_decision.md:4"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(folder: Path, text: str, code: str, where: str) -> None:
    own(folder, "penalty_decision", text)
    with pytest.raises(Refused) as refused:
        render("penalty_decision", DECISION, folder=folder, day=DAY, case="penalty:5")
    assert "（penalty:5）" in str(refused.value)
    assert (refused.value.code, refused.value.where) == (f"casework.document_{code}", f"{where}（penalty:5）")


def test_another_encoding_is_refused(folder: Path) -> None:
    (folder / "templates/penalty_decision.md").write_bytes("正文".encode("gb18030"))
    with pytest.raises(Refused) as refused:
        render("penalty_decision", DECISION, folder=folder, day=DAY)
    assert refused.value.code == "casework.document_template"
