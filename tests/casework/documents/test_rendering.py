"""Files: the same in gives the same bytes, PDF/A with its fonts inside, Word with the page of GB/T 9704."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pypdf
import pytest
from docx import Document as open_word
from tests.casework.documents.samples import CONFIRMATION, DAY, DECISION, VIOLATIONS

from yibao.casework.documents import look, render
from yibao.casework.documents.model import Rendered
from yibao.kernel import Refused


@pytest.fixture(scope="module")
def decision() -> Rendered:
    return render("penalty_decision", DECISION, day=DAY)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_the_same_values_give_the_same_bytes(decision: Rendered) -> None:
    again = render("penalty_decision", dict(reversed(DECISION.items())), day=DAY)
    assert again == decision
    assert render("penalty_decision", {**DECISION, "case_no": "x"}, day=DAY).digest != decision.digest
    assert render("penalty_decision", DECISION, day=DAY + 1).docx_digest != decision.docx_digest


def test_the_pdf_is_for_the_archive(decision: Rendered) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(decision.pdf))
    metadata = pdf.xmp_metadata
    assert metadata is not None
    raw = str(pdf.trailer["/Root"]["/Metadata"].get_object().get_data())
    assert "pdfaid:part>2<" in raw and "pdfaid:conformance>B<" in raw
    for page in pdf.pages:
        assert [round(float(edge)) for edge in page.mediabox[2:]] == [595, 842]
        for font in page["/Resources"]["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert any(key.startswith("/FontFile") for key in descendant["/FontDescriptor"])
    assert pdf.metadata is not None and pdf.metadata.title == "行政处罚决定书"
    assert (
        pdf.metadata.creation_date is not None
        and pdf.metadata.creation_date.date().isoformat() == "2026-04-20"
    )


def test_both_files_say_the_same(decision: Rendered) -> None:
    pages = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(decision.pdf)).pages)
    in_pdf = squeezed(re.sub(r"—\s*\d+\s*—", "", pages))
    in_word = squeezed("".join(p.text for p in open_word(io.BytesIO(decision.docx)).paragraphs))
    for line in decision.text.split("\n"):
        assert squeezed(line) in in_word, line
        assert squeezed(line) in in_pdf, line
    assert "陆万肆仟壹佰肆拾元整（64,140.00元）" in in_word and "42,760.00元乘以1.5倍" in in_word


def test_word_has_the_page_and_the_fonts(decision: Rendered) -> None:
    word = open_word(io.BytesIO(decision.docx))
    section = word.sections[0]
    assert (section.page_width.twips, section.page_height.twips) == (11906, 16838)
    assert (section.top_margin.twips, section.left_margin.twips) == (2098, 1587)
    files = zipfile.ZipFile(io.BytesIO(decision.docx))
    assert 'w:linePitch="580"' in files.read("word/document.xml").decode()
    for name, font in {"公文标题": "方正小标宋简体", "公文正文": "仿宋_GB2312", "一级标题字": "黑体"}.items():
        assert f'w:eastAsia="{font}"' in word.styles[name].element.xml
    assert [p.style.name for p in word.paragraphs[:4]] == ["公文标题", "公文标题", "发文字号", "公文正文"]
    assert word.core_properties.created.date().isoformat() == "2026-04-20"
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(decision.docx)).infolist()} == {
        (2026, 4, 20, 0, 0, 0)
    }


def test_a_form_is_ruled_and_a_blank_one_may_be_printed() -> None:
    form = open_word(io.BytesIO(render("service_address_confirmation", CONFIRMATION, day=DAY).docx))
    cells = [cell.text for table in form.tables for row in table.rows for cell in row.cells]
    assert "同意电子送达" in cells and "是" in cells and any("签名" in text for text in cells)
    blank = render("hearing_request", {}, day=DAY)
    assert "听证申请书" in blank.text and "{" not in blank.text


def test_heads_of_a_table_repeat_and_money_stands_right() -> None:
    many = [{**VIOLATIONS[0], "fund_loss": 100} for _ in range(3)]
    rows = [
        {"finding_id": f"F{n:05}", "decision": "不扣", "amount": 0, "reason": "申诉理由成立"}
        for n in range(90)
    ]
    data = {
        "org_name": "中心", "inst_name": "仁和医院", "inst_code": "H1", "round_no": "1", "round_period": "3月",
        "round_sent_on": DAY, "results": rows, "contact_name": "王", "contact_phone": "1", "contact_address": "路",
    }  # fmt: skip
    made = render("audit_review_result", data, day=DAY)
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made.pdf)).pages]
    assert len(pages) > 3 and all("疑点编号" in text for text in pages[:3])
    assert (
        'w:tblHeader w:val="true"'
        in zipfile.ZipFile(io.BytesIO(made.docx)).read("word/document.xml").decode()
    )
    assert many  # three equal rows add up, too
    total = render(
        "penalty_decision", {**DECISION, "violations": many, "fine": None, "loss_total": 300}, day=DAY
    )
    assert "人民币叁元整（3.00元）" in total.text


def test_a_character_without_a_glyph_stops_the_document() -> None:
    with pytest.raises(Refused) as refused:
        render("penalty_decision", {**DECISION, "party_rep_name": "王\U000323af"}, day=DAY, case="penalty:5")
    assert refused.value.code == "casework.document_glyph"
    assert refused.value.where == "penalty_decision（penalty:5）" and "\U000323af" in str(refused.value.came)


def test_rare_characters_of_names_are_printed() -> None:
    made = render("penalty_decision", {**DECISION, "party_rep_name": "王𬭳"}, day=DAY)
    assert "王𬭳" in squeezed(pypdf.PdfReader(io.BytesIO(made.pdf)).pages[0].extract_text())


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        ({"review_body": " "}, "missing", "penalty_decision（—）"),
        ({"violations": []}, "missing", "penalty_decision（—）"),
        ({"court_name": None}, "missing", "penalty_decision（—）"),
        ({"fine": 64_140.0}, "value", "penalty_decision（—） fine 罚款金额"),
        ({"fine": -1}, "value", "penalty_decision（—） fine 罚款金额"),
        ({"filed_on": "2026-13-01"}, "value", "penalty_decision（—） filed_on 立案日期"),
        ({"defence_made": "是"}, "value", "penalty_decision（—） defence_made 是否陈述申辩"),
        ({"officers": "张伟"}, "value", "penalty_decision（—） officers 执法人员姓名及执法证号"),
        ({"loss_total": 1}, "sum", "penalty_decision（—） loss_total"),
        ({"violation_count": 3}, "sum", "penalty_decision（—） violation_count"),
        ({"refund_due": 1}, "sum", "penalty_decision（—） refund_due"),
        ({"refund_fund": 4_276_001}, "sum", "penalty_decision（—） refund_fund"),
        ({"fine": 6_414_100}, "sum", "penalty_decision（—） fine"),
    ],
)
def test_what_does_not_hold_is_refused(change: dict[str, object], code: str, where: str) -> None:
    with pytest.raises(Refused) as refused:
        render("penalty_decision", {**DECISION, **change}, day=DAY)
    assert (refused.value.code, refused.value.where) == (f"casework.document_{code}", where)


def test_a_missing_value_is_named() -> None:
    with pytest.raises(Refused) as refused:
        render("penalty_decision", {**DECISION, "review_body": ""}, day=DAY)
    assert refused.value.wanted == "review_body 行政复议机关"


def test_nothing_else_of_the_case_is_kept(decision: Rendered) -> None:
    assert render("penalty_decision", {**DECISION, "reporter": "王某"}, day=DAY) == decision


def test_pages_can_be_looked_at(tmp_path: Path) -> None:
    pages = look("penalty_decision", DECISION, day=DAY, dots=30)
    assert len(pages) == 5 and all(page.startswith(b"\x89PNG") for page in pages)
