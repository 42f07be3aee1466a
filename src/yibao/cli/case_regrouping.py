"""``yibao case split|merge|pass|take-on|verify``: findings go from one case to another; acts against the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from yibao.casework.cases import case_id as id_of
from yibao.casework.tracks import merge_cases, pass_case, split_case, take_case_on, verify_cases
from yibao.cli.casedesk import CaseArgument, DayOption, ReasonOption, VersionOption, doing, tell_done
from yibao.cli.console import DEFAULT_HOME, AsOption, HomeOption, JsonOption, err, open_house, out, say_json


def split(
    case: CaseArgument,
    findings: Annotated[
        list[str], typer.Argument(help="分出去的疑点编号 / codes of the findings that leave")
    ],
    cause: Annotated[str | None, typer.Option(help="新案的案由，默认不变 / cause of the new case")] = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """分案：部分疑点另立一案，期限接着算 / split findings off into a new case; its clocks run on."""
    done = doing(day, reason, version)
    with open_house(home) as house:
        made = house.at_desk(who, lambda desk: split_case(desk, id_of(case), findings, done, cause=cause))
    _tell_new(case, "split", made.number, as_json=as_json)


def merge(
    case: CaseArgument,
    into: Annotated[str, typer.Option("--into", help="并入的案件 / the case that takes it in")],
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """并案：后立的并入先立的，疑点和资金一并转入 / merge into the earlier case, findings and money with it."""
    done = doing(day, reason, version)
    with open_house(home) as house:
        number = house.at_desk(who, lambda desk: merge_cases(desk, id_of(case), id_of(into), done))
    tell_done(case, "merge", number, as_json=as_json, into=into.strip().upper())


def pass_(
    case: CaseArgument,
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """转轨：经办移交行政处理，或行政转经办；对方随即有案 / pass on to the other track, where a case opens."""
    done = doing(day, reason, version)
    with open_house(home) as house:
        made = house.at_desk(who, lambda desk: pass_case(desk, id_of(case), done))
    _tell_new(case, "pass", made.number, as_json=as_json)


def take_on(
    case: CaseArgument,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """签收对方转来的案件 / acknowledge a case that the other track passed on."""
    done = doing(day, reason)
    with open_house(home) as house:
        number = house.at_desk(who, lambda desk: take_case_on(desk, id_of(case), done))
    tell_done(case, "take_on", number, as_json=as_json)


def verify(who: AsOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """逐条核对办理记录和金额与存证是否一致 / compare every act and amount with the ledger; exit code 1 where not."""
    with open_house(home) as house:
        checked, faults = house.at_desk(who, verify_cases)
    if as_json:
        say_json({"sound": not faults, "acts": checked, "faults": [one.as_json() for one in faults]})
    else:
        out.print("属实：办理记录与存证一致 / sound" if not faults else "不属实 / not sound")
        out.print(f"办理记录 acts {checked:,}")
        for one in faults:
            err.print(
                f"{one.case}  {one.text.zh} / {one.text.en}  存证 {one.sworn}  现有 {one.found}",
                style="red", markup=False, highlight=False,
            )  # fmt: skip
    if faults:
        raise typer.Exit(1)


def _tell_new(case: str, verb: str, number: str, *, as_json: bool) -> None:
    if as_json:
        say_json({"case": case.strip().upper(), "verb": verb, "opened": number})
        return
    out.print(f"{case.strip().upper()} 已办理：{verb}；新案 {number}")


def add_to(group: typer.Typer) -> None:
    """Put the commands into the group of cases."""
    for command in (split, merge, verify):
        group.command(command.__name__)(command)
    group.command("pass")(pass_)
    group.command("take-on")(take_on)
