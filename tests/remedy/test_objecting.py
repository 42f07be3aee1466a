"""Objections: late, by somebody else, twice, withdrawn, unsigned, heavier, by who decided the first time; grades too."""

from __future__ import annotations

import pytest
from tests.casework.cases.people import AGENCY_HEAD, CLERK, HEAD, HOSPITAL
from tests.remedy.scene import DOCTOR, HEAD_TWO, OTHER_DOCTOR, OTHER_HOSPITAL, SECOND_CLERK, Scene

from yibao import remedy
from yibao.archive import files
from yibao.archive.files import FactKind, NewFact
from yibao.archive.points import Level
from yibao.kernel import Refused, day_of_ymd
from yibao.remedy import Change, Filing, Result
from yibao.store import Register

SIGNED = Filing(signed=True, stamped_by=7)


def scene(register: Register) -> tuple[Scene, int]:
    """A doctor with four points for general responsibility under an Art. 38 penalty; gives the fact of the points."""
    s = Scene(register)
    s.write(NewFact(s.hospital, FactKind.PENALIZED, s.day, {"article": "art_38"}))
    return s, s.recorded(s.determined("B1", Level.IMPORTANT))


def test_every_wrong_turn_of_an_objection_to_points(fresh_register: Register) -> None:
    s, record = scene(fresh_register)
    file = lambda actor, filing=SIGNED: s.by(  # noqa: E731
        actor, lambda d: remedy.object_to_points(d, record, filing, s.doing("不是我开的处方"))
    )
    for actor in (OTHER_DOCTOR, OTHER_HOSPITAL):
        with pytest.raises(Refused, match=r"remedy\.not_yours") as refused:
            file(actor)
        assert refused.value.todo is not None
    with pytest.raises(Refused, match=r"remedy\.unsigned"):
        file(DOCTOR, Filing(signed=True))
    with pytest.raises(Refused, match=r"remedy\.other_stamp"):
        file(DOCTOR, Filing(signed=True, stamped_by=8))
    with pytest.raises(Refused, match=r"remedy\.wrong_fact"):
        s.by(CLERK, lambda d: remedy.object_to_credit(d, record, SIGNED, s.doing("不服")))
    with pytest.raises(Refused, match=r"remedy\.backwards"):
        s.by(CLERK, lambda d: remedy.received(d, record, s.day + 1))
    s.by(CLERK, lambda d: remedy.received(d, record, s.day))
    with pytest.raises(Refused, match=r"remedy\.received"):
        s.by(CLERK, lambda d: remedy.received(d, record, s.day))

    # filed, twice, withdrawn, filed again, decided
    first = file(HOSPITAL)
    assert (first.practitioner_id, first.institution_id, first.number[0]) == (5, 7, "Y")
    with pytest.raises(Refused, match=r"remedy\.twice"):
        file(DOCTOR)
    s.by(DOCTOR, lambda d: remedy.act(d, first.id, "withdraw", s.doing("想清楚了")))
    with pytest.raises(Refused, match=r"casework\.not_now"):
        s.by(CLERK, lambda d: remedy.act(d, first.id, "explain", s.doing("解释")))
    again = file(DOCTOR).id
    s.by(CLERK, lambda d: remedy.act(d, again, "explain", s.doing("依据为处方签名")))
    with pytest.raises(Refused, match=r"remedy\.not_over"):
        s.by(CLERK, lambda d: remedy.let_lapse(d, again, s.doing()))
    s.by(DOCTOR, lambda d: remedy.insist(d, again, s.doing("签名系伪造")))
    decide = lambda actor, result, change=None: s.by(  # noqa: E731
        actor, lambda d: remedy.decide_points(d, again, result, s.doing("复核意见"), change)
    )
    with pytest.raises(Refused, match=r"access\.four_eyes"):
        decide(HEAD, Result.ANNULLED)
    with pytest.raises(Refused, match=r"access\.denied"):
        decide(AGENCY_HEAD, Result.ANNULLED)
    with pytest.raises(Refused, match=r"remedy\.heavier"):
        decide(HEAD_TWO, Result.CHANGED, Change(level="main"))
    with pytest.raises(Refused, match=r"remedy\.change"):
        decide(HEAD_TWO, Result.CHANGED)
    assert s.status().points_in(2026) == 5
    decide(HEAD_TWO, Result.ANNULLED)
    assert s.status().points_in(2026) == 0
    s.by(SECOND_CLERK, lambda d: remedy.act(d, again, "reply", s.doing()))
    with pytest.raises(Refused, match=r"remedy\.fallen"):
        file(DOCTOR)


def test_a_late_objection_and_a_late_insisting(fresh_register: Register) -> None:
    s, record = scene(fresh_register)
    s.by(CLERK, lambda d: remedy.received(d, record, s.day))
    received = s.day
    s.day = day_of_ymd(20260316)
    assert received == day_of_ymd(20260302), "ten working days end on 16 March"
    y = s.by(DOCTOR, lambda d: remedy.object_to_points(d, record, SIGNED, s.doing("不服"))).id
    s.by(CLERK, lambda d: remedy.act(d, y, "not_accept", s.doing("材料不齐")))
    s.day += 1
    with pytest.raises(Refused, match=r"remedy\.expired") as refused:
        s.by(DOCTOR, lambda d: remedy.object_to_points(d, record, SIGNED, s.doing("不服")))
    assert "2026-03-16" in str(refused.value.wanted)
    listed = s.by(CLERK, lambda d: remedy.rights(d, "D990100000001", s.day))
    assert [one.kind for one in listed] == [], "what is over is not listed as a right"


def test_objections_to_credit_correct_facts_and_never_set_a_grade(fresh_register: Register) -> None:
    s = Scene(fresh_register)
    body = {"indicator": "h_x", "count": 9}
    [wrong] = s.by(
        HEAD, lambda d: files.write_facts(d.unit, [NewFact(s.hospital, FactKind.OBSERVED, s.day, body)])
    )
    [rated] = s.write(NewFact(s.hospital, FactKind.RATED, s.day, {"grade": "C", "set": "hospital"}))
    told = {"objections_until": s.day + 14}
    [notice] = s.write(NewFact(s.hospital, FactKind.RATING_NOTICED, s.day, told, rated))
    y = s.by(HOSPITAL, lambda d: remedy.object_to_credit(d, wrong, SIGNED, s.doing("件数重复计算"))).id
    s.by(CLERK, lambda d: remedy.act(d, y, "check", s.doing("系统重复计数")))
    with pytest.raises(Refused, match=r"access\.four_eyes"):
        s.by(
            HEAD,
            lambda d: remedy.decide_credit(d, y, Result.CHANGED, s.doing("更正"), corrected={"count": 4}),
        )
    with pytest.raises(Refused, match=r"remedy\.no_value"):
        s.by(
            HEAD_TWO,
            lambda d: remedy.decide_credit(d, y, Result.CHANGED, s.doing("更正"), corrected={"x": 1}),
        )
    anew = s.by(
        HEAD_TWO,
        lambda d: remedy.decide_credit(d, y, Result.CHANGED, s.doing("更正"), corrected={"count": 4}),
    )
    counted = s.by(CLERK, lambda d: files.standing(files.facts_of(d.unit, s.hospital)))
    assert [one.body.get("count") for one in counted if one.kind is FactKind.OBSERVED] == [4]
    assert anew in {one.id for one in counted}

    z = s.by(HOSPITAL, lambda d: remedy.object_to_credit(d, notice, SIGNED, s.doing("等级有误")))
    assert s.by(CLERK, lambda d: remedy.open_objection(d.unit, rated)) == z.number
    s.by(CLERK, lambda d: remedy.act(d, z.id, "check", s.doing("核对")))
    with pytest.raises(Refused, match=r"remedy\.by_hand"):
        s.by(
            HEAD,
            lambda d: remedy.decide_credit(d, z.id, Result.CHANGED, s.doing("改"), corrected={"grade": "A"}),
        )
    with pytest.raises(Refused, match=r"credit\.no_error"):
        s.by(HEAD, lambda d: remedy.decide_credit(d, z.id, Result.ANNULLED, s.doing("退回")))
    s.by(HEAD, lambda d: remedy.decide_credit(d, z.id, Result.UPHELD, s.doing("数据无误")))
    assert s.by(CLERK, lambda d: remedy.open_objection(d.unit, rated)) is None
    s.day += 15
    with pytest.raises(Refused, match=r"remedy\.(expired|twice)"):
        s.by(HOSPITAL, lambda d: remedy.object_to_credit(d, notice, SIGNED, s.doing("再提")))
    listed = s.by(HOSPITAL, lambda d: remedy.rights(d, "H00000000007", s.day))
    assert str(notice) not in {one.on for one in listed}
