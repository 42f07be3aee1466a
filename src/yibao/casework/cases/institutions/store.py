"""Every SQL statement about the institutions that the register knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, func, select, text

from yibao.casework.cases.institutions.tables import institution

_IDS = bindparam("ids", type_=ARRAY(BigInteger))


def keep_institutions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the institutions' codes, names and regions as the lake has them now."""
    kept = (
        "INSERT INTO institution (institution_id, code, name, region) VALUES (:institution_id, :code, :name, :region) "
        "ON CONFLICT (institution_id) DO UPDATE SET code = excluded.code, name = excluded.name, region = excluded.region"
    )
    if rows:
        connection.execute(text(kept), list(rows))


def institutions(connection: Connection, ids: Collection[int]) -> dict[int, Any]:
    """Give ``code, name, region`` of institutions."""
    rows = connection.execute(
        select(institution).where(institution.c.institution_id == func.any(_IDS)), {"ids": list(ids)}
    )
    return {row.institution_id: row for row in rows.all()}


def institution_of_code(connection: Connection, code: str) -> Any | None:
    """Give ``institution_id, name, region`` of the institution of a code; None where the lake names none."""
    return connection.execute(select(institution).where(institution.c.code == code)).one_or_none()
