"""Every SQL statement that documents say to the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from yibao.casework.documents.model import CaseRef, Delivery, Document, Way
from yibao.casework.documents.tables import (
    delivery,
    document,
    document_hours,
    document_series,
    document_template,
)
from yibao.store import lock_key


def next_serial(connection: Connection, issuer: str, slug: str, year: int) -> int:
    """Take the next number of a series; others wait until this transaction ends, so that none is lost."""
    first = insert(document_series).values(issuer=issuer, slug=slug, year=year, last=1)
    taken = first.on_conflict_do_update(
        index_elements=["issuer", "slug", "year"], set_={"last": document_series.c.last + 1}
    ).returning(document_series.c.last)
    return int(connection.execute(taken).scalar_one())


def keep_template(connection: Connection, *, digest: str, slug: str, source: str, said: str) -> None:
    """Keep the text of a template that a document was made from."""
    row = insert(document_template).values(digest=digest, slug=slug, source=source, text=said)
    connection.execute(row.on_conflict_do_nothing())


def template_text(connection: Connection, digest: str) -> str:
    """Give what was kept of a template."""
    asked = select(document_template.c.text).where(document_template.c.digest == digest)
    return str(connection.execute(asked).scalar_one())


def insert_document(connection: Connection, **values: Any) -> Document:
    """Write the row of an issued document and give it."""
    row = connection.execute(document.insert().values(**values).returning(*document.c)).one()
    return _document(row)


def at_these_hours(
    connection: Connection, officers: Sequence[str], start: int, end: int
) -> Sequence[Row[Any]]:
    """Give the records in force that officers made at the same time; a record of theirs elsewhere waits for this one."""
    for officer in officers:
        connection.execute(select(func.pg_advisory_xact_lock(lock_key(f"document hours {officer}"))))
    mine = document_hours.c.officer.in_(officers)
    same_time = (document_hours.c.start < end) & (document_hours.c.end > start)
    asked = (
        select(document_hours, document.c.slug, document.c.case_kind, document.c.case_id)
        .join(document, document.c.id == document_hours.c.document)
        .where(mine, same_time, document.c.ended.is_(None))
        .order_by(document_hours.c.document, document_hours.c.officer)
    )
    return connection.execute(asked).all()


def add_hours(connection: Connection, made: int, officers: Sequence[str], start: int, end: int) -> None:
    """Write who made a record, from when until when."""
    if officers:
        rows = [{"document": made, "officer": officer, "start": start, "end": end} for officer in officers]
        connection.execute(document_hours.insert(), rows)


def find(connection: Connection, id: int, *, lock: bool = False) -> Document | None:
    """Give a document, locked for the rest of the transaction where ``lock`` asks for it."""
    asked = select(document).where(document.c.id == id)
    row = connection.execute(asked.with_for_update() if lock else asked).one_or_none()
    return _document(row) if row is not None else None


def of_case(connection: Connection, case: CaseRef) -> list[Document]:
    """Give the documents of a case in the order in which they were issued."""
    asked = select(document).where(document.c.case_kind == case.kind, document.c.case_id == case.id)
    return [_document(row) for row in connection.execute(asked.order_by(document.c.id))]


def citing(connection: Connection, number: str) -> list[Document]:
    """Give the documents in force that name this number in what they say."""
    asked = (
        select(document)
        .where(document.c.ended.is_(None), document.c.number.is_distinct_from(number))
        .where(
            func.jsonb_path_exists(
                document.c.data, text("'$.** ? (@ == $number)'::jsonpath"), bindparam("asked", type_=JSONB)
            )
        )
        .order_by(document.c.id)
    )
    return [_document(row) for row in connection.execute(asked, {"asked": {"number": number}})]


def confirmation(connection: Connection, recipient: str) -> Document | None:
    """Give the newest confirmation of an address for service (送达地址确认书) of a party that is in force."""
    asked = (
        select(document)
        .where(document.c.slug == "service_address_confirmation", document.c.recipient == recipient)
        .where(document.c.ended.is_(None))
        .order_by(document.c.id.desc())
        .limit(1)
    )
    row = connection.execute(asked).one_or_none()
    return _document(row) if row is not None else None


def end(connection: Connection, id: int, **values: Any) -> Document:
    """Write how a document ended: voided or revoked, when, why, by whom."""
    row = connection.execute(
        update(document).where(document.c.id == id).values(**values).returning(*document.c)
    ).one()
    return _document(row)


def insert_delivery(connection: Connection, **values: Any) -> Delivery:
    """Write one attempt to serve a document."""
    return _delivery(connection.execute(delivery.insert().values(**values).returning(*delivery.c)).one())


def deliveries(connection: Connection, id: int) -> list[Delivery]:
    """Give the attempts to serve a document, oldest first."""
    asked = select(delivery).where(delivery.c.document == id).order_by(delivery.c.id)
    return [_delivery(row) for row in connection.execute(asked)]


def series(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """Give every number series with its last number."""
    asked = select(document_series).order_by(*document_series.primary_key.columns)
    return [dict(row._mapping) for row in connection.execute(asked)]


def _document(row: Row[Any]) -> Document:
    return Document(
        id=row.id, slug=row.slug, number=row.number, issuer=row.issuer,
        case=CaseRef(row.case_kind, row.case_id), recipient=row.recipient, recipient_code=row.recipient_code,
        day=row.day, data=row.data, template=row.template, pdf=row.pdf, docx=row.docx, digest=row.digest,
        docx_digest=row.docx_digest, actor=row.actor,
        voided=row.ended_reason if row.ended == "voided" else None,
        revoked=row.ended_reason if row.ended == "revoked" else None,
    )  # fmt: skip


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id, document=row.document, way=Way(row.way), day=row.day, served_day=row.served_day,
        receiver=row.receiver, proof=row.proof, reason=row.reason, actor=row.actor,
    )  # fmt: skip
