"""One loop: 12 points and ended, 10 by an objection, a review takes Art. 40 away, 6 under Art. 38, bills settled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.casework.cases.people import CLERK, HEAD, HOSPITAL, LI, ZHAO
from tests.remedy.scene import DOCTOR, FRAUD, HEAD_TWO, LOSS, SECOND_CLERK, Scene

from yibao import remedy
from yibao.archive import files
from yibao.archive.points import Level, Status
from yibao.casework import penalty
from yibao.casework.cases import verify_cases
from yibao.casework.penalty import Fault
from yibao.kernel import EventKind, Refused
from yibao.remedy import Change, Claimed, Filing, Result, RightKind, Way
from yibao.store import Delivered, Register

SIGNED = Filing(signed=True, stamped_by=7)


def test_from_twelve_points_back_to_six(fresh_register: Register) -> None:
    s = Scene(fresh_register)
    case = s.penalize(FRAUD)
    record = s.recorded(s.determined("D1", Level.MAIN))
    first = s.day
    assert (s.status().status, s.status().points_in(2026)) == (Status.TERMINATED, 12)

    # bills of the doctor's services are refused, and each is sworn to
    for at, fen in ((3, 12_300), (40, 45_600)):
        s.by(CLERK, lambda d, at=at, fen=fen: remedy.refuse(d, s.doctor, Claimed(f"S{at}", first + at, fen)))  # type: ignore[misc]
    with pytest.raises(Refused, match=r"remedy\.bill_refused"):
        s.by(CLERK, lambda d: remedy.refuse(d, s.doctor, Claimed("S3", first + 3, 12_300)))
    with pytest.raises(Refused, match=r"remedy\.bill_due"):
        s.by(CLERK, lambda d: remedy.refuse(d, s.doctor, Claimed("S9", first - 30, 1)))
    assert s.by(CLERK, lambda d: remedy.bills_owed(d.unit, d.policy, s.doctor)) == []

    # the objection to the points: explained, insisted on, changed by another head of the deciding department
    s.day += 1
    s.by(CLERK, lambda d: remedy.received(d, record, s.day))
    file = s.by(CLERK, lambda d: remedy.rights(d, "D990100000001", s.day))
    [right] = [one for one in file if one.kind is RightKind.POINTS_OBJECTION]
    assert right.on == str(record) and right.by_day is not None and not right.suspends
    y = s.by(DOCTOR, lambda d: remedy.object_to_points(d, record, SIGNED, s.doing("并非主要责任"))).id
    assert not [
        one for one in s.by(CLERK, lambda d: remedy.rights(d, "D990100000001", s.day))
        if one.kind is RightKind.POINTS_OBJECTION
    ]  # fmt: skip
    s.by(CLERK, lambda d: remedy.act(d, y, "explain", s.doing("责任认定依据为处方记录")))
    s.by(DOCTOR, lambda d: remedy.insist(d, y, s.doing("处方系他人冒用工号开具")), days=2)
    with pytest.raises(Refused, match=r"access\.four_eyes"):
        s.by(HEAD, lambda d: remedy.decide_points(d, y, Result.ANNULLED, s.doing("维持")))
    anew = s.by(
        HEAD_TWO,
        lambda d: remedy.decide_points(d, y, Result.CHANGED, s.doing("一般责任"), Change(level="general")),
    )
    assert anew is not None and s.status().points_in(2026) == 0, "the agency has not recorded it anew yet"
    s.recorded(anew)
    assert (s.status().status, s.status().points_in(2026)) == (Status.SUSPENDED, 10)
    s.by(SECOND_CLERK, lambda d: remedy.act(d, y, "reply", s.doing()))
    owed = s.by(CLERK, lambda d: remedy.bills_owed(d.unit, d.policy, s.doctor))
    assert owed == [], "still suspended on those days, from the first record on"

    # the review takes Art. 40 away; the instrument falls, and the points that rest on it
    z = s.by(
        HOSPITAL, lambda d: remedy.contest(d, case, Way.REVIEW, "示例市人民政府", s.doing("不服处罚")), days=5
    ).id
    s.by(LI, lambda d: remedy.act(d, z, "taken", s.doing()))
    s.by(LI, lambda d: remedy.act(d, z, "answer", s.doing("提交答复书和证据")), days=3)
    s.by(HEAD, lambda d: remedy.carry(d, z, "annul", s.doing("认定骗保证据不足"), anew=Fault.FACTS), days=20)
    assert s.status().status is Status.NORMAL
    assert s.by(ZHAO, lambda d: penalty.dossier(d.unit, case)).case.state == "investigated"
    with pytest.raises(Refused, match=r"casework\.heavier_again"):
        s.penalize(replace(FRAUD, fine_fen=3_000_000), case=case)
    s.penalize(LOSS, case=case, reported=True)
    s.recorded(s.determined("B1", Level.MAIN))
    assert (s.status().status, s.status().points_in(2026)) == (Status.NORMAL, 6)

    # what was refused meanwhile is settled again, by another hand, and told to the rooms after this one
    heard: list[Delivered] = []
    with pytest.raises(Refused, match=r"access\.four_eyes"):
        s.by(CLERK, lambda d: remedy.settle_again(d, s.doctor, s.day))
    with s.register.unit_of_work("second_clerk") as unit:
        settled = remedy.settle_again(s.desk(unit, SECOND_CLERK), s.doctor, s.day)
    s.register.deliver({EventKind.BILL_SETTLED_AGAIN: lambda _, one: heard.append(one)})
    assert [one.refused.bill for one in settled] == ["S3", "S40"]
    assert heard[0].event.body["fund_fen"] == 57_900
    assert s.by(SECOND_CLERK, lambda d: remedy.settle_again(d, s.doctor, s.day)) == []
    assert s.by(ZHAO, lambda d: verify_cases(d.unit))[1] == [], (
        "each act of each machine is in the ledger as it is here"
    )
    assert s.by(ZHAO, lambda d: files.verify_files(d.unit))[1] == []
    tags = s.ledger_tags()
    assert tags.count("remedy:bill:refused") == tags.count("remedy:bill:settled") == 2
