"""``yibao findings``, ``notice`` and ``explain``: what was found, who was told, and what became of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from yibao.access import Permission, Target, check
from yibao.audit import rules as all_rules
from yibao.casework.findings import (
    Corrected,
    corrected,
    give_notice,
    list_findings,
    look_at,
    may_notice,
    money,
    write_findings,
)
from yibao.casework.findings import explain as explain_finding
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    one_of,
    open_house,
    out,
    plain,
    say_json,
    waiting,
)
from yibao.kernel import date_of, day_of


def findings(
    institution: Annotated[str | None, typer.Option(help="机构编号或名称 / code or name")] = None,
    rule: Annotated[
        str | None, typer.Option(parser=one_of(all_rules), metavar="RULE", help="规则编号 / rule id")
    ] = None,
    self_corrected: Annotated[
        bool, typer.Option("--self-corrected", help="哪些机构在发现后自行冲销 / who took back what was found")
    ] = False,
    export: Annotated[
        Path | None, typer.Option(help="导出 .xlsx、.csv 或 .parquet / write to a file")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="显示条数 / rows shown")] = 50,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """列出疑点，金额大的在前 / list findings, most money first."""
    if self_corrected and (institution is not None or rule is not None or export is not None):
        raise typer.BadParameter("--self-corrected 单独使用 / give --self-corrected alone")
    with open_house(home) as house:
        actor = house.acting(who)
        if self_corrected or export is not None:
            check(actor, Permission.EXPORT_TAKE, Target(house.policy().region))
        if self_corrected:
            _show_corrected(corrected(house.home, house.register), as_json=as_json)
            return
        if export is not None:
            written = write_findings(house.home, house.register, export, institution=institution, rule=rule)
            house.anchor([export])
            out.print(f"已导出 {written:,} 条疑点：{export}") if not as_json else say_json(
                {"exported": written}
            )
            return
        rows = list_findings(
            house.home, house.register, institution=institution, rule=rule, limit=limit, actor=actor
        )
    if as_json:
        say_json({"findings": [row.as_json() for row in rows]})
        return
    grid = Table()
    for name in ("疑点编号", "规则", "判定", "机构", "日期", "涉及金额"):
        grid.add_column(name, overflow="fold")
    for row in rows:
        grid.add_row(
            row.code,
            row.rule_name,
            row.result_name,
            plain(row.institution),
            row.day,
            money(row.attributed_fen),
        )
    out.print(grid)


def _show_corrected(rows: list[Corrected], *, as_json: bool) -> None:
    if as_json:
        say_json({"institutions": [row.as_json() for row in rows]})
        return
    grid = Table(caption="早于发现：冲销日期早于首次发现之日，只是报送较晚")
    for at, name in enumerate(
        ("机构", "全部疑点", "自行纠正", "部分退回", "通知后退回", "合计冲销", "其中早于发现")
    ):
        grid.add_column(name, justify="right" if at else "left", overflow="fold")
    for row in rows:
        counts = (row.found, row.corrected, row.reduced, row.returned)
        grid.add_row(
            plain(row.institution), *(f"{n:,}" for n in counts), money(row.taken_back_fen), f"{row.early:,}"
        )
    out.print(grid)


def notice(
    finding: Annotated[list[str] | None, typer.Argument(help="疑点编号 / codes of findings")] = None,
    institution: Annotated[str | None, typer.Option(help="机构编号或名称 / code or name")] = None,
    rule: Annotated[
        str | None, typer.Option(parser=one_of(all_rules), metavar="RULE", help="规则编号 / rule id")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="送达日期，默认今天 / day of service, today if not given"),
    ] = None,
    document: Annotated[str | None, typer.Option(help="通知书文号 / number of the letter")] = None,
    by: Annotated[str, typer.Option(help="经办人 / who gives the notice")] = "cli",
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记已把疑点通知机构：此后的冲销记为退回 / record that notice was given; what comes back is returned then."""
    if not finding and institution is None and rule is None:
        raise typer.BadParameter(
            "给出疑点编号、--institution 或 --rule / give codes, --institution or --rule"
        )
    with open_house(home, by) as house:
        actor = house.acting(who)
        if finding:
            house.at_desk(who, lambda desk: may_notice(desk.unit, desk.actor, finding))
        else:
            check(actor, Permission.FINDING_NOTICE, Target(house.policy().region))
        name = by if actor.is_local else actor.name
        given = give_notice(
            house.home, house.register, actor=name, codes=finding, institution=institution, rule=rule,
            day=day_of(on.date()) if on is not None else None, document=document, on_wait=waiting,
        )  # fmt: skip
    if as_json:
        say_json({"notices": [one.as_json() for one in given]})
        return
    for one in given:
        out.print(
            f"第 {one.number} 号通知：{plain(one.institution)}（{one.institution_code}），{len(one.findings):,} 条疑点，"
            f"{money(one.at_stake_fen)}，{date_of(one.day)}，{one.actor}",
            soft_wrap=True,
        )
    if not given:
        out.print("没有未通知的待处理疑点。")


def explain(
    finding: Annotated[str, typer.Argument(help="疑点编号，如 F0ABC… / code of a finding")],
    for_institution: Annotated[
        bool,
        typer.Option(
            "--for-institution", help="给机构看：他机构的行只显示月份 / others' rows show only a month"
        ),
    ] = False,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    """解释一条疑点：规则、依据、证据、金额、出处 / explain a finding down to the rows it rests on."""
    with open_house(home) as house:
        house.at_desk(who, lambda desk: look_at(desk.unit, desk.actor, finding))
        explanation = explain_finding(house.home, house.register, finding, for_institution=for_institution)
    if as_json:
        say_json(explanation.as_json())
    else:
        explanation.render(out, lang)


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    app.command()(findings)
    app.command()(notice)
    app.command()(explain)
