"""``yibao knowledge``: tables of knowledge points, official ones and a bureau's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from yibao.access import Permission
from yibao.bootstrap import knowledge_source
from yibao.claims import knowledge_tables
from yibao.cli.collect import show_outcome
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    open_house,
    out,
    plain,
    progress,
    say_json,
    waiting,
)

group = typer.Typer(name="knowledge", help="知识点：加载、列出 / knowledge points", no_args_is_help=True)


@group.command()
def load(
    files: Annotated[list[Path] | None, typer.Argument(help="Excel 或 CSV / files")] = None,
    kind: Annotated[str | None, typer.Option(help=" | ".join(knowledge_tables()))] = None,
    mapping: Annotated[str | None, typer.Option("--map", help="对应关系 YAML / mapping")] = None,
    official: Annotated[bool, typer.Option(help="加载随附的国家两库 / load the official points")] = False,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """按对应关系加载知识点，无需代码 / load knowledge points by a mapping."""
    if official == bool(files) or (files and kind is None):
        raise typer.BadParameter(
            "给出 FILE 与 --kind，或只给 --official / give FILE with --kind, or --official"
        )
    with open_house(home) as opened, progress() as told:
        house = opened.entrusted(who, Permission.KNOWLEDGE_LOAD)
        if official:
            outcome = house.load_official_knowledge(told, only_if_none=False)
        else:
            outcome = house.collect(files or [], knowledge_source(kind or "", mapping), told, waiting)
    assert outcome is not None
    show_outcome(outcome, as_json=as_json)


@group.command("list")
def list_knowledge(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """列出已加载的知识点 / list what is loaded."""
    with open_house(home) as house:
        found = house.knowledge()
    if as_json:
        say_json({"tables": found})
        return
    grid = Table()
    for name in ("类别", "行数", "来源"):
        grid.add_column(name, overflow="fold")
    for row in found:
        grid.add_row(str(row["kind"]), f"{row['rows']:,}", plain(str(row["source"])))
    out.print(grid)


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    app.add_typer(group)
