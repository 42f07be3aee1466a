"""``yibao round show|lines|groups|review|route|answer|…``: what both sides do with the lines of a round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from rich.table import Table

from yibao.casework import rounds
from yibao.casework.cases import Desk, Doing, Laid, keep
from yibao.casework.findings import money
from yibao.casework.rounds import (
    ANSWER_NAMES,
    LINE_NAMES,
    Answer,
    Line,
    LineState,
    Outcome,
    RoundView,
    Said,
    View,
)
from yibao.casework.tracks import attach_files, lay_case_open
from yibao.cli.casedesk import DayOption, FilesOption, ReasonOption, the_day
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
from yibao.cli.rounds import InstitutionOption, RoundArgument, RuleOption, show_round
from yibao.kernel import date_of, parse_fen

LinesArgument = Annotated[
    list[str] | None, typer.Argument(help="疑点编号或案件编号 / codes of findings or numbers of cases")
]
RoundOption = Annotated[
    str | None,
    typer.Option("--round", help="批次中所有处于该步骤的疑点 / all lines of a round that are at this step"),
]
AmountOption = Annotated[str | None, typer.Option("--amount", help="金额（元）/ amount in yuan")]
OutcomeOption = Annotated[str, typer.Option(
    "--outcome", parser=one_of(lambda: list(Outcome)), metavar="<full|part|none>",
    help="full 全额扣 · part 部分扣 · none 不扣",
)]  # fmt: skip


def picked(
    desk: Desk, lines: list[str] | None, code: str | None, states: set[LineState], institution: str | None = None,
    rule: str | None = None,
) -> list[Line]:  # fmt: skip
    """Give the lines that are meant: those named, or those of a round that stand in some states."""
    if bool(lines) == bool(code):
        raise typer.BadParameter("给出疑点编号，或 --round / name lines, or give --round")
    if lines:
        return rounds.find_lines(desk, lines)
    key = rounds.institutions_of(desk, institution)[0] if institution else None
    return rounds.list_lines(desk, code, states=states, institution=key, rule=rule)


def done(lines: list[Line], words: str, *, as_json: bool) -> None:
    """Say what was done, and with how many lines."""
    if as_json:
        say_json({"done": words, "lines": [line.finding for line in lines]})
    else:
        out.print(f"{words}：{len(lines):,} 条")


def show(
    what: Annotated[str, typer.Argument(help="批次、疑点或案件编号 / a round, or a line of one")],
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """打开一个批次，或批次中的一条疑点（会登记谁看过） / lay a round or a line open."""

    def deed(desk: Desk) -> RoundView | tuple[Line, Laid | None]:
        if what.strip().upper().startswith("R"):
            return rounds.show_round(desk, what)
        line = rounds.open_lines(desk, [what])[0]
        inside = desk.actor.institution_id is None
        return line, lay_case_open(desk, line.case_id) if inside else None

    with open_house(home) as house:
        found = house.at_desk(who, deed)
    if isinstance(found, RoundView):
        say_json(found.as_json()) if as_json else show_round(found)
        return
    line, laid = found
    if as_json:
        say_json({**line.as_json(), "laid": laid.as_json() if laid is not None else None})
        return
    out.print(f"{line.finding}  {line.number}  {line.state_name.zh}  {line.rule}")
    out.print(f"  涉及：统筹 {money(line.at_stake.fund_fen)}，个人 {money(line.at_stake.patient_fen)}")
    if line.answer:
        out.print(f"  机构：{ANSWER_NAMES[line.answer].zh}  {plain(line.statement)}")
    if laid is not None:
        for act in laid.acts:
            out.print(f"  {date_of(act.day)}  {act.verb}  {plain(act.actor)}  {plain(act.reason)}")
        out.print("下一步: " + "、".join(f"{name.zh}（{verb}）" for verb, name in laid.next))
    out.print(f"证据：yibao explain {line.finding}")


def lines(
    code: RoundArgument,
    state: Annotated[
        str | None,
        typer.Option(parser=one_of(lambda: list(LINE_NAMES)), metavar="STATE", help="状态 / state"),
    ] = None,
    institution: InstitutionOption = None,
    rule: RuleOption = None,
    limit: Annotated[int, typer.Option(min=1, help="显示条数 / rows shown")] = 50,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """列出批次中的疑点 / list the lines of a round."""

    def deed(desk: Desk) -> list[Line]:
        key = rounds.institutions_of(desk, institution)[0] if institution else None
        states = {state} if state else None
        return rounds.list_lines(desk, code, states=states, institution=key, rule=rule, limit=limit)

    with open_house(home) as house:
        found = house.at_desk(who, deed)
    if as_json:
        say_json({"lines": [line.as_json() for line in found]})
        return
    grid = Table()
    for name in ("疑点编号", "案件", "规则", "状态", "统筹", "个人", "抽看"):
        grid.add_column(name, overflow="fold")
    for line in found:
        grid.add_row(
            line.finding, line.number, line.rule, line.state_name.zh, money(line.at_stake.fund_fen),
            money(line.at_stake.patient_fen), "是" if line.sampled else "",
        )  # fmt: skip
    out.print(grid)


def groups(
    code: RoundArgument, who: AsOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False
) -> None:
    """待初审的组（规则×机构），以及要先看哪几条 / groups to review, and which of their lines to open first."""
    with open_house(home) as house:
        found = house.at_desk(who, lambda desk: rounds.groups(desk, code))
    if as_json:
        told = [
            {
                "rule": g.rule, "institution_id": g.institution_id, "lines": len(g.lines),
                "sample": [line.finding for line in g.sample], "unopened": [line.finding for line in g.unopened],
            }
            for g in found
        ]  # fmt: skip
        say_json({"groups": told})
        return
    for g in found:
        seen = f"{len(g.opened)}/{len(g.sample)}"
        out.print(f"{g.rule}  机构 {g.institution_id}  {len(g.lines):,} 条  抽看 {seen}")
        for line in g.unopened[:5]:
            out.print(f"  待看 {line.finding}：yibao round show {line.finding}")


_FIRST = {
    "pass": ("初审通过", LineState.FIRST_REVIEW),
    "dismiss": ("不违规", LineState.FIRST_REVIEW),
    "ask_data": ("补数据", LineState.FIRST_REVIEW),
    "data_came": ("数据已补", LineState.DATA_ASKED),
    "take_out": ("退回初审", LineState.READY),
}


def review(
    verdict: Annotated[
        str,
        typer.Argument(
            parser=one_of(lambda: _FIRST), metavar="VERDICT",
            help="pass 通过 · dismiss 不违规 · ask_data 补数据 · data_came 数据已补 · take_out 退回",
        ),
    ],
    line: LinesArgument = None,
    code: RoundOption = None,
    rule: RuleOption = None,
    institution: InstitutionOption = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """初审：逐条，或抽看之后成组 / first review, line by line or in groups after their sample was opened."""
    words, state = _FIRST[verdict]
    _on_lines(
        lambda desk: picked(desk, line, code, {state}, institution, rule),
        lambda desk, found: rounds.first_review(desk, verdict, found, day=the_day(day), reason=reason),
        words, who, home, as_json=as_json,
    )  # fmt: skip


def _on_lines(
    pick: Callable[[Desk], list[Line]], deed: Callable[[Desk, list[Line]], object], words: str, who: str | None,
    home: HomeOption, *, as_json: bool,
) -> None:  # fmt: skip
    def both(desk: Desk) -> list[Line]:
        found = pick(desk)
        if found:
            deed(desk, found)
        return found

    with open_house(home) as house:
        found = house.at_desk(who, both)
    done(found, words, as_json=as_json)


def withdraw(
    line: LinesArgument = None,
    code: RoundOption = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """移出批次（--round：未初审完的），疑点可编入下一批次 / take lines out; their findings are free again."""
    unreviewed = {LineState.FIRST_REVIEW, LineState.DATA_ASKED}
    _on_lines(
        lambda desk: picked(desk, line, code, unreviewed),
        lambda desk, found: rounds.withdraw(desk, found, day=the_day(day), reason=reason or ""),
        "已移出", who, home, as_json=as_json,
    )  # fmt: skip


def route(
    line: LinesArgument = None,
    department: Annotated[str | None, typer.Option(help="分派到科室 / to a department")] = None,
    doctor: Annotated[str | None, typer.Option(help="分派到医师（编码）/ to a doctor, by code")] = None,
    not_mine: Annotated[
        bool, typer.Option("--not-mine", help="不是我；可同时用 --doctor 提议 / it is not mine")
    ] = False,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """机构内部分派：科室、医师、“不是我” / who in the house answers."""
    if not (department or doctor or not_mine):
        raise typer.BadParameter("--department | --doctor | --not-mine")

    def deed(desk: Desk, found: list[Line]) -> object:
        on = the_day(day)
        if not_mine:
            return rounds.not_mine(desk, found, day=on, reason=reason or "", proposed=doctor)
        if doctor:
            return rounds.to_doctor(desk, found, doctor, day=on)
        return rounds.to_department(desk, found, department or "", day=on)

    _on_lines(lambda desk: picked(desk, line, None, set()), deed, "已分派", who, home, as_json=as_json)


def answer(
    line: LinesArgument = None,
    say: Annotated[
        str,
        typer.Option(
            parser=one_of(lambda: list(Answer)), metavar="<accept|part|dispute>",
            help="accept 认可 · part 部分认可 · dispute 不认可",
        ),
    ] = "dispute",
    amount: AmountOption = None,
    reason: ReasonOption = None,
    draft: Annotated[bool, typer.Option("--draft", help="科室填写，待医保办审核 / fill in for the office")] = False,
    supplement: Annotated[bool, typer.Option("--supplement", help="提交补充材料 / hand in what was asked for")] = False,
    late: Annotated[bool, typer.Option("--late", help="复审人接收逾期答复 / take a late answer")] = False,
    files: FilesOption = None,
    because: Annotated[str | None, typer.Option("--because", help="接收逾期答复的理由 / why it is taken late")] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """疑点申诉：认可、部分认可、不认可 / answer lines."""
    said = Said(Answer(say), reason, int(parse_fen(amount)) if amount else None)

    def deed(desk: Desk, found: list[Line]) -> object:
        on = the_day(day)
        if kept:
            attach_files(desk, [one.case_id for one in found], kept, Doing(on))
            found[:] = rounds.find_lines(desk, [one.number for one in found])
        if supplement:
            return [rounds.supplement(desk, one, day=on, statement=reason or "") for one in found]
        if late:
            return [rounds.take_late(desk, one, said, day=on, reason=because or "") for one in found]
        if draft:
            return [rounds.fill(desk, one, said, day=on) for one in found]
        return rounds.answer(desk, {one.case_id: said for one in found}, day=on)

    words = "已填写" if draft else "已接收"
    with open_house(home) as house:
        kept = keep(house.home, files or ())
    _on_lines(lambda desk: picked(desk, line, None, set()), deed, words, who, home, as_json=as_json)


_SECOND = {
    "review": ("复审完成", {LineState.SECOND_REVIEW}),
    "ask_more": ("已要求补充材料", {LineState.SECOND_REVIEW}),
    "go_on": ("继续复审", {LineState.MORE_ASKED}),
    "confirm": ("已确认", {LineState.ACCEPTED, LineState.LAPSED}),
    "decide": ("已终审", {LineState.FINAL_REVIEW}),
}


def second(
    line: LinesArgument = None,
    code: RoundOption = None,
    outcome: OutcomeOption = "full",
    amount: AmountOption = None,
    ask_more: Annotated[
        bool, typer.Option("--ask-more", help="要求补充材料（一次）/ ask for more, once")
    ] = False,
    go_on: Annotated[bool, typer.Option("--go-on", help="未补充，继续 / go on without")] = False,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """复审：提出全额扣、部分扣或不扣 / second review."""

    def deed(desk: Desk, found: list[Line]) -> object:
        on = the_day(day)
        if ask_more:
            return rounds.ask_more(desk, found, day=on, reason=reason or "")
        if go_on:
            return rounds.go_on(desk, found, day=on)
        return rounds.review(desk, found, view(outcome, amount), day=on, reason=reason or "")

    words, states = _SECOND["ask_more" if ask_more else "go_on" if go_on else "review"]
    _on_lines(lambda desk: picked(desk, line, code, states), deed, words, who, home, as_json=as_json)


def view(outcome: str, amount: str | None) -> View:
    """Give what somebody thinks of a line, from the words of the command line."""
    return View(Outcome(outcome), int(parse_fen(amount)) if amount else None)


def confirm(
    line: LinesArgument = None,
    code: RoundOption = None,
    outcome: OutcomeOption = "full",
    amount: AmountOption = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """确认已认可、逾期未答的疑点，提交终审 / confirm what was accepted or lapsed."""
    words, states = _SECOND["confirm"]
    _on_lines(
        lambda desk: picked(desk, line, code, states),
        lambda desk, found: rounds.confirm(desk, found, view(outcome, amount), day=the_day(day), reason=reason),
        words, who, home, as_json=as_json,
    )  # fmt: skip


def decide(
    line: LinesArgument = None,
    code: RoundOption = None,
    outcome: Annotated[
        str | None, typer.Option(help="与复审意见不同时写明 / where it differs from the proposal")
    ] = None,
    amount: AmountOption = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """终审：按复审意见，或另行决定 / decide finally, as proposed or otherwise."""
    words, states = _SECOND["decide"]
    other = view(outcome, amount) if outcome else None
    _on_lines(
        lambda desk: picked(desk, line, code, states),
        lambda desk, found: rounds.decide(desk, found, day=the_day(day), reason=reason or "", view=other),
        words, who, home, as_json=as_json,
    )  # fmt: skip


def add_to(group: typer.Typer) -> None:
    """Put the commands into the group of rounds."""
    for command in (show, lines, groups, review, withdraw, route, answer, second, confirm, decide):
        group.command(command.__name__)(command)
