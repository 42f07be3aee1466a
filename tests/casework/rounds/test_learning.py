"""What people decide teaches: precision of rules, silence for a subject, the blind second look, pace."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.casework.rounds.conftest import Bureau
from tests.cli.shell import Shell

from yibao.casework import rounds
from yibao.casework.rounds import Order, Outcome
from yibao.kernel import Refused

MOST = "SELECT rule FROM finding WHERE state = 'open'"


def test_false_alarms_and_true_ones_make_the_precision_of_a_rule(
    bureau: Bureau, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = str(bureau.value(f"{MOST} GROUP BY rule ORDER BY count(*) DESC, rule LIMIT 1"))
    one = bureau.new(Order(rules=(rule,), limit=12))
    lines = bureau.lines(one.code)
    with bureau.at("zhang") as desk:
        rounds.open_lines(desk, [line.finding for line in lines if line.sampled])
        rounds.first_review(desk, "dismiss", lines[:4], day=bureau.day, reason="急诊例外")
        [told] = rounds.precision(desk.unit, desk.policy, bureau.day)
    assert (told.share.part, told.share.base, told.enough) == (0, 4, False)
    assert told.text.zh == "样本不足（n=4）" and "precision" not in told.as_json()
    bureau.pass_all(one.code)
    bureau.send(one.code)
    for line in lines[4:]:
        bureau.decided(line)
    with bureau.at("zhang") as desk:
        policy = desk.policy.with_value("casework.round.least_judged", 12)
        [told] = rounds.precision(desk.unit, policy, bureau.day)
        [pace] = rounds.pace(desk.unit)
    assert (told.share.part, told.share.base, told.enough) == (8, 12, True)
    assert told.text.zh == "66.7%（39.1–86.2，n=12）"
    assert (pace["decisions"], pace["reopened"]) == (12, 0) and pace["timed"] >= 1
    assert pace["median_seconds"] is not None
    with bureau.at("sun") as desk, pytest.raises(Refused, match=r"access\.denied"):
        rounds.reopen(desk, rounds.find_lines(desk, [lines[0].finding]), day=bureau.day, reason="x")
    with bureau.at("qian") as desk:
        rounds.reopen(
            desk, rounds.find_lines(desk, [lines[0].finding]), day=bureau.day, reason="规则说明更新"
        )
        assert rounds.pace(desk.unit)[0]["reopened"] == 1
    shell = Shell(bureau.register, capsys, monkeypatch)
    listed = json.loads(shell("rules", "list", "--precision", "--json")[1])["rules"]
    [mine] = next(known["confirmed"] for known in listed if known["id"] == rule)
    assert (mine["right"], mine["judged"], mine["enough"]) == (8, 12, False), (
        "thirty are wanted to tell a share"
    )
    assert all(known["confirmed"] == [] for known in listed if known["id"] != rule)
    assert "人工确认准确率 样本不足（n=12）" in shell("rules", "show", rule, "--precision")[1]
    assert [line.state for line in bureau.lines(one.code)[:1]] == ["withdrawn"]
    assert bureau.new(Order(rules=(rule,))).held == one.lines - 1, (
        "its institution is heard again in another round"
    )


def test_a_silent_rule_keeps_its_findings_out_and_counts_them(bureau: Bureau) -> None:
    rule = str(
        bureau.value(f"{MOST} GROUP BY rule ORDER BY count(DISTINCT institution_id) DESC, rule LIMIT 1")
    )
    first = bureau.value(
        "SELECT institution_id FROM finding WHERE state = 'open' AND rule = :r LIMIT 1", r=rule
    )
    institution = int(str(first))
    of_both = "SELECT count(*) FROM finding WHERE state = 'open' AND rule = :r AND institution_id = :i"
    number = bureau.value(of_both, r=rule, i=institution)
    until = bureau.day + 30

    def snooze(desk: Any, **more: Any) -> int:
        said = {"institution": institution, "until": until, "reason": "接口错误，已约定更正"} | more
        return rounds.snooze(desk, rule, day=bureau.day, **said)

    with bureau.at("wang") as desk:
        for wrong, code in (
            ({"institution": None}, "snooze_subject"),
            ({"until": bureau.day}, "snooze_days"),
            ({"reason": " "}, "no_reason"),
        ):
            with pytest.raises(Refused, match=rf"casework\.{code}"):
                snooze(desk, **wrong)
        key = snooze(desk)
        [told] = rounds.silences(desk.unit, bureau.day)
    assert told["findings"] == number
    one = bureau.new(Order(rules=(rule,)))
    assert one.snoozed == number and institution not in {
        line.institution_id for line in bureau.lines(one.code)
    }
    with bureau.at("wang") as desk:
        rounds.wake(desk, key, day=bureau.day + 1)
        with pytest.raises(Refused, match=r"casework\.not_silent"):
            rounds.wake(desk, key, day=bureau.day + 1)
    bureau.day += 1
    again = bureau.new(Order(rules=(rule,)))
    assert (again.lines, again.snoozed, again.held) == (number, 0, one.lines)


def test_a_blind_review_does_not_see_the_first_and_is_not_by_who_acted(
    sent_bureau: tuple[Bureau, str],
) -> None:
    bureau, code = sent_bureau
    lines = [line for line in bureau.lines(code) if line.at_stake.total_fen > 1][:4]
    for line in lines:
        bureau.decided(line)
    with bureau.at("qian") as desk:
        assert rounds.draw(desk, lines[0].round, 5, day=bureau.day) == 1
        assert rounds.draw(desk, lines[0].round, 5, day=bureau.day) == 1, "what was drawn is not drawn again"
        listed = rounds.blind_list(desk.unit)
    assert all("full" not in str(one.as_json()) for one in listed), "what was decided is not told"
    first, second = (next(x for x in lines if x.finding == one.finding) for one in listed)

    def look(desk: Any, line: rounds.Line, outcome: Outcome, reason: str = "独立意见") -> None:
        rounds.blind_review(
            desk, rounds.find_lines(desk, [line.finding])[0], outcome, day=bureau.day, reason=reason
        )

    def refused(name: str, line: rounds.Line) -> str:
        with pytest.raises(Refused) as told, bureau.at(name) as desk:
            look(desk, line, Outcome.FULL)
        return told.value.code

    assert refused("wang", first) == "access.four_eyes"
    assert (
        refused("sun", next(x for x in lines if x.finding not in {first.finding, second.finding}))
        == "casework.not_drawn"
    )
    with bureau.at("sun") as desk:
        look(desk, first, Outcome.FULL)
        look(desk, second, Outcome.NONE)
        share = rounds.agreement(desk.unit)
    assert (share.part, share.base) == (1, 2)
    assert refused("zhao", first) == "casework.reviewed_already"
