"""Every SQL statement about files that parties handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, column, select, table

from yibao.casework.cases.attaching.tables import case_attachment

case_act = table("case_act", column("number"), column("day"), column("actor"))
"""Acts, read here and never written."""


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write which files an act brought."""
    if rows:
        connection.execute(case_attachment.insert(), list(rows))


def attachments(connection: Connection, case_id: int) -> list[Row[Any]]:
    """Give the files of a case, oldest first, each with the day it came and who recorded it."""
    wanted = (
        select(case_attachment, case_act.c.day, case_act.c.actor)
        .join(case_act, case_act.c.number == case_attachment.c.act)
        .where(case_attachment.c.case_id == case_id)
        .order_by(case_attachment.c.number)
    )
    return list(connection.execute(wanted))
