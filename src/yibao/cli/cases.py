"""``yibao case list|show|open|assign|do``: what is to be done, one case laid open, and acts that need only words."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
from rich.table import Table

from yibao.casework import agreement, penalty
from yibao.casework.cases import (
    AMOUNT_NAMES,
    LINK_NAMES,
    NATURE_NAMES,
    TRACK_NAMES,
    WHOSE_NAMES,
    Desk,
    Doing,
    Laid,
    Track,
    Waiting,
    bands,
    work_list,
)
from yibao.casework.cases import case_id as id_of
from yibao.casework.findings import money
from yibao.casework.tracks import MACHINES, TRACKS, act, lay_case_open, open_about, track_of
from yibao.cli.casedesk import (
    CaseArgument,
    DayOption,
    ReasonOption,
    VersionOption,
    doing,
    officers_of,
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
from yibao.kernel import date_of

TrackOption = Annotated[
    str,
    typer.Option(
        "--track", parser=one_of(lambda: MACHINES), metavar="<agreement|penalty>", help="轨道 / track"
    ),
]


def case_list(
    track: Annotated[
        str | None,
        typer.Option("--track", parser=one_of(lambda: TRACKS), metavar="TRACK", help="轨道 / track"),
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="只看我承办的 / only those that I handle")] = False,
    institution: Annotated[str | None, typer.Option(help="机构编码或名称 / code or name")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="看已结的 / those that are closed")] = False,
    limit: Annotated[int, typer.Option(min=1, help="显示条数 / rows shown")] = 50,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """今天先做什么：按时钟分段，段内按金额 / what to do first: by clock, then by money."""
    machines = {one: machine for one, machine in TRACKS.items() if track in (None, one)}
    today = the_day(day)
    with open_house(home) as house:
        found = house.at_desk(
            who,
            lambda desk: work_list(
                desk, machines, today, mine=mine, institution=institution, closed=closed, limit=limit
            ),
        )
    if as_json:
        say_json({"cases": [one.as_json() for one in found], "bands": {t.zh: n for t, n in bands(found)}})
        return
    _show_list(found)


def _show_list(found: list[Waiting]) -> None:
    out.print(" · ".join(f"{text.zh} {count}" for text, count in bands(found)))
    grid = Table()
    for name in ("案件", "轨道", "状态", "机构", "案由", "承办", "到期", "涉及金额"):
        grid.add_column(name, overflow="fold")
    for one in found:
        due = f"{date_of(one.due_day)}" if one.due_day is not None else "—"
        grid.add_row(
            one.number, TRACK_NAMES[one.track].zh, one.state.zh, plain(one.institution), plain(one.cause),
            plain(one.handler or "—"), due, money(one.at_stake_fen),
        )  # fmt: skip
    out.print(grid)


def case_show(
    case: CaseArgument,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """打开一件案件 / lay one case open."""
    with open_house(home) as house:
        laid = house.at_desk(who, lambda desk: lay_case_open(desk, id_of(case)))
    if as_json:
        say_json(laid.as_json())
        return
    _show_case(laid)


def _show_case(laid: Laid) -> None:
    head = laid.case
    out.print(f"{head.number}  {TRACK_NAMES[head.track].zh}  {laid.state.zh}  版本 {head.version}")
    out.print(f"{plain(laid.institution)}  {plain(laid.cause)}  承办 {plain(head.handler or '—')}")
    for kind, sum_ in laid.amounts.items():
        out.print(f"  {AMOUNT_NAMES[kind].zh}: 基金 {money(sum_.fund_fen)}，个人 {money(sum_.patient_fen)}")
    for link in laid.links:
        out.print(f"  {LINK_NAMES[link.kind].zh}: {link.source} → {link.target}")
    for code, state in laid.fallen:
        out.print(f"  注意：疑点 {code} {state.zh}，本案仍占用其资金")
    for clock in laid.clocks:
        name = _name_of(clock.running.kind, laid)
        if laid.was_late(clock):
            out.print(f"  逾期办理 {name}: {date_of(clock.due_day or 0)} 到期")
        if clock.stopped_day is None:
            due = "中止" if clock.due_day is None else f"{date_of(clock.due_day)} 到期"
            out.print(f"  期限 {name}: {due}  {plain(clock.basis)}")
    for one in laid.acts:
        reason = f"  {plain(one.reason)}" if one.reason else ""
        out.print(f"  {date_of(one.day)}  {one.verb}  {plain(one.actor)}{reason}")
    for file in laid.attachments:
        out.print(
            f"  佐证 {file.number}: {plain(file.file.name)}  {file.file.bytes:,} 字节  SHA-256 {file.file.sha256}"
        )
    if laid.missing:
        papers = "、".join(
            f"{one.text.zh}（{one.slug}{'，法定' if one.status == 'confirmed' else ''}）"
            for one in laid.missing
        )
        out.print(f"案卷尚缺文书: {papers}")
    if laid.next:
        out.print("下一步: " + "、".join(f"{name.zh}（{verb}）" for verb, name in laid.next))


def _name_of(clock: str, laid: Laid) -> str:
    kind = laid.kinds.get(clock)
    if kind is None:
        return clock
    return f"{kind.text.zh}（{NATURE_NAMES[kind.nature].zh}·{WHOSE_NAMES[kind.whose].zh}）"


def case_open(
    findings: Annotated[list[str], typer.Argument(help="疑点编号 / codes of findings")],
    track: TrackOption,
    cause: Annotated[str | None, typer.Option(help="案由，默认为规则 / cause, the rule by default")] = None,
    each: Annotated[bool, typer.Option("--each", help="一条疑点一案 / one case a finding")] = False,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """由疑点立起案件；疑点的资金从此由该案决定 / open cases about findings."""
    first = doing(day, reason)
    with open_house(home) as house:
        opened = house.at_desk(
            who,
            lambda desk: open_about(
                desk, house.home, house.register, Track(track), findings, first, cause=cause, each=each
            ),
        )
    numbers = [one.number for one in opened]
    if as_json:
        say_json({"opened": numbers})
        return
    out.print(f"已立 {len(numbers)} 件: {'、'.join(numbers[:20])}{' …' if len(numbers) > 20 else ''}")


def case_assign(
    case: CaseArgument,
    officer: Annotated[
        list[str], typer.Option("--officer", help="承办人，行政处罚写成 账户=执法证号 / account=certificate")
    ],
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """指定承办人；行政处罚不少于两名 / assign who handles it; a penalty needs two."""
    one = doing(day, None)

    def deed(desk: Desk) -> int:
        number = id_of(case)
        if track_of(desk, number) is Track.PENALTY:
            return penalty.assign(desk, number, officers_of(officer), one)
        given = Doing(one.day, handler=officers_of(officer)[0].account)
        return agreement.assign(desk, number, given)

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    tell_done(case, "assign", number, as_json=as_json)


def case_do(
    case: CaseArgument,
    verb: Annotated[str, typer.Argument(help="动作，见 yibao case show / the act, see yibao case show")],
    harm: Annotated[
        bool,
        typer.Option(
            "--harm",
            help="立案：涉及生命健康、金融安全且有危害后果，追究时效五年 / file: grave harm, five years",
        ),
    ] = False,
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """办理只需理由的动作（立案、延期、中止、退回…）/ do what needs no more than its words."""
    done = doing(day, reason, version)
    if harm:
        done = replace(done, body={"harm": True})
    with open_house(home) as house:
        number = house.at_desk(who, lambda desk: act(desk, id_of(case), verb, done))
    tell_done(case, verb, number, as_json=as_json)


def add_to(app: typer.Typer) -> typer.Typer:
    """Put the commands into the application; gives the group, for those that need more than words."""
    group = typer.Typer(help="案件：三条轨道上的办理 / cases on their tracks", no_args_is_help=True)
    group.command("list")(case_list)
    group.command("show")(case_show)
    group.command("open")(case_open)
    group.command("assign")(case_assign)
    group.command("do")(case_do)
    app.add_typer(group, name="case")
    return group
