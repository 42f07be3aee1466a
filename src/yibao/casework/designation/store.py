"""Every SQL statement that the designation track says to the register."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from yibao.casework.designation.model import Applicant, ServiceAgreement
from yibao.casework.designation.tables import designation_applicant, service_agreement
from yibao.store import lock_key


def add_applicant(connection: Connection, case_id: int, applicant: Applicant) -> None:
    """Write who applies."""
    connection.execute(
        designation_applicant.insert().values(
            case_id=case_id,
            code=applicant.code,
            name=applicant.name,
            kind=applicant.kind,
            public=applicant.public,
        )
    )


def applicant(connection: Connection, case_id: int) -> Applicant:
    """Give who applied."""
    row = connection.execute(
        select(designation_applicant).where(designation_applicant.c.case_id == case_id)
    ).one()
    return Applicant(row.code, row.name, row.kind, row.public)


def applications(connection: Connection, code: str) -> list[int]:
    """Give the cases of an institution's code; a second application waits until this transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(lock_key(f"designation {code}"))))
    rows = connection.execute(
        select(designation_applicant.c.case_id).where(designation_applicant.c.code == code)
    )
    return [int(row.case_id) for row in rows]


def sign(connection: Connection, case_id: int, act: int, number: str, from_day: int, until_day: int) -> None:
    """Write an agreement that was signed."""
    connection.execute(
        service_agreement.insert().values(
            case_id=case_id, act=act, number=number, from_day=from_day, until_day=until_day
        )
    )


def agreements(connection: Connection, case_id: int) -> list[ServiceAgreement]:
    """Give the agreements of a designation, oldest first."""
    rows = connection.execute(
        select(service_agreement)
        .where(service_agreement.c.case_id == case_id)
        .order_by(service_agreement.c.id)
    )
    return [ServiceAgreement(row.number, row.from_day, row.until_day) for row in rows]


def known_number(connection: Connection, number: str) -> bool:
    """Tell whether an agreement has this number already; a second one of this number waits for this transaction."""
    connection.execute(select(func.pg_advisory_xact_lock(lock_key(f"agreement {number}"))))
    found = connection.execute(select(service_agreement.c.id).where(service_agreement.c.number == number))
    return found.first() is not None
