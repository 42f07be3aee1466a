"""The papers of a round say what the round knows, to one institution of its own lines, and are opened and read."""

from __future__ import annotations

from typing import Any

import pytest
from pypdf import PdfReader
from tests.casework.rounds.conftest import Bureau

from yibao.casework import rounds
from yibao.casework.documents import in_capitals
from yibao.casework.papers import write_round_paper
from yibao.casework.rounds import Line
from yibao.kernel import Refused

OFFICE = """
agency:
  full_name: 示例市医疗保障事业中心
  address: 示例市示例路1号
  phone: 0000-1234567
review_body: 示例市人民政府
review_address: 示例市政务服务中心
court: 示例市人民法院
"""
AGREEMENT = {
    "agreement_name": "医疗保障定点医药机构服务协议", "agreement_no": "2026-001", "agreement_from": "2026-01-01",
    "agreement_to": "2026-12-31",
}  # fmt: skip


def paper(bureau: Bureau, code: str, line: Line, slug: str, **given: Any) -> str:
    with bureau.at("li") as desk:
        made = write_round_paper(
            desk,
            bureau.home,
            bureau.register,
            code,
            line.institution_id,
            slug,
            bureau.day,
            {**AGREEMENT, **given},
        )
    assert made.number is not None and "2026" in made.number
    text = "".join(page.extract_text() for page in PdfReader(bureau.home.documents / made.pdf).pages)
    return "".join(text.split())


def test_every_paper_of_a_round_from_notice_to_refund(sent_bureau: tuple[Bureau, str]) -> None:
    bureau, code = sent_bureau
    line = max(bureau.lines(code), key=lambda one: min(one.at_stake.fund_fen, one.at_stake.patient_fen))
    with pytest.raises(Refused, match=r"casework\.document_missing"):
        paper(bureau, code, line, "audit_doubt_notice")
    (bureau.home.documents / "office.yaml").write_text(OFFICE, encoding="utf-8")
    mine = [one for one in bureau.lines(code) if one.institution_id == line.institution_id]
    told = paper(bureau, code, line, "audit_doubt_notice")
    assert f"疑点{len(mine)}条" in told and "2026年3月17日" in told and "不是违规认定" in told
    assert in_capitals(sum(one.at_stake.fund_fen for one in mine)) in told
    bureau.deducted(line)
    fund = line.at_stake.fund_fen
    review = paper(bureau, code, line, "audit_review_result")
    assert line.finding in review and "全额扣" in review and "理由不成立" in review
    deduction = paper(bureau, code, line, "audit_deduction_notice")
    assert in_capitals(fund) in deduction and "2026年4月" in deduction and "不是行政复议" in deduction
    with bureau.at(f"inst:{line.institution_id}") as desk:
        rounds.ask_reconsideration(
            desk, rounds.find_lines(desk, [line.finding]), day=bureau.day, reason="证据"
        )
    with bureau.at("zhao") as desk:
        rounds.grant(desk, rounds.find_lines(desk, [line.finding]), day=bureau.day, reason="证据成立")
    result = paper(bureau, code, line, "audit_recon_result")
    assert "全额退" in result and in_capitals(fund) in result and "示例市人民法院" in result
    with bureau.at("zhang") as desk:
        rounds.plan(desk, 202605, day=bureau.day)
    refund = paper(bureau, code, line, "audit_refund_notice")
    assert in_capitals(fund) in refund and "2026年5月" in refund and "疑扣" in refund
    with pytest.raises(Refused, match=r"casework\.no_round_paper"):
        paper(bureau, code, line, "penalty_decision")
