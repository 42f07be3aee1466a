"""Every SQL statement of deduction plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, text, update

from yibao.casework.rounds.plans.tables import deduction_item, deduction_plan


def make_plan(connection: Connection, **values: Any) -> int:
    """Write a plan and give its number."""
    made = connection.execute(deduction_plan.insert().values(**values).returning(deduction_plan.c.number))
    return int(made.scalar_one())


def add_items(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows of a plan."""
    if rows:
        connection.execute(deduction_item.insert(), list(rows))


def plans(connection: Connection, number: int | None = None, *, lock: bool = False) -> list[Row[Any]]:
    """Give all plans, newest first, or one."""
    wanted = select(deduction_plan).order_by(deduction_plan.c.number.desc())
    if number is not None:
        wanted = wanted.where(deduction_plan.c.number == number)
    return list(connection.execute(wanted.with_for_update() if lock else wanted))


def end_plan(connection: Connection, number: int, **values: Any) -> None:
    """Write how a plan ended."""
    connection.execute(update(deduction_plan).where(deduction_plan.c.number == number).values(**values))


def items(connection: Connection, number: int) -> list[Row[Any]]:
    """Give the rows of a plan with line, finding, round, rule and institution, by institution and case."""
    return list(
        connection.execute(
            text(
                "SELECT t.case_id, t.kind, t.fund_fen, t.patient_fen, l.finding_id, l.round, l.rule, l.institution_id, "
                "l.outcome, i.code AS institution_code, i.name AS institution FROM deduction_item t "
                "JOIN round_line l USING (case_id) LEFT JOIN institution i USING (institution_id) "
                "WHERE t.plan = :number ORDER BY i.code, t.case_id, t.kind"
            ),
            {"number": number},
        )
    )


def planned(connection: Connection, ids: Sequence[int], kind: str) -> set[int]:
    """Give which of some cases stand in a plan of a kind that was not dropped."""
    rows = connection.execute(
        select(deduction_item.c.case_id)
        .join(deduction_plan, deduction_plan.c.number == deduction_item.c.plan)
        .where(
            deduction_item.c.case_id.in_(ids),
            deduction_item.c.kind == kind,
            deduction_plan.c.state != "dropped",
        )
    )
    return set(rows.scalars())
