"""``yibao collect`` and ``yibao quarantine``: files into the lake, and what stayed outside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from yibao.access import Permission
from yibao.casework.findings import money, quarantine_rows, write_quarantine
from yibao.claims import table
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    err,
    open_house,
    out,
    plain,
    progress,
    say_json,
    waiting,
)
from yibao.collect import Outcome, load_source


def collect(
    paths: Annotated[list[Path], typer.Argument(help="文件、目录或 zip / files, folders or zip archives")],
    source: Annotated[
        str, typer.Option(help="数据来源名称或对应关系 YAML / source name or mapping")
    ] = "national",
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """收集数据：核对后入湖，不合格的说明原因 / collect files: what is good goes in, what is not says why."""
    mapping = load_source(source)
    with open_house(home) as house, progress() as report:
        outcome = house.entrusted(who, Permission.DATA_COLLECT).collect(paths, mapping, report, waiting)
    show_outcome(outcome, as_json=as_json)


def show_outcome(outcome: Outcome, *, as_json: bool) -> None:
    """Say what a collection did; files that were left out whole make the exit code 1."""
    if as_json:
        say_json(_as_json(outcome))
    else:
        _show(outcome)
    if outcome.problems:
        raise typer.Exit(1)


def _as_json(outcome: Outcome) -> dict[str, object]:
    return {
        "batch": outcome.batch,
        "source": outcome.source,
        "tables": outcome.tables,
        "quarantined_fen": outcome.quarantined_fen,
        "files": outcome.files,
        "problems": [p.as_json() for p in outcome.problems],
    }


def _show(outcome: Outcome) -> None:
    for problem in outcome.problems:
        err.print(problem.render(), style="red", markup=False, highlight=False)
    grid = Table(box=None, pad_edge=False)
    for name in ("表", "接收", "其中更正", "已有", "隔离", "字段留空"):
        grid.add_column(name, justify="left" if name == "表" else "right")
    for name, counts in outcome.tables.items():
        keys = ("accepted", "corrected", "known", "quarantined", "noted")
        grid.add_row(table(name).text.zh, *(f"{counts[k]:,}" for k in keys))
    out.print(grid)
    if outcome.batch is None:
        out.print("没有新内容，数据湖未变。")
    else:
        out.print(
            f"批次 {outcome.batch} 已入湖；隔离 {outcome.quarantined:,} 行，涉及金额 {money(outcome.quarantined_fen)}。"
        )
    if outcome.quarantined:
        out.print("查看原因并导出给报送方：yibao quarantine --export 隔离.xlsx")


def quarantine(
    batch: Annotated[int | None, typer.Option(help="只看这一批次 / only this batch")] = None,
    everything: Annotated[bool, typer.Option("--all", help="含已更正的 / also those settled since")] = False,
    export: Annotated[Path | None, typer.Option(help="导出 Excel / write a workbook")] = None,
    limit: Annotated[int, typer.Option(min=1, help="显示行数 / rows shown")] = 50,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    """查看未被接收的行：文件、行、列、要求、实际 / rows that were not accepted, each with its reason."""
    wanted = [Permission.QUARANTINE_READ, *([Permission.EXPORT_TAKE] if export else [])]
    with open_house(home) as opened:
        house = opened.entrusted(who, *wanted)
        house.look(who, "quarantine", f"batch:{batch}" if batch is not None else "quarantine")
        rows = quarantine_rows(house.home, house.register, batch=batch, open_only=not everything)
        written = write_quarantine(house.home, house.register, export) if export else 0
        house.anchor([export])
    if as_json:
        say_json({"rows": len(rows), "exported": written, "entries": [r.as_json() for r in rows[:limit]]})
        return
    zh = lang == "zh"
    grid = Table(show_lines=False)
    for name in (
        ("文件", "行", "列", "原因", "要求", "实际")
        if zh
        else ("file", "row", "column", "why", "wanted", "came")
    ):
        grid.add_column(name, overflow="fold")
    for row in rows[:limit]:
        reason = row.reason.in_(lang)
        grid.add_row(
            plain(row.file),
            str(row.source_row),
            plain(row.header),
            reason,
            plain(row.wanted),
            plain(row.came),
        )
    out.print(grid)
    out.print(
        f"共 {len(rows):,} 条原因，显示 {min(limit, len(rows)):,} 条。" if zh else f"{len(rows):,} entries."
    )
    if export:
        out.print(f"已导出 {export}（{written:,} 条）" if zh else f"wrote {export} ({written:,})")


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    app.command()(collect)
    app.command()(quarantine)
