"""Every SQL statement about restorations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Row, bindparam, func, select, update

from yibao.casework.cases.restoring.tables import case_restoration

_IDS = bindparam("ids", type_=ARRAY(BigInteger))


def add_restorations(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what is restored to patients."""
    if rows:
        connection.execute(case_restoration.insert(), list(rows))


def restorations(connection: Connection, case_id: int) -> list[Row[Any]]:
    """Give what a case restored, oldest first."""
    wanted = select(case_restoration).where(case_restoration.c.case_id == case_id)
    return list(connection.execute(wanted.order_by(case_restoration.c.number)))


def told_restorations(connection: Connection, numbers: Collection[int], day: int) -> None:
    """Write on which day patients were told."""
    mine = case_restoration.c.number == func.any(_IDS)
    first = func.coalesce(case_restoration.c.told_day, day)
    connection.execute(update(case_restoration).where(mine).values(told_day=first), {"ids": list(numbers)})
