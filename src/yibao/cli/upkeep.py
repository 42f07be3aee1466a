"""``yibao doctor`` and ``yibao register``: is everything in place, and the register's dump and restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from yibao.cli.console import DEFAULT_HOME, HomeOption, JsonOption, out, say_json
from yibao.engine import ENGINES, open_engine
from yibao.kernel import Refused, Text
from yibao.store import Check, Home, dump_register, restore_register
from yibao.store import doctor as examine_store

register = typer.Typer(name="register", help="登记库：导出、导入 / the register", no_args_is_help=True)
OPTIONAL = {"spark"}


def doctor(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """检查环境与数据是否完好，说明怎么补救 / is everything in place, and what to do where it is not."""
    checks = [*examine_store(Home(home)), *(_engine(name) for name in ENGINES)]
    failed = [c for c in checks if not c.ok and c.name.removeprefix("engine ") not in OPTIONAL]
    if as_json:
        say_json(
            {"checks": [{"name": c.name, "ok": c.ok, "zh": c.detail.zh, "en": c.detail.en} for c in checks]}
        )
    else:
        grid = Table(show_header=False)
        for check in checks:
            grid.add_row("✓" if check.ok else "✗", check.name, check.detail.zh)
        out.print(grid)
    if failed:
        raise typer.Exit(1)


def _engine(name: str) -> Check:
    try:
        with open_engine(name, memory_mib=512) as engine:
            value = engine.run("SELECT 1 AS one").column("one")[0].as_py()
    except Refused as refused:
        todo = refused.todo or Text(zh="", en="")
        return Check(
            f"engine {name}",
            ok=False,
            detail=Text(zh=f"{refused.text.zh} {todo.zh}", en=f"{refused.text.en} {todo.en}"),
        )
    return Check(f"engine {name}", ok=value == 1, detail=Text(zh="可用", en="works"))


@register.command()
def dump(
    file: Annotated[Path, typer.Argument(help="导出文件 / file")], home: HomeOption = DEFAULT_HOME
) -> None:
    """导出登记库 / dump the register to a file."""
    dump_register(Home(home), file)
    out.print(f"已导出：{file}")


@register.command()
def restore(
    file: Annotated[Path, typer.Argument(help="导出文件 / file")], home: HomeOption = DEFAULT_HOME
) -> None:
    """导入到空的登记库 / restore a dump into an empty register."""
    restore_register(Home(home), file)
    out.print(f"已导入：{file}")


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    app.command()(doctor)
    app.add_typer(register)
