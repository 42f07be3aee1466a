"""What the commands on cases share: whose desk, which day, which reason; and how words of the line become nouns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from yibao.casework.agreement import Measure, Taken
from yibao.casework.cases import Desk, Doing, acts, case_id
from yibao.casework.penalty import Officer
from yibao.cli.console import out, say_json
from yibao.kernel import Day, Fen, Refused, Text, parse_day, parse_fen, today

DayOption = Annotated[
    str | None, typer.Option("--day", help="办理日期 YYYY-MM-DD，默认今天 / day of the act, today by default")
]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="理由 / the reason")]
VersionOption = Annotated[
    int | None,
    typer.Option("--version", help="您看到的案件版本，他人已办理则拒绝 / the version you saw"),
]
FilesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--attach", exists=True, dir_okay=False, help="佐证材料，可多次 / a file handed in; repeatable"
    ),
]
CaseArgument = Annotated[str, typer.Argument(help="案件编号 / number of the case")]


def doing(day: str | None, reason: str | None, version: int | None = None) -> Doing:
    """Give what is done, from the words of the line."""
    return Doing(the_day(day), reason, expected_version=version)


def the_day(day: str | None) -> Day:
    """Give a day, today where none is named."""
    return parse_day(day) if day is not None else today()


def money_of(text: str | None) -> Fen:
    """Give a sum in fen from yuan as people write it; not given is zero, given empty is refused."""
    if text is None:
        return Fen(0)
    if len(text) > LONGEST_SUM:
        raise Refused(
            "cli.sum", zh="金额长得不可能", en="the sum is longer than can be", wanted=f"≤ {LONGEST_SUM} 个字符",
            came=f"{text[:20]}… ({len(text)})", todo=Text(zh="核对金额，单位是元", en="check it; the unit is yuan"),
        )  # fmt: skip
    return parse_fen(text)


LONGEST_SUM: Final = 40
"""No sum of money is written with more characters."""


def officers_of(words: list[str]) -> list[Officer]:
    """Give officers from ``account=certificate``."""
    pairs = [word.partition("=") for word in words]
    return [Officer(account.strip(), certificate.strip()) for account, _, certificate in pairs]


def measures_of(words: list[str]) -> tuple[Taken, ...]:
    """Give measures from ``recover=300.00+50.00`` (fund + patients), ``suspend=3m``, ``stop_persons=2m@张三``."""
    return tuple(_measure(word) for word in words)


def _measure(word: str) -> Taken:
    name, _, rest = word.partition("=")
    how, _, whom = rest.partition("@")
    if name not in list(Measure):
        raise typer.BadParameter(f"{name}: {' | '.join(Measure)}", param_hint="--measure")
    months = re.fullmatch(r"(\d+)m", how)
    if months:
        return Taken(Measure(name), months=int(months[1]), whom=whom)
    fund, _, patient = how.partition("+")
    return Taken(Measure(name), money_of(fund or None), money_of(patient or None), whom=whom)


def tell_done(case: str, verb: str, number: int, *, as_json: bool, **more: Any) -> None:
    """Say that an act is on record."""
    if as_json:
        say_json({"case": case.upper(), "verb": verb, "act": number, **more})
        return
    out.print(f"{case.upper()} 已办理：{verb}（第 {number} 号办理记录）")
    for name, value in more.items():
        out.print(f"  {name}: {value}")


def newest_act(desk: Desk, case: str) -> int:
    """Give the number of the newest act of a case."""
    return acts(desk.unit, case_id(case))[-1].number
