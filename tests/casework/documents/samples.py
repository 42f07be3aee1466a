"""Values of documents for tests: one real case, and something plausible for every field of every document."""

from __future__ import annotations

from typing import Any

from yibao.casework.documents import CaseRef, DocumentKind, Field
from yibao.kernel import day_of_ymd

CASE = CaseRef("penalty", 5)
DAY = day_of_ymd(20260420)

PARTY = {
    "party_kind": "PROVIDER",
    "party_name": "示例市仁和医院（虚构）",
    "party_id_type": "统一社会信用代码",
    "party_id_no": "12990100MB0000001X",
    "party_insurer_code": "H99010000123",
    "party_address": "示例市东城区人民路12号",
    "party_rep_name": "李明",
    "party_rep_title": "院长",
}
VIOLATIONS = [
    {
        "title": "重复收费", "conduct": "对同一次住院的“静脉输液”项目按组数重复计费。", "period_from": "2025-01-03",
        "period_to": "2025-12-28", "person_count": 126, "line_count": 1840, "cost": 9_866_000, "fund_paid": 7_400_000,
        "fund_loss": 3_856_000, "basis_violated": "《医疗保障基金使用监督管理条例》第十五条第一款", "evidence_refs": ["1"],
    },
    {
        "title": "超标准收费", "conduct": "将一级护理按特级护理标准收费。", "period_from": "2025-03-01",
        "period_to": "2025-09-30", "person_count": 40, "line_count": 310, "cost": 1_200_000, "fund_paid": 900_000,
        "fund_loss": 420_000, "basis_violated": "《医疗保障基金使用监督管理条例》第十五条第一款", "evidence_refs": ["2"],
    },
]  # fmt: skip
EVIDENCE = [
    {
        "kind": "电子数据",
        "name": "医保结算明细及提取笔录",
        "proves": "收费项目、数量和金额",
        "digest": "9f86d081" * 8,
    },
    {"kind": "书证", "name": "住院病历126份复印件", "proves": "实际服务与收费不一致", "pages": "126份"},
    {"kind": "当事人的陈述", "name": "询问笔录2份", "proves": "行为的经过", "pages": "12页"},
]
OFFICERS = [{"name": "张伟", "number": "99010001"}, {"name": "赵敏", "number": "99010002"}]
REMEDIES = {
    "review_body": "示例市人民政府", "review_days": 60, "court_name": "示例市东城区人民法院", "suit_months": 6,
    "suit_after_review_days": 15,
}  # fmt: skip
CONTACT = {
    "contact_name": "王芳",
    "contact_phone": "0000-12345678",
    "contact_address": "示例市东城区政府路1号",
}

DECISION: dict[str, Any] = {
    **PARTY, **REMEDIES, **CONTACT, "violations": VIOLATIONS, "evidence_list": EVIDENCE, "officers": OFFICERS,
    "org_name": "示例市医疗保障局", "case_no": "示医保立〔2026〕5号", "case_name": "示例市仁和医院重复收费案",
    "case_cause": "重复收费", "filed_on": "2026-01-12", "basis_nature": "属于第三十八条第三项规定的情形。",
    "basis_penalty": "《医疗保障基金使用监督管理条例》第三十八条", "discretion_factors": ["主动退回部分基金", "积极配合"],
    "discretion_reason": "适用一般档次。", "correct_order": "停止重复收费，完善收费核对制度", "correct_days": 30,
    "refund_fund": 4_276_000,
    "refund_split": [
        {"fund_name": "职工基本医疗保险基金", "amount": 3_000_000},
        {"fund_name": "城乡居民基本医疗保险基金", "amount": 1_276_000},
    ],
    "refunded_already": 1_000_000, "fine": 6_414_000, "fine_base": 4_276_000, "fine_multiple": 15_000,
    "fine_bank": "示例银行东城支行（示例市东城区解放路8号）", "fine_payment_code": "9901002026000005", "fine_due_days": 15,
    "late_rate": 300, "refund_account_name": "示例市医疗保障基金财政专户", "refund_account_bank": "示例银行营业部",
    "refund_account_no": "6222000000001234", "refund_due_days": 15, "process_summary": "3月20日调查终结。",
    "prior_notice_no": "示医保罚告〔2026〕3号", "prior_notice_delivered_on": "2026-04-10", "defence_made": True,
    "hearing_held": False, "defence_points": [{"claim": "并非故意", "result": "不影响定性，已作为裁量情节考虑"}],
    "instalment_note": "确有经济困难的，可以申请延期或者分期缴纳。",
    "attachments": [{"name": "违法事实明细表", "pages": "共2150条"}, {"name": "证据目录", "pages": "1份"}],
}  # fmt: skip

CONFIRMATION: dict[str, Any] = {
    **PARTY, "service_address": "示例市东城区人民路12号", "service_receiver": "李明", "service_phone": "0000-87654321",
    "e_consent": True, "e_channel": "平台", "e_account": "renhe@example", "e_docs": ["行政处罚决定书"],
    "paper_on_request": True,
}  # fmt: skip

_PLAIN: dict[str, Any] = {
    "int": 1, "months": 6, "days_wd": 5, "days_cal": 15, "money": 10_000, "percent": 300, "multiple": 10_000,
    "date": "2026-03-05", "datetime": "2026-03-05T14:05", "bool": True, "list": ["甲", "乙"],
    "file_list": [{"name": "明细表", "pages": "3页"}], "officers": OFFICERS, "person": {"name": "赵敏"},
    "enum": "其他", "longtext": "经过如下。\n第二段。", "idno": "12990100MB0000001X", "doc_ref": "示〔2026〕1号",
    "account": "6222000000001234", "phone": "0000-12345678", "address": "示例市东城区政府路1号",
}  # fmt: skip


def anything(kind: DocumentKind) -> dict[str, Any]:
    """Give a value for every field of a document that asks for one; sums agree because every table has one row."""
    return {name: one for name, field in kind.fields.items() if (one := _any(field)) is not None}


def _any(field: Field) -> Any:
    if field.kind in ("sign", "seal") or field.source in ("template.title", "calc.you(party_kind)"):
        return None
    if field.kind == "table":
        return [{name: one for name, column in field.columns.items() if (one := _any(column)) is not None}]
    if field.name == "party_kind":
        return "PROVIDER"
    if field.name == "refund_due":
        return None
    return _PLAIN.get(field.kind, f"某{field.label}")
