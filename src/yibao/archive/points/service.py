"""Asking: where somebody stands, who is on the key list, what an institution's staff come to."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from yibao.access import Permission, check
from yibao.archive import files
from yibao.archive.files import FactKind, Subject, SubjectKind
from yibao.archive.points.book import StatusBook
from yibao.archive.points.folding import fold
from yibao.archive.points.model import Answer, Standing, Status
from yibao.archive.points.registering import person_of, target_of
from yibao.archive.points.sharing import Share, staff_share
from yibao.casework.cases import Desk
from yibao.kernel import day_of_ymd
from yibao.policy import Policy
from yibao.store import UnitOfWork

EVERYBODY = 1_000_000


def status(unit: UnitOfWork, policy: Policy, subject: int, day: int, known_on: int | None = None) -> Standing:
    """Give where somebody stands on a day, from the facts themselves; for many at once there is `StatusBook`."""
    return fold(files.known_of(unit, subject), policy, day, known_on)


def standing_of(desk: Desk, subject: int, day: int, known_on: int | None = None) -> tuple[Subject, Standing]:
    """Give where somebody stands to somebody who may know."""
    head = person_of(desk, subject)
    found = status(desk.unit, desk.policy, subject, day, known_on)
    check(desk.actor, Permission.POINTS_READ, target_of(desk, head, found.places))
    return head, found


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a list: whose file, and the answer on the day."""

    head: Subject
    answer: Answer

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values; names stay in the file."""
        return {"file": self.head.number, "class": self.head.category, **self.answer.as_json()}


def listing(desk: Desk, day: int, wanted: Status | None, limit: int) -> list[Line]:
    """List the practitioners whom somebody may see, with their status on a day, those with one where one is named."""
    seen = files.subjects(desk, SubjectKind.PRACTITIONER, EVERYBODY)
    if wanted in (Status.SUSPENDED, Status.TERMINATED):
        # nobody is that without a record, in his own file or in one that is joined with it
        root = files.roots(desk.unit)
        some = {root.get(one, one) for one in _recorded(desk)}
        lines = (
            Line(head, status(desk.unit, desk.policy, head.id, day).answer)
            for head in seen
            if root.get(head.id, head.id) in some
        )
    else:
        book = StatusBook.load(desk.unit, desk.policy)
        lines = (Line(head, book.status(head.number, day)) for head in seen)
    return list(islice((one for one in lines if wanted is None or one.answer.status is wanted), limit))


def _recorded(desk: Desk) -> set[int]:
    return {one.subject for one in files.facts_of_kinds(desk.unit, [FactKind.POINTS])}


def share(desk: Desk, institution: int, year: int, day: int) -> Share:
    """Give what share of an institution's staff was suspended or ended in a year, as it stands on a day."""
    place = files.subject(desk.unit, institution)
    check(desk.actor, Permission.POINTS_READ, files.target_of(place))
    return staff_share(desk.policy, year, day, staff_of(desk, institution, year, day))


def staff_of(desk: Desk, institution: int, year: int, day: int) -> dict[int, Standing]:
    """Give who was registered at an institution at some time of a year, with their standing on a day."""
    root = files.roots(desk.unit)
    found = {}
    begin, last = day_of_ymd(year * 10_000 + 101), min(day, day_of_ymd(year * 10_000 + 1231))
    for subject in sorted({root.get(one, one) for one in files.ever_at(desk.unit, institution)}):
        facts = files.known_of(desk.unit, subject)
        days = {begin, last, *(f.day for f in facts if begin <= f.day <= last)}
        if any(institution in fold(facts, desk.policy, one).places for one in days if one <= last):
            found[subject] = fold(facts, desk.policy, day)
    return found


def key_list(desk: Desk, day: int) -> list[tuple[Subject, Standing]]:
    """Give whom the institution must interview and who is on the key list on a day, where the region has that rule."""
    seen = {one.id: one for one in files.subjects(desk, SubjectKind.PRACTITIONER, EVERYBODY)}
    found = [
        (seen[one], status(desk.unit, desk.policy, one, day)) for one in sorted(_recorded(desk) & seen.keys())
    ]
    return [(head, standing) for head, standing in found if standing.to_interview]
