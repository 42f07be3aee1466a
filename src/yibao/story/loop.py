"""The loop as a whole: the long story of one doctor and one hospital, and the short one of one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from yibao.archive import credit, files
from yibao.archive.files import FactKind, Subject, SubjectKind
from yibao.archive.points import Level
from yibao.bootstrap import House
from yibao.casework.cases import Case, Doing
from yibao.casework.findings import money
from yibao.casework.penalty import Article, Fault
from yibao.consequence import EFFECTS, Choice, due, follow, order, undo_fallen
from yibao.kernel import Text, day_of_ymd
from yibao.remedy import Claimed, Owed, Way, act, carry, contest, refuse, settle_again
from yibao.story import person_part as person
from yibao.story.audit_part import play_audit
from yibao.story.cast import Cast
from yibao.story.penalty_part import decide, open_case, tell_and_hear
from yibao.story.plot import Plot, Refusable, find_plot, later_bill
from yibao.story.stage import Stage, Step, refuse_real_people

BEGINS = day_of_ymd(20260105)
"""The Monday on which the story begins; the finding is of a bill before it."""


REGISTERED = day_of_ymd(20250616)
"""When the doctor was registered: long enough before to be rated."""


def play(house: House, tell: Callable[[Step], None]) -> list[Step]:
    """Play the loop on a synthetic city; ``tell`` hears each step as it is done. Gives the steps.

    Raises `Refused`: ``story.accounts`` in a home that people work in, ``story.no_finding``, ``story.future``.
    """
    with house.register.unit_of_work("story") as unit:
        refuse_real_people(unit)
    policy = house.policy()
    stage = Stage(house, policy, Cast(policy.region), BEGINS, tell)
    plot = find_plot(house, last_day=BEGINS - 1)
    credit.open_city_files(house.home, house.register, actor="story")
    _play_penalty(stage, plot)
    stage.day = BEGINS
    play_audit(stage, find_plot(house, last_day=BEGINS - 1, without=frozenset({plot.institution_id})))
    return stage.steps


def _play_penalty(stage: Stage, plot: Plot) -> None:
    stage.day = REGISTERED
    doctor = person.register(stage, plot)
    stage.day = BEGINS
    person.rate(stage, doctor)
    stage.later(1)
    case = open_case(stage, plot)
    first = tell_and_hear(stage, case, plot, Article.FRAUD)
    decide(stage, case, first)
    hospital = stage.by(
        stage.cast.clerk, lambda d: files.of_lake(d.unit, SubjectKind.INSTITUTION, plot.institution_id)
    )
    _draw_consequences(stage, hospital)
    stage.later(1)
    instrument = person.newest(stage, hospital.id, FactKind.PENALIZED)
    number = person.name_responsible(stage, doctor, instrument, "D1", Level.MAIN)
    _refuse_bill(stage, plot, doctor)
    person.rate(stage, doctor)
    person.object_and_review(stage, plot, doctor, number)
    _review_annuls(stage, plot, case)
    _settle(stage, doctor)
    stage.later(5)
    again = tell_and_hear(stage, case, plot, Article.LOSS)
    decide(stage, case, again)
    stage.later(1)
    instrument = person.newest(stage, hospital.id, FactKind.PENALIZED)
    person.name_responsible(stage, doctor, instrument, "B1", Level.MAIN)
    stage.later(3)
    person.train(stage, doctor, 4)
    person.rate(stage, doctor)


def _draw_consequences(stage: Stage, hospital: Subject) -> None:
    """Order what the decision demands: by law at once, and by a named person what the law leaves to somebody."""
    stage.by(stage.cast.clerk, lambda d: follow(d, hospital.number, stage.day))
    waiting = stage.by(stage.cast.agency_head, lambda d: due(d, hospital.number, stage.day))
    must = [one for one in waiting if one.must]
    names = "、".join(EFFECTS[one.effect].zh for one in must)
    stage.step(
        Text(zh="后果：由人决定", en="consequences, ordered by a person"), stage.cast.agency_head,
        lambda d: [order(d, Choice(one.effect, one.cause, "骗取基金，依法必须"), stage.day) for one in must],
        lambda made: Text(
            zh=f"{hospital.number}：{names or '—'}（{len(made)} 项）", en=f"{hospital.number}: {len(made)} ordered"
        ),
    )  # fmt: skip


def _refuse_bill(stage: Stage, plot: Plot, doctor: Subject) -> None:
    """Refuse bills of the doctor while the qualification has ended."""
    found: list[Refusable] = later_bill(stage.house, plot.practitioner_id, stage.day)
    if not found:
        return
    one = found[0]
    stage.later(max(0, one.day - stage.day))
    claimed = Claimed(one.bill, one.day, one.fund_fen, one.line, one.institution_id)
    stage.step(
        Text(zh="费用不予结算", en="a bill is refused"), stage.cast.clerk, lambda d: refuse(d, doctor.id, claimed),
        lambda _: Text(
            zh=f"{one.bill}：基金 {money(one.fund_fen)}，支付资格已终止（急诊、抢救除外）",
            en=f"{one.bill}: {money(one.fund_fen)} of the fund, the qualification has ended (emergencies excepted)",
        ),
    )  # fmt: skip


def _review_annuls(stage: Stage, plot: Plot, case: Case) -> None:
    """Let the hospital ask for review, and the review body annul the basis: the case is decided anew, never heavier."""
    cast = stage.cast
    hospital = cast.hospital(plot.institution_id)
    asked = stage.step(
        Text(zh="行政复议", en="administrative review"), hospital,
        lambda d: contest(d, case.id, Way.REVIEW, "市人民政府", stage.doing("不构成骗取，适用条款错误")),
        lambda one: Text(zh=f"{one.number}：向市人民政府申请复议", en=f"{one.number}: asked of the city's government"),
    )  # fmt: skip
    stage.later(2)
    stage.by(cast.supervisor, lambda d: act(d, asked.id, "taken", stage.doing("复议机关受理")))
    stage.later(8)
    stage.by(cast.supervisor, lambda d: act(d, asked.id, "answer", stage.doing("提交书面答复")))
    stage.later(30)
    stage.step(
        Text(zh="复议撤销第四十条决定", en="the review annuls the decision under Art. 40"), cast.second_head,
        lambda d: carry(
            d, asked.id, "annul", Doing(stage.day, "伪造文书证据不足，责令重新作出"), anew=Fault.LAW
        ),
        lambda _: Text(
            zh="决定撤销；记分、状态、信用扣分与措施随之不计，案件重新办理，不得加重",
            en="annulled; points, status, marks and effects fall with it; the case is taken up again, never heavier",
        ),
    )  # fmt: skip
    stage.step(
        Text(zh="措施随之撤销", en="effects are undone"), cast.clerk, lambda d: undo_fallen(d, stage.day),
        lambda undone: Text(
            zh=f"{'、'.join(EFFECTS[one.effect].zh for one in undone) or '已随案件撤销'}",
            en=f"{', '.join(EFFECTS[one.effect].en for one in undone) or 'undone with the case'}",
        ),
    )  # fmt: skip


def _settle(stage: Stage, doctor: Subject) -> None:
    stage.step(
        Text(zh="状态重新得出，拒付费用重新结算", en="status derived anew, refused bills settled"), stage.cast.second_clerk,
        lambda d: settle_again(d, doctor.id, stage.day),
        lambda owed: Text(
            zh=f"{person.where_stands(stage, doctor).zh}；重新结算 {len(owed)} 笔 {_fund(owed)}",
            en=f"{person.where_stands(stage, doctor).en}; {len(owed)} bills settled, {_fund(owed)}",
        ),
    )  # fmt: skip


def _fund(owed: Sequence[Owed]) -> str:
    return money(sum(one.refused.fund_fen for one in owed))
