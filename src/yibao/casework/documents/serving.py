"""Serving (送达): which way may be taken when, what proves it, and from which day periods run.

Sources: 民事诉讼法 Art. 87–95 and 行政处罚法 Art. 61, as the catalogue's codes have them. Public notice needs attempts on
file, electronic service a signed confirmation that covers the document; a kind of document is served only in the ways
that the catalogue gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from yibao.casework.documents import store
from yibao.casework.documents.kinds import kind
from yibao.casework.documents.model import Delivery, Document, DocumentKind, Way, refused
from yibao.kernel import Refused, Text, date_of
from yibao.policy import Policy
from yibao.store import UnitOfWork

NOTICE_DAYS: Final = "casework.documents.public_notice_days"
ELECTRONIC: Final = "casework.documents.electronic_decisions"
ALL_DOCUMENTS: Final = "全部"

PROOFS: Final[Mapping[Way, tuple[tuple[str, ...], ...]]] = {
    Way.ON_THE_SPOT: (("signer",),),
    Way.DIRECT: (("signer",),),
    Way.LEFT: (("left_reason", "witness"), ("left_reason", "media")),
    Way.POST: (("mail_no",),),
    Way.ENTRUSTED: (("through", "signer"),),
    Way.PASSED_ON: (("through", "signer"),),
    Way.ELECTRONIC: (("account", "log"),),
    Way.PUBLIC_NOTICE: (("posted_at",),),
    Way.PORTAL: (("log",),),
    Way.HANDED_OVER: (("signer",),),
}
"""What proves a service, by way: one of the sets of entries must be there."""

WAY_NAMES: Final[Mapping[Way, Text]] = {
    Way.ON_THE_SPOT: Text(zh="当场交付", en="on the spot"),
    Way.DIRECT: Text(zh="直接送达", en="direct"),
    Way.LEFT: Text(zh="留置送达", en="left"),
    Way.POST: Text(zh="邮寄送达", en="post"),
    Way.ENTRUSTED: Text(zh="委托送达", en="entrusted"),
    Way.PASSED_ON: Text(zh="转交送达", en="passed on"),
    Way.ELECTRONIC: Text(zh="电子送达", en="electronic"),
    Way.PUBLIC_NOTICE: Text(zh="公告送达", en="public notice"),
    Way.PORTAL: Text(zh="平台送达", en="portal"),
    Way.HANDED_OVER: Text(zh="交接签收", en="handed over"),
    Way.INTERNAL: Text(zh="内部文书", en="internal"),
}
_NEVER_POSTED: Final = ("V_REPORTER", "V_REPORT_TEAM", "V_DISC", "V_INST_PERSON", "V_PERSON")
"""Reports, rewards, leads and what concerns a person's points or health are never posted in public."""


def deliver(
    unit: UnitOfWork,
    policy: Policy,
    document: int,
    way: Way | str,
    day: int,
    *,
    actor: str,
    receiver: str,
    proof: Mapping[str, str],
    reason: str | None = None,
) -> Delivery:
    """Record that a document was served on a day; for a public notice, that it was posted on it.

    ``proof`` holds what `PROOFS` asks for and whatever else is on the receipt (relation of who took it, place, servers).
    The day of service is the day given, for a public notice the day on which its time has passed. Raises `Refused`:
    ``casework.document_not_found``, ``casework.document_ended``, ``casework.document_served``,
    ``casework.document_way``, ``casework.document_proof``, ``casework.document_day``,
    ``casework.document_confirmation``, ``casework.document_attempts``.
    """
    found = open_document(unit, document)
    of = kind(found.slug)
    chosen = _allowed(of, found, way)
    where = f"{of.text.zh} {found.number or found.id}"
    _proven(chosen, proof, where)
    _in_order(found, day, where)
    earlier = store.deliveries(unit.connection, document)
    if any(one.served_day is not None for one in earlier):
        raise refused(
            "served", "文书已经送达", "the document has been served",
            where=where, wanted="—", came=", ".join(str(date_of(one.served_day)) for one in earlier if one.served_day),
        )  # fmt: skip
    served = day
    if chosen is Way.ELECTRONIC:
        _confirmed(unit, policy, of, found, day, where)
    if chosen is Way.PUBLIC_NOTICE and of.kind != "publication":
        _tried_before(of, earlier, reason, where)
        served = day + policy.at(NOTICE_DAYS, day).number
    return store.insert_delivery(
        unit.connection, document=document, way=str(chosen), day=day, served_day=served, receiver=receiver,
        proof=dict(proof), reason=reason, actor=actor,
    )  # fmt: skip


def attempt(
    unit: UnitOfWork, document: int, way: Way | str, day: int, *, actor: str, receiver: str, reason: str
) -> Delivery:
    """Record that serving a document was tried in vain: which way, when, why. Raises `Refused` as `deliver` does."""
    found = open_document(unit, document)
    of = kind(found.slug)
    chosen, where = _allowed(of, found, way), f"{of.text.zh} {found.number or found.id}"
    _in_order(found, day, where)
    if not reason.strip():
        raise _unproven(where, "reason", "—")
    return store.insert_delivery(
        unit.connection, document=document, way=str(chosen), day=day, served_day=None, receiver=receiver,
        proof={}, reason=reason.strip(), actor=actor,
    )  # fmt: skip


def open_document(unit: UnitOfWork, document: int) -> Document:
    """Give a document that is in force, locked; raises `Refused` (``casework.document_not_found``, ``…_ended``)."""
    found = store.find(unit.connection, document, lock=True)
    if found is None:
        raise refused(
            "not_found", "没有这份文书", "there is no such document", where="document", came=str(document)
        )
    if not found.in_force:
        raise refused(
            "ended", "文书已经作废或撤销", "the document was voided or revoked",
            where=found.number or str(found.id), wanted="in force", came=found.voided or found.revoked,
        )  # fmt: skip
    return found


def _allowed(of: DocumentKind, found: Document, way: Way | str) -> Way:
    ways = [one for one in of.ways if one is not Way.INTERNAL]
    chosen = next((one for one in Way if str(one) == str(way)), None)
    posted = chosen is Way.PUBLIC_NOTICE and of.visibility in _NEVER_POSTED
    if chosen is None or chosen not in ways or posted:
        raise refused(
            "way", "这种文书不能这样送达", "this document is not served this way",
            where=f"{of.text.zh} {found.number or found.id}",
            wanted=" | ".join(f"{one} {WAY_NAMES[one].zh}" for one in ways) or WAY_NAMES[Way.INTERNAL].both(),
            came=f"{way} {WAY_NAMES[chosen].zh if chosen else ''}".strip(),
        )  # fmt: skip
    return chosen


def _proven(way: Way, proof: Mapping[str, str], where: str) -> None:
    sets = PROOFS[way]
    if not any(all(str(proof.get(name) or "").strip() for name in names) for names in sets):
        raise _unproven(where, " | ".join(" + ".join(names) for names in sets), ", ".join(proof) or "—")


def _unproven(where: str, wanted: str, came: str) -> Refused:
    return refused(
        "proof", "送达缺少证明", "the service lacks its proof", where=where, wanted=wanted, came=came
    )


def _in_order(found: Document, day: int, where: str) -> None:
    if day < found.day:
        raise refused(
            "day", "送达日早于成文日", "served before it was made", where=where,
            wanted=f"≥ {date_of(found.day)}", came=str(date_of(day)),
        )  # fmt: skip


def _confirmed(
    unit: UnitOfWork, policy: Policy, of: DocumentKind, found: Document, day: int, where: str
) -> None:
    """Electronic service wants the party's signed confirmation, and one that covers the document."""
    if of.kind == "external_decision" and not policy.at(ELECTRONIC, day).value:
        raise refused(
            "way", "本地区规定决定类文书不得电子送达", "decisions are not served electronically in this region",
            where=where, wanted="S | D | L | M", came="E",
        )  # fmt: skip
    confirmation = store.confirmation(unit.connection, found.recipient)
    said: Mapping[str, Any] = confirmation.data if confirmation is not None else {}
    covered = set(said.get("e_docs") or ()) & {ALL_DOCUMENTS, of.text.zh, of.slug}
    if confirmation is None or not said.get("e_consent") or not covered or confirmation.day > day:
        raise refused(
            "confirmation", "没有涵盖本文书的电子送达确认书",
            "there is no confirmation of electronic service that covers this document",
            where=where, wanted=f"service_address_confirmation: e_consent, e_docs ∋ {of.text.zh} | {ALL_DOCUMENTS}",
            came=f"{confirmation.id}: {said.get('e_docs')}" if confirmation is not None else "—",
            todo=Text(zh="请当事人签署送达地址确认书，或改用直接、邮寄送达",
                      en="have the confirmation signed, or serve it directly or by post"),
        )  # fmt: skip


def _tried_before(of: DocumentKind, earlier: list[Delivery], reason: str | None, where: str) -> None:
    """A public notice is the last resort: other ways were tried and are on file, and the reason is said."""
    tried = [one for one in earlier if one.served_day is None and one.way is not Way.PUBLIC_NOTICE]
    if not tried or not (reason or "").strip():
        raise refused(
            "attempts", "公告送达以前须有其他方式送达不成的记录，并写明理由",
            "before a public notice other ways were tried in vain, are on file, and the reason is said",
            where=where, wanted="attempt(…) ≥ 1, reason", came=f"{len(tried)}, {reason or '—'}",
            todo=Text(zh="先登记直接或邮寄送达不成的经过", en="record the attempts that failed first"),
        )  # fmt: skip
