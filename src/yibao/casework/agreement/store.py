"""Every SQL statement that the agreement track says to the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, select, update

from yibao.casework.agreement.model import Disposal, Measure, Taken
from yibao.casework.agreement.tables import agreement_disposal, agreement_measure


def add_disposal(
    connection: Connection, case_id: int, act: int, kind: str, clause: str, measures: Sequence[Taken]
) -> None:
    """Write what a party is told, or what is decided."""
    disposal = connection.execute(
        agreement_disposal.insert()
        .values(case_id=case_id, act=act, kind=kind, clause=clause)
        .returning(agreement_disposal.c.id)
    ).scalar_one()
    connection.execute(
        agreement_measure.insert(), [{"disposal_id": disposal, **asdict(one)} for one in measures]
    )


def newest(connection: Connection, case_id: int, kind: str) -> Disposal | None:
    """Give what was told, or decided, last in a case."""
    row = connection.execute(
        select(agreement_disposal)
        .where(agreement_disposal.c.case_id == case_id, agreement_disposal.c.kind == kind)
        .order_by(agreement_disposal.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    taken = connection.execute(
        select(agreement_measure)
        .where(agreement_measure.c.disposal_id == row.id)
        .order_by(agreement_measure.c.number)
    )
    measures = tuple(
        Taken(Measure(one.measure), one.fund_fen, one.patient_fen, one.months, one.whom) for one in taken
    )
    return Disposal(row.id, row.kind, row.clause, measures, row.served_day, row.answered)


def served(connection: Connection, disposal: int, day: int) -> None:
    """Write the day on which a notice or decision was served."""
    connection.execute(
        update(agreement_disposal).where(agreement_disposal.c.id == disposal).values(served_day=day)
    )


def answered(connection: Connection, disposal: int) -> None:
    """Write that the party spoke, or waived it."""
    connection.execute(
        update(agreement_disposal).where(agreement_disposal.c.id == disposal).values(answered=True)
    )
