"""``yibao remedy rights|file|receive|do|decide|take-back|list|show``: objections, repairs, review and suit."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from yibao import remedy
from yibao.archive import files
from yibao.archive.credit import DataError
from yibao.casework.cases import Case, Desk, Waiting, case_id
from yibao.casework.penalty import Fault
from yibao.cli.casedesk import (
    CaseArgument,
    DayOption,
    ReasonOption,
    VersionOption,
    doing,
    tell_done,
    the_day,
)
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    one_of,
    open_house,
    out,
    plain,
    say_json,
)
from yibao.kernel import Refused, Text, date_of
from yibao.remedy import Change, Filing, Kind, Result, Right, Way

KINDS = (*(str(one) for one in Kind if one is not Kind.CONTEST), *(str(one) for one in Way))
RESULTS = (*(str(one) for one in Result), "granted", "refused")
_VERBS = {"upheld": "uphold", "changed": "change", "annulled": "annul"}


def rights(
    who_or_case: Annotated[str, typer.Argument(help="档案编号、编码或案件编号 / file, code or case")],
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """现在有哪些权利：对什么、到哪天、向谁提出、期间是否停止执行 / which rights somebody has now."""
    on = the_day(day)
    with open_house(home) as house:
        found = house.at_desk(who, lambda desk: remedy.rights(desk, who_or_case, on))
    if as_json:
        say_json({"day": date_of(on).isoformat(), "rights": [one.as_json() for one in found]})
        return
    if not found:
        out.print("现在没有可以行使的权利 / no right is open now")
    for one in found:
        _show_right(one)


def _show_right(one: Right) -> None:
    many = f" 等 {one.count} 项" if one.count > 1 else ""
    ends = f"{date_of(one.by_day)} 止" if one.by_day is not None else one.period.zh
    begins = f"{date_of(one.from_day)} 起；" if one.from_day is not None else ""
    out.print(f"{one.name.zh}  {one.on}{many}  {plain(one.about.zh)}")
    out.print(f"  {begins}{ends}；向{plain(one.where.zh)}提出；{one.meanwhile.zh}")
    out.print(f"  依据 {plain(one.basis)}")
    out.print(f"  {one.command}")


def file(
    about: Annotated[
        str,
        typer.Argument(help="对哪一事实（档案事实编号）或案件 / the number of a fact, or a case"),
    ],
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            parser=one_of(lambda: KINDS),
            metavar=f"<{'|'.join(KINDS)}>",
            help="哪一项权利 / which right",
        ),
    ],
    signed: Annotated[bool, typer.Option("--signed", help="本人或代表人已签名 / signed")] = False,
    stamped_by: Annotated[
        str | None, typer.Option(help="盖章机构的编码 / code of the institution that stamped")
    ] = None,
    committed: Annotated[bool, typer.Option("--committed", help="附信用承诺书 / with a commitment")] = False,
    trained: Annotated[
        list[int] | None, typer.Option("--trained", help="培训的事实编号 / facts of trainings")
    ] = None,
    evidence: Annotated[
        list[Path] | None,
        typer.Option("--evidence", exists=True, dir_okay=False, help="证据文件 / files of evidence"),
    ] = None,
    channel: Annotated[str, typer.Option(help="递交渠道 / where: bureau, agency, creditchina")] = "bureau",
    before: Annotated[str, typer.Option(help="复议机关或法院 / the review body or the court")] = "",
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """提出异议、申请修复、登记复议或诉讼 / object, apply for a repair, record a review or suit."""
    said = doing(day, reason)
    papers = tuple((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in evidence or ())

    def deed(desk: Desk) -> Case:
        if kind in list(Way):
            return remedy.contest(desk, case_id(about), Way(kind), before, said)
        stamp = None if stamped_by is None else files.find_subject(desk.unit, stamped_by).lake_key
        filing = Filing(signed, stamp, committed, tuple(trained or ()), papers, channel)
        number = fact_of(about)
        match Kind(kind):
            case Kind.POINTS:
                return remedy.object_to_points(desk, number, filing, said)
            case Kind.CREDIT:
                return remedy.object_to_credit(desk, number, filing, said)
            case repair:
                return remedy.apply_for_repair(desk, repair, number, filing, said)

    with open_house(home) as house:
        made = house.at_desk(who, deed)
    if as_json:
        say_json({"remedy": made.number, "kind": kind, "about": about, "state": made.state})
        return
    out.print(f"已登记 {made.number}：{plain(made.cause)}")


def fact_of(said: str) -> int:
    """Give the number of a fact as the line has it; refuses what is none."""
    if said.strip().isascii() and said.strip().isdigit():
        return int(said)
    raise Refused(
        "remedy.fact_number", zh="写明档案事实的编号", en="give the number of a fact", wanted="12", came=said,
        todo=Text(zh="用 yibao remedy rights 查看", en="see yibao remedy rights"),
    )  # fmt: skip


def receive(
    fact: Annotated[int, typer.Argument(help="档案事实编号（记分、预评定…） / number of the fact")],
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记通知书送达之日，异议期限由此起算 / record the receipt of a notice; the period to object begins."""
    on = the_day(day)
    with open_house(home) as house:
        house.at_desk(who, lambda desk: remedy.received(desk, fact, on))
    if as_json:
        say_json({"fact": fact, "received": date_of(on).isoformat()})
        return
    out.print(f"已登记送达：{fact}  {date_of(on)}")


def do(
    case: CaseArgument,
    verb: Annotated[str, typer.Argument(help="动作，见 yibao remedy show / the act, see yibao remedy show")],
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """办理只需理由的动作：受理、解释、核查、撤回、支持、送达… / do what needs no more than its words."""
    said = doing(day, reason, version)
    with open_house(home) as house:
        number = house.at_desk(who, lambda desk: remedy.act(desk, case_id(case), verb, said))
    tell_done(case, verb, number, as_json=as_json)


def decide(
    case: CaseArgument,
    result: Annotated[
        str,
        typer.Option(
            "--result", parser=one_of(lambda: RESULTS), metavar=f"<{'|'.join(RESULTS)}>", help="结论 / the result"
        ),
    ],
    level: Annotated[str | None, typer.Option(help="记分变更：责任程度 / points: the level it is changed to")] = None,
    behaviour: Annotated[str | None, typer.Option(help="记分变更：情形 / points: the behaviour")] = None,
    corrected: Annotated[
        list[str] | None, typer.Option("--corrected", help="信用事实更正 名=整数 / credit: what is corrected, name=number")
    ] = None,
    indicator: Annotated[str, typer.Option(help="预评定退回：哪一指标 / which indicator was wrong")] = "",
    document: Annotated[str, typer.Option(help="预评定退回：证明有误的材料 / which paper shows it")] = "",
    anew: Annotated[
        str | None,
        typer.Option("--anew", parser=one_of(lambda: list(Fault)), metavar=f"<{'|'.join(Fault)}>",
                     help="责令重新作出：原决定错在哪里 / to be decided anew, for which fault"),
    ] = None,
    by_other_party: Annotated[
        bool, typer.Option("--by-other-party", help="第三人提出相反请求 / another party asked for more")
    ] = False,
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """作出复核结论、修复决定，或登记并落实复议诉讼结果 / decide; or record a review's or suit's result and carry it out."""
    said = doing(day, reason, version)
    change = Change(behaviour, level) if behaviour or level else None
    values = dict(_value(one) for one in corrected or ()) or None
    error = DataError(indicator, document) if indicator or document else None
    fault = None if anew is None else Fault(anew)

    def deed(desk: Desk) -> int | None:
        number = case_id(case)
        kind = remedy.remedy_of(desk.unit, number).kind
        if kind in (Kind.GRADE_REPAIR, Kind.PUBLIC_REPAIR):
            if result == "granted":
                return remedy.grant(desk, kind, number, said)
            return remedy.act(desk, number, "refuse" if result == "refused" else result, said)
        if result not in list(Result):
            raise wrong_result(case, result)
        if kind is Kind.POINTS:
            return remedy.decide_points(desk, number, Result(result), said, change)
        if kind is Kind.CREDIT:
            return remedy.decide_credit(desk, number, Result(result), said, corrected=values, error=error)
        return remedy.carry(desk, number, _VERBS[result], said, anew=fault, by_other_party=by_other_party)

    with open_house(home) as house:
        made = house.at_desk(who, deed)
    if as_json:
        say_json({"remedy": case.upper(), "result": result, "made": made})
        return
    out.print(f"{case.upper()} 已作结论：{result}" + (f"（{made}）" if made is not None else ""))


def _value(word: str) -> tuple[str, Any]:
    name, _, value = word.partition("=")
    if not name or not value.lstrip("-").isdigit():
        raise typer.BadParameter(f"{word}: 名=整数 / name=number", param_hint="--corrected")
    return name, int(value)


def wrong_result(case: str, result: str) -> Refused:
    """Say that a result belongs to repairs only."""
    return Refused(
        "remedy.result", zh="准予、不予修复是修复申请的结论", en="to grant or refuse is a decision on a repair",
        where=case.upper(),
        wanted=" | ".join(Result), came=result, todo=Text(zh="用 yibao remedy show 查看", en="see yibao remedy show"),
    )  # fmt: skip


def take_back(
    case: CaseArgument,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """撤销以虚假材料取得的修复 / take back a repair that untrue statements got."""
    said = doing(day, reason)

    def deed(desk: Desk) -> int:
        number = case_id(case)
        return remedy.take_back(desk, remedy.remedy_of(desk.unit, number).kind, number, said)

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    tell_done(case, "take_back", number, as_json=as_json)


def list_(
    mine: Annotated[bool, typer.Option("--mine", help="只看我承办的 / only mine")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="看已结的 / those that are closed")] = False,
    limit: Annotated[int, typer.Option(min=1, help="显示条数 / rows shown")] = 50,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """在办的异议、修复与救济，快到期的在前 / what is under way, what runs out first on top."""
    on = the_day(day)
    with open_house(home) as house:
        found = house.at_desk(
            who, lambda desk: remedy.listing(desk, on, mine=mine, closed=closed, limit=limit)
        )
    if as_json:
        say_json({"remedies": [one.as_json() for one in found]})
        return
    _show_list(found)


def _show_list(found: list[Waiting]) -> None:
    grid = Table()
    for name in ("编号", "权利", "状态", "机构", "到期"):
        grid.add_column(name, overflow="fold")
    for one in found:
        due = f"{date_of(one.due_day)}" if one.due_day is not None else "—"
        grid.add_row(one.number, plain(one.cause), one.state.zh, plain(one.institution), due)
    out.print(grid)


def show(
    case: CaseArgument,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """打开一件异议、修复或救济 / lay one open."""
    with open_house(home) as house:
        found, laid = house.at_desk(who, lambda desk: remedy.laid_open(desk, case_id(case)))
    if as_json:
        say_json({**laid.as_json(), **remedy.about_json(found)})
        return
    out.print(
        f"{laid.case.number}  {remedy.KIND_NAMES[found.kind].zh}  {laid.state.zh}  版本 {laid.case.version}"
    )
    for clock in laid.clocks:
        if clock.stopped_day is None:
            due = "—" if clock.due_day is None else f"{date_of(clock.due_day)} 到期"
            out.print(f"  期限 {clock.running.kind}: {due}  {plain(clock.basis)}")
    for one in laid.acts:
        reason = f"  {plain(one.reason)}" if one.reason else ""
        out.print(f"  {date_of(one.day)}  {one.verb}  {plain(one.actor)}{reason}")
    if laid.next:
        out.print("下一步: " + "、".join(f"{name.zh}（{verb}）" for verb, name in laid.next))


def add_to(app: typer.Typer) -> typer.Typer:
    """Put the commands into the application; gives the group, for those about bills."""
    group = typer.Typer(help="异议、修复与救济 / objections, repairs, review and suit", no_args_is_help=True)
    group.command("rights")(rights)
    group.command("file")(file)
    group.command("repair")(file)
    group.command("receive")(receive)
    group.command("do")(do)
    group.command("decide")(decide)
    group.command("take-back")(take_back)
    group.command("list")(list_)
    group.command("show")(show)
    app.add_typer(group, name="remedy")
    return group
