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


def told_restorations(connection: Connection, numbers: Collection[int], day: int) -> list[int]:
    """Write on which day patients were first told; give those that were not told before."""
    mine = (case_restoration.c.number == func.any(_IDS)) & case_restoration.c.told_day.is_(None)
    told = update(case_restoration).where(mine).values(told_day=day).returning(case_restoration.c.number)
    return sorted(connection.scalars(told, {"ids": list(numbers)}))
