"""What all commands share: the common options, progress for eyes, one JSON object for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from yibao import bootstrap
from yibao.access import Actor
from yibao.bootstrap import House
from yibao.collect import Progress as Report
from yibao.engine import ENGINES
from yibao.kernel import Language, Refused, Text

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="YIBAO_HOME", help="全部状态所在目录 / where all state lives")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="标准输出只打印一个 JSON 对象 / print one JSON object")
]
LanguageOption = Annotated[
    Language, typer.Option("--lang", envvar="YIBAO_LANG", help="显示语言 / language of what is shown")
]
AsOption = Annotated[
    str | None,
    typer.Option(
        "--as", envvar="YIBAO_ACTOR", metavar="NAME", help="由谁办理：账户名 / the account that acts"
    ),
]
ENGINE_WORDS = f"<{'|'.join(ENGINES)}>"
DEFAULT_HOME = Path("yibao-data")

out = Console(markup=False, emoji=False)
err = Console(stderr=True, markup=False, emoji=False)
"""No markup: what data says must never become colours, links or missing text."""

_CONTROLS = {c: "\ufffd" for c in (*range(32), *range(0x7F, 0xA0)) if c not in (9, 10)}


def plain(text: str | None) -> str:
    """Give a text of the data as a terminal may show it: control codes would command the terminal instead."""
    return (text or "").translate(_CONTROLS)


def one_of(words: Callable[[], Iterable[str]]) -> Callable[[str], str]:
    """Give a parser of an option that takes one of these words; another is misuse, answered with all of them.

    They are asked for only when the option is used, so that ``--help`` reads no catalogue.
    """

    def known(text: str) -> str:
        choices = list(words())
        if text not in choices:
            near = [c for c in choices if text and text in c] or get_close_matches(text, choices, cutoff=0.5)
            meant = f"是否指 / did you mean: {', '.join(near)}? " if near else ""
            raise typer.BadParameter(
                f"没有 / there is no “{text}”. {meant}可选 / one of: {', '.join(choices)}"
            )
        return text

    return known


def some_of(words: Callable[[], Iterable[str]]) -> Callable[[str], str]:
    """Give a parser of an option that takes several of these words between commas, at least one."""
    known = one_of(words)

    def several(text: str) -> str:
        found = [known(word.strip()) for word in text.split(",") if word.strip()]
        if not found:
            raise typer.BadParameter("一个也没有给出 / none is given")
        return ",".join(found)

    return several


def say_json(value: dict[str, Any]) -> None:
    """Print the one object of a ``--json`` call."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def complain(refused: Refused, *, as_json: bool) -> None:
    """Say a refusal: both languages for eyes, one object for programs."""
    if as_json:
        say_json({"refused": refused.as_json()})
    else:
        tell(refused)


def tell(refused: Refused) -> None:
    """Say a refusal to eyes, in both languages."""
    err.print(refused.render("zh"), style="red", markup=False, highlight=False)
    err.print(refused.render("en").splitlines()[0], style="dim", markup=False, highlight=False)


@contextmanager
def open_house(path: Path, actor: str = "cli") -> Iterator[House]:
    """Open a home for one command; where nobody is named who acts, and the home has no accounts, that is said aloud."""
    with bootstrap.open_house(path, actor, on_acting=_say_local, on_unsigned=_say_unsigned) as house:
        yield house


def _say_unsigned(why: Refused) -> None:
    err.print(
        "已办理并记录，存证等待签名 / done and on record; the ledger waits for its signature", style="yellow"
    )
    tell(why)


def _say_local(who: Actor) -> None:
    if who.is_local:
        err.print(
            "本目录没有账户：以本机用户 local（全部办案角色，全国）办理；开立账户：yibao access found / "
            "no accounts here: acting as local with every case role",
            style="yellow", soft_wrap=True,
        )  # fmt: skip


def no_access(error: OSError) -> Refused:
    """Say that a file or folder cannot be read or written."""
    return Refused(
        "cli.file",
        zh="文件或目录不能读写",
        en="a file or folder cannot be read or written",
        where=str(error.filename or ""),
        came=error.strerror or str(error),
        todo=Text(zh="检查路径、权限与磁盘空间", en="check the path, the permissions and the disk"),
    )


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
