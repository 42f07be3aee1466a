"""Deduction plans (扣款计划): what is decided is deducted in a month's plan, and what is granted back goes the same way."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from yibao.casework.cases import Amount, Desk, Money, case_number, restore_many
from yibao.casework.cases.model import Track
from yibao.casework.findings.model import finding_code
from yibao.casework.findings.outputs.sheets import Column, Workbook
from yibao.casework.findings.outputs.words import yuan
from yibao.casework.findings.outputs.workbooks import csv_text
from yibao.casework.rounds import store as lines_store
from yibao.casework.rounds.acting import do, permit, total
from yibao.casework.rounds.machine import LineState
from yibao.casework.rounds.model import OUTCOME_NAMES, Line, Outcome, round_code
from yibao.casework.rounds.plans import store
from yibao.kernel import Json, Refused, Text, date_of
from yibao.ledger import Tag, record

NATURES: Final = {"deduct": Text(zh="扣款", en="deduct"), "refund": Text(zh="退还", en="refund")}
"""What a row of a plan does; each is also the verb by which it is executed."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a plan; what is given back has a minus."""

    case: str
    finding: str
    round: str
    rule: str
    institution_code: str
    institution: str
    kind: str
    money: Money
    outcome: str | None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        told = {name: getattr(self, name) for name in self.__slots__ if name != "money"}
        return {**told, "fund_fen": self.money.fund_fen, "patient_fen": self.money.patient_fen}


@dataclass(frozen=True, slots=True)
class Plan:
    """A monthly plan with its rows, by institution."""

    number: int
    month: int
    state: str
    day: int
    actor: str
    executed_day: int | None
    voucher: str | None
    items: tuple[Item, ...]

    @property
    def money(self) -> Money:
        """Give what the plan moves in all, each purse apart."""
        return total(item.money for item in self.items)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "plan": self.number, "month": self.month, "state": self.state, "day": date_of(self.day).isoformat(),
            "actor": self.actor, "voucher": self.voucher,
            "executed": None if self.executed_day is None else date_of(self.executed_day).isoformat(),
            "fund_fen": self.money.fund_fen, "patient_fen": self.money.patient_fen,
            "items": [item.as_json() for item in self.items],
        }  # fmt: skip


def plan(desk: Desk, month: int, *, day: int, region: str | None = None) -> Plan:
    """Take every decided line and every refund that is due into the plan of a month (like 202604).

    Raises `Refused`: ``casework.nothing_to_plan``, ``access.denied``.
    """
    whole = region or str(desk.policy.region)
    permit(desk, "round:deduct", whole)
    connection = desk.unit.connection
    due = lines_store.lines(connection, states={LineState.DECIDED})
    back = lines_store.lines(connection, states={LineState.TO_REFUND})
    planned = store.planned(connection, [line.case_id for line in back], "refund")
    back = [line for line in back if line.case_id not in planned]
    if not due and not back:
        raise Refused(
            "casework.nothing_to_plan",
            zh="没有已终审待扣款、也没有待退还的疑点",
            en="there is nothing decided to deduct and nothing to give back",
            wanted="已终审 | 待退还",
            came="0",
        )
    number = store.make_plan(connection, month=month, state="planned", day=day, actor=desk.actor.name)
    if due:
        do(desk, "plan", due, day, body=lambda line: {"plan": number, "month": month})
    rows = [_item(number, line, "deduct", line.decided or Money(0)) for line in due]
    rows += [_item(number, line, "refund", -(line.refund or Money(0))) for line in back]
    store.add_items(connection, rows)
    made = find_plan(desk, number)
    _swear(desk, Tag.CASEWORK_PLAN_MADE, made, {"month": month})
    return made


def execute(desk: Desk, number: int, *, day: int, voucher: str) -> Plan:
    """Record that a plan was executed on a day under a voucher: every line was deducted, every refund given back.

    By another person than who decided. Raises `Refused`: ``casework.plan_over``, ``access.four_eyes``.
    """
    one = _open(desk, number)
    lines = {line.case_id: line for line in lines_store.lines(desk.unit.connection, ids=_ids(desk, number))}
    sums = {
        kind: {
            row.case_id: Money(row.fund_fen, row.patient_fen)
            for row in store.items(desk.unit.connection, number)
            if row.kind == kind
        }
        for kind in NATURES
    }
    for verb, mine in sums.items():
        if mine:
            amounts = partial(_recovered, mine)
            acts = do(
                desk, verb, [lines[case] for case in mine], day, amounts=amounts,
                body=lambda line: {"plan": number, "voucher": voucher},
            )  # fmt: skip
            # the patients' own money goes back to them; a refund takes that back, as a row with a minus
            restore_many(desk, {case: (acts[case], money) for case, money in mine.items()})
    store.end_plan(
        desk.unit.connection,
        number,
        state="executed",
        executed_day=day,
        executed_by=desk.actor.name,
        voucher=voucher,
    )
    done = find_plan(desk, number)
    _swear(desk, Tag.CASEWORK_PLAN_EXECUTED, one, {"day": date_of(day).isoformat(), "voucher": voucher})
    return done


def drop(desk: Desk, number: int, *, day: int, reason: str) -> Plan:
    """Drop a plan that was not executed: its lines are decided as before and wait for another."""
    one = _open(desk, number)
    mine = [
        line
        for line in lines_store.lines(desk.unit.connection, ids=_ids(desk, number))
        if line.state == LineState.IN_PLAN
    ]
    if mine:
        do(desk, "unplan", mine, day, reason=reason, body=lambda line: {"plan": number})
    store.end_plan(desk.unit.connection, number, state="dropped")
    _swear(desk, Tag.CASEWORK_PLAN_DROPPED, one, {"day": date_of(day).isoformat()})
    return find_plan(desk, number)


def find_plan(desk: Desk, number: int) -> Plan:
    """Give a plan; refuses one that there is not."""
    rows = store.plans(desk.unit.connection, number)
    if not rows:
        raise Refused(
            "casework.unknown_plan",
            zh="没有这个扣款计划",
            en="there is no such deduction plan",
            came=str(number),
            todo=Text(zh="用 yibao round plans 查看", en="see the plans with yibao round plans"),
        )
    row = rows[0]
    items = tuple(
        Item(
            case=case_number(Track.AUDIT, r.case_id), finding=finding_code(r.finding_id), round=round_code(r.round),
            rule=r.rule, institution_code=r.institution_code or str(r.institution_id),
            institution=r.institution or "—", kind=r.kind, money=Money(r.fund_fen, r.patient_fen), outcome=r.outcome,
        )
        for r in store.items(desk.unit.connection, number)
    )  # fmt: skip
    return Plan(row.number, row.month, row.state, row.day, row.actor, row.executed_day, row.voucher, items)


def list_plans(desk: Desk) -> list[Plan]:
    """Give all plans, newest first."""
    permit(desk, "round:read", str(desk.policy.region))
    return [find_plan(desk, row.number) for row in store.plans(desk.unit.connection)]


_COLUMNS: Final = (
    Column("扣款年月", width=10), Column("医药机构编码", width=16), Column("医药机构名称", width=28),
    Column("批次编号", width=10), Column("疑点编号", width=17), Column("案件编号", width=11),
    Column("规则编号", width=24), Column("终审结论", width=10), Column("收支", width=8),
    Column("基金金额(元)", "fen", 14), Column("参保人金额(元)", "fen", 14), Column("凭证号", width=16),
)  # fmt: skip


def write_plan(one: Plan, path: Path) -> Path:
    """Write a plan for whoever settles with institutions, as .xlsx or .csv: each purse in its own column.

    What is given back has a minus, so that each column can be added up. Raises `Refused` (``casework.export_kind``).
    """
    rows = [
        (
            str(one.month), i.institution_code, i.institution, i.round, i.finding, i.case, i.rule,
            OUTCOME_NAMES[Outcome(i.outcome)].zh if i.outcome else None, NATURES[i.kind].zh, i.money.fund_fen,
            i.money.patient_fen, one.voucher,
        )
        for i in one.items
    ]  # fmt: skip
    if path.suffix.lower() == ".xlsx":
        with Workbook(path) as book, book.sheet("扣款计划", _COLUMNS, landscape=True) as sheet:
            sheet.rows(rows)
    elif path.suffix.lower() == ".csv":
        draft = path.with_name(f".{path.name}.part")
        with draft.open("w", encoding="utf-8-sig", newline="") as sink:
            writer = csv.writer(sink)
            writer.writerow([column.heading for column in _COLUMNS])
            for row in rows:
                writer.writerow([csv_text(cell, c.kind) for cell, c in zip(row, _COLUMNS, strict=True)])
        draft.replace(path)
    else:
        raise Refused(
            "casework.export_kind",
            zh="扣款计划只能导出为 .xlsx 或 .csv",
            en="a deduction plan is exported as .xlsx or .csv",
            wanted=".xlsx | .csv",
            came=path.name,
            todo=Text(zh="改文件名的后缀", en="change the suffix"),
        )
    return path


def _open(desk: Desk, number: int) -> Plan:
    one = find_plan(desk, number)
    store.plans(desk.unit.connection, number, lock=True)
    if one.state != "planned":
        raise Refused(
            "casework.plan_over",
            zh="这个扣款计划已经执行或作废，不能再次执行",
            en="the plan was executed or dropped already; nothing is executed twice",
            where=str(number),
            wanted="planned",
            came=one.state,
        )
    return one


def _recovered(sums: Mapping[int, Money], line: Line) -> dict[Amount, Money]:
    return {Amount.RECOVERED: sums[line.case_id]}


def _ids(desk: Desk, number: int) -> list[int]:
    return [row.case_id for row in store.items(desk.unit.connection, number)]


def _item(number: int, line: Line, kind: str, money: Money) -> dict[str, object]:
    return {
        "plan": number, "case_id": line.case_id, "kind": kind, "fund_fen": money.fund_fen,
        "patient_fen": money.patient_fen,
    }  # fmt: skip


def _swear(desk: Desk, tag: Tag, one: Plan, more: dict[str, Json]) -> None:
    body: dict[str, Json] = {
        "items": len(one.items), "fund_fen": one.money.fund_fen, "patient_fen": one.money.patient_fen, **more,
    }  # fmt: skip
    record(desk.unit, tag, f"plan:{one.number}", body)


def summary(items: Sequence[Item]) -> list[tuple[str, str, int, Money]]:
    """Give code, name, rows and money of each institution of a plan, most money first."""
    found: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        found.setdefault((item.institution_code, item.institution), []).append(item)
    sums = [(code, name, len(mine), total(i.money for i in mine)) for (code, name), mine in found.items()]
    return sorted(sums, key=lambda one: (-one[3].total_fen, one[0]))


def both(money: Money) -> str:
    """Write both purses in yuan, apart.

    >>> both(Money(1234, -5))
    '12.34 + -0.05'
    """
    return f"{yuan(money.fund_fen)} + {yuan(money.patient_fen)}"
