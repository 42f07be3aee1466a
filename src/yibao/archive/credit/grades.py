"""The grade that counts (信用等级): only one that a named person confirmed, and only while it is valid; pure.

A provisional grade is a proposal. Until it was told to the subject, the time to object is over and somebody else than who
rated has confirmed it, there is no grade, and nothing follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from yibao.archive.files import Fact, FactKind, standing
from yibao.kernel import date_of


@dataclass(frozen=True, slots=True)
class Grade:
    """A confirmed grade: which, by which score, of which cycle, from when until when, and by which facts."""

    grade: str
    shown: str
    set: str
    cycle: str
    from_day: int
    until: int
    rated: int
    """The provisional grade that was confirmed (a fact)."""
    confirmed: int
    """The confirmation (a fact)."""
    actor: str

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "grade": self.grade, "shown": self.shown, "set": self.set, "cycle": self.cycle,
            "from": date_of(self.from_day).isoformat(), "until": date_of(self.until).isoformat(),
            "rated": self.rated, "confirmed": self.confirmed, "by": self.actor,
        }  # fmt: skip


def grades_in(facts: Iterable[Fact], known_on: int | None = None) -> list[Grade]:
    """Give every confirmed grade that stands, oldest first, whether or not it is still valid."""
    counted = {one.id: one for one in standing(facts, known_on)}
    found = []
    for one in counted.values():
        if one.kind is FactKind.RATING_CONFIRMED:
            body = one.body
            found.append(
                Grade(
                    body["grade"], body["shown"], body["set"], body["cycle"], body["from_day"], body["until_day"],
                    counted[one.rests_on or 0].rests_on or 0, one.id, one.actor,
                )
            )  # fmt: skip
    return sorted(found, key=lambda g: (g.from_day, g.confirmed))


def grade_on(facts: Iterable[Fact], day: int, known_on: int | None = None) -> Grade | None:
    """Give the grade in force on a day: the newest one confirmed by then, if it is still valid."""
    before = [one for one in grades_in(facts, known_on) if one.from_day <= day]
    return before[-1] if before and day < before[-1].until else None


def provisional(facts: Iterable[Fact], known_on: int | None = None) -> Fact | None:
    """Give the provisional grade that waits for its notice or confirmation; None where there is none."""
    counted = standing(facts, known_on)
    notices = {one.id: one.rests_on for one in counted if one.kind is FactKind.RATING_NOTICED}
    done = {notices.get(one.rests_on or 0) for one in counted if one.kind is FactKind.RATING_CONFIRMED}
    waiting = [one for one in counted if one.kind is FactKind.RATED and one.id not in done]
    return waiting[-1] if waiting else None


def notice_of(facts: Iterable[Fact], rated: int) -> Fact | None:
    """Give the notice of a provisional grade; None where the subject was not told yet."""
    return next(
        (f for f in standing(facts) if f.kind is FactKind.RATING_NOTICED and f.rests_on == rated), None
    )
