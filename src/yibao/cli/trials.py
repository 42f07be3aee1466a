"""``yibao rules trial`` and ``rules backtest``: what a rule would find, before anybody is blamed by it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from yibao.access import Permission
from yibao.audit import LIFE_NAMES, RULE_FILE, Rule, choose, complaints, read_rule
from yibao.casework.findings import Backtest, Trial, money, write_sweep
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    open_house,
    out,
    plain,
    progress,
    say_json,
)
from yibao.kernel import Language, Refused, Text

MOST_VALUES = 500
_SWEEP = re.compile(r"([a-z][a-z0-9_]*)=(?:(\d+)\.\.(\d+)(?::(\d+))?|(\d+(?:,\d+)*))")

RuleArgument = Annotated[
    str,
    typer.Argument(metavar="RULE", help="规则编号，或规则目录 / id of a rule, or a folder that holds one"),
]
RegionOption = Annotated[str | None, typer.Option(help="适用政策的区划 / region whose policy applies")]


def trial(
    rule: RuleArgument,
    region: RegionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    """在全部历史数据上试算一条规则，不形成疑点 / run a rule over all history, without making findings."""
    asked = _rule(rule)
    with open_house(home) as opened, progress() as told:
        house = opened.entrusted(who, Permission.RULE_TRY)
        house.load_official_knowledge(told, only_if_none=True)
        tried = house.trial(asked, region, told)
    if as_json:
        say_json(tried.as_json())
    else:
        _show_trial(tried, lang)


def backtest(
    rule: RuleArgument,
    sweep: Annotated[
        str,
        typer.Option("--set", metavar="NAME=FROM..TO[:STEP]", help="参数与取值，如 gap_days=3..31 / values"),
    ],
    region: RegionOption = None,
    html: Annotated[Path | None, typer.Option(help="写出带图的网页 / write a page with charts")] = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    """逐个取值试算规则的一个参数 / sweep one parameter of a rule over history."""
    name, values = parse_sweep(sweep)
    asked = _rule(rule)
    with open_house(home) as opened, progress() as told:
        house = opened.entrusted(who, Permission.RULE_TRY)
        house.load_official_knowledge(told, only_if_none=True)
        swept = house.backtest(asked, name, values, region, told)
    if html is not None:
        write_sweep(
            html, name=swept.name, meaning=swept.meaning, parameter=swept.parameter, unit=str(swept.unit),
            place=swept.region, values=swept.values, language=lang,
        )  # fmt: skip
    if as_json:
        say_json({**swept.as_json(), "html": str(html) if html else None})
        return
    _show_backtest(swept, lang)
    if html is not None:
        out.print(f"{'page: ' if lang == 'en' else '网页：'}{html.resolve()}", soft_wrap=True)


def parse_sweep(text: str) -> tuple[str, list[int]]:
    """Read ``name=3..31``, ``name=3..31:7`` or ``name=3,7,15``; anything else is misuse.

    >>> parse_sweep("gap_days=3..6"), parse_sweep("gap_days=3..31:14"), parse_sweep("gap_days=15,3,15")
    (('gap_days', [3, 4, 5, 6]), ('gap_days', [3, 17, 31]), ('gap_days', [3, 15]))
    """
    found = _SWEEP.fullmatch(text.replace(" ", ""))
    values: list[int] = []
    if found is not None:
        _, low, high, step, several = found.groups()
        if several is not None:
            values = sorted({int(word) for word in several.split(",")})
        elif step is None or int(step):
            values = list(range(int(low), int(high) + 1, int(step or 1)))
    if found is None or not 0 < len(values) <= MOST_VALUES:
        raise typer.BadParameter(
            f"“{text}”：应为 / wanted NAME=FROM..TO、NAME=FROM..TO:STEP 或 / or NAME=A,B,C，至多 / at most {MOST_VALUES}",
            param_hint="--set",
        )
    return found.group(1), values


def _rule(text: str) -> Rule:
    """Give the rule that is meant, of the catalogue or of a folder of one's own; a draft must keep the conventions."""
    folder = Path(text)
    rule = read_rule(folder.resolve()) if (folder / RULE_FILE).is_file() else choose([text])[0]
    wrong = [c for version in rule.versions for c in complaints(version)]
    if wrong:
        raise Refused(
            "audit.not_portable",
            zh="规则的 SQL 不合约定，换一个引擎结果可能不同",
            en="the rule's SQL breaks the conventions: another engine might answer otherwise",
            where=f"rules/{rule.id}",
            came="; ".join(c.text.both() for c in wrong[:5]),
            todo=Text(zh="见 CONTRIBUTING.md 的 SQL 约定", en="see the conventions in CONTRIBUTING.md"),
        )
    return rule


def _show_trial(tried: Trial, lang: Language) -> None:
    zh = lang == "zh"
    status = LIFE_NAMES[tried.status].in_(lang)
    out.print(f"{tried.name.in_(lang)}  {tried.rule} v{tried.version} · {status}", style="bold")
    if tried.skipped is not None:
        out.print(tried.skipped.in_(lang))
        return
    for line in (
        Text(
            zh=f"疑点 {tried.findings:,} 条（明确 {tried.clear:,}），明细 {tried.lines:,} 条，"
            f"机构 {tried.institutions:,} 家，涉及 {money(tried.at_stake_fen)}",
            en=f"{tried.findings:,} findings ({tried.clear:,} clear), {tried.lines:,} lines, {tried.institutions:,} "
            f"institutions, {money(tried.at_stake_fen)} at stake",
        ),
        Text(
            zh=f"其中 {tried.overlapping:,} 条与其他规则的待处理疑点有相同明细，已通知的 {tried.noticed:,} 条",
            en=f"{tried.overlapping:,} share lines with open findings of other rules, {tried.noticed:,} with noticed ones",
        ),
        Text(
            zh=f"本规则已有 {tried.again:,} 条，新增 {tried.new:,} 条，不再成立 {tried.gone:,} 条",
            en=f"{tried.again:,} the rule has already, {tried.new:,} new, {tried.gone:,} no longer found",
        ),
    ):
        out.print(f"  {line.in_(lang)}", highlight=False)
    if tried.held:
        grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        heads = (
            ("已有规则", "疑点", "明细", "重叠金额") if zh else ("rule", "findings", "lines", "shared money")
        )
        for at, head in enumerate(heads):
            grid.add_column(head, justify="right" if at else "left", overflow="fold")
        for one in tried.held:
            grid.add_row(one.name.in_(lang), f"{one.findings:,}", f"{one.lines:,}", money(one.fen))
        out.print(grid)
    for most in tried.most:
        out.print(
            f"  {plain(most.name)}（{most.code}） {most.findings:,} · {money(most.fen)}", highlight=False
        )
    out.print("试算不形成疑点。" if zh else "A trial makes no findings.", style="dim")


def _show_backtest(swept: Backtest, lang: Language) -> None:
    zh = lang == "zh"
    out.print(
        f"{swept.name.in_(lang)}  {swept.parameter}：{swept.meaning.in_(lang)}（{swept.unit}）", style="bold"
    )
    if swept.skipped is not None:
        out.print(swept.skipped.in_(lang))
        return
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in (
        swept.parameter,
        *(("疑点", "涉及金额", "机构", "") if zh else ("findings", "at stake", "institutions", "")),
    ):
        grid.add_column(head, justify="right")
    for one in swept.values:
        mark = ("现行" if zh else "in force") if one.in_force else ""
        grid.add_row(
            str(one.value), f"{one.findings:,}", money(one.at_stake_fen), f"{one.institutions:,}", mark,
            style="bold" if one.in_force else None,
        )  # fmt: skip
    out.print(grid)
    told = (
        f"{len(swept.values)} 个取值，{swept.seconds:.1f} 秒"
        if zh
        else f"{len(swept.values)} values, {swept.seconds:.1f} s"
    )
    out.print(told, style="dim")


def add_to(group: typer.Typer) -> None:
    """Add this file's commands to those of the rules."""
    group.command()(trial)
    group.command()(backtest)
