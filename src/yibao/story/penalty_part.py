"""The bureau's part: from a finding to a decision under an article of the Regulation, and anew after a review."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from yibao.access import Actor
from yibao.casework import penalty
from yibao.casework.cases import Amount, Case, Desk, in_purses, opening_about, standing_amounts
from yibao.casework.findings import money
from yibao.casework.penalty import ARTICLE_NAMES, Article, Measures, Officer, lawful_range
from yibao.kernel import Text, date_of
from yibao.story.plot import Plot
from yibao.story.stage import Stage

CAUSE = "挂床住院、伪造医学文书"


def open_case(stage: Stage, plot: Plot) -> Case:
    """Take the finding down as a clue and file it: a second person approves, two officers are assigned."""
    cast = stage.cast
    officers = (Officer(cast.officer.name, "演示A001"), Officer(cast.second_officer.name, "演示A002"))

    purses = in_purses(stage.house.home, stage.house.register, [plot.code])

    def register(desk: Desk) -> Case:
        opening, amounts = opening_about(desk.unit, [plot.code], CAUSE, purses=purses)
        doing = replace(stage.doing("审核发现，登记线索"), amounts=amounts)
        return penalty.register(desk, opening, doing)

    case = stage.step(
        Text(zh="疑点登记为线索", en="the finding is taken down as a clue"), cast.supervisor, register,
        lambda one: Text(
            zh=f"疑点 {plot.code}，涉及 {money(plot.at_stake_fen)} → 案件 {one.number}",
            en=f"finding {plot.code}, {money(plot.at_stake_fen)} at stake → case {one.number}",
        ),
    )  # fmt: skip
    stage.by(
        cast.supervisor, lambda d: penalty.act(d, case.id, "propose_filing", stage.doing("初步核查属实"))
    )
    stage.later(2)
    _plain(
        stage,
        case,
        cast.head,
        "file",
        "符合立案条件",
        "立案",
        "filed",
        "由另一人批准立案",
        "approved by a second person",
    )
    stage.by(cast.supervisor, lambda d: penalty.assign(d, case.id, officers, stage.doing("指定两名执法人员")))
    stage.later(10)
    digest = hashlib.sha256(plot.code.encode()).hexdigest()
    piece = {"name": "病历与检查报告", "kind": "documentary", "sha256": digest, "proves": "检查报告系伪造"}
    stage.by(
        cast.officer, lambda d: penalty.add_evidence(d, case.id, [piece], stage.doing("调取并核对原始病历"))
    )
    return case


def tell_and_hear(stage: Stage, case: Case, plot: Plot, article: Article) -> Measures:
    """Report, review, tell the party facts, reasons, basis and rights, hear it, weigh what it said."""
    cast = stage.cast
    stage.by(cast.officer, lambda d: penalty.act(d, case.id, "report", stage.doing("调查终结，事实清楚")))
    stage.later(3)
    stage.by(cast.lawyer, lambda d: penalty.act(d, case.id, "pass_review", stage.doing("证据确凿，程序合法")))
    stage.later(1)
    measures = measures_of(stage, case, plot, article)
    stage.by(cast.officer, lambda d: penalty.tell(d, case.id, measures, stage.doing("拟处罚告知")))
    stage.step(
        Text(zh="告知", en="the party is told"), cast.officer,
        lambda d: penalty.serve_notice(d, case.id, stage.doing("直接送达")),
        lambda _: Text(
            zh=f"{ARTICLE_NAMES[article].zh}：退回 {money(measures.refund_fen)}，拟罚款 {money(measures.fine_fen)}；"
            "告知事实、理由、依据和陈述申辩权",
            en=f"{ARTICLE_NAMES[article].en}: {money(measures.refund_fen)} back, a fine of {money(measures.fine_fen)}; "
            "told of facts, reasons, basis and the right to defend",
        ),
    )  # fmt: skip
    stage.later(2)
    hospital = cast.hospital(plot.institution_id)
    stage.step(
        Text(zh="陈述申辩", en="the party states and defends"), hospital,
        lambda d: penalty.answer(d, case.id, "defend", stage.doing("部分检查确已做，报告系补录")),
        lambda _: Text(zh="医院陈述：报告系补录，并非虚构", en="the hospital: the reports were entered late, not invented"),
    )  # fmt: skip
    if stage.by(hospital, lambda d: penalty.dossier(d.unit, case.id)).told.hearing_due:  # type: ignore[union-attr]
        stage.by(hospital, lambda d: penalty.answer(d, case.id, "waive_hearing", stage.doing("书面放弃听证")))
    stage.later(1)
    stage.by(
        cast.second_officer,
        lambda d: penalty.weigh(d, case.id, stage.doing("复核：申辩理由不足，不因申辩加重")),
    )
    return measures


def decide(stage: Stage, case: Case, measures: Measures) -> penalty.Decision:
    """Decide, after the collective discussion where the case is grave, and serve the decision."""
    cast = stage.cast
    if stage.by(cast.officer, lambda d: penalty.dossier(d.unit, case.id)).told.hearing_due:  # type: ignore[union-attr]
        stage.by(cast.officer, lambda d: penalty.act(d, case.id, "discuss", stage.doing("提请集体讨论")))
        stage.by(cast.head, lambda d: penalty.act(d, case.id, "conclude", stage.doing("集体讨论同意")))
    stage.later(1)
    made = stage.step(
        Text(zh=f"处罚决定（{ARTICLE_NAMES[measures.article].zh}）", en=f"decision ({ARTICLE_NAMES[measures.article].en})"),
        cast.head, lambda d: penalty.decide(d, case.id, measures, stage.doing("事实清楚，裁量适当")),
        lambda one: Text(
            zh=f"罚款 {money(one.measures.fine_fen)}（法定幅度 {money(one.least_fen)}–{money(one.most_fen)}），"
            f"退回 {money(one.measures.refund_fen)}",
            en=f"a fine of {money(one.measures.fine_fen)} (bounds {money(one.least_fen)}–{money(one.most_fen)}), "
            f"{money(one.measures.refund_fen)} back",
        ),
    )  # fmt: skip
    stage.later(1)
    stage.by(cast.officer, lambda d: penalty.serve(d, case.id, stage.doing("直接送达")))
    return made


def measures_of(stage: Stage, case: Case, plot: Plot, article: Article) -> Measures:
    """Give what the law lets be told at the least: the loss back, and the lowest fine of the article."""
    amounts = stage.by(stage.cast.officer, lambda d: standing_amounts(d.unit, case.id))[Amount.AT_STAKE]
    bounds = lawful_range(stage.policy, article, amounts.fund_fen, plot.day, stage.day)
    return Measures(
        article=article, act_day=plot.day, loss_fen=amounts.total_fen, refund_fen=amounts.total_fen,
        patient_fen=amounts.patient_fen, fine_fen=bounds.least_fen,
    )  # fmt: skip


def _plain(
    stage: Stage,
    case: Case,
    actor: Actor,
    verb: str,
    reason: str,
    zh: str,
    en: str,
    came_zh: str,
    came_en: str,
) -> None:
    stage.step(
        Text(zh=zh, en=en), actor, lambda d: penalty.act(d, case.id, verb, stage.doing(reason)),
        lambda _: Text(zh=f"{case.number}：{came_zh}", en=f"{case.number}: {came_en}"),
    )  # fmt: skip


def on(day: int) -> str:
    """Write a day as people do."""
    return date_of(day).isoformat()
