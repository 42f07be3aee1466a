"""How an act on lines or on a round is done: found, permitted, and written with its entry of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from yibao.access import Permission, Target, check
from yibao.casework.cases import Amount, Desk, Doing, Money, act_on, case_id
from yibao.casework.findings.model import finding_number
from yibao.casework.rounds import store
from yibao.casework.rounds.machine import LINE, ROUND
from yibao.casework.rounds.model import Line, Round, round_code, round_number
from yibao.kernel import Json, Refused, Region, Text, date_of
from yibao.ledger import Tag, record

_TAGS: Final = {
    "new": Tag.CASEWORK_ROUND_MADE,
    "dispatch": Tag.CASEWORK_ROUND_SENT,
    "recall": Tag.CASEWORK_ROUND_RECALLED,
    "close": Tag.CASEWORK_ROUND_CLOSED,
}


def permit(desk: Desk, permission: str, region: str, institution: int | None = None) -> None:
    """Refuse unless who sits at the desk may do this there."""
    check(desk.actor, Permission(permission), Target(region=Region(region), institution_id=institution))


def do(
    desk: Desk,
    verb: str,
    lines: Sequence[Line],
    day: int,
    *,
    reason: str | None = None,
    body: Callable[[Line], Mapping[str, Json]] = lambda line: {},
    amounts: Callable[[Line], Mapping[Amount, Money]] = lambda line: {},
) -> dict[int, int]:
    """Do one verb on lines as they were looked at; give the number of the act, by case."""
    return act_on(
        desk, LINE, verb,
        {
            line.case_id: Doing(
                day, reason, {"round": round_code(line.round), "finding": line.finding, **body(line)}, amounts(line),
                expected_version=line.version,
            )
            for line in lines
        },
    )  # fmt: skip


def find_lines(desk: Desk, names: Iterable[str]) -> list[Line]:
    """Give lines by the numbers of their cases or the codes of their findings; refuses what is neither.

    Of a finding that went through several rounds the newest line is meant. Raises `Refused`:
    ``casework.case_number``, ``casework.finding_code``, ``casework.unknown_line``.
    """
    cases, findings = dict[int, str](), dict[int, str]()
    for name in names:
        if name.strip().upper().startswith("F"):
            findings[finding_number(name)] = name
        else:
            cases[case_id(name)] = name
    found = store.lines(desk.unit.connection, ids=cases) if cases else []
    newest = (
        {line.finding_id: line for line in store.lines(desk.unit.connection, findings=findings)}
        if findings
        else {}
    )
    missing = [n for k, n in cases.items() if k not in {line.case_id for line in found}]
    missing += [n for k, n in findings.items() if k not in newest]
    if missing:
        raise no_such_line(", ".join(missing[:5]))
    return list({line.case_id: line for line in (*found, *newest.values())}.values())


def no_such_line(came: str) -> Refused:
    """Say that there is no such line."""
    return Refused(
        "casework.unknown_line",
        zh="没有这条批次疑点",
        en="there is no such line in any round",
        came=came,
        todo=Text(zh="用 yibao round lines 查看", en="see the lines with yibao round lines"),
    )


def find_round(desk: Desk, code: str | int, *, lock: bool = False) -> Round:
    """Give a round by its code; refuses one that there is not."""
    number = code if isinstance(code, int) else round_number(code)
    found = store.rounds(desk.unit.connection, number, lock=lock)
    if not found:
        raise Refused(
            "casework.unknown_round",
            zh="没有这个批次",
            en="there is no such round",
            came=round_code(number),
            todo=Text(zh="用 yibao round list 查看", en="see the rounds with yibao round list"),
        )
    return found[0]


def act_on_round(
    desk: Desk, one: Round, verb: str, day: int, *, reason: str | None = None, body: Mapping[str, Json] | None = None,
    **values: Any,
) -> Round:  # fmt: skip
    """Do one verb on a round as a whole; refuses what its state does not know, and a day before its newest act."""
    move = ROUND.move(one.state, verb, one.code)
    permit(desk, move.permission, one.region)
    if day < one.last_day:
        raise Refused(
            "casework.backwards",
            zh="日期早于批次的上一个动作，时间不能倒流",
            en="the day is before that of the round's newest act; time does not run backwards",
            where=one.code,
            wanted=f"≥ {date_of(one.last_day)}",
            came=str(date_of(day)),
        )
    write_round_act(desk, one.number, verb, one.state, str(move.leads_to), day, reason, body or {})
    store.move_round(desk.unit.connection, one.number, state=str(move.leads_to), last_day=day, **values)
    return find_round(desk, one.number)


def write_round_act(
    desk: Desk,
    number: int,
    verb: str,
    before: str,
    after: str,
    day: int,
    reason: str | None,
    body: Mapping[str, Json],
) -> None:
    """Write what was done with a round to its own record and to the ledger."""
    sworn: dict[str, Json] = {
        "verb": verb, "from": before, "to": after, "day": date_of(day).isoformat(), **dict(body),
    }  # fmt: skip
    receipt = record(
        desk.unit, _TAGS.get(verb, Tag.CASEWORK_ROUND_MOVED), round_code(number), sworn,
        personal={"reason": reason} if reason else {},
    )  # fmt: skip
    store.add_round_act(
        desk.unit.connection, round=number, verb=verb, came_from=before, led_to=after, day=day, actor=desk.actor.name,
        reason=reason, body=dict(body), ledger_entry=receipt.entry,
    )  # fmt: skip


def institutions_of(desk: Desk, asked: str) -> list[int]:
    """Give the institutions of a code or a part of a name; refuses where there are none."""
    found = store.institutions_named(desk.unit.connection, asked)
    if not found:
        raise Refused(
            "casework.unknown_institution",
            zh="没有这样的医药机构",
            en="there is no such institution",
            wanted="机构编码，或名称的一部分 / a code, or a part of a name",
            came=asked,
            todo=Text(zh="核对编码或名称", en="check the code or the name"),
        )
    return found


def in_states(lines: Sequence[Line], states: Collection[str]) -> list[Line]:
    """Give the lines that stand in one of some states."""
    return [line for line in lines if line.state in states]


def total(lines: Iterable[Money]) -> Money:
    """Add up sums, purse by purse."""
    whole = Money(0)
    for one in lines:
        whole += one
    return whole
