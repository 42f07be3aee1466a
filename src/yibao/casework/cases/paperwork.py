"""What the file of a case must hold (案卷): the documents that its acts demand, those missing, and those that fall.

The list is computed from what was done: each move of a track names the documents that it makes. A document that law
demands (status confirmed) keeps a case from being closed while it is missing; the others are shown. What an office keeps
on paper it names when it closes, and that is sworn to.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from yibao.casework.cases.desk import Desk
from yibao.casework.cases.machine import Machine
from yibao.casework.cases.model import Act, Case
from yibao.casework.documents import CaseRef, Document, DocumentKind, kind, kinds, of_case
from yibao.casework.documents import revoke as revoke_document
from yibao.kernel import Refused, Text
from yibao.store import UnitOfWork

CONFIRMED: Final = "confirmed"
_FALLS: Final = frozenset({"external_decision", "external_notice", "publication"})
"""The kinds of document that fall with the decision on which they rest; records and receipts stay what they are."""
_STAYS: Final = frozenset({"decision_revocation", "publicity_withdrawal"})
"""The documents that a revocation makes: they name the decision and outlive it."""
_DECIDES: Final = frozenset({"decide", "no_penalty", "decide_on_the_spot"})
"""The acts on which what follows rests."""


_TO_ORGAN: Final = {
    "police": ("crime_transfer_report", "crime_transfer"),
    "discipline": ("supervision_transfer",),
    "department": ("dept_transfer",),
    "region": ("jurisdiction_transfer",),
}
"""By the organ to which a case or a lead was referred: the documents that took it there."""

_OF_MEASURE: Final = {
    "withhold": "agr_pay_suspend",
    "refuse": "agr_recovery_decision",
    "recover": "agr_recovery_decision",
    "damages": "agr_penalty_payment",
    "stop_persons": "agr_unit_suspend",
    "stop_departments": "agr_unit_suspend",
    "suspend": "agr_suspend",
    "terminate": "agr_terminate",
    "rectify": "agr_rectify_notice",
    "interview": "agr_interview_notice",
}
"""By the measure of an agreement disposal that was decided: its document."""


def demanded(machine: Machine, acts: Sequence[Act]) -> list[str]:
    """Give the documents that the acts of a case demand, by name, in the order of the acts."""
    found: dict[str, None] = {}
    for act in acts:
        move = machine.move(act.came_from, act.verb) if act.came_from else machine.opening(act.verb)
        for name in (move.document, *move.papers, *_by_what_was_done(act)):
            if name is not None:
                found.setdefault(name)
    return list(found)


def _by_what_was_done(act: Act) -> list[str]:
    """Give the documents that depend on to whom, or with which measures, an act was done."""
    found = [*_TO_ORGAN.get(str(act.body.get("organ")), ())]
    if act.verb == "decide":
        found += [_OF_MEASURE[one["measure"]] for one in act.body.get("measures", ())]
    return found


def check_due(machine: Machine, case: Case, acts: Sequence[Act], name: str) -> None:
    """Refuse a document with effect outside that the track knows, before the act that it tells of was done.

    Nobody holds a numbered decision in his hands that was never decided. What stays in the file may be drawn up before.
    Raises `Refused` (``casework.document_too_early``).
    """
    of = kind(name)
    known = {one for move in machine.moves for one in (move.document, *move.papers)} | {*_OF_MEASURE.values()}
    if of.kind not in _FALLS or name not in known or name in demanded(machine, acts):
        return
    makers = [move.name for move in machine.moves if name in (move.document, *move.papers)]
    raise Refused(
        "casework.document_too_early",
        zh=f"案件还没有办理这份文书所写的事，不能出具《{of.text.zh}》",
        en=f"what the document tells of was not done yet: no {of.text.en} is issued",
        where=case.number,
        wanted=" | ".join(one.zh for one in makers) or "decide",
        came=machine.named(case.state).zh,
        todo=Text(
            zh="先办理相应的动作，再出文书；能办的见 yibao case show",
            en="do the act first, then issue the document; yibao case show has what can be done",
        ),
    )


def missing(unit: UnitOfWork, machine: Machine, case: Case, acts: Sequence[Act]) -> list[DocumentKind]:
    """Give the documents that a case should hold and does not; a voided one counts as missing, a revoked one is there."""
    there = {one.slug for one in of_case(unit, CaseRef(case.track, case.id)) if one.voided is None}
    return [kind(name) for name in demanded(machine, acts) if name not in there]


def check_file(
    unit: UnitOfWork, machine: Machine, case: Case, acts: Sequence[Act], on_paper: Collection[str]
) -> list[str]:
    """Refuse to close a case whose file lacks what law demands; give what of it is kept on paper.

    Raises `Refused`: ``casework.papers_missing``, ``casework.document_unknown`` for a name that no document has.
    """
    strange = sorted(set(on_paper) - set(kinds()))
    if strange:
        raise Refused(
            "casework.document_unknown", zh="没有这种文书", en="there is no such document", where=case.number,
            wanted=" | ".join(demanded(machine, acts)), came=", ".join(strange),
            todo=Text(zh="写文书的英文短名，见 yibao case show", en="give a document’s short name, see yibao case show"),
        )  # fmt: skip
    absent = missing(unit, machine, case, acts)
    wanted = [one for one in absent if one.status == CONFIRMED and one.slug not in on_paper]
    if wanted:
        raise Refused(
            "casework.papers_missing",
            zh="案卷缺少法定文书，还不能结案：" + "、".join(one.text.zh for one in wanted),
            en="the file lacks documents that law demands: " + ", ".join(one.text.en for one in wanted),
            where=case.number,
            wanted=" ".join(one.slug for one in wanted),
            todo=Text(
                zh="用 yibao case paper 制作；已有纸质原件的，结案时逐一用 --on-paper 写明",
                en="make them with yibao case paper; name each that is kept on paper with --on-paper when closing",
            ),
        )
    return [one.slug for one in absent if one.slug in on_paper]


def let_fall(
    desk: Desk, machine: Machine, case: Case, acts: Sequence[Act], reason: str, day: int
) -> list[str]:
    """Revoke the documents of a case that fall with its decision, and those of others that name them, in chain.

    What was issued on the way to the decision (a notice, a sealing) was right or wrong by itself and stays. Gives the
    numbers of all that fell.
    """
    decided = [at for at, act in enumerate(acts) if act.verb in _DECIDES]
    before = set(demanded(machine, acts[: decided[-1]])) if decided else set()
    waiting = [
        one
        for one in of_case(desk.unit, CaseRef(case.track, case.id))
        if one.in_force and _falls(one) and one.slug not in before
    ]
    seen, fell = {one.id for one in waiting}, []
    while waiting:
        one = waiting.pop(0)
        _, resting = revoke_document(desk.unit, one.id, reason, desk.actor.name, day=day)
        fell.append(one.number or one.slug)
        more = [other for other in resting if other.id not in seen and _falls(other)]
        seen |= {other.id for other in more}
        waiting += more
    return fell


def _falls(document: Document) -> bool:
    return kind(document.slug).kind in _FALLS and document.slug not in _STAYS
