"""Issuing: numbers without gaps, files that are what the register says, and how a document ends."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.casework.documents.samples import CASE, CONFIRMATION, DAY, DECISION, PARTY, anything

from yibao.casework.documents import (
    CaseRef,
    Document,
    deliver,
    get,
    issue,
    kind,
    made_again,
    of_case,
    public_version,
    read_file,
    revoke,
    template,
    void,
)
from yibao.kernel import Refused, day_of_ymd
from yibao.policy import Policy, load
from yibao.store import Home, Register, UnitOfWork

PACK = """\
declare:
  casework.documents.number_penalty_decision:
    meaning: {zh: 处罚决定书的文号式样, en: shape of its number}
    unit: text
    values:
      - value: X医保处罚字〔{year}〕第{seq}号
        from: 2020-01-01
        instrument: 测试
        status: assumed
        known_since: 2026-01-01
"""


NOTICE: dict[str, Any] = {
    "org_name": "示例市医疗保障事务中心", "inst_name": "示例市仁和医院", "inst_code": "H99010000123",
    "round_no": "2026-04", "round_period": "2026年3月", "round_sent_on": "2026-04-02",
    "finding_ids": ["F0001", "F0002"], "recall_reason": "规则参数有误",
}  # fmt: skip


def recall(unit: UnitOfWork, home: Home, policy: Policy, day: int = DAY, **more: Any) -> Document:
    """A short document, for what does not depend on which."""
    return issue(
        unit, home, policy, "audit_recall_notice", CaseRef("round", 4), {**NOTICE, **more}, "李四", day=day
    )


def test_a_decision_is_issued_whole(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    made = issue(unit, home, policy, "penalty_decision", CASE, DECISION, "张局", day=DAY)
    assert made.number == "示医保罚〔2026〕1号"
    assert (made.recipient, made.recipient_code) == (PARTY["party_name"], "H99010000123")
    assert made.data["refund_due"] == 3_276_000, "what follows from other values is filled in"
    assert made.data["doc_date"] == "2026-04-20" and made.data["party_you"] == "你单位"
    assert get(unit, made.id) == made and of_case(unit, CASE) == [made]
    assert read_file(home, made).startswith(b"%PDF-") and read_file(home, made, "docx").startswith(b"PK")
    kept = unit.connection.execute(text("SELECT slug, source FROM document_template")).all()
    assert [tuple(row) for row in kept] == [("penalty_decision", "yibao")]
    path = home.documents / made.pdf
    assert path.stat().st_mode & 0o777 == 0o400 and made.digest[:16] in path.name
    assert made.as_json()["case"] == "penalty:5" and "data" not in made.as_json()


def test_a_document_is_made_again_though_its_template_changed(
    unit: UnitOfWork, policy: Policy, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    parts = home.documents / "templates/parts"
    parts.mkdir(parents=True)
    house = template(kind("agr_terminate")).kept.split("<!-- part agr_facts -->\n")[1].split("<!-- part")[0]
    (parts / "agr_facts.md").write_text(house.replace("（{no}）", "第{no}项："), encoding="utf-8")
    data = {
        **anything(kind("agr_terminate")),
        "violations": DECISION["violations"],
        "loss_total": None,
        "violation_count": 2,
    }
    first = issue(unit, home, policy, "agr_terminate", CASE, data, "李四", day=DAY)
    (parts / "agr_facts.md").write_text("事实另附。", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        issue(unit, home, policy, "agr_terminate", CASE, data, "李四", day=DAY)
    assert refused.value.code == "casework.document_element"
    again = made_again(unit, home, first)
    assert (again.digest, again.docx_digest) == (first.digest, first.docx_digest)
    assert "第1项：重复收费" in again.text


def test_a_file_that_was_changed_is_not_given(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    made = recall(unit, home, policy)
    path = home.documents / made.pdf
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(Refused) as refused:
        read_file(home, made)
    assert refused.value.code == "casework.document_changed"


def test_series_are_of_issuer_document_and_year(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    assert recall(unit, home, policy).number == "示医保中心疑撤〔2026〕1号"
    assert recall(unit, home, policy).number == "示医保中心疑撤〔2026〕2号"
    assert recall(unit, home, policy, day_of_ymd(20270104)).number == "示医保中心疑撤〔2027〕1号"
    assert (
        issue(unit, home, policy, "penalty_decision", CASE, DECISION, "张局", day=DAY).number
        == "示医保罚〔2026〕1号"
    )


def test_what_is_refused_takes_no_number(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    with pytest.raises(Refused) as refused:
        recall(unit, home, policy, inst_name="示例市\U000323af院")
    assert refused.value.code == "casework.document_glyph" and "U+323AF" in str(refused.value.came)
    assert str(refused.value.where) == "audit_recall_notice（round:4）"
    with pytest.raises(Refused):
        recall(unit, home, policy, recall_reason="")
    assert recall(unit, home, policy).number == "示医保中心疑撤〔2026〕1号", (
        "the caller went on in the same transaction"
    )


def test_a_transaction_that_fails_leaves_no_gap(fresh_register: Register, policy: Policy) -> None:
    home = fresh_register.home
    with fresh_register.unit_of_work("test") as unit:
        assert str(recall(unit, home, policy).number).endswith("〕1号")
    with pytest.raises(RuntimeError), fresh_register.unit_of_work("test") as unit:
        assert str(recall(unit, home, policy).number).endswith("〕2号")
        raise RuntimeError("something else went wrong")
    with fresh_register.unit_of_work("test") as unit:
        assert str(recall(unit, home, policy).number).endswith("〕2号")


def test_many_at_once_get_each_their_number(fresh_register: Register, policy: Policy) -> None:
    home, failed = fresh_register.home, []

    def work(fails: bool) -> None:
        try:
            with fresh_register.unit_of_work("test") as unit:
                recall(unit, home, policy)
                if fails:
                    raise KeyError
        except KeyError:
            failed.append(fails)

    threads = [threading.Thread(target=work, args=(n % 4 == 0,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh_register.unit_of_work("test") as unit:
        serials = unit.connection.scalars(text("SELECT serial FROM document ORDER BY serial")).all()
    assert failed == [True] * 4
    assert serials == list(range(1, 13)), "no gap and nothing twice, though every fourth gave its number back"


def test_a_voided_number_stays(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    first = recall(unit, home, policy)
    gone = void(unit, first.id, "金额录入有误", "李四", day=DAY + 1)
    assert gone.voided == "金额录入有误" and gone.number == first.number and not gone.in_force
    assert str(recall(unit, home, policy).number).endswith("〕2号")
    for again in (lambda: void(unit, first.id, "x", "李四"), lambda: revoke(unit, first.id, "x", "李四")):
        with pytest.raises(Refused) as refused:
            again()
        assert refused.value.code == "casework.document_ended"


def test_a_served_document_is_revoked_not_voided(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    decision = issue(unit, home, policy, "penalty_decision", CASE, DECISION, "张局", day=DAY)
    deliver(unit, policy, decision.id, "D", DAY, actor="张伟", receiver="李明", proof={"signer": "李明"})
    with pytest.raises(Refused) as refused:
        void(unit, decision.id, "有误", "张局")
    assert refused.value.code == "casework.document_served"
    with pytest.raises(Refused) as refused:
        revoke(unit, decision.id, " ", "张局")
    assert refused.value.code == "casework.document_reason"


def test_what_rests_on_a_revoked_document_is_named(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    decision = issue(unit, home, policy, "penalty_decision", CASE, DECISION, "张局", day=DAY)
    urge = {
        **PARTY, "org_name": "局", "decision_no": decision.number, "decision_delivered_on": DAY, "fine_unpaid": 0,
        "late_fine": 0, "late_from": DAY, "late_to": DAY, "refund_unpaid": 100, "perform_days": 10,
        "contact_name": "王", "contact_phone": "1", "contact_address": "路",
    }  # fmt: skip
    urged = issue(unit, home, policy, "urge_letter", CASE, urge, "张局", day=DAY)
    ended, resting = revoke(unit, decision.id, "事实有误", "张局", day=DAY)
    assert ended.revoked == "事实有误" and [one.id for one in resting] == [urged.id]


def test_a_document_goes_by_the_number_of_another(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    decision = issue(unit, home, policy, "penalty_decision", CASE, DECISION, "张局", day=DAY)
    data = {
        "org_name": "局", "party_name": "甲", "decision_no": decision.number, "info_class": "一般",
        "publicity_platform": ["信用中国"], "publicity_max_months": 12, "publicity_min_months": 3,
        "repair_conditions": ["履行完毕"], "repair_channel": "信用中国网站", "contact_name": "王", "contact_phone": "1",
        "contact_address": "路",
    }  # fmt: skip
    made = issue(unit, home, policy, "pubcredit_repair_info", CASE, data, "张局", day=DAY, under=decision.id)
    assert made.number == decision.number


def test_a_record_has_no_number(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    assert (
        issue(unit, home, policy, "service_address_confirmation", CASE, CONFIRMATION, "张伟", day=DAY).number
        is None
    )


def test_an_office_without_letters_cannot_number(unit: UnitOfWork, home: Home) -> None:
    with pytest.raises(Refused) as refused:
        recall(unit, home, load("000000"))
    assert refused.value.code == "policy.no_value"


def test_a_region_writes_its_own_numbers(unit: UnitOfWork, home: Home, tmp_path: Path) -> None:
    (tmp_path / "pack/990100").mkdir(parents=True)
    (tmp_path / "pack/990100/numbers.yaml").write_text(PACK, encoding="utf-8")
    own = load("990100", [tmp_path / "pack"])
    made = issue(unit, home, own, "penalty_decision", CASE, DECISION, "张局", day=DAY)
    assert made.number == "X医保处罚字〔2026〕第1号"


def test_two_offices_may_issue_only_where_it_is_said_which(
    unit: UnitOfWork, home: Home, policy: Policy
) -> None:
    data = {"org_name": "局", "applicant": "甲", "applied_on": "2026-04-01"}
    with pytest.raises(Refused) as refused:
        issue(unit, home, policy, "recusal_decision", CASE, data, "张局", day=DAY)
    assert refused.value.code == "casework.document_issuer" and refused.value.wanted == "bureau | agency"


def test_an_institution_never_gets_rows_of_another(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    rows = [
        {**DECISION["violations"][0], "inst_code": "H99010000123"},
        {**DECISION["violations"][1], "inst_code": "H2"},
    ]
    with pytest.raises(Refused) as refused:
        issue(unit, home, policy, "penalty_decision", CASE, {**DECISION, "violations": rows}, "张局", day=DAY)
    assert refused.value.code == "casework.document_rows" and refused.value.came == "H2"


def test_the_public_reads_a_version_of_its_own(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    person = {
        "party_kind": "INDIVIDUAL", "party_name": "欧阳明", "party_id_type": "居民身份证",
        "party_id_no": "11010519491231002X", "party_address": "示例市东城区人民路12号3单元", "party_insurer_code": None,
        "party_rep_name": None, "refund_account_no": "6222000000001234",
        "process_summary": "3月2日询问欧阳明。",
    }  # fmt: skip
    made = issue(unit, home, policy, "penalty_decision", CASE, {**DECISION, **person}, "张局", day=DAY)
    shown = public_version(unit, home, made)
    assert "欧阳明" not in shown.text and "欧某" in shown.text
    assert "11010519491231002X" not in shown.text and "6222000000001234" not in shown.text
    assert "欧阳明" in made.data["process_summary"] and shown.digest != made.digest
    void(unit, made.id, "有误", "张局", day=DAY)
    with pytest.raises(Refused):
        public_version(unit, home, get(unit, made.id))
