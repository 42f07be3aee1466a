"""``yibao designation``: an institution applies, signs, renews; the verbs between are ``yibao case do``."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from yibao.casework import designation
from yibao.casework.cases import Desk, known_institution
from yibao.casework.cases import case_id as id_of
from yibao.casework.designation import Applicant, ServiceAgreement
from yibao.cli.casedesk import CaseArgument, DayOption, ReasonOption, VersionOption, doing, tell_done
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    one_of,
    open_house,
    out,
    plain,
    say_json,
)
from yibao.kernel import date_of, parse_day

KINDS = ("hospital", "pharmacy")


def apply(
    code: Annotated[str, typer.Argument(help="机构编号 / code of the institution")],
    name: Annotated[str, typer.Argument(help="机构名称 / its name")],
    kind: Annotated[
        str,
        typer.Option(
            parser=one_of(lambda: KINDS), metavar="KIND", help="hospital 医疗机构 · pharmacy 零售药店"
        ),
    ],
    public: Annotated[bool, typer.Option("--public", help="公立 / public")] = False,
    region: Annotated[
        str | None, typer.Option(help="区划，默认为机构所在或本区 / region, the institution's or one's own")
    ] = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """申请定点；经办人员可代录纸质申请 / apply for designation; a clerk records an application on paper."""
    done = doing(day, reason)
    applicant = Applicant(code.strip(), name.strip(), kind, public)

    def deed(desk: Desk) -> str:
        known = known_institution(desk.unit, applicant.code)
        place = region or (known.region if known else None) or str(_own(desk))
        return designation.apply(desk, place, applicant, done).number

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    if as_json:
        say_json({"case": number, "verb": "apply"})
        return
    out.print(f"{number} 已登记定点申请：{plain(applicant.name)}（{plain(applicant.code)}）")


def _own(desk: Desk) -> object:
    return desk.policy.region if desk.actor.is_local else desk.actor.region


def sign(
    case: CaseArgument,
    number: Annotated[str, typer.Argument(help="协议编号 / number of the agreement")],
    since: Annotated[str, typer.Option("--from", metavar="DAY", help="起日 / first day")],
    to: Annotated[str, typer.Option("--to", metavar="DAY", help="止日，含当日 / last day, itself included")],
    renew: Annotated[bool, typer.Option("--renew", help="续签 / renew")] = False,
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """签订或续签服务协议，写明编号与期限 / sign or renew a service agreement, with its number and term."""
    done = doing(day, reason, version)
    term = ServiceAgreement(number.strip(), parse_day(since), parse_day(to) + 1)
    verb = "renew" if renew else "sign"
    with open_house(home) as house:
        act = house.at_desk(who, lambda desk: designation.sign(desk, id_of(case), verb, term, done))
    tell_done(case, verb, act, as_json=as_json, agreement=term.number)


def show(
    case: CaseArgument,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """谁申请的、历次协议的编号与期限 / who applied, and the agreements with their terms."""

    def deed(desk: Desk) -> tuple[Applicant, list[ServiceAgreement]]:
        return designation.applicant(desk, id_of(case)), designation.agreements(desk, id_of(case))

    with open_house(home) as house:
        one, terms = house.at_desk(who, deed)
    rows = [(t.number, date_of(t.from_day).isoformat(), date_of(t.until_day - 1).isoformat()) for t in terms]
    if as_json:
        say_json(
            {
                "case": case.upper(), "code": one.code, "name": one.name, "kind": one.kind, "public": one.public,
                "agreements": [{"number": n, "from": first, "to": last} for n, first, last in rows],
            }
        )  # fmt: skip
        return
    out.print(f"{case.upper()}  {plain(one.name)}（{plain(one.code)}）{'公立' if one.public else ''}")
    grid = Table()
    for head in ("协议编号", "起", "止"):
        grid.add_column(head, overflow="fold")
    for row in rows:
        grid.add_row(plain(row[0]), *row[1:])
    out.print(grid)


def add_to(app: typer.Typer) -> None:
    """Put the commands into the application."""
    group = typer.Typer(help="两定管理：申请、签约、续签 / designation", no_args_is_help=True)
    for command in (apply, sign, show):
        group.command(command.__name__)(command)
    app.add_typer(group, name="designation")
