"""Receipts: on which day somebody got the notice from which his period to object runs."""

from __future__ import annotations

from yibao.access import Permission, Target, check
from yibao.archive.files import FACT_NAMES, FactKind
from yibao.casework.cases import Desk
from yibao.kernel import Json, Refused, Region, Text, date_of
from yibao.ledger import Tag, record
from yibao.remedy import store
from yibao.remedy.finding import about, region_of
from yibao.remedy.guards import wrong_fact

TOLD = (FactKind.POINTS, FactKind.OBSERVED, FactKind.RATING_NOTICED, FactKind.RATING_CONFIRMED)
"""The facts of which somebody is given notice, so that he may object."""


def received(desk: Desk, number: int, day: int) -> None:
    """Record on which day the notice of a fact was received (送达); the period to object runs from it.

    Raises `Refused`: ``remedy.wrong_fact``, ``remedy.received`` for one that has its day already, ``remedy.backwards`` for
    a day before the fact or after today.
    """
    of = about(desk.unit, number)
    where = of.head.number
    check(desk.actor, Permission.REMEDY_RECEIVE, Target(Region(region_of(desk.unit, of.fact, of.head))))
    if of.fact.kind not in TOLD:
        raise wrong_fact(
            of.fact, TOLD,
            Text(zh="处罚、协议处理决定的送达在其案件中登记", en="the service of a decision is recorded in its case"),
        )  # fmt: skip
    store.lock(desk.unit.connection, f"receipt {number}")
    before = store.receipts(desk.unit.connection, [number]).get(number)
    if before is not None:
        raise Refused(
            "remedy.received",
            zh="送达日已经登记，期限不重新起算",
            en="the day of receipt is on record; the period does not begin anew",
            where=where,
            wanted=str(date_of(before)),
            came=str(date_of(day)),
            todo=Text(zh="用 yibao remedy rights 查看期限", en="yibao remedy rights has the period"),
        )
    if not of.fact.day <= day <= desk.today:
        raise Refused(
            "remedy.backwards",
            zh=f"送达日须在“{FACT_NAMES[of.fact.kind].zh}”之日以后、今天以前",
            en="the day of receipt lies between the day of the fact and today",
            where=where,
            wanted=f"{date_of(of.fact.day)} … {date_of(desk.today)}",
            came=str(date_of(day)),
            todo=Text(zh="核对送达回证", en="check the proof of service"),
        )
    body: dict[str, Json] = {"fact": number, "day": date_of(day).isoformat()}
    receipt = record(desk.unit, Tag.REMEDY_NOTICE_RECEIVED, where, body)
    store.add_receipt(desk.unit.connection, number, day, desk.actor.name, receipt.entry)
