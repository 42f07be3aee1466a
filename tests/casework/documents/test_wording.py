"""Words by stage and by reader."""

from __future__ import annotations

from typing import Any

import pytest
from tests.casework.documents.samples import DAY, DECISION, anything

from yibao.casework.documents import kind, problems, render
from yibao.kernel import Refused


@pytest.mark.parametrize(
    ("slug", "text", "words"),
    [
        ("audit_doubt_notice", "有违规行为", ["违规"]),
        ("audit_doubt_notice", "不是违规认定，也不是处罚；判定等级：明确违规", []),
        ("audit_deduction_notice", "将予处罚", ["处罚"]),
        ("audit_deduction_notice", "依据《违法行为处罚办法》", []),
        ("audit_transfer_slip", "涉嫌违法，转出", []),
        ("agr_recovery_decision", "处以罚款并没收", ["罚款", "没收"]),
        ("agr_recovery_decision", "支付违约金", []),
        ("agr_prior_notice", "决定如下", ["决定如下"]),
        ("penalty_decision", "支付违约金", ["违约金"]),
        ("penalty_prior_notice", "决定如下", ["决定如下"]),
        ("penalty_decision", "根据群众举报", ["举报"]),
        ("investigation_report", "根据群众举报", []),
        ("report_filing_notice", "您的举报", []),
    ],
)
def test_words(slug: str, text: str, words: list[str]) -> None:
    assert [one.word for one in problems(kind(slug), text, {})] == words


def test_the_certificate_of_somebody_else_does_not_leave() -> None:
    own = {"party_id_no": "11010519491231002X"}
    assert problems(kind("penalty_decision"), "证件11010519491231002X", own) == []
    found = problems(kind("penalty_decision"), "患者11010519491231002X", {})
    assert [one.word for one in found] == ["1****************X"]
    assert problems(kind("penalty_decision"), "流水号123456789012345678", {}) == [], "no certificate"


@pytest.mark.parametrize(
    ("slug", "data"),
    [
        ("penalty_decision", {**DECISION, "process_summary": "收到举报后立案。"}),
        ("agr_defence_reply", {**anything(kind("agr_defence_reply")), "points": [
            {"claim": "甲", "accepted": "不采纳", "reason": "应予罚款"}]}),
    ],
)  # fmt: skip
def test_a_text_with_a_wrong_word_is_not_issued(slug: str, data: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        render(slug, data, day=DAY)
    assert refused.value.code == "casework.document_wording"
