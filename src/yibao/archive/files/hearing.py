"""How a file hears of a case: what was decided is written into the party's file, what was revoked is annulled there.

The rooms before this one do not know it; their acts travel here as events of the outbox, at least once, and are written
once. A fact made of a decision is the *instrument* on which points, charges and effects rest.
"""

from __future__ import annotations

from collections.abc import Mapping

from yibao.archive.files import store
from yibao.archive.files.model import FactKind, NewFact, Subject, SubjectKind
from yibao.archive.files.service import annul, open_subjects, write_facts
from yibao.casework.cases import Case, Track, acts, cases, institution_of, links
from yibao.kernel import EventKind, Json, today
from yibao.store import Delivered, UnitOfWork


def hear_case(unit: UnitOfWork, heard: Delivered) -> None:
    """Write into the party's file what a case decided, take back what it revoked, note that it was performed."""
    body = heard.event.body
    number, act, day = int(str(body["case"])), int(str(body["act"])), int(str(body["day"]))
    case = cases(unit, [number])[0]
    if case.track not in (Track.PENALTY, Track.AGREEMENT):
        return
    unit.actor = heard.event.actor or unit.actor
    if heard.event.kind is EventKind.CASE_DECIDED:
        _decided(unit, case, act, day)
    elif heard.event.kind is EventKind.CASE_REVOKED:
        _revoked(unit, case, act, day)
    else:
        _closed(unit, case, act, day)


def source_of(case_id: int, act: int) -> str:
    """Name an act of a case as the source of a fact."""
    return f"case:{case_id}:act:{act}"


def _decided(unit: UnitOfWork, case: Case, act: int, day: int) -> None:
    party = _party(unit, case)
    done = next(one for one in acts(unit, case.id) if one.number == act)
    if party is None or done.verb == "no_penalty":
        return
    kind = FactKind.PENALIZED if case.track is Track.PENALTY else FactKind.DISPOSED
    body: dict[str, Json] = {
        "case": case.number,
        "cause": case.cause,
        "act": act,
        "verb": done.verb,
        **_plain(done.body),
        **_linked(unit, case),
    }
    write_facts(
        unit, [NewFact(party, kind, day, body, source=source_of(case.id, act))], known_day=_known(day)
    )


def _linked(unit: UnitOfWork, case: Case) -> dict[str, Json]:
    """Give the cases that are one matter with this one, so that an act worked off in two is one act."""
    others = {number for one in links(unit, case.id) for number in (one.source, one.target)} - {case.number}
    return {"cases": [case.number, *sorted(others)]} if others else {}


def _revoked(unit: UnitOfWork, case: Case, act: int, day: int) -> None:
    """Annul what the case had decided; a decision that was never heard of has nothing to annul."""
    decided = [source_of(case.id, one.number) for one in acts(unit, case.id) if one.number < act]
    reason = next((one.reason for one in acts(unit, case.id) if one.number == act), None)
    for source, number in store.sources(unit.connection, decided).items():
        annul(
            unit, number, reason or case.number, day, source=f"{source}:revoked:{act}", known_day=_known(day)
        )


def _closed(unit: UnitOfWork, case: Case, act: int, day: int) -> None:
    decided = [source_of(case.id, one.number) for one in acts(unit, case.id)]
    stands = store.sources(unit.connection, decided)
    party = _party(unit, case)
    if party is None or not stands:
        return
    rests_on = max(stands.values())
    new = NewFact(party, FactKind.PERFORMED, day, {"case": case.number}, rests_on, source_of(case.id, act))
    write_facts(unit, [new], known_day=_known(day))


def _party(unit: UnitOfWork, case: Case) -> int | None:
    """Give whose file a case is about; opens it where this is the first that is heard of them."""
    if case.institution_id is not None:
        known = institution_of(unit, case.institution_id)
        if known is None:
            return None
        code, name, region = known
        head = Subject(0, SubjectKind.INSTITUTION, region, code, name, case.institution_id, "")
        return open_subjects(unit, [head])[0]
    if case.person_id is not None:
        key = store.by_lake_key(unit.connection, SubjectKind.INSURED, [case.person_id])
        if case.person_id in key:
            return key[case.person_id]
        code = f"person:{case.person_id}"
        return open_subjects(
            unit, [Subject(0, SubjectKind.INSURED, case.region, code, None, case.person_id, "")]
        )[0]
    return None


def _known(day: int) -> int:
    return max(day, today())


def _plain(body: Mapping[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in body.items() if key not in ("documents", "on_paper")}
