"""Serving: the ways of §5 with their proofs, and the guards before public notice and electronic service."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.casework.documents.samples import CASE, CONFIRMATION, DAY, DECISION, PARTY

from yibao.casework.documents import Document, Way, attempt, deliver, deliveries, issue, void
from yibao.kernel import Refused
from yibao.policy import Policy, load
from yibao.store import Home, UnitOfWork

NO_ELECTRONIC = """\
casework.documents.electronic_decisions:
  values: [{value: false, from: 2020-01-01, instrument: 测试, status: assumed, known_since: 2026-12-01}]
"""
SIGNED = {"signer": "李明", "relation": "法定代表人", "place": "医院"}


@pytest.fixture
def decision(unit: UnitOfWork, home: Home, policy: Policy) -> Document:
    return issue(unit, home, policy, "penalty_decision", CASE, DECISION, "张局", day=DAY)


def confirm(unit: UnitOfWork, home: Home, policy: Policy, day: int = DAY, **said: Any) -> Document:
    data = {**CONFIRMATION, **said}
    return issue(unit, home, policy, "service_address_confirmation", CASE, data, "张伟", day=day)


def served(
    unit: UnitOfWork, policy: Policy, document: Document, way: str, proof: Mapping[str, str], **more: Any
) -> int:
    day = more.pop("day", DAY + 2)
    made = deliver(unit, policy, document.id, way, day, actor="张伟", receiver="李明", proof=proof, **more)
    assert made.served_day is not None and made in deliveries(unit, document.id)
    return made.served_day


@pytest.mark.parametrize(
    ("way", "proof"),
    [
        ("S", SIGNED), ("D", SIGNED), ("L", {"left_reason": "拒收", "witness": "居委会王某"}),
        ("L", {"left_reason": "拒收", "media": "录像1段"}), ("M", {"mail_no": "EX123"}),
        ("W", {"through": "乙市医疗保障局", "signer": "李明"}),
    ],
)  # fmt: skip
def test_each_way_has_its_proof(
    unit: UnitOfWork, policy: Policy, decision: Document, way: str, proof: dict[str, str]
) -> None:
    assert served(unit, policy, decision, way, proof) == DAY + 2


@pytest.mark.parametrize(
    ("way", "proof", "code"),
    [
        ("D", {}, "proof"), ("D", {"signer": " "}, "proof"), ("L", {"left_reason": "拒收"}, "proof"),
        ("M", {"signer": "李明"}, "proof"), ("W", {"signer": "李明"}, "proof"), ("H", SIGNED, "way"),
        ("P", {"log": "1"}, "way"), ("I", {}, "way"), ("X", {}, "way"), ("E", {"account": "a", "log": "b"}, "confirmation"),
        ("G", {"posted_at": "公告栏"}, "attempts"),
    ],
)  # fmt: skip
def test_what_is_refused(
    unit: UnitOfWork, policy: Policy, decision: Document, way: str, proof: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        served(unit, policy, decision, way, proof)
    assert refused.value.code == f"casework.document_{code}"
    assert deliveries(unit, decision.id) == []


def test_a_document_is_served_once_and_not_before_it_was_made(
    unit: UnitOfWork, policy: Policy, decision: Document
) -> None:
    with pytest.raises(Refused) as refused:
        served(unit, policy, decision, "D", SIGNED, day=DAY - 1)
    assert refused.value.code == "casework.document_day"
    served(unit, policy, decision, "D", SIGNED, day=DAY)
    with pytest.raises(Refused) as refused:
        served(unit, policy, decision, "M", {"mail_no": "1"})
    assert refused.value.code == "casework.document_served"


def test_a_voided_document_is_not_served(unit: UnitOfWork, policy: Policy, decision: Document) -> None:
    void(unit, decision.id, "有误", "张局", day=DAY)
    with pytest.raises(Refused) as refused:
        served(unit, policy, decision, "D", SIGNED)
    assert refused.value.code == "casework.document_ended"
    with pytest.raises(Refused) as refused:
        deliver(unit, policy, decision.id + 9, "D", DAY, actor="张伟", receiver="李明", proof=SIGNED)
    assert refused.value.code == "casework.document_not_found"


def test_public_notice_is_the_last_resort(unit: UnitOfWork, policy: Policy, decision: Document) -> None:
    tried = attempt(
        unit, decision.id, "D", DAY, actor="张伟", receiver="李明", reason="住所无人，物业称已搬离"
    )
    assert tried.served_day is None and tried.way is Way.DIRECT
    posted = {"posted_at": "本机关网站、公告栏"}
    with pytest.raises(Refused) as refused:
        served(unit, policy, decision, "G", posted)
    assert refused.value.code == "casework.document_attempts", "the reason is wanted too"
    assert served(unit, policy, decision, "G", posted, day=DAY + 5, reason="下落不明") == DAY + 35
    assert [one.served_day for one in deliveries(unit, decision.id)] == [None, DAY + 35]


def test_an_attempt_says_why_it_failed(unit: UnitOfWork, policy: Policy, decision: Document) -> None:
    with pytest.raises(Refused) as refused:
        attempt(unit, decision.id, "D", DAY, actor="张伟", receiver="李明", reason="  ")
    assert refused.value.code == "casework.document_proof"


ARRIVED = {"account": "renhe@example", "log": "2026-04-22T09:00 到达"}


def test_electronic_service_wants_a_confirmation_that_covers_it(
    unit: UnitOfWork, home: Home, policy: Policy, decision: Document
) -> None:
    for said in ({"e_docs": ["询问通知书"]}, {"e_consent": False}, {"party_name": "别家医院"}):
        confirm(unit, home, policy, **said)
        with pytest.raises(Refused) as refused:
            served(unit, policy, decision, "E", ARRIVED)
        assert refused.value.code == "casework.document_confirmation"
    confirm(unit, home, policy, DAY + 3)
    with pytest.raises(Refused):
        served(unit, policy, decision, "E", ARRIVED, day=DAY + 2)
    void(unit, confirm(unit, home, policy).id, "当事人撤回", "张伟", day=DAY)
    confirm(unit, home, policy, e_docs=["全部"])
    assert served(unit, policy, decision, "E", ARRIVED) == DAY + 2


def test_a_region_may_forbid_electronic_service_of_decisions(
    unit: UnitOfWork, home: Home, decision: Document, tmp_path: Path
) -> None:
    (tmp_path / "pack/990100").mkdir(parents=True)
    (tmp_path / "pack/990100/service.yaml").write_text(NO_ELECTRONIC, encoding="utf-8")
    own = load("990100", [tmp_path / "pack"])
    confirm(unit, home, own)
    with pytest.raises(Refused) as refused:
        served(unit, own, decision, "E", ARRIVED)
    assert refused.value.code == "casework.document_way"


def test_internal_documents_never_leave(unit: UnitOfWork, home: Home, policy: Policy) -> None:
    data = {
        "org_name": "局",
        "file_no": "1",
        "case_name": "案",
        "file_result": "罚款",
        "index": [],
        "retention": "30年",
    }
    cover = issue(unit, home, policy, "file_cover", CASE, data, "张伟", day=DAY, issuer="bureau")
    with pytest.raises(Refused) as refused:
        served(unit, policy, cover, "D", SIGNED)
    assert refused.value.code == "casework.document_way"


def test_the_party_is_found_in_the_values(decision: Document) -> None:
    assert decision.recipient == PARTY["party_name"]
