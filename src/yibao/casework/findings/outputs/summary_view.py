"""The summary on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from yibao.casework.findings.outputs.ruletext import result_name, rule_name
from yibao.casework.findings.outputs.words import day, money, percent, region
from yibao.kernel import Language, Text

if TYPE_CHECKING:
    from yibao.casework.findings.outputs.summary import Summary

_MARKS = {"clear": "■", "suspicious": "◆"}
_LISTED = 8
"""Assumptions named on the terminal; the report names all."""

_STYLES = {"clear": "rgb(163,58,10)", "suspicious": "rgb(230,159,0)"}


def render(summary: Summary, console: Console, language: Language) -> None:
    """Print what matters first: the total, the ten institutions, the rules; then what to know about the numbers."""
    zh = language == "zh"
    _head(summary, console, language)
    console.print(_institutions(summary, language))
    console.print(_rules(summary, language))
    for line in summary.skipped:
        assert line.skipped is not None
        said = f"  {line.name.in_(language)}: {line.skipped.in_(language)}"
        console.print(said, style="dim", highlight=False, markup=False)
    held = summary.backlog
    if held.rows or held.notes:
        console.print(
            f"隔离区：{held.rows:,} 行未接收，涉及 {money(held.fen)}；另有 {held.notes:,} 个值未采用（所在行已接收）。"
            if zh
            else f"Quarantine: {held.rows:,} rows not accepted, {money(held.fen, 'en')}; {held.notes:,} values left out "
            "of accepted rows.",
            highlight=False,
        )
    _corrected(summary, console, language)
    _assumed(summary, console, language)
    console.print(
        "一条明细被多条规则命中只计一次；以上均为疑点，认定以复核决定为准。"
        if zh
        else "A line that several rules hit counts once. These are findings to be reviewed, not decisions.",
        style="dim",
    )


def _corrected(summary: Summary, console: Console, language: Language) -> None:
    """Say in one line each what was noticed and returned, and what was taken back after it was seen."""
    zh = language == "zh"
    if summary.noticed:
        console.print(
            f"已通知 {summary.noticed:,} 条，其中已退回 {money(summary.returned_fen)}。"
            if zh
            else f"Notice given of {summary.noticed:,}; {money(summary.returned_fen, 'en')} came back since.",
            highlight=False,
        )
    closed = sum(one.corrected for one in summary.corrected)
    if closed:
        fen = sum(one.corrected_fen for one in summary.corrected)
        console.print(
            f"自行纠正 {closed:,} 条，{money(fen)}（通知前由机构冲销，不计入疑点）；见 yibao findings --self-corrected。"
            if zh
            else f"Self-corrected: {closed:,}, {money(fen, 'en')} (taken back before any notice, not counted); "
            "see yibao findings --self-corrected.",
            highlight=False,
        )


def _assumed(summary: Summary, console: Console, language: Language) -> None:
    """Name what rests on our assumption: it decides what is a finding, so nobody may overlook it."""
    values = [
        f"{one.shown(language)}  {one.meaning.in_(language)}"
        for one in {one.key: one for one in summary.assumed}.values()
    ]
    points = [
        f"{one.assumed:,}/{one.all:,}  {rule_name(one.rule).in_(language)}" for one in summary.assumed_points
    ]
    for title, lines in (
        (Text(zh="假定值（无文件依据，由本地政策包确定）", en="Assumed values"), values),
        (
            Text(zh="知识点含假定（规则只判可疑）", en="Assumed knowledge points (the rule says suspicious)"),
            points,
        ),
    ):
        if not lines:
            continue
        console.print(title.in_(language), style="yellow")
        for line in lines[:_LISTED]:
            console.print(f"  {line}", style="dim", highlight=False, markup=False)
        if len(lines) > _LISTED:
            more = len(lines) - _LISTED
            told = Text(zh=f"  另有 {more} 项，逐项见报告", en=f"  and {more} more; the report names each")
            console.print(told.in_(language), style="dim", highlight=False)


def _head(summary: Summary, console: Console, language: Language) -> None:
    run = summary.run
    place, share = region(run.region), percent(summary.fen, summary.billed_fen, decimals=2)
    period = f"{day(summary.first_day)} – {day(summary.last_day)}"
    amount = Styled(money(summary.fen, language), style="bold")
    parts = [
        ("clear", summary.clear_findings, summary.clear_fen),
        ("suspicious", summary.suspicious_findings, summary.suspicious_fen),
    ]
    if language == "zh":
        console.print(Styled(f"{place} 审核结果  第 {run.number} 次运行，{run.finished}", style="bold"))
        console.print(Styled(f"  疑点 {summary.findings:,} 条，涉及 ") + amount + f"，占明细费用 {share}")
        console.print(
            f"  数据 {period}，明细 {summary.billed_lines:,} 条，{money(summary.billed_fen)}", highlight=False
        )
    else:
        console.print(Styled(f"{place} audit  run {run.number}, {run.finished}", style="bold"))
        console.print(
            Styled(f"  {summary.findings:,} findings, ") + amount + f" at stake, {share} of what was billed"
        )
        console.print(
            f"  data {period}, {summary.billed_lines:,} lines, {money(summary.billed_fen, 'en')}",
            highlight=False,
        )
    line = Styled("  ")
    for result, findings, fen in parts:
        line.append(f"{_MARKS[result]} {result_name(result).in_(language)} ", style=_STYLES[result])
        line.append(f"{findings:,} · {money(fen, language)}    ")
    console.print(line)


def _institutions(summary: Summary, language: Language) -> Table:
    zh = language == "zh"
    base = f"{summary.institutions_with_findings}/{summary.institutions_known}"
    grid = Table(
        title=f"涉及金额最多的机构（有疑点 {base} 家）" if zh else f"Most at stake ({base} institutions have findings)",
        box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False,
    )  # fmt: skip
    names = ("机构", "等级", "疑点", "疑点明细", "涉及金额", "占本机构费用")
    for at, name in enumerate(
        names if zh else ("institution", "level", "findings", "lines", "amount", "of its bills")
    ):
        grid.add_column(name, justify="left" if at < 2 else "right", overflow="fold")
    for one in summary.institutions:
        grid.add_row(
            Styled(one.name), one.level, f"{one.findings:,}", f"{one.lines:,}", money(one.fen, language),
            percent(one.fen, one.billed_fen),
        )  # fmt: skip
    return grid


def _rules(summary: Summary, language: Language) -> Table:
    zh = language == "zh"
    grid = Table(title="规则" if zh else "Rules", box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for at, name in enumerate(
        ("规则", "判定", "疑点", "涉及金额", "占比")
        if zh
        else ("rule", "result", "findings", "amount", "share")
    ):
        grid.add_column(name, justify="left" if at < 2 else "right", overflow="fold")
    for line in summary.rules:
        if line.skipped is not None:
            continue
        mark = Styled(
            f"{_MARKS[line.result]} {result_name(line.result).in_(language)}", style=_STYLES[line.result]
        )
        if line.mixed:
            less = f" {_MARKS['suspicious']} {line.findings - line.clear_findings:,}"
            mark.append(f" {line.clear_findings:,}").append(less, style=_STYLES["suspicious"])
        grid.add_row(
            line.name.in_(language), mark, f"{line.findings:,}", money(line.attributed_fen, language),
            percent(line.attributed_fen, summary.fen),
        )  # fmt: skip
    return grid
