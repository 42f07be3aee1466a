"""``yibao case ask|decide|bounds``: measures told and decided, and what the law lets the bureau impose."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from yibao.casework import agreement, penalty
from yibao.casework.cases import LARGEST_FEN, Desk, Track
from yibao.casework.cases import case_id as id_of
from yibao.casework.penalty import Article, BarGround, Circumstance, Measures, Step, SuspensionGround
from yibao.casework.tracks import track_of
from yibao.cli.casedesk import (
    CaseArgument,
    DayOption,
    ReasonOption,
    VersionOption,
    doing,
    measures_of,
    money_of,
    newest_act,
    officers_of,
    tell_done,
)
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    one_of,
    open_house,
    out,
    say_json,
)
from yibao.kernel import Refused, Text, format_fen, parse_day

ClauseOption = Annotated[str | None, typer.Option(help="协议条款 / clause of the agreement")]
MeasureOption = Annotated[
    list[str] | None,
    typer.Option(
        "--measure", help="协议措施，如 recover=300.00+50.00、suspend=3m / measures by the agreement"
    ),
]
ArticleOption = Annotated[
    str | None, typer.Option(parser=one_of(lambda: Article), metavar="ARTICLE", help="条例条款 / article")
]
ActDayOption = Annotated[str | None, typer.Option("--act-day", help="违法行为终了之日 / day the act ended")]
LossOption = Annotated[str | None, typer.Option(help="损失（元）/ loss in yuan")]
RefundOption = Annotated[str | None, typer.Option(help="责令退回（元），默认为损失 / to be returned")]
PatientOption = Annotated[str | None, typer.Option(help="其中个人部分（元）/ of it the patients’ own money")]
FineOption = Annotated[str | None, typer.Option(help="罚款（元）/ fine in yuan")]
SuspendOption = Annotated[int, typer.Option("--suspend", min=0, help="暂停月数 / months of suspension")]
SuspendGroundOption = Annotated[
    str | None,
    typer.Option(
        "--suspend-ground", parser=one_of(lambda: SuspensionGround), metavar="GROUND",
        help="第三十八条暂停的理由：refused 拒不改正 · grave 造成严重后果 / ground of a suspension by Art. 38",
    ),
]  # fmt: skip
BarOption = Annotated[
    str | None,
    typer.Option(
        "--bar", metavar="NAME", help="禁止从业的法定代表人或主要负责人 / who in charge is barred (Art. 43)"
    ),
]
BarGroundOption = Annotated[
    str | None,
    typer.Option(
        "--bar-ground", parser=one_of(lambda: BarGround), metavar="GROUND",
        help="major_loss 基金重大损失 · social_harm 严重不良社会影响 / ground of Art. 43",
    ),
]  # fmt: skip
CircumstanceOption = Annotated[
    str | None,
    typer.Option(
        parser=one_of(lambda: Circumstance), metavar="CIRCUMSTANCE", help="法定情形 / named circumstance"
    ),
]


def ask(
    case: CaseArgument,
    article: ArticleOption = None,
    act_day: ActDayOption = None,
    loss: LossOption = None,
    refund: RefundOption = None,
    patient: PatientOption = None,
    fine: FineOption = None,
    suspend: SuspendOption = 0,
    suspend_ground: SuspendGroundOption = None,
    bar: BarOption = None,
    bar_ground: BarGroundOption = None,
    circumstance: CircumstanceOption = None,
    clause: ClauseOption = None,
    measure: MeasureOption = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """事先告知，请当事人陈述申辩 / tell the party what is intended and ask for its statement."""
    done = doing(day, reason, version)

    def deed(desk: Desk) -> dict[str, object]:
        number = id_of(case)
        if track_of(desk, number) is Track.AGREEMENT:
            told = agreement.tell(desk, number, _clause(clause), measures_of(measure or []), done)
            return {"act": told}
        measures = _grounded(
            _measures(article, act_day, loss, refund, patient, fine, suspend), suspend_ground, bar, bar_ground
        )
        due = penalty.tell(desk, number, measures, done, circumstance=_circumstance(circumstance))
        return {"act": newest_act(desk, case), "hearing_due": due}

    with open_house(home) as house:
        more = house.at_desk(who, deed)
    tell_done(case, "tell", int(str(more.pop("act"))), as_json=as_json, **more)


def decide(
    case: CaseArgument,
    article: ArticleOption = None,
    act_day: ActDayOption = None,
    loss: LossOption = None,
    refund: RefundOption = None,
    patient: PatientOption = None,
    fine: FineOption = None,
    suspend: SuspendOption = 0,
    suspend_ground: SuspendGroundOption = None,
    bar: BarOption = None,
    bar_ground: BarGroundOption = None,
    circumstance: CircumstanceOption = None,
    step: Annotated[
        str | None, typer.Option(parser=one_of(lambda: Step), metavar="STEP", help="裁量阶次 / step")
    ] = None,
    spare: Annotated[bool, typer.Option("--spare", help="不予处罚 / no penalty")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="撤销已作出的决定 / revoke the decision")] = False,
    on_the_spot: Annotated[
        list[str] | None,
        typer.Option("--on-the-spot", help="当场处罚的执法人员 账户=证号 / officers, on the spot"),
    ] = None,
    clause: ClauseOption = None,
    measure: MeasureOption = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """作出决定：在法定幅度内，不重于告知 / decide within the law, no heavier than told."""
    done = doing(day, reason, version)

    def deed(desk: Desk) -> dict[str, object]:
        number = id_of(case)
        if track_of(desk, number) is Track.AGREEMENT:
            if revoke:
                return {"act": agreement.revoke(desk, number, done)}
            return {"act": agreement.decide(desk, number, _clause(clause), measures_of(measure or []), done)}
        if revoke:
            return {"act": penalty.revoke(desk, number, done)}
        measures = _grounded(
            _measures(article, act_day, loss, refund, patient, fine, suspend), suspend_ground, bar, bar_ground
        )
        named = _circumstance(circumstance)
        if spare:
            return {"act": penalty.spare(desk, number, named, measures, done)}
        if on_the_spot:
            made = penalty.decide_on_the_spot(desk, number, measures, officers_of(on_the_spot), done)
        else:
            made = penalty.decide(
                desk, number, measures, done, step=Step(step) if step else None, circumstance=named
            )
        return {
            "act": newest_act(desk, case),
            "bounds": f"{format_fen(made.least_fen)} – {format_fen(made.most_fen)}",
        }

    with open_house(home) as house:
        more = house.at_desk(who, deed)
    tell_done(case, "decide", int(str(more.pop("act"))), as_json=as_json, **more)


def bounds(
    article: Annotated[
        str, typer.Argument(parser=one_of(lambda: Article), metavar="ARTICLE", help="条例条款")
    ],
    loss: Annotated[str, typer.Argument(help="基金损失（元）/ loss of the fund in yuan")],
    act_day: Annotated[str, typer.Option("--act-day", help="违法行为终了之日 / day the act ended")],
    day: DayOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """算出法定幅度和本地裁量基准建议的阶次 / the lawful bounds, and what the region's standard proposes."""
    today = doing(day, None).day
    with open_house(home) as house:
        policy = house.policy()
    lost = money_of(loss)
    if not 0 <= lost <= LARGEST_FEN:
        raise Refused(
            "casework.sums", zh="损失不能为负，也不能大得不可能", en="a loss is not negative, nor larger than can be",
            wanted=f"0 – {LARGEST_FEN} fen", came=f"{lost} fen",
            todo=Text(zh="核对损失，单位是元", en="check the loss; its unit is the yuan"),
        )  # fmt: skip
    found = penalty.lawful_range(policy, Article(article), lost, parse_day(act_day), today)
    steps = {str(step): penalty.proposal(policy, found, step, today) for step in Step}
    if as_json:
        say_json(
            {
                "least_fen": found.least_fen,
                "most_fen": found.most_fen,
                "suspension": found.suspension,
                "steps": steps,
            }
        )
        return
    out.print(f"{format_fen(found.least_fen)} – {format_fen(found.most_fen)}（{found.why.zh}）")
    if found.suspension:
        out.print("暂停 {}–{} 个月".format(*found.suspension))
    for name, step in steps.items():
        said = (
            f"{format_fen(step[0])} – {format_fen(step[1])}"
            if step
            else "本地没有裁量基准 / no standard here"
        )
        out.print(f"  {name}: {said}")


def _measures(
    article: str | None, act_day: str | None, loss: str | None, refund: str | None, patient: str | None, fine: str | None,
    suspend: int,
) -> Measures:  # fmt: skip
    if article is None or act_day is None:
        raise Refused(
            "cli.measures",
            zh="行政处罚须写明条款与违法行为终了之日",
            en="a penalty names its article and the day the act ended",
            wanted="--article --act-day --loss --fine",
            came=f"--article {article} --act-day {act_day}",
            todo=Text(zh="见 yibao case bounds", en="see yibao case bounds"),
        )
    lost = money_of(loss)
    return Measures(
        article=Article(article),
        act_day=parse_day(act_day),
        loss_fen=lost,
        refund_fen=money_of(refund) if refund is not None else lost,
        patient_fen=money_of(patient),
        fine_fen=money_of(fine),
        suspension_months=suspend,
    )


def _grounded(
    measures: Measures, suspend_ground: str | None, bar: str | None, bar_ground: str | None
) -> Measures:
    return replace(
        measures,
        suspension_ground=SuspensionGround(suspend_ground) if suspend_ground else None,
        bar_ground=BarGround(bar_ground) if bar_ground else None,
        barred=(bar or "").strip(),
    )


def _circumstance(name: str | None) -> Circumstance | None:
    return Circumstance(name) if name else None


def _clause(clause: str | None) -> str:
    if clause is None:
        raise typer.BadParameter("协议处理须写明条款 / name the clause", param_hint="--clause")
    return clause


def add_to(group: typer.Typer) -> None:
    """Put the commands into the group of cases."""
    for command in (ask, decide, bounds):
        group.command(command.__name__)(command)
