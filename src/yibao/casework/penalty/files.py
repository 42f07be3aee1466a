"""The file of a penalty case: read as it is, taken up to be acted on, and one verb done on it."""

from __future__ import annotations

from yibao.casework.cases import Desk, Doing, act_on, acts, cases, check_track, take_up, transfers
from yibao.casework.penalty import store
from yibao.casework.penalty.machine import MACHINE
from yibao.casework.penalty.model import Dossier
from yibao.casework.penalty.officers import check_not_officer
from yibao.store import UnitOfWork


def dossier(unit: UnitOfWork, case_id: int) -> Dossier:
    """Give everything of a case that its guards look at; refuses a case that there is not."""
    connection = unit.connection
    return Dossier(
        case=cases(unit, [case_id])[0],
        acts=tuple(acts(unit, case_id)),
        officers=store.officers(connection, case_id),
        evidence=store.evidence(connection, case_id),
        tellings=store.tellings(connection, case_id),
        decision=store.decision(connection, case_id),
        contests=store.contests(connection, case_id),
        transfers=tuple(transfers(unit, case_id)),
    )


def taken(desk: Desk, case_id: int) -> Dossier:
    """Take a case up to act on it: nobody else acts on it until this transaction ends, so what is read here stays so."""
    check_track(take_up(desk.unit, [case_id])[0], MACHINE)
    return dossier(desk.unit, case_id)


def do(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Do one verb on one case; give the act's number."""
    check_not_officer(desk, case_id, verb)
    return act_on(desk, MACHINE, verb, {case_id: doing})[case_id]
