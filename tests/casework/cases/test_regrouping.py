"""Findings go from one case to another with their money, their clocks and the eyes that were on them; once and no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Thread
from typing import TypeVar

import pytest
from tests.casework.cases import people
from tests.casework.cases.people import AGENCY_HEAD, CLERK, HEAD, LAWYER, LI, ZHAO
from tests.casework.cases.plant import plant, withdraw

from yibao.access import Actor
from yibao.casework import agreement, penalty
from yibao.casework.cases import (
    Amount,
    Case,
    Desk,
    Doing,
    Money,
    case_clocks,
    cases,
    held_findings,
    lay_open,
    links,
    opening_about,
    standing_amounts,
    transfers,
)
from yibao.casework.penalty import Officer, State
from yibao.casework.tracks import (
    MACHINES,
    hand_over,
    merge_cases,
    return_to_agency,
    split_case,
    take_case_on,
    verify_cases,
)
from yibao.kernel import Refused, day_of_ymd
from yibao.store import Register

T = TypeVar("T")
DAY = day_of_ymd(20260302)
OFFICERS = (Officer("li", "浙A001"), Officer("wang", "浙A002"))


class Bureau:
    """A register with findings; everybody does one thing at a time, in a transaction of its own."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.codes = plant(register, 10_000, 20_000, 30_000)

    def by(self, actor: Actor, deed: Callable[[Desk], T]) -> T:
        with self.register.unit_of_work(actor=actor.name) as unit:
            return deed(people.desk(unit, actor))

    def clue(self, *codes: str, day: int = DAY) -> Case:
        def deed(desk: Desk) -> Case:
            opening, stake = opening_about(desk.unit, codes, "重复收费")
            return penalty.register(desk, opening, Doing(day, "线索", amounts=stake))

        return self.by(ZHAO, deed)

    def filed(self, *codes: str, day: int = DAY) -> Case:
        case = self.clue(*codes, day=day)
        self.by(ZHAO, lambda d: penalty.act(d, case.id, "propose_filing", Doing(day, "属实")))
        self.by(HEAD, lambda d: penalty.act(d, case.id, "file", Doing(day)))
        self.by(ZHAO, lambda d: penalty.assign(d, case.id, OFFICERS, Doing(day)))
        return case

    def disposal(self, *codes: str) -> Case:
        def deed(desk: Desk) -> Case:
            opening, stake = opening_about(desk.unit, codes, "重复收费")
            return agreement.register(desk, opening, Doing(DAY, amounts=stake))

        return self.by(CLERK, deed)

    def state(self, case: Case) -> str:
        return self.by(ZHAO, lambda d: cases(d.unit, [case.id])[0].state)

    def stake(self, case: Case) -> int:
        found = self.by(ZHAO, lambda d: standing_amounts(d.unit, case.id))
        return found.get(Amount.AT_STAKE, Money(0)).fund_fen

    def holds(self, case: Case) -> int:
        return len(self.by(ZHAO, lambda d: held_findings(d.unit, case.id)))

    def sound(self) -> bool:
        return not self.by(HEAD, verify_cases)[1]


@pytest.fixture
def bureau(fresh_register: Register) -> Bureau:
    return Bureau(fresh_register)


def test_what_is_split_off_takes_its_money_and_its_time_along(bureau: Bureau) -> None:
    case = bureau.filed(*bureau.codes)
    later = Doing(DAY + 40, "当事人行为不同，分案办理")
    with pytest.raises(Refused, match=r"access\.denied"):
        bureau.by(LI, lambda d: split_case(d, case.id, bureau.codes[:1], later))
    with pytest.raises(Refused, match=r"casework\.split_all"):
        bureau.by(HEAD, lambda d: split_case(d, case.id, bureau.codes, later))
    with pytest.raises(Refused, match=r"casework\.not_held"):
        bureau.by(HEAD, lambda d: split_case(d, case.id, [], later))
    new = bureau.by(HEAD, lambda d: split_case(d, case.id, bureau.codes[:1], later))
    assert (bureau.state(new), bureau.stake(new), bureau.holds(new)) == (State.INVESTIGATED, 10_000, 1)
    assert (bureau.stake(case), bureau.holds(case)) == (50_000, 2)

    def due(one: Case) -> list[int | None]:
        clocks = bureau.by(ZHAO, lambda d: case_clocks(d.unit, one.id))
        return [c.due_day for c in clocks if c.running.kind == "decide"]

    assert due(new) == due(case), "to split a case gains nobody time"
    bureau.by(LI, lambda d: penalty.act(d, new.id, "report", Doing(DAY + 40, "清楚")))
    judge = replace(HEAD, name="wang", roles=HEAD.roles | LAWYER.roles)
    with pytest.raises(Refused, match=r"casework\.officer_judges"):
        bureau.by(judge, lambda d: penalty.act(d, new.id, "pass_review", Doing(DAY + 40, "合法")))
    proposer = replace(LAWYER, name="zhao")
    with pytest.raises(Refused, match=r"access\.four_eyes"):
        bureau.by(proposer, lambda d: penalty.act(d, new.id, "pass_review", Doing(DAY + 40, "合法")))
    away = replace(LAWYER, recused=frozenset({case.number}))
    with pytest.raises(Refused, match=r"access\.recused"):
        bureau.by(away, lambda d: penalty.act(d, new.id, "pass_review", Doing(DAY + 40, "合法")))
    with pytest.raises(Refused, match=r"access\.recused"):
        bureau.by(away, lambda d: lay_open(d, MACHINES, new.id))
    assert bureau.sound()


def test_the_later_is_merged_into_the_earlier_and_its_money_with_it(bureau: Bureau) -> None:
    first, second = bureau.filed(*bureau.codes[:2]), bureau.filed(bureau.codes[2], day=DAY + 5)
    with pytest.raises(Refused, match=r"casework\.merge_order"):
        bureau.by(HEAD, lambda d: merge_cases(d, first.id, second.id, Doing(DAY + 6, "同一当事人")))
    with pytest.raises(Refused, match=r"casework\.merge_self"):
        bureau.by(HEAD, lambda d: merge_cases(d, first.id, first.id, Doing(DAY + 6, "同一当事人")))
    other = bureau.clue(*plant(bureau.register, 500, institution=8, first=900))
    with pytest.raises(Refused, match=r"casework\.other_party"):
        bureau.by(HEAD, lambda d: merge_cases(d, other.id, first.id, Doing(DAY + 6, "同一当事人")))
    bureau.by(HEAD, lambda d: merge_cases(d, second.id, first.id, Doing(DAY + 6, "同一当事人")))
    assert bureau.state(second) == State.MERGED
    assert (bureau.stake(first), bureau.holds(first)) == (60_000, 3)
    assert (bureau.stake(second), bureau.holds(second)) == (0, 0)
    [link] = bureau.by(ZHAO, lambda d: links(d.unit, first.id))
    assert (link.kind, link.source, link.target) == ("merged", second.number, first.number)
    assert bureau.sound()


def test_handing_over_opens_the_other_case_in_one_act_and_is_acknowledged(bureau: Bureau) -> None:
    here = bureau.disposal(*bureau.codes)
    there = bureau.by(CLERK, lambda d: hand_over(d, here.id, Doing(DAY, "涉嫌骗保，须行政处罚")))
    assert (there.track, bureau.state(there), bureau.state(here)) == ("penalty", "clue", "handed_over")
    assert (bureau.holds(here), bureau.holds(there), bureau.stake(here), bureau.stake(there)) == (
        0,
        3,
        0,
        60_000,
    )
    [sent] = bureau.by(ZHAO, lambda d: transfers(d.unit, here.id))
    assert (sent.organ, sent.acknowledged_day) == ("bureau", None)
    with pytest.raises(Refused, match=r"access\.denied"):
        bureau.by(CLERK, lambda d: take_case_on(d, there.id, Doing(DAY + 1)))
    bureau.by(ZHAO, lambda d: take_case_on(d, there.id, Doing(DAY + 1, "收到")))
    with pytest.raises(Refused, match=r"casework\.nothing_passed"):
        bureau.by(ZHAO, lambda d: take_case_on(d, there.id, Doing(DAY + 1)))
    [sent] = bureau.by(ZHAO, lambda d: transfers(d.unit, here.id))
    assert sent.acknowledged_day == DAY + 1
    back = bureau.by(ZHAO, lambda d: return_to_agency(d, there.id, Doing(DAY + 2, "情节轻微，按协议处理")))
    assert (back.track, bureau.holds(back), bureau.stake(back), bureau.holds(there)) == (
        "agreement",
        3,
        60_000,
        0,
    )
    bureau.by(CLERK, lambda d: take_case_on(d, back.id, Doing(DAY + 3)))
    assert [one.kind for one in bureau.by(ZHAO, lambda d: links(d.unit, there.id))] == [
        "handed_over",
        "returned",
    ]
    assert bureau.sound()


def test_a_finding_that_an_audit_withdrew_is_seen_in_its_case(bureau: Bureau) -> None:
    case = bureau.disposal(*bureau.codes)
    withdraw(bureau.register, 101)
    laid = bureau.by(AGENCY_HEAD, lambda d: lay_open(d, MACHINES, case.id))
    assert [(code, state.zh) for code, state in laid.fallen] == [(bureau.codes[1], "已撤销")]
    assert list(laid.findings) == bureau.codes, "it stays in the case until somebody decides about it"


def _at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do things at the same moment; give what each said, a refusal by its code."""
    ready, said = Barrier(len(deeds)), [None] * len(deeds)  # type: list[object]

    def run(at: int, deed: Callable[[], object]) -> None:
        ready.wait()
        try:
            said[at] = deed()
        except Refused as refused:
            said[at] = refused.code

    threads = [Thread(target=run, args=(at, deed)) for at, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_two_cases_about_one_finding_at_once_become_one(bureau: Bureau) -> None:
    said = _at_once(
        *(lambda: bureau.clue(*bureau.codes) for _ in range(3)), lambda: bureau.disposal(*bureau.codes[1:])
    )
    assert sorted(str(one) for one in said if isinstance(one, str)) == ["casework.held"] * 3
    [case] = [one for one in said if isinstance(one, Case)]
    assert bureau.holds(case) >= 2 and bureau.sound()


def test_two_hands_on_one_case_at_once_are_one_after_the_other(bureau: Bureau) -> None:
    case = bureau.disposal(bureau.codes[0])
    verify = [
        lambda: bureau.by(CLERK, lambda d: agreement.act(d, case.id, "verify", Doing(DAY, "成立"))),
        lambda: bureau.by(
            people.SECOND_CLERK,
            lambda d: agreement.act(d, case.id, "verify", Doing(DAY, "成立", expected_version=1)),
        ),
    ]
    said = _at_once(*verify)
    [refused] = [one for one in said if isinstance(one, str)]
    assert refused in ("casework.not_now", "casework.stale")
    assert bureau.state(case) == agreement.State.TO_TELL
    both = _at_once(
        lambda: bureau.by(CLERK, lambda d: hand_over(d, case.id, Doing(DAY, "移交"))),
        lambda: bureau.by(people.SECOND_CLERK, lambda d: hand_over(d, case.id, Doing(DAY, "移交"))),
    )
    assert [one for one in both if isinstance(one, str)] == ["casework.not_now"]
    assert bureau.sound()
