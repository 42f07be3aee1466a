"""What all commands share: the common options, progress for eyes, one JSON object for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from yibao.collect import Progress as Report
from yibao.kernel import Language, Refused

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="YIBAO_HOME", help="全部状态所在目录 / where all state lives")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="标准输出只打印一个 JSON 对象 / print one JSON object")
]
LanguageOption = Annotated[str, typer.Option("--lang", envvar="YIBAO_LANG", help="zh | en")]
DEFAULT_HOME = Path("yibao-data")

out = Console(markup=False, emoji=False)
err = Console(stderr=True, markup=False, emoji=False)
"""No markup: what data says must never become colours, links or missing text."""

_CONTROLS = {c: "\ufffd" for c in (*range(32), *range(0x7F, 0xA0)) if c not in (9, 10)}


def plain(text: str | None) -> str:
    """Give a text of the data as a terminal may show it: control codes would command the terminal instead."""
    return (text or "").translate(_CONTROLS)


def language(name: str) -> Language:
    """Give the asked language; anything but ``en`` is Chinese."""
    return "en" if name == "en" else "zh"


def say_json(value: dict[str, Any]) -> None:
    """Print the one object of a ``--json`` call."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def complain(refused: Refused, *, as_json: bool) -> None:
    """Say a refusal: both languages for eyes, one object for programs."""
    if as_json:
        say_json({"refused": refused.as_json()})
    else:
        err.print(refused.render("zh"), style="red", markup=False, highlight=False)
        err.print(refused.render("en").splitlines()[0], style="dim", markup=False, highlight=False)


@contextmanager
def progress() -> Iterator[Report]:
    """Show a progress bar on standard error while work goes on; silent where nobody looks."""
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn(), console=err,
        transient=True, disable=not err.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("", total=None)

        def report(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of)

        yield report


def waiting() -> None:
    """Tell once that another program of the same home is at work and is waited for."""
    err.print(
        "另一个程序正在处理同一目录，等待其完成… / another program is at work here; waiting …", style="yellow"
    )
