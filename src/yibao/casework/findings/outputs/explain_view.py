"""An explanation on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Styled

from yibao.audit import KIND_NAMES
from yibao.casework.findings.model import STATE_NAMES
from yibao.casework.findings.outputs.ruletext import result_name
from yibao.casework.findings.outputs.words import (
    EVIDENCE_NAMES,
    ORIGIN_NAMES,
    ROLE_NAMES,
    STATUS_NAMES,
    day,
    joined,
    money,
    region,
)
from yibao.kernel import Language

if TYPE_CHECKING:  # the nouns know how they are shown, not the other way round
    from yibao.casework.findings.outputs.explain import EvidenceRow, Explanation

_SHOWN = 40
"""Evidence rows shown; the rest is counted."""


def render(told: Explanation, console: Console, language: Language) -> None:
    """Print one finding: what, why, on which ground, on which rows, how much, and what would make it innocent."""
    zh = language == "zh"
    rule = told.definition
    head = Styled(f"{told.code}  {told.rule_name.in_(language)}  ", style="bold")
    head.append(f"{result_name(told.result).in_(language)} · {STATE_NAMES[told.state].in_(language)}")
    console.print(head)
    one = told.institution
    _pairs(
        console,
        (
            (
                "机构" if zh else "institution",
                joined(one.name, f"({one.code})", one.standing, region(one.region)),
            ),
            ("参保人" if zh else "person", told.person),
            ("日期" if zh else "day", day(told.day)),
            ("为什么" if zh else "why", told.comparison.in_(language)),
        ),
    )
    if rule is not None:
        _section(console, "规则" if zh else "Rule")
        kind = KIND_NAMES[rule.kind].in_(language)
        origin = ORIGIN_NAMES[rule.origin].in_(language)
        _pairs(
            console,
            (
                ("内容" if zh else "says", rule.says.text.in_(language)),
                ("版本" if zh else "version", f"{told.rule} v{told.rule_version} · {kind} · {origin}"),
                *(("依据" if zh else "basis", f"{b}（{STATUS_NAMES[b.status].in_(language)}）") for b in rule.basis),
                ("采信" if zh else "adopted", _adopted(told)),
                ("案由" if zh else "cause", f"{rule.case_cause.list} {rule.case_cause.item}：{rule.case_cause.zh}"),
            ),
        )  # fmt: skip
    _knowledge(told, console, language)
    _parameters(told, console, language)
    _section(console, f"证据（{len(told.evidence)} 行）" if zh else f"Evidence ({len(told.evidence)} rows)")
    console.print(_evidence(told.evidence[:_SHOWN], language))
    if len(told.evidence) > _SHOWN:
        rest = len(told.evidence) - _SHOWN
        console.print(f"  另有 {rest:,} 行" if zh else f"  and {rest:,} more", style="dim")
    _money(told, console, language)
    _history(told, console, language)
    if rule is not None and rule.innocent:
        _section(console, "有下列情形的不算" if zh else "What would make it innocent")
        for way in rule.innocent:
            console.print(f"  · {way.text.in_(language)}", highlight=False, markup=False)
    versions = " · ".join(f"{name} {version}" for name, version in told.versions.items())
    said = (
        f"第 {told.run} 次运行（首次发现于第 {told.first_run} 次），{told.finished}，{told.engine}，"
        f"按第 {told.known_no} 次入湖时所知，证据批次 {told.evidence_batch}。{versions}"
        if zh
        else f"run {told.run} (first found in run {told.first_run}), {told.finished}, {told.engine}, "
        f"as known at publication {told.known_no}, evidence batch {told.evidence_batch}. {versions}"
    )
    console.print(said, style="dim", highlight=False)


def _adopted(told: Explanation) -> str | None:
    one = told.adoption
    return (
        joined(one["instrument"], one["article"], one["approver"], one["period"]) if one is not None else None
    )


def _section(console: Console, title: str) -> None:
    console.print(Styled(title, style="bold"))


def _pairs(console: Console, pairs: Iterable[tuple[str, str | None]]) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        if value:
            grid.add_row(name, Styled(value))
    console.print(Padding(grid, (0, 0, 0, 2)))


def _knowledge(told: Explanation, console: Console, language: Language) -> None:
    if told.knowledge is None:
        return
    zh = language == "zh"
    _section(console, "知识点" if zh else "Knowledge point")
    _pairs(
        console,
        (
            *((name.in_(language), value) for name, value in told.knowledge.fields),
            (
                "来源" if zh else "source",
                f"{told.knowledge.source}（{told.knowledge.status_name.in_(language)}）",
            ),
            (
                "加载" if zh else "loaded",
                f"第 {told.knowledge.batch} 批，对应关系 {told.knowledge.mapping}"
                if zh
                else f"batch {told.knowledge.batch}, mapping {told.knowledge.mapping}",
            ),
        ),
    )


def _parameters(told: Explanation, console: Console, language: Language) -> None:
    if not told.parameters:
        return
    zh = language == "zh"
    _section(console, "当日有效的参数" if zh else "Parameters in force that day")
    grid = Table.grid(padding=(0, 2))
    for _ in range(4):
        grid.add_column(overflow="fold")
    for one in told.parameters:
        status = Styled(
            f"[{STATUS_NAMES[one.status].in_(language)}]", style="yellow" if one.status == "assumed" else ""
        )
        about = joined(one.instrument, one.note.in_(language) if one.note else None, by="；" if zh else "; ")
        grid.add_row(
            one.meaning.in_(language),
            Styled(one.shown(language), style="bold"),
            status,
            Styled(about, style="dim"),
        )
    console.print(Padding(grid, (0, 0, 0, 2)))


def _evidence(rows: Iterable[EvidenceRow], language: Language) -> Table:
    zh = language == "zh"
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    names = ("证据", "流水号", "时间", "项目", "数量×单价", "金额", "本规则涉及", "计入", "出处")
    english = ("evidence", "number", "when", "item", "qty × price", "amount", "at stake", "credited", "from")
    for at, name in enumerate(names if zh else english):
        grid.add_column(name, justify="right" if at in (5, 6, 7) else "left", overflow="fold")
    for row in rows:
        counted = row.quantity and row.unit_price and f"{row.quantity} × {row.unit_price}"
        stake = row.role == 1 and row.evidence == "line"
        grid.add_row(
            f"{ROLE_NAMES[row.role].in_(language)}·{EVIDENCE_NAMES[row.evidence].in_(language)}",
            Styled(row.number or ""),
            row.when,
            Styled(_what(row, language)),
            counted or row.quantity or "",
            "" if row.amount_fen is None else money(row.amount_fen, language),
            money(row.at_stake_fen, language) if stake else "",
            money(row.credited_fen, language) if stake else "",
            Styled(f"{row.file or '?'} #{row.source_row}" if row.batch is not None else ""),
        )
    return grid


def _what(row: EvidenceRow, language: Language) -> str:
    """Say what a row is about: the item with its traceability codes, else the kind of paper and whose it is."""
    item = joined(row.item, f"({row.item_no})" if row.item_no else None)
    kind = row.about.in_(language) if row.about is not None else None
    return joined(item, kind, row.trace_codes, None if item else row.institution)


def _history(told: Explanation, console: Console, language: Language) -> None:
    """Print what became of the finding since it was found."""
    if not told.history:
        return
    zh = language == "zh"
    _section(console, "经过" if zh else "What became of it")
    for one in told.history:
        rows = f"{len(one.rows)} 行" if zh else f"{len(one.rows)} rows"
        said = joined(
            one.recorded, one.name.in_(language), day(one.day) if one.day is not None else None,
            money(one.fen, language), rows if one.rows else None, one.document, one.actor, by=" · ",
        )  # fmt: skip
        console.print(f"  {said}", highlight=False, markup=False, soft_wrap=True)


def _money(told: Explanation, console: Console, language: Language) -> None:
    zh = language == "zh"
    _section(console, "金额" if zh else "Money")
    _pairs(
        console,
        (
            ("单独看" if zh else "alone", money(told.at_stake_fen, language)),
            (
                "计入" if zh else "credited",
                f"{money(told.attributed_fen, language)}  {told.credit.in_(language)}",
            ),
            (
                "已退回" if zh else "returned",
                money(told.returned_fen, language) if told.returned_fen else None,
            ),
            *(
                (
                    "同一明细" if zh else "same line",
                    f"{one.line_no}: {one.finding} {one.rule_name.in_(language)} · "
                    + (
                        f"涉及 {money(one.at_stake_fen)}，计入 {money(one.credited_fen)}"
                        if zh
                        else f"at stake {money(one.at_stake_fen, 'en')}, credited {money(one.credited_fen, 'en')}"
                    ),
                )
                for one in told.shared[:20]
            ),
        ),
    )
