"""``yibao remedy bills|refuse-bill|settle``: bills refused because of a status, and settled again when it fell."""

from __future__ import annotations

from typing import Annotated

import typer

from yibao import remedy
from yibao.archive import files
from yibao.casework.cases import Desk
from yibao.cli.casedesk import DayOption, money_of, the_day
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    open_house,
    out,
    plain,
    say_json,
)
from yibao.kernel import date_of, format_fen, parse_day
from yibao.remedy import Claimed, Owed, RefusedBill

PersonArgument = Annotated[
    str, typer.Argument(help="相关人员的档案编号或编码 / the practitioner's file or code")
]
_EVER = 10**6


def bills(
    person: Annotated[
        str | None, typer.Argument(help="相关人员；不写则列出应重新结算的全部 / the person")
    ] = None,
    since: Annotated[str | None, typer.Option("--from", help="服务日自 YYYY-MM-DD / from")] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="服务日至（不含） / until, not included")
    ] = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """因支付资格不予结算的费用；不写人员则只列应重新结算的 / refused bills; without a person, those to settle again."""
    first = -_EVER if since is None else parse_day(since)
    last = _EVER if until is None else parse_day(until)

    def deed(desk: Desk) -> tuple[list[RefusedBill], dict[int, list[Owed]]]:
        if person is None:
            return [], remedy.all_owed(desk)
        head = remedy.readable(desk, person)
        return remedy.bills_refused(desk.unit, head.id, first, last), {
            head.id: remedy.bills_owed(desk.unit, desk.policy, head.id)
        }

    with open_house(home) as house:
        refused, owed = house.at_desk(who, deed)
    if as_json:
        say_json({
            "refused": [one.as_json() for one in refused],
            "to_settle": [one.as_json() for some in owed.values() for one in some],
        })  # fmt: skip
        return
    for one in refused:
        state = "已重新结算" if one.settled_day is not None else "不予结算"
        out.print(
            f"{date_of(one.day)}  {plain(one.bill)} {plain(one.line)}  {format_fen(one.fund_fen)}  {state}"
        )
    for subject, some in owed.items():
        total = format_fen(sum(one.refused.fund_fen for one in some))
        if some:
            out.print(f"应重新结算：档案 {subject}，{len(some)} 笔，{total}；yibao remedy settle")


def refuse_bill(
    person: PersonArgument,
    bill: Annotated[str, typer.Argument(help="结算单号 / the bill")],
    service_day: Annotated[str, typer.Option("--service-day", help="服务日 YYYY-MM-DD / day of the service")],
    fund: Annotated[str, typer.Option(help="基金金额，元 / the fund's money, in yuan")],
    line: Annotated[str, typer.Option(help="明细号 / the line")] = "",
    institution: Annotated[str | None, typer.Option(help="机构编码 / the institution")] = None,
    emergency: Annotated[bool, typer.Option("--emergency", help="急诊、抢救 / it could not wait")] = False,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记一笔因支付资格不予结算的费用；状态由程序按当日算出 / put a refused bill on record."""

    def deed(desk: Desk) -> int:
        head = files.find_subject(desk.unit, person)
        place = None if institution is None else files.find_subject(desk.unit, institution).lake_key
        claimed = Claimed(bill, parse_day(service_day), int(money_of(fund)), line, place, emergency)
        return remedy.refuse(desk, head.id, claimed)

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    if as_json:
        say_json({"refused": number, "bill": bill})
        return
    out.print(f"已登记不予结算：{plain(bill)}（{number}）")


def settle(
    person: PersonArgument,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """把原状态不再成立的费用重新结算；由未经手拒付的人办理 / settle again what should not have been refused."""
    on = the_day(day)
    with open_house(home) as house:
        done = house.at_desk(
            who, lambda desk: remedy.settle_again(desk, files.find_subject(desk.unit, person).id, on)
        )
    total = sum(one.refused.fund_fen for one in done)
    if as_json:
        say_json({"settled": [one.as_json() for one in done], "fund_fen": total})
        return
    out.print(f"重新结算 {len(done)} 笔，基金 {format_fen(total)}")


def add_to(group: typer.Typer) -> None:
    """Put the commands into the group of remedies."""
    group.command("bills")(bills)
    group.command("refuse-bill")(refuse_bill)
    group.command("settle")(settle)
