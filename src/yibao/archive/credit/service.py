"""The verbs of credit: rate, tell, confirm or send back; observe what a row needs; ask for a score or a grade on any day.

Nobody can touch a score: what may be written are facts, each by who may write it. A provisional grade passes its notice
and the time to object, and takes effect when somebody else confirms it. He may not change it; he may send it back for an
error of the data that he names with its paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from yibao.access import Permission, check
from yibao.archive import files
from yibao.archive.credit import refusing
from yibao.archive.credit.catalogue import sets
from yibao.archive.credit.grades import Grade, grade_on, grades_in, notice_of, provisional
from yibao.archive.credit.grammar import Levels
from yibao.archive.credit.measuring import Figures
from yibao.archive.credit.model import Inputs, Scored, set_of
from yibao.archive.credit.qualifying import qualified
from yibao.archive.credit.scale import scale_of
from yibao.archive.credit.scoring import score
from yibao.archive.files import Fact, FactKind, NewFact, Subject, SubjectKind, standing
from yibao.casework.cases import Desk
from yibao.kernel import ClockUnit, Json, add_months, date_of, deadline
from yibao.ledger import Tag, record
from yibao.policy import Policy
from yibao.store import UnitOfWork

Objected = Callable[[UnitOfWork, int], str | None]
"""Asked of a provisional grade (the fact): the number of an objection that is open against it, if any."""

_ALLOWED: Final = frozenset(
    {
        "class",
        "case",
        "finding",
        "amount_fen",
        "count",
        "numerator",
        "denominator",
        "level",
        "until",
        "document",
    }
)


def nobody_objects(_: UnitOfWork, __: int) -> str | None:
    """Answer for a house in which no room receives objections."""
    return None


@dataclass(frozen=True, slots=True)
class Rated:
    """What rating gave for one subject: the provisional grade's fact, or why there is none."""

    head: Subject
    scored: Scored | None
    fact: int | None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "subject": self.head.number, "fact": self.fact,
            **({} if self.scored is None else self.scored.as_json(rows=False)),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataError:
    """An error of the data for which a provisional grade is sent back: of which row, and which paper shows it."""

    indicator: str
    document: str


def own_facts(unit: UnitOfWork, head: Subject, known_on: int | None = None) -> list[Fact]:
    """Give the facts of a subject that count as known on a day, what lies in other files considered; oldest first."""
    mine = set(files.together(unit, head.id))
    return [one for one in standing(files.known_of(unit, head.id), known_on) if one.subject in mine]


def score_of(
    unit: UnitOfWork, policy: Policy, head: Subject, inputs: Inputs, day: int, known_on: int | None = None
) -> Scored:
    """Score a subject on a day, as known on a day. Raises `Refused` (``credit.no_set``)."""
    return score(own_facts(unit, head, known_on), inputs, policy, day, known_on, set_name=needs_set(head))


def needs_set(head: Subject) -> str:
    """Name the set of a subject. Raises `Refused` (``credit.no_set``) for one who has none."""
    name = set_of(head)
    if name is None:
        raise refusing.no_set(head)
    return name


def grade_of(unit: UnitOfWork, subject: int, day: int, known_on: int | None = None) -> Grade | None:
    """Give the confirmed grade of a subject in force on a day, as known on a day; None where there is none."""
    return grade_on(files.facts_of(unit, subject), day, known_on)


def observe(
    desk: Desk, said: str, indicator: str, body: Mapping[str, Json], day: int, reason: str, *, source: str | None = None
) -> int:  # fmt: skip
    """Record a fact of an indicator that a named person confirmed after the subject was heard; give its number.

    ``body`` may say class, case, finding, amount_fen, count, a level, or numerator and denominator. A ratio that is
    collected by hand is an exception: it is marked so wherever it counts. What the lake measures nobody records.

    Raises `Refused`: ``credit.no_indicator``, ``credit.measured``, ``credit.observed`` for what the row cannot take.
    """
    head = files.find_subject(desk.unit, said)
    check(desk.actor, Permission.CREDIT_OBSERVE, files.target_of(head))
    one_set = sets()[needs_set(head)]
    if indicator not in one_set:
        raise refusing.no_indicator(head, indicator, one_set)
    row = one_set[indicator]
    if row.feed.select is not None or row.feed.fold is not None or row.feed.status is not None:
        raise refusing.measured(row)
    ratio = "denominator" in body or "numerator" in body
    wrong = set(body) - _ALLOWED
    level = body.get("level")
    if isinstance(row.scoring, Levels) != (level is not None) or (
        level is not None and level not in _levels(row)
    ):
        wrong.add("level")
    numbers = [body.get(key) for key in ("amount_fen", "count", "numerator", "denominator") if key in body]
    if any(not isinstance(n, int) or isinstance(n, bool) or n < 0 for n in numbers):
        wrong.add("numerator | denominator | amount_fen | count")
    if ratio and not ({"numerator", "denominator"} <= set(body) and body["denominator"]):
        wrong.add("numerator + denominator")
    if wrong or not reason.strip():
        raise refusing.observed(row, sorted(wrong) or ["reason"])
    by_hand: dict[str, Json] = {"by_hand": True} if ratio else {}
    new = NewFact(
        head.id,
        FactKind.OBSERVED,
        day,
        {"indicator": indicator, **body, **by_hand},
        source=source,
        reason=reason,
    )
    return files.write_facts(desk.unit, [new], known_day=desk.today)[0]


def _levels(row: Any) -> Mapping[str, int]:
    return row.scoring.levels if isinstance(row.scoring, Levels) else {}


def rate(desk: Desk, said: Iterable[str], figures: Figures, day: int) -> list[Rated]:
    """Rate subjects provisionally (预评定) by the facts of their files and the lake's figures of that day.

    Whoever is not graded gets no provisional grade, and the result says why. The ledger has what could not be collected.

    Raises `Refused`: ``credit.rated_already``, ``credit.within_cycle`` for a grade that may not move, ``credit.figures``
    for figures of another day.
    """
    if figures.day != day:
        raise refusing.figures(day, figures.day)
    if day > desk.today:
        raise refusing.future(day, desk.today)
    done, new = [], []
    for word in said:
        head = files.find_subject(desk.unit, word)
        check(desk.actor, Permission.CREDIT_RATE, files.target_of(head))
        facts = own_facts(desk.unit, head)
        inputs = inputs_for(desk.policy, head, facts, figures, day)
        scored = score(facts, inputs, desk.policy, day, set_name=needs_set(head))
        if scored.grade is not None:
            _check_cycle(desk, head, facts, scored, day)
            new.append(
                _provisional(head, scored, inputs, len([f for f in facts if f.kind is FactKind.RATED]))
            )
        done.append(Rated(head, scored, None))
    if figures.missed:
        record(
            desk.unit, Tag.ARCHIVE_CREDIT_COLLECTED, date_of(day).isoformat(),
            {"not_collected": [one.as_json() for one in figures.missed], "subjects": len(done)},
        )  # fmt: skip
    numbers = iter(files.write_facts(desk.unit, new, known_day=desk.today))
    return [
        Rated(one.head, one.scored, next(numbers) if one.scored and one.scored.grade is not None else None)
        for one in done
    ]


def inputs_for(
    policy: Policy,
    head: Subject,
    facts: Sequence[Fact],
    figures: Figures,
    day: int,
    known_on: int | None = None,
) -> Inputs:
    """Give what a subject's score takes besides its facts: the lake's figures, and since when it is registered."""
    registered = [f.day for f in facts if f.kind is FactKind.REGISTERED and f.day <= day]
    given = figures.inputs(head)
    since = min(registered, default=given.since)
    if head.kind is not SubjectKind.PRACTITIONER:
        return replace(given, since=since)
    had = qualified(facts, policy, day, known_on)
    return replace(given, since=since, status=had.status, points=had.points, repaired=had.repaired)


def _provisional(head: Subject, scored: Scored, inputs: Inputs, earlier: int) -> NewFact:
    body: dict[str, Json] = {
        "set": scored.set.name, "cycle": cycle_of(scored.day), "day": scored.day, "score": str(scored.score),
        "shown": scored.shown, "grade": scored.grade, "by_bounds": scored.by_bounds,
        "limits": [one.as_json() for one in scored.limits], "inputs": inputs.as_json(),
    }  # fmt: skip
    source = f"credit:{head.id}:{cycle_of(scored.day)}:{scored.day}:{earlier}"
    return NewFact(head.id, FactKind.RATED, scored.day, body, source=source)


def cycle_of(day: int) -> str:
    """Name the cycle of a day: the natural year."""
    return str(date_of(day).year)


def _check_cycle(desk: Desk, head: Subject, facts: Sequence[Fact], scored: Scored, day: int) -> None:
    """Refuse a second provisional grade, and within a cycle a grade that falls by marks or rises without repair."""
    waiting = provisional(facts)
    if waiting is not None:
        raise refusing.rated_already(head, waiting.id)
    before = [g for g in grades_in(facts) if g.cycle == cycle_of(day)]
    if not before or scored.grade is None:
        return
    scale = scale_of(desk.policy, scored.set.name, day)
    last = before[-1]
    falls = scale.rank(scored.grade) - scale.rank(last.grade)
    if falls > 0 and scale.rank(scored.by_bounds) < scale.rank(scored.grade):
        return
    healed = any(
        f.kind in (FactKind.REPAIRED, FactKind.ANNULLED) and f.known_day >= last.from_day
        for f in files.known_of(desk.unit, head.id)
    )
    if falls < 0 and healed and bool(desk.policy.at("archive.credit.rises_within_cycle", day).value):
        return
    raise refusing.within_cycle(head, last.grade, scored.grade)


def notice(desk: Desk, rated: int, day: int) -> int:
    """Record that the subject was told its provisional grade (预评定告知); the time to object begins. Gives the fact.

    Raises `Refused`: ``credit.not_rated`` for what is no provisional grade that stands, ``credit.noticed``.
    """
    one, head, facts = _standing(desk, rated, Permission.CREDIT_RATE)
    if notice_of(facts, rated) is not None:
        raise refusing.noticed(head, rated)
    if day < one.day:
        raise refusing.too_early(head, one.day, day)
    days = desk.policy.at("archive.credit.objection_days", day).number
    last = (
        deadline(day, days, ClockUnit.WORKING_DAYS, last_day_rolls=True, workdays=desk.policy.workdays) if days else day
    )  # fmt: skip
    body: dict[str, Json] = {"grade": one.body["grade"], "shown": one.body["shown"], "objections_until": last}
    new = NewFact(head.id, FactKind.RATING_NOTICED, day, body, rated, f"credit:noticed:{rated}")
    return files.write_facts(desk.unit, [new], known_day=desk.today)[0]


def confirm(
    desk: Desk, rated: int, figures: Figures, day: int, *, objected: Objected = nobody_objects
) -> Grade:
    """Confirm a provisional grade (等级确认): it takes effect. Somebody else than who rated does it, and changes nothing.

    The score is made again, by the facts as they stand on the day of confirming and the lake's figures as now known; where
    it comes out otherwise, because a fact expired, was annulled or corrected meanwhile, nothing is confirmed.

    Raises `Refused`: ``access.four_eyes``, ``credit.not_rated``, ``credit.not_told``, ``credit.may_object`` before the
    time to object is over, ``credit.objected`` while an objection is open, ``credit.differs``, ``credit.figures``.
    """
    one, head, facts = _standing(desk, rated, Permission.CREDIT_CONFIRM)
    told = notice_of(facts, rated)
    if told is None:
        raise refusing.not_told(head, rated)
    if day <= told.body["objections_until"]:
        raise refusing.may_object(head, told.body["objections_until"], day)
    open_objection = objected(desk.unit, rated)
    if open_objection is not None:
        raise refusing.objected(head, open_objection)
    rating_day = int(one.body["day"])
    if figures.day != rating_day:
        raise refusing.figures(rating_day, figures.day)
    inputs = inputs_for(desk.policy, head, facts, figures, rating_day)
    again = score(facts, inputs, desk.policy, rating_day, set_name=one.body["set"], still_on=day)
    if (str(again.score), again.grade) != (one.body["score"], one.body["grade"]):
        raise refusing.differs(head, one, again)
    until = add_months(day, desk.policy.at("archive.credit.grade_months", day).number)
    body: dict[str, Json] = {
        **{key: one.body[key] for key in ("grade", "shown", "set", "cycle")}, "from_day": day, "until_day": until,
    }  # fmt: skip
    new = NewFact(head.id, FactKind.RATING_CONFIRMED, day, body, told.id, f"credit:confirmed:{rated}")
    [number] = files.write_facts(desk.unit, [new], known_day=desk.today)
    return Grade(
        one.body["grade"], one.body["shown"], one.body["set"], one.body["cycle"], day, until, rated, number,
        desk.actor.name,
    )  # fmt: skip


def send_back(desk: Desk, rated: int, error: DataError, reason: str, day: int) -> int:
    """Send a provisional grade back for a documented error of the data; it falls, and is made anew. Gives the annulment.

    Raises `Refused`: ``credit.no_error`` unless a row of the set and the paper that shows the error are named.
    """
    one, head, _ = _standing(desk, rated, Permission.CREDIT_CONFIRM)
    if error.indicator not in sets()[one.body["set"]] or not error.document.strip() or not reason.strip():
        raise refusing.no_error(head, error.indicator, error.document)
    record(
        desk.unit, Tag.ARCHIVE_CREDIT_SENT_BACK, head.number,
        {"rated": rated, "indicator": error.indicator, "document": error.document},
    )  # fmt: skip
    return files.annul(desk.unit, rated, reason, day, known_day=desk.today)


def _standing(desk: Desk, rated: int, permission: Permission) -> tuple[Fact, Subject, list[Fact]]:
    """Give a provisional grade that stands and is not confirmed, its subject and the facts; checks who asks."""
    one = files.fact(desk.unit, rated)
    head = files.subject(desk.unit, one.subject)
    check(desk.actor, permission, _checked(one, head, permission))
    facts = own_facts(desk.unit, head)
    waiting = provisional(facts)
    if waiting is None or waiting.id != rated:
        raise refusing.not_rated(head, rated)
    return one, head, facts


def _checked(one: Fact, head: Subject, permission: Permission) -> Any:
    target = files.target_of(head)
    if permission is not Permission.CREDIT_CONFIRM:
        return target
    return refusing.with_hands(target, one.actor)
