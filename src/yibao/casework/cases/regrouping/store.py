"""Every SQL statement about findings that go from one case to another."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, text
from sqlalchemy.types import ARRAY, BigInteger
from sqlalchemy.types import Text as Words

from yibao.casework.cases.regrouping.tables import case_link


def link(connection: Connection, kind: str, from_case: int, to_case: int, act: int) -> None:
    """Write that a case took findings over from another."""
    connection.execute(case_link.insert().values(kind=kind, from_case=from_case, to_case=to_case, act=act))


def links(connection: Connection, case_id: int) -> list[Row[Any]]:
    """Give the links of a case, both ways, each with the tracks of both sides, oldest first."""
    wanted = select(case_link).where(or_(case_link.c.from_case == case_id, case_link.c.to_case == case_id))
    return list(connection.execute(wanted.order_by(case_link.c.number)))


def move_holds(
    connection: Connection, findings: Collection[int], from_case: int, to_case: int, act: int
) -> int:
    """Let one case decide the money of findings that another decided until now; give how many it was."""
    moved = connection.execute(
        text(
            "UPDATE finding_hold SET case_id = :to_case, since_act = :act "
            "WHERE finding_id = ANY(:ids) AND case_id = :from_case"
        ).bindparams(bindparam("ids", type_=ARRAY(BigInteger))),
        {"ids": list(findings), "from_case": from_case, "to_case": to_case, "act": act},
    )
    return moved.rowcount


def copy_clocks(connection: Connection, from_case: int, to_case: int, kinds: Collection[str]) -> None:
    """Let a case run the same clocks as another: since the same day, by the same limit, with the same pauses."""
    copied = connection.execute(
        text(
            "SELECT id FROM case_clock WHERE case_id = :from_case AND stopped_day IS NULL AND kind = ANY(:kinds) ORDER BY id"
        ).bindparams(bindparam("kinds", type_=ARRAY(Words))),
        {"from_case": from_case, "kinds": list(kinds)},
    ).scalars()
    for clock in list(copied):
        new = connection.scalar(
            text(
                "INSERT INTO case_clock (case_id, kind, start_day, amount, unit, rolls, basis, due_day) "
                "SELECT :to_case, kind, start_day, amount, unit, rolls, basis, due_day FROM case_clock "
                "WHERE id = :clock RETURNING id"
            ),
            {"to_case": to_case, "clock": clock},
        )
        connection.execute(
            text(
                "INSERT INTO case_clock_pause (clock_id, from_day, until_day, act) "
                "SELECT :new, from_day, until_day, act FROM case_clock_pause WHERE clock_id = :clock ORDER BY number"
            ),
            {"new": new, "clock": clock},
        )
