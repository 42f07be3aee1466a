"""Review and suit: late, by somebody else, twice, both at once, withdrawn; upheld; a disposal annulled; rights of a case."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.casework.cases.people import AGENCY_HEAD, CLERK, HEAD, HOSPITAL, LI, REVIEWER
from tests.remedy.scene import FRAUD, LOSS, OTHER_HOSPITAL, Scene

from yibao import remedy
from yibao.archive import files
from yibao.archive.files import FactKind
from yibao.casework import agreement, penalty
from yibao.casework.agreement import Measure, Taken
from yibao.casework.cases import Opening, case_number, cases
from yibao.casework.penalty import Fault
from yibao.kernel import Refused, day_of_ymd
from yibao.remedy import RightKind, Way
from yibao.store import Register


def test_every_wrong_turn_of_a_review(fresh_register: Register) -> None:
    s = Scene(fresh_register)
    case = s.penalize(LOSS)
    served = s.day
    ask = lambda actor, way=Way.REVIEW: s.by(  # noqa: E731
        actor, lambda d: remedy.contest(d, case, way, "示例市人民政府", s.doing("不服处罚"))
    )
    listed = s.by(HOSPITAL, lambda d: remedy.rights(d, case_number("penalty", case), s.day))  # type: ignore[arg-type]
    assert [(one.kind, one.by_day) for one in listed] == [
        (RightKind.CONTEST, day_of_ymd(20260506)), (RightKind.CONTEST, day_of_ymd(20260902)),
    ]  # fmt: skip
    assert all(not one.suspends and one.basis for one in listed)
    with pytest.raises(Refused, match=r"remedy\.not_yours"):
        ask(OTHER_HOSPITAL)
    y = ask(HOSPITAL).id
    assert s.by(LI, lambda d: penalty.dossier(d.unit, case)).contests[-1].until_day is None
    with pytest.raises(Refused, match=r"remedy\.twice"):
        ask(HOSPITAL)
    with pytest.raises(Refused, match=r"remedy\.both"):
        ask(HOSPITAL, Way.SUIT)
    s.by(LI, lambda d: remedy.act(d, y, "taken", s.doing()))
    with pytest.raises(Refused, match=r"remedy\.fault"):
        s.by(HEAD, lambda d: remedy.carry(d, y, "change", s.doing("变更")))
    s.by(HOSPITAL, lambda d: remedy.act(d, y, "withdraw", s.doing("与机关达成和解")))
    assert s.by(LI, lambda d: penalty.dossier(d.unit, case)).contests[-1].result == "withdrawn"
    with pytest.raises(Refused, match=r"casework\.not_now"):
        s.by(LI, lambda d: remedy.carry(d, y, "uphold", s.doing("维持")))
    with pytest.raises(Refused, match=r"remedy\.withdrawn"):
        ask(HOSPITAL)
    s.day = day_of_ymd(20260903)
    with pytest.raises(Refused, match=r"remedy\.expired"):
        ask(HOSPITAL, Way.SUIT)
    assert served == day_of_ymd(20260302)


def test_after_a_review_that_upheld_a_suit_has_fifteen_days(fresh_register: Register) -> None:
    s = Scene(fresh_register)
    case = s.penalize(LOSS)
    y = s.by(LI, lambda d: remedy.contest(d, case, Way.REVIEW, "示例市人民政府", s.doing("不服处罚"))).id
    s.by(LI, lambda d: remedy.act(d, y, "taken", s.doing()))
    s.by(LI, lambda d: remedy.act(d, y, "stay", s.doing("复议机关决定停止执行")))
    assert s.by(LI, lambda d: remedy.stayed(d.unit, case))
    s.by(LI, lambda d: remedy.carry(d, y, "uphold", s.doing("维持")), days=50)
    upheld = s.day
    assert not s.by(LI, lambda d: remedy.stayed(d.unit, case))
    [right] = s.by(HOSPITAL, lambda d: remedy.rights(d, "H00000000007", s.day))[:1]
    assert right.name.zh == "行政诉讼" and right.by_day == upheld + 15
    s.day = upheld + 16
    with pytest.raises(Refused, match=r"remedy\.expired"):
        s.by(HOSPITAL, lambda d: remedy.contest(d, case, Way.SUIT, "某区人民法院", s.doing("不服")))


def test_a_disposal_that_a_court_annuls_falls_with_what_rests_on_it(fresh_register: Register) -> None:
    s = Scene(fresh_register)
    measures = (Taken(Measure.RECOVER, 30_000),)
    opening = Opening("990100", "超限定频次", institution_id=7)
    case = s.by(CLERK, lambda d: agreement.register(d, opening, s.doing())).id
    with pytest.raises(Refused, match=r"remedy\.no_decision"):
        s.by(HOSPITAL, lambda d: remedy.contest(d, case, Way.SUIT, "某区人民法院", s.doing("不服")))
    s.by(CLERK, lambda d: agreement.act(d, case, "verify", s.doing("属实")))
    s.by(CLERK, lambda d: agreement.tell(d, case, "第四十五条", measures, s.doing()))
    s.by(CLERK, lambda d: agreement.serve_notice(d, case, s.doing()))
    [defence] = s.by(HOSPITAL, lambda d: remedy.rights(d, "H00000000007", s.day))
    assert defence.kind is RightKind.DEFENCE and defence.suspends and "defend" in defence.command
    s.by(HOSPITAL, lambda d: agreement.answer(d, case, "defend", s.doing("有医嘱")))
    s.by(REVIEWER, lambda d: agreement.weigh(d, case, s.doing("不成立")))
    s.by(AGENCY_HEAD, lambda d: agreement.decide(d, case, "第四十五条", measures, s.doing("追回")))
    s.by(CLERK, lambda d: agreement.serve(d, case, s.doing()))
    y = s.by(HOSPITAL, lambda d: remedy.contest(d, case, Way.SUIT, "某区人民法院", s.doing("不服"))).id
    s.by(CLERK, lambda d: remedy.act(d, y, "taken", s.doing()))
    with pytest.raises(Refused, match=r"access\.denied"):
        s.by(CLERK, lambda d: remedy.carry(d, y, "annul", s.doing("判决撤销")))
    s.by(AGENCY_HEAD, lambda d: remedy.carry(d, y, "annul", s.doing("判决撤销"), anew=Fault.LAW))
    assert s.by(CLERK, lambda d: cases(d.unit, [case]))[0].state == "revoked"
    counted = s.by(CLERK, lambda d: files.standing(files.facts_of(d.unit, s.hospital)))
    assert not [one for one in counted if one.kind is FactKind.DISPOSED]


def test_a_hearing_is_a_right_only_where_it_was_told(fresh_register: Register) -> None:
    s = Scene(fresh_register)
    large = replace(FRAUD, loss_fen=5_000_000, refund_fen=5_000_000, fine_fen=10_000_000)
    for measures, wanted in ((LOSS, False), (large, True)):
        case = s.told(measures)
        kinds = [one.kind for one in s.by(HOSPITAL, lambda d, c=case: remedy.rights(d, f"C{c:06d}", s.day))]  # type: ignore[misc]
        assert kinds.count(RightKind.DEFENCE) == 1
        assert (RightKind.HEARING in kinds) is wanted
    s.by(LI, lambda d: penalty.answer(d, case, "waive_hearing", s.doing("书面放弃")))
    kinds = [one.kind for one in s.by(HOSPITAL, lambda d: remedy.rights(d, f"C{case:06d}", s.day))]
    assert kinds == [RightKind.DEFENCE]
