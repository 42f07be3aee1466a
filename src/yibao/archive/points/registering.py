"""Registration (登记备案) and commitment (服务承诺): somebody joins, signs, moves, leaves; at one place or at several.

Payment qualification is part of the institution's service agreement: a person has it once registered and committed, and
keeps one file whatever the institutions and regions he works in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from yibao.access import Permission, Target, check, check_all
from yibao.archive import files
from yibao.archive.files import FactKind, NewFact, Subject, SubjectKind
from yibao.archive.points.folding import fold
from yibao.archive.points.model import Person, PersonClass, Standing, Status, points_refusal
from yibao.casework.cases import Desk
from yibao.kernel import Json, Refused, Region, Text, date_of

AT_ONCE = 10_000
"""Facts written by one statement of a bulk registration."""


def register(desk: Desk, person: Person, institution: int, day: int) -> int:
    """Register somebody at an institution, and open the file where there is none; give the subject.

    Raises `Refused`: ``points.registered`` where registered there already, ``points.barred`` where the qualification has
    ended and the bar is not over, ``points.class`` for a class that the institution cannot have.
    """
    place = _institution(desk, institution)
    check(desk.actor, Permission.POINTS_REGISTER, files.target_of(place))
    _check_class(person.person_class, place)
    check_day(desk, day)
    head = Subject(
        0, SubjectKind.PRACTITIONER, place.region, person.code, person.name, person.lake_key, str(person.person_class)
    )  # fmt: skip
    subject = files.open_subjects(desk.unit, [head])[0]
    standing = where_stands(desk, subject, day)
    check_not_barred(standing, subject, day)
    if institution in standing.places and standing.status is not Status.TERMINATED:
        raise points_refusal(
            "registered", "此人已经在这家机构登记备案", "this person is registered at this institution already",
            where=files.subject_number(SubjectKind.PRACTITIONER, subject), came=place.code,
            todo=Text(zh="变更用 points move，注销用 points leave", en="use points move or points leave"),
        )  # fmt: skip
    body: dict[str, Json] = {
        "institution": institution, "class": str(person.person_class), "region": place.region,
    }  # fmt: skip
    files.write_facts(desk.unit, [NewFact(subject, FactKind.REGISTERED, day, body)], known_day=desk.today)
    return subject


def commit_to_service(desk: Desk, subject: int, day: int) -> int:
    """Write that somebody signed the service commitment; give the fact.

    Raises `Refused` (``points.not_registered``) for somebody who is registered nowhere: the commitment comes after.
    """
    head = person_of(desk, subject)
    standing = where_stands(desk, subject, day)
    places = standing.places
    check(desk.actor, Permission.POINTS_REGISTER, target_of(desk, head, places))
    check_day(desk, day)
    if not places:
        raise not_registered(head)
    check_not_barred(standing, subject, day)
    return files.write_facts(desk.unit, [NewFact(subject, FactKind.COMMITTED, day)], known_day=desk.today)[0]


def move(desk: Desk, subject: int, from_: int, to: int, day: int) -> int:
    """Write that somebody goes from one institution to another (变更); the file, and what is in it, goes along."""
    head, place = person_of(desk, subject), _institution(desk, to)
    check(desk.actor, Permission.POINTS_REGISTER, files.target_of(place))
    check_day(desk, day)
    _check_class(PersonClass(head.category) if head.category else None, place)
    standing = where_stands(desk, subject, day)
    check_not_barred(standing, subject, day)
    places = standing.places
    if from_ not in places or to in places:
        raise _not_there(head, places)
    body: dict[str, Json] = {"from": from_, "to": to, "region": place.region}
    return files.write_facts(desk.unit, [NewFact(subject, FactKind.MOVED, day, body)], known_day=desk.today)[
        0
    ]


def leave(desk: Desk, subject: int, institution: int, day: int, reason: str) -> int:
    """Write that somebody is registered at an institution no more (注销). A running suspension runs on all the same."""
    head, place = person_of(desk, subject), _institution(desk, institution)
    check(desk.actor, Permission.POINTS_REGISTER, files.target_of(place))
    check_day(desk, day)
    places = where_stands(desk, subject, day).places
    if institution not in places:
        raise _not_there(head, places)
    new = NewFact(subject, FactKind.LEFT, day, {"institution": institution}, reason=reason)
    return files.write_facts(desk.unit, [new], known_day=desk.today)[0]


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as the city's own register has him: for registration in bulk."""

    person: Person
    institution: str
    """The institution's code."""


def register_many(
    desk: Desk,
    institutions: Mapping[str, Subject],
    listed: Sequence[Listed],
    day: int,
    *,
    committed: str | None,
) -> int:
    """Open the files of a whole city's staff, registered from a day on; give how many were new.

    ``committed`` names the paper by which they have committed themselves, where they have; without one nobody is qualified
    until he commits himself. Who is known already is left as he is: what was written then says more than a list.
    """
    check_day(desk, day)
    check_all(desk.actor, Permission.POINTS_REGISTER, {files.target_of(one) for one in institutions.values()})
    places = list(institutions.values())
    ids = dict(zip(institutions, files.open_subjects(desk.unit, places), strict=True))
    known = {one.code for one in files.every_head(desk.unit, SubjectKind.PRACTITIONER)}
    fresh = list({one.person.code: one for one in listed if one.person.code not in known}.values())
    for start in range(0, len(fresh), AT_ONCE):
        _register_some(desk, institutions, ids, fresh[start : start + AT_ONCE], day, committed)
    return len(fresh)


def _register_some(
    desk: Desk, institutions: Mapping[str, Subject], ids: Mapping[str, int], some: Sequence[Listed], day: int,
    committed: str | None,
) -> None:  # fmt: skip
    heads = [
        Subject(
            0, SubjectKind.PRACTITIONER, institutions[one.institution].region, one.person.code, one.person.name,
            one.person.lake_key, str(one.person.person_class),
        )
        for one in some
    ]  # fmt: skip
    subjects = files.open_subjects(desk.unit, heads)
    new = [
        NewFact(
            subject, FactKind.REGISTERED, day,
            {
                "institution": ids[one.institution], "class": str(one.person.person_class),
                "region": institutions[one.institution].region, "listed": True,
            },
        )
        for subject, one in zip(subjects, some, strict=True)
    ]  # fmt: skip
    if committed is not None:
        new += [NewFact(subject, FactKind.COMMITTED, day, {"paper": committed}) for subject in subjects]
    files.write_facts(desk.unit, new, known_day=desk.today)


# — what the verbs of the room ask —


def where_stands(desk: Desk, subject: int, day: int) -> Standing:
    """Give where somebody stands on a day, as is known now."""
    return fold(files.known_of(desk.unit, subject), desk.policy, day)


def person_of(desk: Desk, subject: int) -> Subject:
    """Give a practitioner's file. Raises `Refused` (``points.no_person``) for the file of anybody else."""
    head = files.subject(desk.unit, subject)
    if head.kind is not SubjectKind.PRACTITIONER:
        raise points_refusal(
            "no_person", "只有相关人员才有支付资格", "only a practitioner has a payment qualification", where=head.number,
            wanted="P0000001", came=str(head.kind),
            todo=Text(zh="核对档案编号", en="check the number of the file"),
        )  # fmt: skip
    return head


def target_of(desk: Desk, head: Subject, places: Sequence[int] = ()) -> Target:
    """Give a person as access knows him: by a place of work that is the actor's own or lies in his region, else by file.

    One person may work in two regions; each region's agency looks after what happens at its own institutions.
    """
    actor, own = desk.actor, files.target_of(head)
    for place in (files.subject(desk.unit, one) for one in places):
        if place.lake_key is not None and place.lake_key == actor.institution_id:
            return replace(own, institution_id=place.lake_key)
        if actor.region.contains(Region(place.region)):
            own = replace(own, region=Region(place.region))
    return own


def check_day(desk: Desk, day: int) -> None:
    """Refuse a day that has not come. Raises `Refused` (``points.future``)."""
    if day > desk.today:
        raise points_refusal(
            "future", "日期晚于今天：没有发生的事不能登记", "the day has not come yet",
            wanted=f"≤ {date_of(desk.today)}", came=str(date_of(day)),
            todo=Text(zh="核对日期与电脑时钟", en="check the day, and the machine's clock"),
        )  # fmt: skip


def check_not_barred(standing: Standing, subject: int, day: int) -> None:
    """Refuse while the qualification has ended and the bar is not over. Raises `Refused` (``points.barred``)."""
    until = standing.barred_until
    if standing.status is Status.TERMINATED and until is not None and day < until:
        raise points_refusal(
            "barred", "支付资格已终止，禁止期内不得再次登记备案",
            "the qualification has ended, and nobody is registered again before the bar is over",
            where=files.subject_number(SubjectKind.PRACTITIONER, subject), wanted=f"≥ {date_of(until)}",
            came=str(date_of(day)),
            todo=Text(zh="期满后重新登记并签署承诺", en="register and commit again when it is over"),
        )  # fmt: skip


def not_registered(head: Subject) -> Refused:
    """Say that somebody is not registered."""
    return points_refusal(
        "not_registered", "此人没有登记备案", "this person is not registered", where=head.number,
        wanted="登记备案 registered",
        todo=Text(zh="先登记备案：yibao points register", en="register the person first: yibao points register"),
    )  # fmt: skip


def _institution(desk: Desk, institution: int) -> Subject:
    place = files.subject(desk.unit, institution)
    if place.kind is not SubjectKind.INSTITUTION:
        raise points_refusal(
            "no_institution", "登记备案的单位须是定点医药机构", "one is registered at a designated institution",
            where=place.number, wanted="J0000001", came=str(place.kind),
            todo=Text(zh="核对机构编号", en="check the institution's number"),
        )  # fmt: skip
    return place


def _check_class(person_class: PersonClass | None, place: Subject) -> None:
    pharmacy = {"pharmacy": True, "hospital": False}.get(place.category)
    if person_class is None or pharmacy is None or pharmacy is (person_class is PersonClass.PRINCIPAL):
        return
    if pharmacy and person_class is PersonClass.PHARMACIST:
        return  # several provinces register the pharmacists of pharmacies besides the principal
    raise points_refusal(
        "class", "这类机构没有这类人员", "this kind of institution does not have this class of person", where=place.number,
        wanted="principal | pharmacist" if pharmacy else "doctor | nurse | pharmacist | technician | reviewer",
        came=str(person_class), todo=Text(zh="核对人员类别", en="check the class"),
    )  # fmt: skip


def _not_there(head: Subject, places: Sequence[int]) -> Refused:
    return points_refusal(
        "not_there", "此人没有在这家机构登记备案，或已在新的机构登记",
        "this person is not registered at that institution, or is at the new one already", where=head.number,
        wanted=", ".join(files.subject_number(SubjectKind.INSTITUTION, one) for one in places) or "—",
        todo=Text(zh="用 yibao points status 查看执业机构", en="see the places with yibao points status"),
    )  # fmt: skip
