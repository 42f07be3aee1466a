"""How this room hears that a case decided something: a background job draws the consequences, once for all that came."""

from __future__ import annotations

from yibao.archive.files import Subject, facts_of, find_subject, resting, subject
from yibao.casework.cases import cases, institution_of
from yibao.consequence.acting import FOLLOWS
from yibao.kernel import Refused
from yibao.store import Delivered, UnitOfWork, defer


def hear_case(unit: UnitOfWork, heard: Delivered) -> None:
    """Put off drawing the consequences for the party of a case, and for whoever's points rest on it.

    To be heard after the file has heard it.
    """
    case_id = int(str(heard.event.body["case"]))
    party = _party(unit, case_id)
    if party is None:
        return
    unit.actor = heard.event.actor or unit.actor
    number = cases(unit, [case_id])[0].number
    decided = [one.id for one in facts_of(unit, party.id) if one.body.get("case") == number]
    others = sorted({one.subject for one in resting(unit, decided)} - {party.id})
    for one in (party, *(subject(unit, other) for other in others)):
        defer(unit, FOLLOWS, {"subject": one.id}, key=f"{FOLLOWS}:{one.number}")


def _party(unit: UnitOfWork, case_id: int) -> Subject | None:
    """Give whose file the case is about, where there is one."""
    case = cases(unit, [case_id])[0]
    try:
        if case.institution_id is not None:
            known = institution_of(unit, case.institution_id)
            return None if known is None else find_subject(unit, known[0])
        return None if case.person_id is None else find_subject(unit, f"person:{case.person_id}")
    except Refused:
        return None  # no file was opened: nothing of the case is remembered, so nothing follows
