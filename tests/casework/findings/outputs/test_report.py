from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from tests.casework.findings.outputs.conftest import Audited

from yibao.casework.findings.outputs import write_report
from yibao.casework.findings.outputs.report import twin

pytestmark = pytest.mark.xdist_group("outputs")

VOID = {"meta", "link", "br", "hr", "img", "input", "rect", "line"}


class Outline(HTMLParser):
    """Checks that every element is closed in order, and remembers links, ids and what would load something."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.labels: set[str] = set()
        self.pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self._look(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open and self.open.pop() == tag, f"</{tag}>"

    def _look(self, tag: str, given: dict[str, str | None]) -> None:
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag in ("script", "link", "img", "iframe", "object") or given.get("src"):
            self.loads.append(tag)
        if tag == "svg" and given.get("role") == "img":
            self.pictures += 1
            self.labels |= set((given.get("aria-labelledby") or "").split())
            assert given.get("aria-labelledby") or given.get("aria-label")


@pytest.fixture(scope="module")
def page(audited: Audited, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "审核 报告.html"
    assert write_report(audited.home, audited.register, path) == path
    return path


@pytest.fixture(params=["zh", "en"])
def each(page: Path, request: pytest.FixtureRequest) -> tuple[str, str, Outline]:
    text = (page if request.param == "zh" else twin(page, "zh")).read_text(encoding="utf-8")
    outline = Outline()
    outline.feed(text)
    outline.close()
    return request.param, text, outline


def test_it_is_well_formed_and_needs_no_network(each: tuple[str, str, Outline]) -> None:
    _, text, outline = each
    assert outline.open == []
    assert outline.loads == []
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.labels <= set(outline.ids)
    addresses = set(re.findall(r"https?://[^\"'\s)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}, "a namespace is a name, nothing is fetched from it"
    assert "@import" not in text and "url(" not in text.replace("url(#hatch-", "")


def test_each_language_links_to_the_other(page: Path, each: tuple[str, str, Outline]) -> None:
    language, text, outline = each
    other = twin(page, "zh") if language == "zh" else page
    files = [unquote(link) for link in outline.links if not link.startswith("#")]
    assert files == [other.name]
    assert (page.parent / files[0]).is_file()
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in text
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)


def test_it_says_what_matters(each: tuple[str, str, Outline]) -> None:
    language, text, outline = each
    words = {
        "zh": (
            "内部资料",
            "595.00 元",
            "明确违规",
            "280.00 元",
            "315.00 元",
            "示例市第一人民医院",
            "假定值",
            "隔离区",
            "口径",
        ),
        "en": (
            "Internal",
            "CNY 595.00",
            "clear violation",
            "CNY 280.00",
            "Quality of the data",
            "How this is counted",
        ),
    }[language]
    for word in words:
        assert word in text
    assert "56.94%" in text and "2025-06-02" in text
    assert "第三十八条第（三）项" in text
    assert outline.pictures == 3 + 4, (
        "three small bars of institutions; charts of rules, months, regions and causes"
    )
    nobody = {"zh": "3 家机构的同级同类机构太少，不作比较", "en": "3 institutions have too few"}[language]
    assert nobody in text


def test_it_says_how_firm_the_ground_is(each: tuple[str, str, Outline]) -> None:
    language, text, _ = each
    said = " ".join(re.sub(r"<[^>]+>", "", text).split())
    words = {
        "zh": (
            "含转引的 3/4 条，280.00 元，占明确违规金额 100.0%",
            "共列依据 12 项：已核实 8（66.7%），转引 4（33.3%）",
        ),
        "en": ("some from a secondary source: 3 of 4 findings, CNY 280.00, 100.0% of the clear money",),
    }[language]
    for word in words:
        assert word in said
    assert "参数均已核实而得" not in said


def test_names_of_others_are_text_and_persons_are_not_named(each: tuple[str, str, Outline]) -> None:
    _, text, _ = each
    assert "=幸福社区卫生服务中心" in text
    for name in ("张三丰", "李小红", "王大明", "赵敏", "孙思邈", "OP0001", "110101"):
        assert name not in text


def test_the_asked_language_is_at_the_asked_path(audited: Audited, tmp_path: Path) -> None:
    path = write_report(audited.home, audited.register, tmp_path / "r.en.html", "en")
    assert '<html lang="en">' in path.read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.en.html", "r.html"]
