"""Finding what a remedy is about: the remedy of a case, a fact with its file and grounds, and who may speak for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yibao.access import Permission, Target, allows
from yibao.archive import files
from yibao.archive.files import Fact, FactKind, Subject, SubjectKind
from yibao.casework.cases import Case, Desk, Opening, cases, check_track, take_up
from yibao.kernel import Refused, Region, Text
from yibao.remedy import store
from yibao.remedy.machines import LISTED, MACHINES
from yibao.remedy.model import Kind, Remedy
from yibao.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class About:
    """A fact with the file it stands in, everything known of that, and what of it counts."""

    fact: Fact
    head: Subject
    known: tuple[Fact, ...]
    counted: tuple[Fact, ...]


def about(unit: UnitOfWork, number: int) -> About:
    """Give a fact with its file. Raises `Refused` (``archive.no_fact``)."""
    fact = files.fact(unit, number)
    known = files.known_of(unit, fact.subject)
    return About(fact, files.subject(unit, fact.subject), tuple(known), tuple(files.standing(known)))


def remedy_of(unit: UnitOfWork, case_id: int) -> Remedy:
    """Give the remedy that a case is. Raises `Refused`: ``casework.unknown_case``, ``casework.other_track``."""
    case = cases(unit, [case_id])[0]
    check_track(case, LISTED)
    row = store.of_case(unit.connection, case_id)
    assert row is not None, "a case of this track is opened with what it is about"
    return Remedy(case, Kind(row.kind), row.subject, row.fact, row.about_case)


def taken(desk: Desk, case_id: int, kind: Kind, verb: str) -> Remedy:
    """Take a remedy of a kind up to do something with it, if its state lets that be done."""
    take_up(desk.unit, [case_id])
    found = remedy_of(desk.unit, case_id)
    if found.kind is not kind:
        raise other_kind(found, kind)
    MACHINES[kind].move(found.case.state, verb, found.case.number)
    return found


def other_kind(found: Remedy, wanted: Kind) -> Refused:
    """Say that a verb belongs to another of the seven rights."""
    return Refused(
        "remedy.other_kind",
        zh="这个动作属于另一项权利",
        en="this act belongs to another right",
        where=found.case.number,
        wanted=str(wanted),
        came=str(found.kind),
        todo=Text(
            zh="用 yibao remedy show 查看现在能做什么", en="see what can be done with yibao remedy show"
        ),
    )


def earlier(unit: UnitOfWork, kind: Kind, fact: int) -> list[Case]:
    """Give the remedies of a kind about a fact; nobody files another one until this transaction ends."""
    store.lock(unit.connection, f"fact {fact}")
    rows = [row for row in store.about_facts(unit.connection, [fact]) if row.kind == kind]
    return cases(unit, [row.case_id for row in rows])


def opening_of(head: Subject, kind_name: str, region: str, stamped_by: int | None = None) -> Opening:
    """Give how a case is opened for whose file it is; of a practitioner with the institution that stamped it."""
    institution = head.lake_key if head.kind is SubjectKind.INSTITUTION else stamped_by
    return Opening(
        region,
        kind_name,
        institution_id=institution,
        person_id=head.lake_key if head.kind is SubjectKind.INSURED else None,
        practitioner_id=head.lake_key if head.kind is SubjectKind.PRACTITIONER else None,
    )


def check_yours(desk: Desk, opening: Opening, where: str) -> None:
    """Refuse who speaks for somebody else (``remedy.not_yours``); the office may record what is sent on paper."""
    target = Target(
        region=Region(opening.region),
        institution_id=opening.institution_id,
        person_id=opening.person_id,
        practitioner_id=opening.practitioner_id,
    )
    if allows(desk.actor, Permission.REMEDY_FILE, target):
        return
    raise Refused(
        "remedy.not_yours",
        zh="只有本人、本机构可以提出；书面提出的由受理机关代录",
        en="only who is concerned may file it; what comes on paper the office records",
        where=where,
        wanted="本人 | 盖章的本机构 | 经办人员、办案人员（代录）",
        came=desk.actor.name,
        todo=Text(
            zh="由本人账户提出，或交书面材料由经办机构代录",
            en="file it with the account of who is concerned, or hand it in on paper",
        ),
    )


def region_of(unit: UnitOfWork, fact: Fact, head: Subject) -> str:
    """Give the region whose office made a fact: that of the file in which its instrument stands, else of its own."""
    ground = fact
    while ground.rests_on is not None:
        ground = files.fact(unit, ground.rests_on)
    return head.region if ground.subject == head.id else files.subject(unit, ground.subject).region


def instrument_of(unit: UnitOfWork, fact: Fact) -> Fact:
    """Give the instrument on which a fact rests in the end; itself where it rests on none."""
    while fact.rests_on is not None and fact.kind not in (FactKind.PENALIZED, FactKind.DISPOSED):
        fact = files.fact(unit, fact.rests_on)
    return fact


def written_by(facts: Sequence[Fact], source: str) -> Fact | None:
    """Give the fact that a source gave."""
    return next((one for one in facts if one.source == source), None)
