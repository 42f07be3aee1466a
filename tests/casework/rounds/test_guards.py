"""What is refused: one person for two, a group unseen, a round too early or too late, twice the same, money twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.casework.rounds.conftest import NOON, Bureau, fresh, refused

from yibao.casework import rounds
from yibao.casework.agreement import MACHINE as AGREEMENT
from yibao.casework.cases import Amount, Doing, Opening, open_cases, standing_amounts
from yibao.casework.rounds import Answer, Order, Outcome, Said, View
from yibao.kernel import date_of, day_of_ymd


def test_a_round_waits_ten_minutes_in_which_it_can_be_recalled(bureau: Bureau) -> None:
    one, day = bureau.new(Order(limit=5)), bureau.day

    def send(desk):
        return rounds.send(desk, one.code, day=day, now=NOON)

    assert refused(bureau, "li", send) == "casework.not_reviewed"
    bureau.pass_all(one.code)
    with bureau.at("li") as desk:
        assert send(desk).leaves_at == NOON + timedelta(minutes=10)

    def go(desk: Any, minutes: int, name: str = "dispatch") -> Any:
        at = NOON + timedelta(minutes=minutes)
        if name == "recall":
            return rounds.recall(desk, one.code, day=day, now=at)
        return rounds.dispatch(desk, bureau.home, bureau.register, one.code, day=day, now=at)

    assert refused(bureau, "li", lambda desk: go(desk, 9)) == "casework.still_waiting"
    with bureau.at("li") as desk:
        assert go(desk, 9, "recall").state == "composing"
        send(desk)
    assert bureau.value("SELECT count(*) FROM notice") == 0, "nobody was told of what was recalled"
    assert refused(bureau, "li", lambda desk: go(desk, 10, "recall")) == "casework.too_late_to_recall"
    assert refused(bureau, "zhang", lambda desk: go(desk, 10)) == "access.four_eyes", (
        "who reviewed does not send"
    )
    with bureau.at("li") as desk:
        sent = go(desk, 10)
    assert {(date_of(d.due_day).isoformat(), date_of(d.confirm_day).isoformat()) for d in sent} == {
        ("2026-03-17", "2026-03-13")
    }
    noticed = "SELECT count(*) FROM finding WHERE notice IS NOT NULL"
    assert bureau.value(noticed) == 5, (
        "a sent round is a notice: what comes back now is returned, not corrected"
    )
    assert refused(bureau, "li", lambda desk: go(desk, 20, "recall")) == "casework.not_now"
    assert refused(bureau, "li", lambda desk: go(desk, 20)) == "casework.not_now"


def test_a_group_is_reviewed_only_after_its_sample_was_opened_by_the_same_person(bureau: Bureau) -> None:
    one = bureau.new(Order(limit=200), seed=3)
    lines = bureau.lines(one.code)
    drawn = {line.finding for line in lines if line.sampled}
    with bureau.at("zhang") as desk:
        found = rounds.groups(desk, one.code)
    assert sum(len(g.lines) for g in found) == 200
    assert all(len(g.sample) == max(1, -(-len(g.lines) // 20)) for g in found), (
        "five of a hundred, one at least"
    )

    def passing(desk):
        return rounds.first_review(desk, "pass", lines, day=bureau.day)

    assert refused(bureau, "zhang", passing) == "casework.sample_not_opened"
    with bureau.at("li") as desk:
        rounds.open_lines(desk, sorted(drawn))
    assert refused(bureau, "zhang", passing) == "casework.sample_not_opened", (
        "another's eyes are not one's own"
    )
    with bureau.at("zhang") as desk:
        rounds.open_lines(desk, sorted(drawn))
        passing(desk)


def test_second_review_decision_and_reconsideration_are_three_other_people(
    sent_bureau: tuple[Bureau, str],
) -> None:
    bureau, code = sent_bureau
    line, day = next(one for one in bureau.lines(code) if one.at_stake.total_fen > 1), bureau.day
    bureau.appealed(line)
    view = View(Outcome.FULL)

    def do(desk):
        return rounds.review(desk, [fresh(bureau, line)], view, day=day, reason="核对病历")

    assert refused(bureau, "zhang", do) == "access.four_eyes"
    assert refused(
        bureau, "wang", lambda d: rounds.review(d, [fresh(bureau, line)], view, day=day, reason=" ")
    ) == ("casework.no_reason")
    stale = fresh(bureau, line)
    with bureau.at("wang") as desk:
        do(desk)
    assert (
        refused(bureau, "wang", lambda d: rounds.review(d, [stale], view, day=day, reason="x"))
        == "casework.stale"
    )
    over = View(Outcome.PART, line.at_stake.total_fen + 1)

    def decide(desk, **more):
        return rounds.decide(desk, [fresh(bureau, line)], day=day, reason="同意", **more)

    assert refused(bureau, "qian", lambda d: decide(d, view=over)) == "casework.beyond_stake"
    assert refused(bureau, "qian", lambda d: decide(d, view=View(Outcome.PART))) == "casework.part_without"
    assert refused(bureau, "wang", decide) == "access.denied", "a reviewer does not decide"
    with bureau.at("qian") as desk:
        decide(desk)
    assert refused(bureau, "qian", decide) == "casework.not_now", "what is decided is not decided again"
    with bureau.at("li") as desk:
        number = rounds.plan(desk, 202604, day=day).number
        rounds.execute(desk, number, day=day, voucher="V1")
    assert (
        refused(bureau, "li", lambda d: rounds.execute(d, number, day=day, voucher="V1"))
        == "casework.plan_over"
    )

    def ask(desk, on):
        return rounds.ask_reconsideration(desk, [fresh(bureau, line)], day=on, reason="有新证据")

    staff = f"inst:{line.institution_id}"
    assert refused(bureau, staff, lambda d: ask(d, day + 16)) == "casework.too_late"
    assert refused(bureau, "li", lambda d: rounds.close_lines(d, [fresh(bureau, line)], day=day)) == (
        "casework.can_still_ask"
    )
    with bureau.at(staff) as desk:
        ask(desk, day + 15)
    for name in ("wang",):
        assert refused(
            bureau, name, lambda d: rounds.uphold(d, [fresh(bureau, line)], day=day + 15, reason="x")
        ) == ("access.four_eyes")
    with bureau.at("zhao") as desk:
        part = line.at_stake.total_fen // 2
        rounds.grant(desk, [fresh(bureau, line)], day=day + 15, reason="部分成立", part_fen=part)
        assert standing_amounts(desk.unit, line.case_id)[Amount.RECOVERED] == line.at_stake, (
            "not yet given back"
        )


def test_not_mine_goes_on_to_whom_one_names_and_never_in_circles(sent_bureau: tuple[Bureau, str]) -> None:
    bureau, code = sent_bureau
    line, day = bureau.lines(code)[0], bureau.day
    staff = f"inst:{line.institution_id}"
    with bureau.at(staff) as desk:
        rounds.to_department(desk, [fresh(bureau, line)], "A03", day=day)
    with bureau.at(staff) as desk:
        rounds.to_doctor(desk, [fresh(bureau, line)], "DR1", day=day)
    with bureau.at(staff) as desk:
        rounds.not_mine(desk, [fresh(bureau, line)], day=day, reason="当日不在岗", proposed="DR2")
    here = fresh(bureau, line)
    assert (here.state, here.doctor, here.not_by) == ("at_doctor", "DR2", ("DR1",))

    def again(d):
        return rounds.not_mine(d, [fresh(bureau, line)], day=day, reason="也不是我", proposed="DR1")

    assert refused(bureau, staff, again) == "casework.passed_back"

    def late(d):
        return rounds.not_mine(d, [fresh(bureau, line)], day=day_of_ymd(20260314), reason="x", proposed="DR3")

    assert refused(bureau, staff, late) == "casework.too_late_to_deny"
    with bureau.at("wang") as desk:
        assert rounds.silent_doctors(desk, code, day=day_of_ymd(20260313)) == []
        assert [one.doctor for one in rounds.silent_doctors(desk, code, day=day_of_ymd(20260314))] == ["DR2"]
    with bureau.at(staff) as desk:
        rounds.fill(desk, fresh(bureau, line), Said(Answer.DISPUTE, "诊疗需要"), day=day_of_ymd(20260315))
    assert fresh(bureau, line).state == "at_office", "nothing has left the house"
    foreign = next(one for one in bureau.lines(code) if one.institution_id != line.institution_id)
    assert (
        refused(bureau, staff, lambda d: rounds.to_department(d, [foreign], "A03", day=day))
        == "access.denied"
    )


def test_what_lapsed_is_confirmed_by_a_person_and_what_was_asked_is_asked_once(
    sent_bureau: tuple[Bureau, str],
) -> None:
    bureau, code = sent_bureau
    line, lapsing = bureau.lines(code)[:2]
    bureau.appealed(line)

    def more(d):
        return rounds.ask_more(d, [fresh(bureau, line)], day=bureau.day, reason="补病程记录")

    with bureau.at("wang") as desk:
        more(desk)
    with bureau.at(f"inst:{line.institution_id}") as desk:
        rounds.supplement(desk, fresh(bureau, line), day=bureau.day, statement="病程记录见附件")
    assert refused(bureau, "wang", more) == "casework.asked_already"
    assert (
        refused(bureau, "wang", lambda d: rounds.cut_off(d, code, day=bureau.day + 15))
        == "casework.still_running"
    )
    bureau.day += 16
    with bureau.at("wang") as desk:
        _, lapsed = rounds.cut_off(desk, code, day=bureau.day)
    assert len(lapsed) == 59 and fresh(bureau, lapsing).state == "lapsed"

    def decide(d):
        return rounds.decide(d, [fresh(bureau, lapsing)], day=bureau.day, reason="逾期")

    assert refused(bureau, "qian", decide) == "casework.not_now", "silence alone executes nothing"

    def confirm(d):
        return rounds.confirm(d, [fresh(bureau, lapsing)], View(Outcome.FULL), day=bureau.day)

    assert refused(bureau, "zhang", confirm) == "access.four_eyes"
    with bureau.at("wang") as desk:
        confirm(desk)
    assert refused(bureau, "qian", lambda d: rounds.sum_up(d, code, day=bureau.day)) == "casework.undecided"


def test_a_panel_is_odd_speaks_in_full_and_needs_a_majority(sent_bureau: tuple[Bureau, str]) -> None:
    bureau, code = sent_bureau
    line, day = max(bureau.lines(code), key=lambda one: one.at_stake.total_fen), bureau.day
    bureau.appealed(line)

    def call(desk: Any, *members: str) -> Any:
        return rounds.call_panel(desk, [fresh(bureau, line)], members, day=day, reason="医学判断")

    for members in (("e1", "e2"), ("e1", "e1", "e2"), ("e1",)):
        assert refused(bureau, "wang", lambda d, m=members: call(d, *m)) == "casework.panel_size"
    assert refused(bureau, "wang", lambda d: call(d, "e1", "e2", "wang")) == "casework.panel_member"
    with bureau.at("wang") as desk:
        call(desk, "e1", "e2", "e3")

    def vote(name: str, view: View) -> None:
        with bureau.at(name) as desk:
            rounds.vote(desk, fresh(bureau, line), view, day=day, reason="意见")

    assert refused(
        bureau, "zhao", lambda d: rounds.vote(d, fresh(bureau, line), View(Outcome.FULL), day=day, reason="x")
    ) == ("casework.not_seated")
    vote("e1", View(Outcome.FULL))
    vote("e2", View(Outcome.NONE))

    def conclude(d):
        return rounds.conclude(d, fresh(bureau, line), day=day)

    assert refused(bureau, "wang", conclude) == "casework.panel_open"
    third = line.at_stake.total_fen // 3
    vote("e3", View(Outcome.PART, third))
    assert refused(bureau, "wang", conclude) == "casework.no_majority"
    vote("e1", View(Outcome.PART, 2 * third))
    with bureau.at("wang") as desk:
        conclude(desk)
    here = fresh(bureau, line)
    assert (here.outcome, here.proposed and here.proposed.total_fen) == (Outcome.PART, third), (
        "the lower of two parts"
    )


def test_what_is_handed_over_is_frozen_here_until_another_case_takes_it(
    sent_bureau: tuple[Bureau, str],
) -> None:
    bureau, code = sent_bureau
    line, other = bureau.lines(code)[:2]
    for one in (line, other):
        with bureau.at("li") as desk:
            rounds.hand_over(desk, [fresh(bureau, one)], day=bureau.day, reason="涉嫌虚构服务")
    bureau.day += 1

    def decide(d):
        return rounds.decide(d, [fresh(bureau, line)], day=bureau.day, reason="x")

    assert refused(bureau, "qian", decide) == "casework.not_now"

    def acknowledge(d):
        return rounds.acknowledge(d, [fresh(bureau, line)], day=bureau.day)

    assert refused(bureau, "li", acknowledge) == "casework.not_taken"

    def take(desk: Any, taken_from: frozenset[int]) -> Any:
        opening = Opening(
            line.region, "虚构服务", line.institution_id, findings=(line.finding_id,), taken_from=taken_from
        )
        return open_cases(desk, AGREEMENT, "register", [(opening, Doing(bureau.day, "稽核移交"))])

    assert refused(bureau, "li", lambda d: take(d, frozenset())) == "casework.held"
    with bureau.at("li") as desk:
        take(desk, frozenset({line.case_id}))
        acknowledge(desk)
    assert refused(
        bureau, "li", lambda d: rounds.hand_back(d, [fresh(bureau, line)], day=bureau.day, reason="x")
    ) == ("casework.taken_already")
    with bureau.at("li") as desk:
        assert rounds.unacknowledged(desk, day=bureau.day) == []
        late = rounds.unacknowledged(desk, day=bureau.day + 30)
    assert [one.finding for one, _ in late] == [other.finding], (
        "a transfer that nobody acknowledged is not forgotten"
    )
    with bureau.at("li") as desk:
        rounds.hand_back(desk, [fresh(bureau, other)], day=bureau.day, reason="不属稽核")
    assert fresh(bureau, other).state == "withdrawn"
    assert bureau.new(Order()).held == 59, "it is free for another round"


def test_an_institution_sees_what_was_sent_to_it_and_no_view_before_the_decision(bureau: Bureau) -> None:
    one = bureau.new(Order(limit=30))
    line = bureau.lines(one.code)[0]
    staff = f"inst:{line.institution_id}"
    with bureau.at(staff) as desk:
        assert rounds.list_rounds(desk) == [] and rounds.list_lines(desk, one.code) == []
    assert refused(bureau, staff, lambda d: rounds.open_lines(d, [line.finding])) == "casework.unknown_line"
    bureau.pass_all(one.code)
    bureau.send(one.code)
    bureau.appealed(line)
    with bureau.at("wang") as desk:
        rounds.review(desk, [fresh(bureau, line)], View(Outcome.FULL), day=bureau.day, reason="内部意见")
    with bureau.at(staff) as desk:
        seen = rounds.list_lines(desk, one.code)
        assert {x.institution_id for x in seen} == {line.institution_id}
        assert [x.proposed for x in seen if x.finding == line.finding] == [None]
        view = rounds.show_round(desk, one.code).as_json()
    assert (view["acts"], view["seed"], view["lines"]) == ([], 0, len(seen))
