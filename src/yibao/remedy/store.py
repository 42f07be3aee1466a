"""Every SQL statement that the room of remedy says to the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from yibao.access import Scope
from yibao.remedy.model import Kind, RefusedBill
from yibao.remedy.tables import bill_refused, bill_settled_again, remedy_case, remedy_receipt
from yibao.store import lock_key


def lock(connection: Connection, what: str) -> None:
    """Let nobody else file about the same thing, or settle the same bills, until this transaction is over."""
    connection.execute(select(func.pg_advisory_xact_lock(lock_key(f"remedy {what}"))))


def add(
    connection: Connection,
    case_id: int,
    kind: Kind,
    *,
    subject: int | None = None,
    fact: int | None = None,
    about_case: int | None = None,
) -> None:
    """Write what a case of this room is about."""
    connection.execute(
        remedy_case.insert().values(
            case_id=case_id, kind=str(kind), subject=subject, fact=fact, about_case=about_case
        )
    )


def of_case(connection: Connection, case_id: int) -> Row[Any] | None:
    """Give ``kind, subject, fact, about_case`` of a case; None where it is none of this room."""
    return connection.execute(select(remedy_case).where(remedy_case.c.case_id == case_id)).one_or_none()


def about_facts(connection: Connection, facts: Sequence[int]) -> list[Row[Any]]:
    """Give the remedies about facts, oldest first."""
    query = select(remedy_case).where(remedy_case.c.fact.in_(sorted(set(facts))))
    return list(connection.execute(query.order_by(remedy_case.c.case_id)))


def about_case(connection: Connection, case_id: int) -> list[Row[Any]]:
    """Give the remedies about the decision of a case, oldest first."""
    query = select(remedy_case).where(remedy_case.c.about_case == case_id)
    return list(connection.execute(query.order_by(remedy_case.c.case_id)))


def receipts(connection: Connection, facts: Sequence[int]) -> dict[int, int]:
    """Give the days on which the notices of facts were received, by fact."""
    query = select(remedy_receipt.c.fact, remedy_receipt.c.day).where(
        remedy_receipt.c.fact.in_(sorted(set(facts)))
    )
    return {row.fact: row.day for row in connection.execute(query)}


def add_receipt(connection: Connection, fact: int, day: int, actor: str, entry: int) -> None:
    """Write on which day the notice of a fact was received."""
    connection.execute(remedy_receipt.insert().values(fact=fact, day=day, actor=actor, ledger_entry=entry))


def refuse_bill(connection: Connection, values: Mapping[str, Any]) -> int:
    """Write a bill that is not settled; give its number."""
    written = connection.execute(bill_refused.insert().values(**values).returning(bill_refused.c.id))
    return int(written.scalar_one())


def settle_again(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write that refused bills were settled after all."""
    if rows:
        connection.execute(bill_settled_again.insert(), list(rows))


def refused_bills(connection: Connection, subject: int, from_day: int, until_day: int) -> list[RefusedBill]:
    """Give the bills of a person's services in ``[from_day, until_day)`` that were refused, by day and number."""
    query = (
        _joined()
        .where(
            bill_refused.c.subject == subject,
            bill_refused.c.day >= from_day,
            bill_refused.c.day < until_day,
        )
        .order_by(bill_refused.c.day, bill_refused.c.id)
    )
    return [_bill(row) for row in connection.execute(query)]


def standing_refusal(connection: Connection, bill: str, line: str) -> RefusedBill | None:
    """Give the refusal of a bill's line that was not settled again; None where there is none."""
    query = _joined().where(
        bill_refused.c.bill == bill, bill_refused.c.line == line, bill_settled_again.c.refused.is_(None)
    )
    row = connection.execute(query).first()
    return None if row is None else _bill(row)


def subjects_with_refusals(connection: Connection, seen: Scope) -> list[int]:
    """Give the persons some of whose bills that a scope on ``r`` lets through stand refused."""
    query = text(
        "SELECT DISTINCT r.subject FROM bill_refused r LEFT JOIN bill_settled_again s ON s.refused = r.id "
        f"WHERE s.refused IS NULL AND ({seen.sql}) ORDER BY r.subject"
    )
    return [int(one) for one in connection.scalars(query, seen.parameters)]


def _joined() -> Any:
    return select(bill_refused, bill_settled_again.c.day.label("settled_day")).outerjoin(
        bill_settled_again, bill_settled_again.c.refused == bill_refused.c.id
    )


def _bill(row: Row[Any]) -> RefusedBill:
    return RefusedBill(
        row.id, row.bill, row.line, row.subject, row.institution_id, row.region, row.day, row.fund_fen, row.reason,
        row.fact, row.actor, row.settled_day,
    )  # fmt: skip
