"""The agency's part: one line on the payment-audit track, from the finding to money given back after reconsideration."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from yibao.casework import rounds
from yibao.casework.cases import Desk
from yibao.casework.findings import money
from yibao.casework.rounds import Answer, Line, Order, Outcome, Said, View
from yibao.kernel import Text, date_of
from yibao.story.plot import Plot
from yibao.story.stage import Stage


def play_audit(stage: Stage, plot: Plot) -> None:
    """Play a round: reviewed, sent, answered, reviewed again, decided, deducted, reconsidered, given back in part."""
    cast, house = stage.cast, stage.house
    hospital = cast.hospital(plot.institution_id)
    order = Order(rules=(plot.rule,), institutions=(plot.institution_id,))
    made = stage.step(
        Text(zh="编制批次", en="a round is made"), cast.clerk,
        lambda d: rounds.new_round(d, house.home, house.register, order, day=stage.day, seed=1),
        lambda one: Text(zh=f"{one.code}：{one.lines} 条疑点", en=f"{one.code}: {one.lines} lines"),
    )  # fmt: skip
    stage.by(cast.clerk, lambda d: _first_review(d, made.code, stage.day))
    stage.by(cast.second_clerk, lambda d: rounds.send(d, made.code, day=stage.day, now=_noon(stage.day)))
    later = _noon(stage.day) + timedelta(hours=1)
    stage.step(
        Text(zh="下发机构", en="sent to the institution"), cast.second_clerk,
        lambda d: rounds.dispatch(d, house.home, house.register, made.code, day=stage.day, now=later),
        lambda sent: Text(
            zh=f"{sum(one.lines for one in sent)} 条，撤回时间已过，通知到达",
            en=f"{sum(one.lines for one in sent)} lines; the time to recall is over, the notice has arrived",
        ),
    )  # fmt: skip
    stage.later(3)
    line = stage.by(hospital, lambda d: rounds.list_lines(d, made.code))[0]
    stage.step(
        Text(zh="疑点申诉", en="the institution answers"), hospital,
        lambda d: rounds.answer(d, {line.case_id: Said(Answer.DISPUTE, "病情需要，附检查报告")}, day=stage.day),
        lambda _: Text(zh=f"{line.finding} 不认可：病情需要", en=f"{line.finding} disputed: medically needed"),
    )  # fmt: skip
    stage.later(2)
    stage.by(
        cast.reviewer,
        lambda d: rounds.review(
            d, _fresh(d, line), View(Outcome.FULL), day=stage.day, reason="报告不支持所述病情"
        ),
    )
    stage.later(1)
    stage.step(
        Text(zh="终审", en="final decision"), cast.agency_head,
        lambda d: rounds.decide(d, _fresh(d, line), day=stage.day, reason="同意复审意见"),
        lambda _: Text(
            zh=f"扣款 {money(line.at_stake.total_fen)}（基金 {money(line.at_stake.fund_fen)}，"
            f"个人 {money(line.at_stake.patient_fen)}）",
            en=f"{money(line.at_stake.total_fen)} is deducted (fund {money(line.at_stake.fund_fen)}, "
            f"patients {money(line.at_stake.patient_fen)})",
        ),
    )  # fmt: skip
    stage.later(5)
    _deduct(stage, "V-0001", Text(zh="执行扣款计划", en="the deduction is carried out"))
    stage.later(3)
    stage.by(
        hospital,
        lambda d: rounds.ask_reconsideration(
            d, _fresh(d, line), day=stage.day, reason="补充上级医院会诊意见"
        ),
    )
    stage.later(2)
    stage.step(
        Text(zh="扣款复议：部分退还", en="reconsidered: part is given back"), cast.second_reviewer,
        lambda d: rounds.grant(
            d, _fresh(d, line), day=stage.day, reason="会诊意见成立一半", part_fen=max(1, line.at_stake.total_fen // 2)
        ),
        lambda _: Text(
            zh=f"退还 {money(max(1, line.at_stake.total_fen // 2))}",
            en=f"{money(max(1, line.at_stake.total_fen // 2))} goes back",
        ),
    )  # fmt: skip
    stage.later(5)
    _deduct(stage, "V-0002", Text(zh="退还到账", en="the refund has arrived"))


def _first_review(desk: Desk, code: str, day: int) -> None:
    lines = rounds.list_lines(desk, code)
    rounds.open_lines(desk, [one.number for one in lines if one.sampled])
    rounds.first_review(desk, "pass", lines, day=day)


def _fresh(desk: Desk, line: Line) -> list[Line]:
    return rounds.find_lines(desk, [line.number])


def _deduct(stage: Stage, voucher: str, title: Text) -> None:
    cast, month = stage.cast, date_of(stage.day)
    made = stage.by(cast.clerk, lambda d: rounds.plan(d, month.year * 100 + month.month, day=stage.day))
    stage.step(
        title, cast.second_clerk, lambda d: rounds.execute(d, made.number, day=stage.day, voucher=voucher),
        lambda one: Text(zh=f"计划 {one.number}，凭证 {voucher}", en=f"plan {one.number}, voucher {voucher}"),
    )  # fmt: skip


def _noon(day: int) -> datetime:
    return datetime.combine(date_of(day), time(4), tzinfo=UTC)
