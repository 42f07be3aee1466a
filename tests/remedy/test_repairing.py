"""Repair in two kinds: too early, never, unperformed, incomplete; used in the next rating; public credit ends everywhere."""

from __future__ import annotations

import pytest
from tests.casework.cases.people import CLERK, HEAD, HOSPITAL, LI, ZHAO, person
from tests.remedy.scene import HEAD_TWO, Scene

from yibao import consequence, remedy
from yibao.access import Role
from yibao.archive import files
from yibao.archive.files import FactKind, NewFact
from yibao.kernel import Refused, day_of_ymd
from yibao.remedy import Filing, Kind, RightKind
from yibao.store import Register, work

ASSOCIATION = person("association", Role.ASSOCIATION)
WHOLE = Filing(signed=True, committed=True, evidence=(("整改报告.pdf", "ab" * 32),))


def _trouble(where: str, error: Exception) -> None:
    raise error


def counted(s: Scene, kind: FactKind) -> list[files.Fact]:
    return [
        one
        for one in s.by(CLERK, lambda d: files.standing(files.facts_of(d.unit, s.hospital)))
        if one.kind is kind
    ]


def test_the_grade_is_repaired_by_the_pack(fresh_register: Register) -> None:
    s = Scene(fresh_register)
    [act] = s.write(NewFact(s.hospital, FactKind.PENALIZED, s.day, {"article": "art_38"}))
    [fraud] = s.write(NewFact(s.hospital, FactKind.PENALIZED, day_of_ymd(20250301), {"article": "art_40"}))
    apply = lambda fact, filing=WHOLE, actor=HOSPITAL: s.by(  # noqa: E731
        actor, lambda d: remedy.apply_for_repair(d, Kind.GRADE_REPAIR, fact, filing, s.doing("已整改"))
    )
    with pytest.raises(Refused, match=r"remedy\.never"):
        apply(fraud)
    with pytest.raises(Refused, match=r"remedy\.not_performed"):
        apply(act)
    s.write(NewFact(s.hospital, FactKind.PERFORMED, s.day, {"case": "C000001"}, act))
    s.day = day_of_ymd(20260901)
    with pytest.raises(Refused, match=r"remedy\.too_early") as refused:
        apply(act)
    assert "2026-09-02" in str(refused.value.wanted)
    listed = s.by(HOSPITAL, lambda d: remedy.rights(d, "H00000000007", s.day))
    grade = next(one for one in listed if one.on == str(act) and "grade_repair" in one.command)
    assert grade.kind is RightKind.CREDIT and grade.from_day == day_of_ymd(20260902)
    assert not [one for one in listed if one.on == str(fraud) and "grade_repair" in one.command]
    s.day = day_of_ymd(20260902)
    with pytest.raises(Refused, match=r"remedy\.incomplete"):
        apply(act, Filing(signed=True))
    y = apply(act).id
    with pytest.raises(Refused, match=r"remedy\.twice"):
        apply(act)
    s.by(CLERK, lambda d: remedy.act(d, y, "ask_more", s.doing("缺整改照片")))
    s.by(HOSPITAL, lambda d: remedy.act(d, y, "hand_in", s.doing("已补")))
    s.by(CLERK, lambda d: remedy.act(d, y, "accept", s.doing()))
    s.by(ASSOCIATION, lambda d: remedy.act(d, y, "support", s.doing("会员整改到位")))
    # a new violation before the decision: the repair is refused by the conditions themselves
    [again] = s.write(NewFact(s.hospital, FactKind.DISPOSED, s.day, {"clause": "第四十五条"}))
    with pytest.raises(Refused, match=r"remedy\.too_early"):
        s.by(HEAD, lambda d: remedy.grant(d, Kind.GRADE_REPAIR, y, s.doing("符合条件")))
    s.by(CLERK, lambda d: files.annul(d.unit, again, "登记错误", s.day, known_day=d.today))
    s.by(HEAD, lambda d: remedy.grant(d, Kind.GRADE_REPAIR, y, s.doing("符合条件")))
    [repaired] = counted(s, FactKind.REPAIRED)
    assert repaired.body["of"] == "credit" and repaired.body["facts"] == [act] and repaired.rests_on is None
    with pytest.raises(Refused, match=r"remedy\.repaired"):
        apply(act)
    s.by(HEAD, lambda d: remedy.take_back(d, Kind.GRADE_REPAIR, y, s.doing("材料虚假")))
    assert counted(s, FactKind.REPAIRED) == []


def test_public_credit_is_repaired_by_its_class_and_ends_everywhere(fresh_register: Register) -> None:
    s = Scene(fresh_register)
    s.day = day_of_ymd(20260415)
    [act] = s.write(NewFact(s.hospital, FactKind.PENALIZED, s.day, {"article": "art_38"}))
    s.write(NewFact(s.hospital, FactKind.PERFORMED, s.day, {"case": "C000001"}, act))
    apply = lambda: s.by(  # noqa: E731
        HOSPITAL, lambda d: remedy.apply_for_repair(d, Kind.PUBLIC_REPAIR, act, WHOLE, s.doing("已履行"))
    )
    s.day = day_of_ymd(20260714)
    with pytest.raises(Refused, match=r"remedy\.too_early") as refused:
        apply()
    assert "2026-07-15" in str(refused.value.wanted), "general information is shown for at least three months"
    s.day += 1
    choice = consequence.Choice("publication", act, "依法公开", level="general", months=6)
    shown = s.by(HEAD, lambda d: consequence.order(d, choice, s.day))
    y = apply().id
    s.by(LI, lambda d: remedy.act(d, y, "forward", s.doing()))
    s.by(LI, lambda d: remedy.act(d, y, "accept", s.doing()))
    with pytest.raises(Refused, match=r"remedy\.other_kind"):
        s.by(HEAD, lambda d: remedy.grant(d, Kind.GRADE_REPAIR, y, s.doing("准予")))
    s.by(HEAD_TWO, lambda d: remedy.grant(d, Kind.PUBLIC_REPAIR, y, s.doing("准予")))
    [repaired] = counted(s, FactKind.REPAIRED)
    assert repaired.body["of"] == "public" and repaired.rests_on == act
    with pytest.raises(Refused, match=r"remedy\.not_lifted") as left:
        s.by(LI, lambda d: remedy.lifted(d, y, s.doing("信用中国及各部门已停止")))
    assert shown.number in str(left.value.came)
    done = work(
        s.register, {consequence.FOLLOWS: s.follow, consequence.SENDS: lambda *_: None}, trouble=_trouble
    )
    assert done >= 1, "what still stands against it is undone in the background"
    [now] = s.by(ZHAO, lambda d: consequence.orders_about(d, s.hospital))
    assert now.state is consequence.State.UNDONE, "no partner had been told: nobody has to confirm"
    s.by(LI, lambda d: remedy.lifted(d, y, s.doing("信用中国及各部门已停止")))
    _, laid = s.by(ZHAO, lambda d: remedy.laid_open(d, y))
    assert laid.case.state == "public_repaired" and laid.next[0][0] == "take_back"


def test_what_is_over_needs_no_repair(fresh_register: Register) -> None:
    s = Scene(fresh_register)
    s.day = day_of_ymd(20260415)
    [slight] = s.write(NewFact(s.hospital, FactKind.PENALIZED, s.day, {"article": "art_39"}))
    s.day = day_of_ymd(20260715)
    with pytest.raises(Refused, match=r"remedy\.lapsed"):
        s.by(
            HOSPITAL, lambda d: remedy.apply_for_repair(d, Kind.PUBLIC_REPAIR, slight, WHOLE, s.doing("申请"))
        )
    listed = s.by(HOSPITAL, lambda d: remedy.rights(d, "H00000000007", s.day))
    assert not [one for one in listed if "public_repair" in one.command]
