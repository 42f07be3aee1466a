"""``yibao effects send|acknowledge|remind|partner|certificate|verify``: letters that leave, and what is answered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yibao import consequence
from yibao.bootstrap import House
from yibao.casework.cases import Desk
from yibao.cli.casedesk import DayOption, ReasonOption, the_day
from yibao.cli.console import DEFAULT_HOME, AsOption, HomeOption, JsonOption, open_house, out, plain, say_json
from yibao.cli.effects import SubjectArgument, at_file
from yibao.consequence import EFFECTS, Order, order_id
from yibao.kernel import Refused, Text, today
from yibao.ledger import home_signers, log_keys, seal, sign_waiting
from yibao.store import write_durably

LARGEST = 1_000_000
"""Bytes of a letter at most."""
VOID_NAME = "void-certificates.letter"


def send(who: AsOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """把待发的函签名放进发件目录；再运行一次不会重发 / let waiting letters leave; again does not double them."""

    def may(desk: Desk) -> tuple[str, list[tuple[int, str]]]:
        return desk.unit.actor, consequence.letters_to_send(desk)

    with open_house(home) as house:
        actor, waiting = house.at_desk(who, may)
        gone = [file for order, partner in waiting for file in house.post(order, partner, actor=actor)]
        sign_waiting(house.register)
        _publish_void(house, today())
    if as_json:
        say_json({"sent": [str(file) for file in gone]})
        return
    for file in gone:
        out.print(f"已发出：{file}")
    out.print(f"共 {len(gone)} 封 / {len(gone)} letters")


def acknowledge(
    file: Annotated[
        Path | None, typer.Argument(help="协作部门签名的回执文件 / a signed acknowledgement")
    ] = None,
    by_hand: Annotated[
        str | None,
        typer.Option("--by-hand", metavar="NUMBER", help="纸面或电话回执：后果编号 / one on paper"),
    ] = None,
    partner: Annotated[str | None, typer.Option(help="协作部门代号 / code of the partner")] = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记协作部门的回执 / take in what a partner answers."""
    if (file is None) == (by_hand is None) or (by_hand is not None and partner is None):
        raise typer.BadParameter(
            "给出回执文件，或者 --by-hand 编号 --partner 代号 / a file, or --by-hand and --partner"
        )

    def deed(desk: Desk) -> Order:
        if file is not None:
            return consequence.import_acknowledgement(desk, _letter(file), str(file))
        return consequence.acknowledge(
            desk, order_id(by_hand or ""), partner or "", reason or "", the_day(day)
        )

    with open_house(home) as house:
        done = house.at_desk(who, deed)
    state = consequence.standing(done)
    if as_json:
        say_json(state.as_json())
        return
    answered = sum(told.acknowledged is not None for told in state.told.values())
    out.print(
        f"{done.number} {EFFECTS[done.effect].zh}：{consequence.STATE_NAMES[state.state].zh}，"
        f"回执 {answered}/{len(state.told)}"
    )


def remind(
    day: DayOption = None, who: AsOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False
) -> None:
    """催办没有回执的协作部门，久不回执的列入督办 / remind partners; escalate who never answers."""
    with open_house(home) as house:
        late = house.at_desk(who, lambda desk: consequence.remind(desk, the_day(day)))
    if as_json:
        say_json({"unanswered": [one.as_json() for one in late]})
        return
    for one in late:
        listed = "，已列入督办" if one.escalated else ""
        out.print(f"{one.order.number} → {one.partner}：催办 {one.reminded} 次{listed}")
    if not late:
        out.print("没有逾期未回执的 / nobody is late")


def partner(
    code: Annotated[str, typer.Argument(help="代号，如 credit_platform / code of the partner")],
    name: Annotated[str, typer.Option(help="名称 / its name")],
    key: Annotated[str | None, typer.Option(help="它的公钥，整行 / its public key")] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记协作部门及其公钥 / name a partner department and its key."""
    with open_house(home) as house:
        house.at_desk(who, lambda desk: consequence.name_partner(desk, code, name, key, the_day(day)))
    if as_json:
        say_json({"partner": code, "key": key})
        return
    out.print(f"已登记 {code} {name}")


def certificate(
    subject: SubjectArgument,
    to: Annotated[Path, typer.Option("--to", help="写到这个文件 / the file to write")],
    purpose: Annotated[str, typer.Option(help="用途，如 贷款 / for what")],
    recipient: Annotated[str, typer.Option(help="接收单位 / for whom")],
    application: Annotated[
        str | None,
        typer.Option(help="经办代录的书面申请编号 / the written application, if recorded for the subject"),
    ] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """出具本人申请的信用证明，可离线核验 / give a credit certificate that the subject asks for."""
    if to.exists():
        raise typer.BadParameter(f"{to} 已存在 / is there already", param_hint="--to")
    with open_house(home) as house:
        signers = home_signers(house.register)
        made = at_file(
            house,
            who,
            subject,
            lambda desk: consequence.certify(
                desk, subject, purpose, recipient, the_day(day), application or ""
            ),
        )
        to.write_text(made.sign(signers), encoding="utf-8")
        _publish_void(house, the_day(day))
    if as_json:
        say_json({"number": made.order.number, "file": str(to), "certificate": made.said})
        return
    out.print(f"{made.order.number} 信用证明：{to}，{made.said['expires']} 前有效")


def verify(
    file: Annotated[Path, typer.Argument(help="信用证明 / the certificate")],
    key: Annotated[
        list[str] | None, typer.Option(help="公钥，可多次；给出后不需要数据目录 / public keys: then offline")
    ] = None,
    void: Annotated[
        Path | None, typer.Option(help="已作废证明清单 / signed list of void certificates")
    ] = None,
    day: DayOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """核验信用证明：属实、未过期、未作废；不成立退出码为 1 / check a certificate; exit code 1 where it does not hold."""
    text, listed = _letter(file), None if void is None else _letter(void)
    keys = key or []
    if not keys:
        with open_house(home) as house, house.register.unit_of_work(house.actor) as unit:
            keys = log_keys(unit)
            numbers = consequence.void_numbers(unit, the_day(day))
    else:
        numbers = []
    found = consequence.verify_certificate(
        text, keys, the_day(day), void_list=listed, void_numbers=numbers, where=str(file)
    )
    if as_json:
        say_json(found.as_json())
    else:
        said = found.letter.said
        out.print(found.why.both())
        whose = f"{said['number']} {said['subject']['name']} 等级 {said['grade']}"
        out.print(plain(f"{whose}，用途 {said['purpose']}，至 {said['expires']}"))
    if not found.holds:
        raise typer.Exit(1)


def _publish_void(house: House, day: int) -> None:
    """Lay the signed list of void certificates into the outbox, for whoever holds one to check against."""
    with house.register.unit_of_work(house.actor) as unit:
        void = consequence.void_certificates(unit, day)
    write_durably(house.home.outbox / VOID_NAME, seal(void, home_signers(house.register)).encode())


def _letter(file: Path) -> str:
    data = file.read_bytes()[: LARGEST + 1]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(
            "ledger.letter_form", zh="这不是一封签名的函", en="this is not a signed letter", where=str(file),
            wanted="UTF-8", came="—",
            todo=Text(zh="按收到的原样提供整个文件", en="give the whole file as it was received"),
        ) from None  # fmt: skip


def add_to(group: typer.Typer) -> None:
    """Put the commands into the group of effects."""
    for command in (send, acknowledge, remind, partner, certificate, verify):
        group.command(command.__name__)(command)
