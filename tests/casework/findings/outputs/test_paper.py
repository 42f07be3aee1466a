"""The summary as a paper: an archive would take it, a search finds its words, and nothing outside is needed."""

from __future__ import annotations

import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from tests.casework.findings.outputs.conftest import Audited

from yibao.casework.findings.outputs import Summary, summary, write_paper
from yibao.casework.findings.outputs.paper import paper
from yibao.kernel import Language

pytestmark = pytest.mark.xdist_group("outputs")


@pytest.fixture(scope="module")
def told(audited: Audited) -> Summary:
    return summary(audited.home, audited.register)


def words(made: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(made)).pages)


def test_it_is_an_archive_file_with_its_fonts_inside(told: Summary) -> None:
    made = paper(told)
    reader = PdfReader(BytesIO(made))
    marks = reader.root_object["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in marks and "<pdfaid:conformance>B</pdfaid:conformance>" in marks
    assert reader.root_object["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    assert not reader.is_encrypted and "/AcroForm" not in reader.root_object
    fonts = [
        font.get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].get_object().values()
    ]
    assert fonts
    for font in fonts:
        description = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(description), font["/BaseFont"]
        assert "/ToUnicode" in font, "what is shown can be searched and copied"


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        (
            "zh",
            (
                "内部资料",
                "医保基金审核摘要",
                "595.00元",
                "示例市第一人民医院",
                "明确违规",
                "分解住院",
                "依据有多牢",
            ),
        ),
        ("en", ("Internal", "CNY595.00", "示例市第一人民医院", "Splithospitalstay", "Howfirmthegroundis")),
    ],
)
def test_its_words_are_text(told: Summary, language: Language, asked: tuple[str, ...]) -> None:
    text = words(paper(told, language))
    for word in asked:
        assert word in text
    for name in ("张三丰", "李小红", "王大明", "赵敏", "110101"):
        assert name not in text


def test_names_are_never_markup_and_an_odd_character_costs_only_itself(told: Summary) -> None:
    first = replace(told.institutions[0], name="#panic() *某*诊所 $x$ 㐂\ue000\U0001f9ff")
    text = words(paper(replace(told, institutions=[first, *told.institutions[1:]])))
    assert "#panic()*某*诊所$x$" in text
    assert "=幸福社区卫生服务中心" in text


def test_the_same_run_gives_the_same_bytes_within_two_seconds(told: Summary) -> None:
    first = paper(told)
    began = time.process_time()
    assert paper(told) == first
    assert time.process_time() - began < 2
    assert len(first) < 1_000_000


def test_it_is_written_whole(audited: Audited, tmp_path: Path) -> None:
    path = write_paper(audited.home, audited.register, tmp_path / "新" / "摘要.pdf")
    assert [p.name for p in path.parent.iterdir()] == ["摘要.pdf"]
    assert path.read_bytes().startswith(b"%PDF-1.7")
