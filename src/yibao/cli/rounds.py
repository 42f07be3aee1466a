"""``yibao round new|list|show|send|recall|import|…``: a round of the agency's payment audit as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from yibao.audit import rules as all_rules
from yibao.bootstrap import House
from yibao.casework import rounds
from yibao.casework.cases import Desk
from yibao.casework.documents import Document
from yibao.casework.findings import money
from yibao.casework.papers import ROUND_PAPERS, write_round_paper
from yibao.casework.rounds import Dispatch, Order, Receipt, Round, RoundView
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
    progress,
    say_json,
    some_of,
    waiting,
)
from yibao.kernel import date_of, read_yaml

RoundArgument = Annotated[str, typer.Argument(help="批次编号，如 R000001 / number of the round")]
InstitutionOption = Annotated[str | None, typer.Option(help="机构编码或名称 / code or name")]
RuleOption = Annotated[
    str | None, typer.Option(parser=one_of(all_rules), metavar="RULE", help="规则编号 / rule id")
]


def new(
    month: Annotated[str | None, typer.Option(help="费用月份，如 2026-03 / month of the charges")] = None,
    region: Annotated[str | None, typer.Option(help="区划代码 / code of a region")] = None,
    rules: Annotated[
        str | None, typer.Option(parser=some_of(all_rules), metavar="RULE,…", help="规则编号 / rule ids")
    ] = None,
    institution: Annotated[
        list[str] | None, typer.Option(help="机构编码或名称，可多次 / codes or names")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="最多条数 / lines at most")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="抽样种子 / seed of the sample")] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """编制批次：把待处理的疑点成批编入 / take open findings into a new round."""
    asked = month_of_words(month)
    with open_house(home) as house, house.register.exclusive("audit", on_wait=waiting):

        def deed(desk: Desk) -> Round:
            keys = tuple(key for one in institution or () for key in rounds.institutions_of(desk, one))
            order = Order(asked, region, tuple(rules.split(",")) if rules else None, keys or None, limit)
            return rounds.new_round(desk, house.home, house.register, order, day=the_day(day), seed=seed)

        made = house.at_desk(who, deed)
    if as_json:
        say_json(made.as_json())
        return
    out.print(
        f"{made.code} 编制完成：{made.lines:,} 条。规则暂停未编入 {made.snoozed:,} 条，已在其他案件 {made.held:,} 条。"
    )
    out.print(f"下一步：抽看并初审 yibao round groups {made.code}")


def month_of_words(month: str | None) -> int | None:
    """Give a month like 202603 from 2026-03 or 202603."""
    if month is None:
        return None
    digits = month.replace("-", "")
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit() or not 1 <= int(digits[4:]) <= 12:
        raise typer.BadParameter(f"{month}: YYYY-MM", param_hint="--month")
    return int(digits)


def list_(who: AsOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """列出批次，新的在前 / list rounds, newest first."""
    with open_house(home) as house:
        found = house.at_desk(who, rounds.list_rounds)
    if as_json:
        say_json({"rounds": [one.as_json() for one in found]})
        return
    grid = Table()
    for name in ("批次", "状态", "月份", "区划", "疑点数", "下发", "申诉截止"):
        grid.add_column(name)
    for one in found:
        grid.add_row(
            one.code, one.state_name.zh, str(one.month or "—"), one.region, f"{one.lines:,}", _day(one.sent_day),
            _day(one.due_day),
        )  # fmt: skip
    out.print(grid)


def _day(day: int | None) -> str:
    return "—" if day is None else date_of(day).isoformat()


def send(
    code: RoundArgument,
    to: Annotated[Path | None, typer.Option(help="工作簿另存到此目录 / copy the workbooks there")] = None,
    document: Annotated[str | None, typer.Option(help="通知书文号 / number of the notice")] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """发出批次：先待发（可撤回），时间到了再运行一次即下发 / send a round: it waits to be recalled, then leaves."""
    on, now = the_day(day), datetime.now(UTC)
    with open_house(home) as house, house.register.exclusive("audit", on_wait=waiting):

        def deed(desk: Desk) -> Round | list[Dispatch]:
            one = rounds.find_round(desk, code)
            if one.state == rounds.RoundState.COMPOSING:
                one = rounds.send(desk, code, day=on, now=now)
            if one.state == rounds.RoundState.WAITING and one.leaves_at is not None and now < one.leaves_at:
                return one
            return rounds.dispatch(desk, house.home, house.register, code, day=on, now=now, document=document)

        gone = house.at_desk(who, deed)
        if isinstance(gone, Round):
            _tell_waiting(gone, as_json=as_json)
            return
        paths = _workbooks(house, who, code, to)
    if as_json:
        say_json(
            {
                "round": code.upper(),
                "dispatches": [d.as_json() for d in gone],
                "files": [str(p) for p in paths],
            }
        )
        return
    total, lines = sum(d.at_stake.total_fen for d in gone), sum(d.lines for d in gone)
    out.print(
        f"{code.upper()} 已下发：{len(gone):,} 家机构，{lines:,} 条，涉及 {money(total)}，{_day(gone[0].due_day)} 截止。"
    )
    out.print(f"工作簿：{paths[0].parent}（{len(paths)} 个）")


def _tell_waiting(one: Round, *, as_json: bool) -> None:
    if as_json:
        say_json(one.as_json())
        return
    left = one.leaves_at.astimezone().strftime("%H:%M:%S") if one.leaves_at else "—"
    out.print(
        f"{one.code} 待发，{left} 以前可以撤回：yibao round recall {one.code}；到时再运行 yibao round send {one.code}"
    )


def _workbooks(house: House, who: str | None, code: str, to: Path | None) -> list[Path]:
    with progress() as report:
        return house.at_desk(
            who, lambda desk: rounds.workbooks(desk, house.home, house.register, code, to=to, progress=report)
        )


def recall(
    code: RoundArgument,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """撤回待发的批次 / call a round back before it leaves."""
    now = datetime.now(UTC)
    with open_house(home) as house:
        one = house.at_desk(
            who, lambda desk: rounds.recall(desk, code, day=the_day(day), now=now, reason=reason)
        )
    tell_round(one, "已撤回，可以修改后再发", as_json=as_json)


def export(
    code: RoundArgument,
    to: Annotated[Path, typer.Option(help="目录 / folder")],
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """取出已下发的工作簿（与下发时一字不差） / give the workbooks as they were sent."""
    with open_house(home) as house:
        paths = _workbooks(house, who, code, to)
    say_json({"files": [str(p) for p in paths]}) if as_json else out.print(f"{to}：{len(paths)} 个工作簿")


def import_(
    code: RoundArgument,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="回收的表 / the file that came back")
    ],
    institution: InstitutionOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """接收机构填回的表，按疑点编号对应，给出回执 / take a workbook back; a receipt says what was taken."""
    with open_house(home) as house:

        def deed(desk: Desk) -> Receipt:
            whose = rounds.institutions_of(desk, institution)[0] if institution is not None else None
            return rounds.take_back(desk, house.home, code, file, day=the_day(day), institution=whose)

        receipt = house.at_desk(who, deed)
    if as_json:
        say_json(receipt.as_json())
        return
    matched = receipt.matched
    out.print(f"回执 {receipt.number}：{matched.text.zh}")
    for name, untaken in (("未识别", matched.unknown), ("已过期", matched.late)):
        for one in untaken:
            out.print(f"  {name} {plain(one.place)} {plain(one.code)}：{plain(one.reason.zh)}")
    if matched.repeated:
        out.print(f"  此前已接收、内容未变 {matched.repeated} 条")
    if matched.alterations:
        out.print(f"  改动了我方的列 {matched.alterations} 处，不予采用：")
        for a in matched.altered[:20]:
            out.print(f"    {plain(a.place)} {plain(a.heading)}：{plain(a.sent)} → {plain(a.came)}")


def paper(
    code: RoundArgument,
    slug: Annotated[
        str,
        typer.Argument(
            parser=one_of(lambda: ROUND_PAPERS), metavar="DOCUMENT", help="文书名（英文短名）/ its name"
        ),
    ],
    institution: Annotated[str, typer.Option(help="机构编码或名称 / code or name")],
    values: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="补充的内容（YAML）/ further values")
    ] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """给一家机构出批次文书：疑点通知、复审结论、扣款、复议结论、退还 / write a paper of a round."""
    given = read_yaml(values.read_bytes(), str(values)) if values is not None else {}
    more = dict(given) if isinstance(given, dict) else {}
    with open_house(home) as house:

        def deed(desk: Desk) -> Document:
            key = rounds.institutions_of(desk, institution)[0]
            return write_round_paper(desk, house.home, house.register, code, key, slug, the_day(day), more)

        made = house.at_desk(who, deed)
        folder = house.home.documents
    if as_json:
        say_json({"number": made.number, "pdf": str(folder / made.pdf), "docx": str(folder / made.docx)})
        return
    out.print(f"{made.number or slug}：{folder / made.pdf}")
    out.print(f"Word：{folder / made.docx}")


def cut_off(
    code: RoundArgument,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """申诉截止：登记逾期未答，撤销已冲销的 / the time to answer is over: mark what lapsed."""
    on = the_day(day)

    def deed(desk: Desk) -> tuple[Round, int, int]:
        gone = rounds.withdraw_gone(desk, rounds.find_round(desk, code).number, day=on)
        one, lapsed = rounds.cut_off(desk, code, day=on)
        return one, len(lapsed), len(gone)

    with open_house(home) as house:
        one, lapsed, gone = house.at_desk(who, deed)
    tell_round(
        one,
        f"已截止：逾期未答 {lapsed:,} 条，已撤销 {gone:,} 条",
        as_json=as_json,
        lapsed=lapsed,
        withdrawn=gone,
    )


def sum_up(
    code: RoundArgument,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """汇总：各条均已终审 / sum a round up once all its lines are decided."""
    with open_house(home) as house:
        one = house.at_desk(who, lambda desk: rounds.sum_up(desk, code, day=the_day(day)))
    tell_round(one, "已汇总", as_json=as_json)


def close(
    code: RoundArgument,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """结束批次，期满的疑点一并办结 / close a round, and with it the lines whose time is over."""
    with open_house(home) as house:
        one = house.at_desk(who, lambda desk: rounds.close_round(desk, code, day=the_day(day)))
    tell_round(one, "已结", as_json=as_json)


def tell_round(one: Round, said: str, *, as_json: bool, **more: Any) -> None:
    """Say how a round stands now."""
    say_json({**one.as_json(), **more}) if as_json else out.print(f"{one.code} {said}。")


def show_round(view: RoundView) -> None:
    """Show a round laid open."""
    one = view.round
    out.print(
        f"{one.code}  {one.state_name.zh}  区划 {one.region}  月份 {one.month or '—'}  申诉截止 {_day(one.due_day)}"
    )
    out.print(
        f"疑点 {one.lines:,} 条；规则暂停未编入 {one.snoozed:,}；已在其他案件 {one.held:,}；抽样种子 {one.seed}"
    )
    grid = Table()
    for name in ("状态", "疑点数", "涉及统筹", "涉及个人"):
        grid.add_column(name, justify="left" if name == "状态" else "right")
    for state, (number, sums) in view.states.items():
        grid.add_row(
            rounds.LINE.named(state).zh, f"{number:,}", money(sums.fund_fen), money(sums.patient_fen)
        )
    out.print(grid)
    for receipt in view.receipts:
        out.print(
            f"  回执 {receipt['receipt']}  {receipt['day']}  {plain(str(receipt['file']))}：已接收 {receipt['received']}"
            f" · 未识别 {receipt['unknown']} · 已过期 {receipt['late']}"
        )
    for act in view.acts:
        out.print(f"  {act['day']}  {act['verb']}  {plain(str(act['actor']))}  {plain(act['reason'])}")


def add_to(app: typer.Typer) -> typer.Typer:
    """Put the commands into the application; gives the group, for the acts on lines and money."""
    group = typer.Typer(help="批次：经办支付审核 / rounds of the payment audit", no_args_is_help=True)
    for command in (new, send, recall, export, paper, close):
        group.command(command.__name__)(command)
    for name, named in (("list", list_), ("import", import_), ("cut-off", cut_off), ("sum-up", sum_up)):
        group.command(name)(named)
    app.add_typer(group, name="round")
    return group
