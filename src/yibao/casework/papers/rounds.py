"""The papers of a round (批次文书): what it knows of the notices that go to an institution; people add the rest.

One paper goes to one institution and speaks of its lines only. The catalogue says what each must hold: what the round,
the office and the policy know is filled in here, and `documents.issue` refuses what is still missing, by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from yibao.access import Permission, Target, check
from yibao.casework.cases import Desk, Money, institutions
from yibao.casework.documents import CaseRef, Document, fields, issue, kind, of_case
from yibao.casework.findings import store as findings_store
from yibao.casework.papers.lines import KNOWN, Asked, month_in_words
from yibao.casework.papers.office import office
from yibao.casework.rounds import Dispatch, Line, Round, list_lines, sent_lines, show_round
from yibao.kernel import Json, Refused, Region, Text, month_of
from yibao.ledger import Tag, record
from yibao.store import Home, Register


def write_round_paper(
    desk: Desk, home: Home, register: Register, code: str, institution: int, slug: str, day: int,
    given: Mapping[str, Any] | None = None,
) -> Document:  # fmt: skip
    """Write a paper of a round to an institution, number it, and swear to its digest.

    ``given`` goes over what is known. Raises `Refused`: ``casework.no_round_paper`` for a document that is none of a
    round's, ``casework.not_sent_to``, ``casework.nothing_to_tell``, and as `documents.issue` does, with all
    that is missing at once.
    """
    view = show_round(desk, code)
    one = view.round
    target = Target(Region(one.region), institution)
    check(desk.actor, Permission.DOCUMENT_MAKE, target)
    of = KNOWN.get(slug)
    if of is None:
        raise Refused(
            "casework.no_round_paper",
            zh="这不是批次的文书",
            en="this is no paper of a round",
            wanted=" | ".join(ROUND_PAPERS),
            came=slug,
        )
    sent = next((d for d in view.dispatches if d.institution_id == institution), None)
    if sent is None and not kind(slug).read_outside:
        # what stays inside speaks of lines that the institution never saw, too
        sent = Dispatch(one.number, institution, 0, Money(0), day, day, day)
    if sent is None:
        raise Refused(
            "casework.not_sent_to",
            zh="这个批次没有下发给该机构",
            en="the round was not sent to this institution",
            where=one.code,
            came=str(institution),
            todo=Text(zh="先下发：yibao round send", en="send it first with yibao round send"),
        )
    every = list_lines(desk, one.number, institution=institution)
    mine = sent_lines(desk, every)
    unsent = [line for line in every if line not in mine]
    told = of(Asked(desk, home, register, one, sent, mine, unsent, day))
    known = _common(desk, home, one, sent, mine or every) | told
    if not told:
        raise Refused(
            "casework.nothing_to_tell",
            zh="这个批次对该机构没有这种文书要写的内容",
            en="the round has nothing to tell this institution in such a paper",
            where=f"{one.code} {slug}",
            came=str(known["inst_code"]),
            todo=Text(
                zh="先办理相应的动作；用 yibao round show 查看各条的状态",
                en="do first what it tells of; yibao round show has the states of the lines",
            ),
        )
    values = {k: v for k, v in {**known, **(given or {})}.items() if v not in (None, "")}
    wanted = {field.name for field in fields(slug)}
    made = issue(
        desk.unit, home, desk.policy, slug, CaseRef("round", one.number),
        {k: v for k, v in values.items() if k in wanted}, desk.actor.name, day=day,
    )  # fmt: skip
    body: dict[str, Json] = {
        "round": one.code, "institution": str(known["inst_code"]), "slug": slug, "number": made.number,
        "sha256": made.digest, "docx_sha256": made.docx_digest,
    }  # fmt: skip
    record(desk.unit, Tag.CASEWORK_DOCUMENT_ISSUED, f"document:{made.id}", body)
    return made


def _common(desk: Desk, home: Home, one: Round, sent: Dispatch, lines: Sequence[Line]) -> dict[str, Any]:
    whose = institutions(desk.unit, [sent.institution_id])[sent.institution_id]
    here = office(home, "agency")
    known = {
        "org_name": here.get("full_name"), "contact_name": desk.actor.holder or desk.actor.name,
        "contact_phone": here.get("phone"), "contact_address": here.get("address"), "inst_name": whose.name,
        "inst_code": whose.code, "round_no": one.code, "round_period": _period(desk, one, lines),
        "round_sent_on": sent.sent_day, "review_body": here.get("review_body"),
        "review_address": here.get("review_address"), "review_online": here.get("review_online"),
        "court_name": here.get("court"), "appeal_channel": here.get("channels") or ["平台填写", "Excel 回传"],
    }  # fmt: skip
    for field, key in _LIMITS.items():
        if desk.policy.declares(key):
            known[field] = desk.policy.at(key, sent.sent_day).number
    papers = [d for d in of_case(desk.unit, CaseRef("round", one.number)) if d.recipient_code == whose.code]
    deducted = [d.number for d in papers if d.slug == "audit_deduction_notice" and d.number and d.in_force]
    return known | {"deduct_doc_no": deducted[-1] if deducted else None}


_LIMITS: Final = {
    "review_days": "casework.clock.review",
    "suit_months": "casework.clock.suit",
    "suit_after_review_days": "casework.clock.suit_after_review",
}


def _period(desk: Desk, one: Round, lines: Sequence[Line]) -> str:
    if one.month is not None:
        return month_in_words(one.month)
    heads = findings_store.headers(desk.unit.connection, ids=[line.finding_id for line in lines], state=None)
    months = sorted({month_of(head.day) for head in heads})
    first, last = month_in_words(months[0]), month_in_words(months[-1])
    return first if first == last else f"{first}至{last}"


ROUND_PAPERS: Final = tuple(KNOWN)
"""The papers of a round, in the order of its way."""
