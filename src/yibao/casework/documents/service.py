"""The verbs of documents: issue, void, revoke, and what can be asked of what was issued.

Everything happens in the caller's unit of work; the entry in the ledger is the caller's. The files are on disk before
the row is committed: a crash leaves at most files that no row names, under names made from their content.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

from yibao.casework.documents import store
from yibao.casework.documents.filling import snapshot
from yibao.casework.documents.hours import check_hours, hours_of
from yibao.casework.documents.kinds import kind
from yibao.casework.documents.model import (
    OFFICES,
    CaseRef,
    Delivery,
    Document,
    DocumentKind,
    Rendered,
    Values,
    refused,
)
from yibao.casework.documents.numbers import issuer_of, series_of, take_number
from yibao.casework.documents.rendering import rendered
from yibao.casework.documents.serving import open_document
from yibao.casework.documents.templates import Template, kept_template, template
from yibao.casework.documents.wording import check_rows, for_the_public
from yibao.kernel import Text, date_of, today
from yibao.policy import Policy
from yibao.store import Home, UnitOfWork, write_durably

ISSUED: Final = "issued"
_RECIPIENTS: Final = (
    ("receiver_name", None), ("inst_name", "inst_code"), ("party_name", "party_insurer_code"), ("target_name", None),
    ("insured_name", "insured_code"),
)  # fmt: skip


def issue(
    unit: UnitOfWork,
    home: Home,
    policy: Policy,
    slug: str,
    case: CaseRef,
    data: Values,
    actor: str,
    *,
    day: int | None = None,
    issuer: str | None = None,
    recipient: str | None = None,
    recipient_code: str | None = None,
    under: int | None = None,
) -> Document:
    """Issue a document: number it, render it, keep its values, template and files; give it.

    ``day`` is that of the approval (成文, today if not given). ``recipient`` and its code are taken from the values where
    they are not given; ``under`` is a document whose number this one goes by (信用修复告知书). What is refused takes no
    number. Raises `Refused`: ``casework.document_unknown``, ``…_issuer``, ``…_value``, ``…_missing``, ``…_sum``,
    ``…_rows``, ``…_wording``, ``…_glyph``, ``…_hours`` (two records of one officer at one time),
    whatever is wrong with a template, ``policy.no_value``.
    """
    of = kind(slug)
    on = today() if day is None else day
    where = f"{slug}（{case}）"
    by = issuer_of(of, issuer, where)
    used = template(of, home.documents, str(case))
    of = used.kind(of)
    whose, code = _recipient(of, data, recipient, recipient_code)
    check_rows(of, data, code, where)
    # What is refused below must give its number back even if the caller goes on with the transaction.
    with unit.connection.begin_nested():
        parent = open_document(unit, under) if under is not None else None
        serial, number = None, parent.number if parent is not None else None
        if of.number_token and by in OFFICES and parent is None:
            serial, number = take_number(unit, policy, of, by, on)
        values = snapshot(of, {**data, **_given_by_us(of, number, on)}, where)
        hours = hours_of(of, values, where)
        if hours is not None:
            check_hours(unit, hours, where)
        made = rendered(of, used, values, home.documents, on, where)
        store.keep_template(
            unit.connection, digest=used.digest, slug=slug, source=used.source, said=used.kept
        )
        issued = store.insert_document(
            unit.connection, slug=slug, issuer=series_of(policy, by), year=date_of(on).year, serial=serial,
            number=number, under=under, case_kind=case.kind, case_id=case.id, recipient=whose, recipient_code=code,
            day=on, data=values, template=used.digest, digest=made.digest, docx_digest=made.docx_digest, actor=actor,
            pdf=_keep(home, slug, on, made.digest, "pdf", made.pdf),
            docx=_keep(home, slug, on, made.docx_digest, "docx", made.docx),
        )  # fmt: skip
        if hours is not None:
            store.add_hours(unit.connection, issued.id, hours.officers, hours.start, hours.end)
        return issued


def _given_by_us(of: DocumentKind, number: str | None, day: int) -> dict[str, Any]:
    """Give what only the register knows: the number, wherever the document has it, and the day of 成文."""
    given: dict[str, Any] = {}
    for name, field in of.fields.items():
        if number is not None and field.source.startswith("calc.number"):
            given[name] = number
        if name == "doc_date":
            given[name] = day
    return given


def _recipient(of: DocumentKind, data: Values, name: str | None, code: str | None) -> tuple[str, str | None]:
    """Give whom it goes to, as said or as its values say, else what the catalogue calls its reader."""
    if of.addressee.startswith("人民法院") and data.get("court_name"):
        return name or str(data["court_name"]), code
    for of_name, of_code in _RECIPIENTS:
        if of_name in of.fields and data.get(of_name):
            found = data.get(of_code) if of_code is not None else None
            return name or str(data[of_name]), code or (str(found) if found else None)
    return name or of.addressee or of.text.zh, code


def _keep(home: Home, slug: str, day: int, digest: str, suffix: str, content: bytes) -> str:
    """Put a file on disk under a name that its content makes, and give its path below ``documents``."""
    path = Path(ISSUED) / str(date_of(day).year) / f"{slug}-{digest[:16]}.{suffix}"
    write_durably(home.documents / path, content)
    return path.as_posix()


# — how a document ends —


def void(unit: UnitOfWork, document: int, reason: str, actor: str, *, day: int | None = None) -> Document:
    """Void a document that was not served (作废); its number stays and is never given again.

    Raises `Refused`: ``casework.document_not_found``, ``…_ended``, ``…_served``, ``…_reason``.
    """
    found = open_document(unit, document)
    served = [one for one in store.deliveries(unit.connection, document) if one.served_day is not None]
    if served:
        raise refused(
            "served", "文书已经送达，不能作废", "the document has been served and is not voided any more",
            where=found.number or str(found.id), wanted="—", came=str(date_of(served[0].served_day or 0)),
            todo=Text(zh="另发撤销或更正文书，再登记撤销", en="issue a revocation or correction, then record it"),
        )  # fmt: skip
    return _end(unit, found, "voided", reason, actor, day, None)


def revoke(
    unit: UnitOfWork, document: int, reason: str, actor: str, *, day: int | None = None, by: int | None = None
) -> tuple[Document, list[Document]]:
    """Revoke a document (撤销), and give with it the documents in force that name it: what rests on it falls too.

    ``by`` is the document that revokes it. Raises `Refused`: ``casework.document_not_found``, ``…_ended``, ``…_reason``.
    """
    found = open_document(unit, document)
    if by is not None:
        open_document(unit, by)
    ended = _end(unit, found, "revoked", reason, actor, day, by)
    resting = store.citing(unit.connection, found.number) if found.number is not None else []
    return ended, [one for one in resting if one.id not in (found.id, by)]


def _end(
    unit: UnitOfWork, found: Document, how: str, reason: str, actor: str, day: int | None, by: int | None
) -> Document:
    if not reason.strip():
        raise refused(
            "reason", "须写明理由", "a reason is wanted", where=found.number or str(found.id), came="—"
        )
    return store.end(
        unit.connection, found.id, ended=how, ended_day=today() if day is None else day,
        ended_reason=reason.strip(), ended_by=actor, ended_document=by,
    )  # fmt: skip


# — what can be asked —


def get(unit: UnitOfWork, document: int) -> Document:
    """Give a document; raises `Refused` (``casework.document_not_found``)."""
    found = store.find(unit.connection, document)
    if found is None:
        raise refused(
            "not_found", "没有这份文书", "there is no such document", where="document", came=str(document)
        )
    return found


def of_case(unit: UnitOfWork, case: CaseRef) -> list[Document]:
    """Give the documents of a case, in the order in which they were issued, ended ones too."""
    return store.of_case(unit.connection, case)


def deliveries(unit: UnitOfWork, document: int) -> list[Delivery]:
    """Give every attempt to serve a document, oldest first."""
    return store.deliveries(unit.connection, document)


def read_file(home: Home, document: Document, form: str = "pdf") -> bytes:
    """Give the file of a document as it was issued, ``pdf`` or ``docx``.

    Raises `Refused` (``casework.document_changed``) where it is gone or no longer what was issued.
    """
    name, digest = (document.pdf, document.digest) if form == "pdf" else (document.docx, document.docx_digest)
    path = home.documents / name
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise refused(
            "changed", "文件不在，或者与签发时不同", "the file is gone, or is not what was issued",
            where=name, wanted=f"sha256 {digest}", came=hashlib.sha256(content).hexdigest() if content else "—",
            todo=Text(zh="从备份恢复这个文件", en="restore the file from a backup"),
        )  # fmt: skip
    return content


def made_again(unit: UnitOfWork, home: Home, document: Document) -> Rendered:
    """Render a document again from its values and the template it was made from: the same bytes, by the same house."""
    of, used, where = _kept(unit, document)
    return rendered(of, used, document.data, home.documents, document.day, where)


def public_version(unit: UnitOfWork, home: Home, document: Document) -> Rendered:
    """Render a document anew as the public may read it: from its values under the public's mask, never by hand.

    Raises `Refused` as `issue` does, and ``casework.document_ended`` for one that was voided or revoked.
    """
    if not document.in_force:
        raise refused(
            "ended", "文书已经作废或撤销", "the document was voided or revoked",
            where=document.number or str(document.id), wanted="in force", came=document.voided or document.revoked,
        )  # fmt: skip
    of, used, where = _kept(unit, document)
    return rendered(of, used, for_the_public(of, document.data), home.documents, document.day, where)


def _kept(unit: UnitOfWork, document: Document) -> tuple[DocumentKind, Template, str]:
    """Give the kind and the template of a document as they were when it was issued."""
    of, where = kind(document.slug), f"{document.slug}（{document.case}）"
    used = kept_template(of, store.template_text(unit.connection, document.template), where)
    return used.kind(of), used, where
