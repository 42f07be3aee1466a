"""``yibao round panel|hand-over|plan|deduct|reconsider|…`` and what is learnt: ``precision``, ``snooze``, ``blind``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from yibao.audit import rules as all_rules
from yibao.casework import rounds
from yibao.casework.cases import Desk
from yibao.casework.findings import money
from yibao.casework.rounds import Line, Outcome, Plan
from yibao.cli.casedesk import DayOption, ReasonOption, the_day
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
from yibao.cli.round_lines import AmountOption, LinesArgument, OutcomeOption, RoundOption, done, picked, view
from yibao.cli.rounds import RoundArgument, month_of_words
from yibao.kernel import parse_day, parse_fen

PlanArgument = Annotated[int, typer.Argument(help="扣款计划编号 / number of the plan")]


def panel(
    line: LinesArgument = None,
    member: Annotated[
        list[str] | None, typer.Option(help="成员账户，可多次 / accounts of the members")
    ] = None,
    vote: Annotated[bool, typer.Option("--vote", help="发表意见 / give one's opinion")] = False,
    conclude: Annotated[bool, typer.Option("--conclude", help="合议结束 / conclude")] = False,
    outcome: OutcomeOption = "full",
    amount: AmountOption = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """合议：提交（--member）、发表意见（--vote）、结束（--conclude） / a panel on lines."""

    def deed(desk: Desk) -> list[Line]:
        on, found = the_day(day), picked(desk, line, None, set())
        for one in found:
            if vote:
                rounds.vote(desk, one, view(outcome, amount), day=on, reason=reason or "")
            elif conclude:
                rounds.conclude(desk, one, day=on)
        if not vote and not conclude:
            rounds.call_panel(desk, found, member or [], day=on, reason=reason or "")
        return found

    with open_house(home) as house:
        found = house.at_desk(who, deed)
    done(found, "已办理合议", as_json=as_json)


def hand_over(
    line: LinesArgument = None,
    back: Annotated[bool, typer.Option("--back", help="退回支付审核 / hand back")] = False,
    received: Annotated[
        bool, typer.Option("--received", help="登记对方已接收 / the other side took it")
    ] = False,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """转稽核：资金在此冻结，由另一轨道决定 / hand lines over; their money is frozen here."""

    def deed(desk: Desk) -> list[Line]:
        on, found = the_day(day), picked(desk, line, None, set())
        if received:
            rounds.acknowledge(desk, found, day=on)
        elif back:
            rounds.hand_back(desk, found, day=on, reason=reason or "")
        else:
            rounds.hand_over(desk, found, day=on, reason=reason or "")
        return found

    with open_house(home) as house:
        found = house.at_desk(who, deed)
    done(found, "已办理移送", as_json=as_json)


def reopen(
    line: LinesArgument = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """重新审理已决定、尚未扣款的疑点 / open decided lines again, before money moved."""

    def deed(desk: Desk) -> list[Line]:
        found = picked(desk, line, None, set())
        rounds.reopen(desk, found, day=the_day(day), reason=reason or "")
        return found

    with open_house(home) as house:
        found = house.at_desk(who, deed)
    done(found, "已重新审理", as_json=as_json)


def plan(
    month: Annotated[str, typer.Option(help="扣款月份，如 2026-04 / month of the deduction")],
    export: Annotated[Path | None, typer.Option(help="导出 .xlsx 或 .csv / write to a file")] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """编制月度扣款计划：已终审的和待退还的 / take what is decided, and what is to be refunded, into a plan."""
    number = month_of_words(month)
    assert number is not None
    with open_house(home) as house:
        made = house.at_desk(who, lambda desk: rounds.plan(desk, number, day=the_day(day)))
    _tell_plan(made, export, as_json=as_json)


def plans(
    number: Annotated[int | None, typer.Argument(help="编号 / number")] = None,
    export: Annotated[Path | None, typer.Option(help="导出 .xlsx 或 .csv / write to a file")] = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """查看扣款计划 / see deduction plans."""
    with open_house(home) as house:
        if number is not None:
            _tell_plan(
                house.at_desk(who, lambda desk: rounds.find_plan(desk, number)), export, as_json=as_json
            )
            return
        found = house.at_desk(who, rounds.list_plans)
    if as_json:
        say_json({"plans": [one.as_json() for one in found]})
        return
    for one in found:
        out.print(f"第 {one.number} 号  {one.month}  {one.state}  {len(one.items):,} 行  {_purses(one)}")


def _purses(one: Plan) -> str:
    return f"基金 {money(one.money.fund_fen)}，参保人 {money(one.money.patient_fen)}"


def _tell_plan(one: Plan, export: Path | None, *, as_json: bool) -> None:
    if export is not None:
        rounds.write_plan(one, export)
    if as_json:
        say_json({**one.as_json(), "file": str(export) if export else None})
        return
    out.print(
        f"第 {one.number} 号扣款计划（{one.month}）：{len(one.items):,} 行，{_purses(one)}（基金与参保人分列，不合计）"
    )
    grid = Table()
    for name in ("机构编码", "机构", "行数", "基金", "参保人"):
        grid.add_column(name, overflow="fold")
    for code, name, rows, sums in rounds.plan_summary(one.items):
        grid.add_row(code, plain(name), f"{rows:,}", money(sums.fund_fen), money(sums.patient_fen))
    out.print(grid)
    if export is not None:
        out.print(f"已导出：{export}")


def deduct(
    number: PlanArgument,
    voucher: Annotated[str, typer.Option(help="凭证号 / number of the voucher")] = "",
    drop: Annotated[
        bool, typer.Option("--drop", help="作废未执行的计划 / drop a plan that was not executed")
    ] = False,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记扣款计划已执行（或 --drop 作废） / record that a plan was executed, or drop it."""
    if not drop and not voucher:
        raise typer.BadParameter("--voucher | --drop")

    def deed(desk: Desk) -> Plan:
        if drop:
            return rounds.drop(desk, number, day=the_day(day), reason=reason or "")
        return rounds.execute(desk, number, day=the_day(day), voucher=voucher)

    with open_house(home) as house:
        one = house.at_desk(who, deed)
    _tell_plan(one, None, as_json=as_json)


def reconsider(
    line: LinesArgument = None,
    ask: Annotated[bool, typer.Option("--ask", help="机构申请扣款复议 / the institution asks")] = False,
    uphold: Annotated[bool, typer.Option("--uphold", help="维持 / uphold")] = False,
    grant: Annotated[bool, typer.Option("--grant", help="退还（--amount：部分）/ grant a refund")] = False,
    amount: AmountOption = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """扣款复议：申请、维持、退还 / reconsider deductions."""
    if [ask, uphold, grant].count(True) != 1:
        raise typer.BadParameter("--ask | --uphold | --grant")

    def deed(desk: Desk) -> list[Line]:
        on, found, why = the_day(day), picked(desk, line, None, set()), reason or ""
        if ask:
            rounds.ask_reconsideration(desk, found, day=on, reason=why)
        elif uphold:
            rounds.uphold(desk, found, day=on, reason=why)
        else:
            rounds.grant(desk, found, day=on, reason=why, part_fen=int(parse_fen(amount)) if amount else None)
        return found

    with open_house(home) as house:
        found = house.at_desk(who, deed)
    done(found, "已办理扣款复议", as_json=as_json)


def close_lines(
    line: LinesArgument = None,
    code: RoundOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """办结期满未申请复议或已退还的疑点 / close lines whose time is over."""

    def deed(desk: Desk) -> list[Line]:
        found = picked(desk, line, code, {rounds.LineState.DEDUCTED, rounds.LineState.REFUNDED})
        rounds.close_lines(desk, found, day=the_day(day))
        return found

    with open_house(home) as house:
        found = house.at_desk(who, deed)
    done(found, "已办结", as_json=as_json)


def learnt(
    day: DayOption = None, who: AsOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False
) -> None:
    """规则的人工确认准确率、暂停、盲审一致率与用时 / what decisions say of rules, and of themselves."""
    on = the_day(day)

    def deed(desk: Desk) -> dict[str, object]:
        agreed = rounds.agreement(desk.unit)
        return {
            "precision": rounds.precision(desk.unit, desk.policy, on), "silences": rounds.silences(desk.unit, on),
            "pace": rounds.pace(desk.unit), "agreed": agreed.part, "reviewed": agreed.base,
            "low": agreed.low, "high": agreed.high,
        }  # fmt: skip

    with open_house(home) as house:
        told = house.at_desk(who, deed)
    precision = told["precision"]
    assert isinstance(precision, list)
    if as_json:
        say_json({**told, "precision": [{**one.as_json(), "text": one.text.zh} for one in precision]})
        return
    for one in precision:
        out.print(f"{one.rule} v{one.version}  人工确认准确率 {one.text.zh}")
    silences, pace = told["silences"], told["pace"]
    assert isinstance(silences, list) and isinstance(pace, list)
    for s in silences:
        out.print(
            f"暂停 {s['number']}  {s['rule']}  {plain(s['institution'])}  至 {s['until']}  未编入 {s['findings']:,} 条"
        )
    for p in pace:
        seconds = "—" if p["median_seconds"] is None else f"{p['median_seconds']} 秒"
        out.print(f"{p['rule']}  已决 {p['decisions']:,}  中位用时 {seconds}  重新审理 {p['reopened']:,}")
    out.print(f"盲审一致 {told['agreed']} / {told['reviewed']}")


def snooze(
    rule: Annotated[str, typer.Argument(parser=one_of(all_rules), metavar="RULE", help="规则编号 / rule id")],
    institution: Annotated[str, typer.Option(help="机构编码或名称 / code or name")],
    until: Annotated[
        str, typer.Option(help="到哪一天（当天恢复）YYYY-MM-DD / until the day it speaks again")
    ],
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """对一家机构暂停一项规则到某日：疑点不编入新批次，但仍计数 / silence a rule for an institution until a day."""

    def deed(desk: Desk) -> int:
        key = rounds.institutions_of(desk, institution)[0]
        return rounds.snooze(
            desk, rule, day=the_day(day), until=parse_day(until), reason=reason or "", institution=key
        )

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    say_json({"snooze": number}) if as_json else out.print(f"已暂停（第 {number} 号）：{rule} 至 {until}")


def wake(
    number: Annotated[int, typer.Argument(help="暂停编号 / number of the silence")],
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """恢复暂停的规则 / let a silent rule speak again."""
    with open_house(home) as house:
        house.at_desk(who, lambda desk: rounds.wake(desk, number, day=the_day(day)))
    say_json({"woken": number}) if as_json else out.print(f"第 {number} 号暂停已恢复")


def draw(
    code: RoundArgument,
    seed: Annotated[int, typer.Option(min=0, help="抽样种子 / seed")],
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """抽取一部分决定供盲审 / draw decisions to be looked at again, blind."""

    def deed(desk: Desk) -> int:
        return rounds.draw(desk, rounds.find_round(desk, code).number, seed, day=the_day(day))

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    say_json({"drawn": number}) if as_json else out.print(f"已抽取 {number} 条")


def blind(
    line: Annotated[str | None, typer.Argument(help="疑点编号 / code of a finding")] = None,
    outcome: OutcomeOption = "full",
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """盲审：列出抽中的决定，或不看原结论给出自己的结论 / review drawn decisions without seeing them."""

    def deed(desk: Desk) -> list[rounds.Blind]:
        if line is not None:
            found = rounds.find_lines(desk, [line])[0]
            rounds.blind_review(desk, found, Outcome(outcome), day=the_day(day), reason=reason or "")
        return rounds.blind_list(desk.unit)

    with open_house(home) as house:
        found = house.at_desk(who, deed)
    if as_json:
        say_json({"blind": [one.as_json() for one in found]})
        return
    for one in found:
        out.print(f"{one.finding}  {one.rule}  {money(one.at_stake_fen)}  {'已审' if one.done else '待审'}")


def add_to(group: typer.Typer) -> None:
    """Put the commands into the group of rounds."""
    for command in (panel, reopen, plan, plans, deduct, reconsider, learnt, snooze, wake, draw, blind):
        group.command(command.__name__)(command)
    group.command("hand-over")(hand_over)
    group.command("close-lines")(close_lines)
