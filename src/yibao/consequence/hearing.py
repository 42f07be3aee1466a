"""How this room hears that a case decided something: a background job draws the consequences, once for all that came."""

from __future__ import annotations

from yibao.archive.files import Subject, find_subject
from yibao.casework.cases import cases, institution_of
from yibao.consequence.acting import FOLLOWS
from yibao.kernel import Refused
from yibao.store import Delivered, UnitOfWork, defer


def hear_case(unit: UnitOfWork, heard: Delivered) -> None:
    """Put off drawing the consequences for the party of a case; to be heard after the file has heard it."""
    party = _party(unit, int(str(heard.event.body["case"])))
    if party is not None:
        unit.actor = heard.event.actor or unit.actor
        defer(unit, FOLLOWS, {"subject": party.id}, key=f"{FOLLOWS}:{party.number}")


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
