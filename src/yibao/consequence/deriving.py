"""What ought to stand: the effects that follow from a file on a day; pure.

A function of the facts that count, the status of points, the confirmed grade and the policy in force. Whether something
was ordered already is not its business, so that what stands can be held against what ought to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from yibao.archive.files import Fact, FactKind, SubjectKind, in_force
from yibao.consequence.catalogue import effects
from yibao.consequence.model import Due, Effect, Trigger
from yibao.consequence.qualification import Qualification
from yibao.kernel import Json, Refused, add_months
from yibao.policy import Policy, Value


@dataclass(frozen=True, slots=True)
class Rating:
    """The confirmed grade in force: which, of which set, by which fact, until when."""

    fact: int
    grade: str
    set: str
    from_day: int
    until_day: int | None


@dataclass(frozen=True, slots=True)
class View:
    """A file as this room looks at it on a day."""

    subject: int
    kind: SubjectKind
    day: int
    facts: tuple[Fact, ...]
    """Those that count and have taken effect."""
    rating: Rating | None
    qualification: Qualification | None


def view_of(
    subject: int,
    kind: SubjectKind,
    facts: Sequence[Fact],
    day: int,
    known_on: int | None = None,
    qualification: Qualification | None = None,
    own: Collection[int] = (),
) -> View:
    """Look at a file on a day, as it was known on a day.

    ``facts`` are the subject's own and what those rest on (`files.known_of`), ``own`` the files that are its own: what lies
    in another's file may be the ground of something here, but is done to that other.
    """
    counted = tuple(f for f in in_force(facts, day, known_on) if f.subject == subject or f.subject in own)
    return View(subject, kind, day, counted, rating_of(counted, day), qualification)


def rating_of(counted: Sequence[Fact], day: int) -> Rating | None:
    """Give the confirmed grade in force: the newest one, if its time is not over. Nothing provisional ever counts."""
    begun = [
        (int(f.body.get("from_day", f.day)), f.id, f)
        for f in counted
        if f.kind is FactKind.RATING_CONFIRMED and int(f.body.get("from_day", f.day)) <= day
    ]
    if not begun:
        return None
    start, number, newest = max(begun, key=lambda one: one[:2])
    until = newest.body.get("until_day", newest.body.get("until"))
    if until is not None and int(until) <= day:
        return None
    grade = str(newest.body.get("grade", ""))
    return Rating(number, grade, _set_of(newest, counted), start, None if until is None else int(until))


def _set_of(rating: Fact, counted: Sequence[Fact]) -> str:
    """Give the set by which a grade was made: the confirmation says it, or what was told and rated before."""
    by_id = {f.id: f for f in counted}
    at: Fact | None = rating
    while at is not None:
        if "set" in at.body:
            return str(at.body["set"])
        at = by_id.get(at.rests_on or 0)
    return ""


def wanted(view: View, policy: Policy) -> list[Due]:
    """Give every effect that ought to stand, or be decided on, in the order of the registry; each cause once."""
    found: dict[tuple[str, int], Due] = {}
    for one in effects().values():
        if view.kind in one.subjects:
            for trigger in one.triggers:
                for due in _by(one, trigger, view, policy):
                    found.setdefault((due.effect, due.cause), due)
    return [due for due in found.values() if due.until_day is None or view.day < due.until_day]


def _by(one: Effect, trigger: Trigger, view: View, policy: Policy) -> Iterator[Due]:
    if trigger.fact is not None:
        causes = [f for f in view.facts if _fits(trigger, f)]
        yield from (
            _of_fact(one, trigger, f, view, policy) for f in causes if not ended(one, f.id, view.facts)
        )
    elif trigger.points:
        standing = view.qualification
        if standing is not None and standing.status in trigger.points:
            yield _due(
                one, trigger, view, standing.cause, standing.from_day, standing.until_day, {"status": standing.status}
            )  # fmt: skip
    elif view.rating is not None and (body := _of_grade(trigger, view.rating, policy, view.day)) is not None:
        rating = view.rating
        yield _due(one, trigger, view, rating.fact, rating.from_day, rating.until_day, body)


def _fits(trigger: Trigger, fact: Fact) -> bool:
    body = fact.body
    return (
        fact.kind is trigger.fact
        and (not trigger.articles or body.get("article") in trigger.articles)
        and (not trigger.measures or bool(_measures(trigger, body)))
        and (not trigger.lists or body.get("list") in trigger.lists)
        and all(int(body.get(name) or 0) > 0 for name in trigger.positive)
    )


def _measures(trigger: Trigger, body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [m for m in body.get("measures", ()) if m["measure"] in trigger.measures]


def ended(one: Effect, cause: int, counted: Sequence[Fact]) -> str | None:
    """Give by what an effect ended although its cause stands: ``performed``, ``repaired``; None while it has not."""
    for fact in counted:
        about = cause in (fact.rests_on, fact.body.get("repairs"))
        if about and fact.kind is FactKind.PERFORMED and "performed" in one.ends_on:
            return "performed"
        if about and fact.kind is FactKind.REPAIRED and "repaired" in one.ends_on:
            return "repaired"
    return None


def _of_fact(one: Effect, trigger: Trigger, fact: Fact, view: View, policy: Policy) -> Due:
    body: dict[str, Json] = {"instrument": str(fact.kind)}
    body |= {name: fact.body[name] for name in ("case", "article", "list") if name in fact.body}
    measures = _measures(trigger, fact.body) if trigger.measures else [fact.body]
    for name in one.sums:
        if total := sum(int(m.get(name) or 0) for m in measures):
            body[name] = total
    months = 0
    if one.lasts.months_in is not None:
        named = "months" if trigger.measures else one.lasts.months_in
        months = max(int(m.get(named) or 0) for m in measures)
        body["months"] = months
    until = fact.body.get("until_day") if one.lasts.listing else None
    due = _due(one, trigger, view, fact.id, fact.day, until, body)
    bounds = _bounds(one, trigger, str(fact.body.get("article")), policy, fact.day)
    if months:
        due = replace(due, until_day=add_months(fact.day, months))
    return replace(due, least=bounds[0], most=bounds[1])


def _bounds(one: Effect, trigger: Trigger, article: str, policy: Policy, day: int) -> tuple[int, int]:
    """Give within which months the instrument's own must lie; (0, 0) where none are set."""
    least, most = trigger.least or one.lasts.least, trigger.most or one.lasts.most
    if least is None or most is None:
        return 0, 0
    low, high = (policy.at(key.format(article=article), day).number for key in (least, most))
    return low, high


def _of_grade(trigger: Trigger, rating: Rating, policy: Policy, day: int) -> dict[str, Json] | None:
    """Give what an effect by grade says, or None where the region ties nothing to this grade."""
    said: dict[str, Json] = {"grade": rating.grade, "set": rating.set}
    if trigger.asked:
        return said
    if trigger.grades is not None:
        value = value_at(policy, trigger.grades, day)
        return said if value is not None and rating.grade in str(value.value).split() else None
    value = value_at(policy, f"{trigger.by_grade}.grade_{rating.grade.lower()}", day)
    return None if value is None else {**said, "basis_points": value.number, "instrument": value.instrument}


def value_at(policy: Policy, key: str, day: int) -> Value | None:
    """Give a value of policy, or None where the region has none in force."""
    if not policy.declares(key):
        return None
    try:
        return policy.at(key, day)
    except Refused as none:
        if none.code == "policy.no_value":
            return None
        raise


def _due(
    one: Effect,
    trigger: Trigger,
    view: View,
    cause: int,
    from_day: int,
    until_day: int | None,
    body: Mapping[str, Json],
) -> Due:
    wanted_ = [
        name
        for name, needed in (("onto", one.onto is not None), ("level", one.lasts.levels is not None))
        if needed
    ]
    return Due(
        one.id, view.subject, cause, trigger.mode or one.mode, from_day, until_day, body, trigger.must, tuple(wanted_)
    )  # fmt: skip
