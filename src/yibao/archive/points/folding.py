"""Where somebody stands: a pure fold over the standing facts of a file and the policy of the region, for any day.

Nobody writes a status. It follows from registration, commitment, records of points and trainings: from how many points a
suspension or an end follows, how long it lasts, when the points clear. An annulled record never was. So an appeal that
wins, a penalty that a review annuls, a file that is parted again need no repair of their own: one asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from yibao.archive.files import Fact, FactKind, in_force
from yibao.archive.points.model import FIRST, OWN_KINDS, Answer, Counted, Interval, Standing, Status
from yibao.archive.points.rules import Measures, begins, exempt, measures, to_interview
from yibao.archive.points.tallying import Record, Step, counted, records_of, steps, trainings_of
from yibao.kernel import OPEN_END, add_months, date_of, day_of_ymd
from yibao.policy import Policy


@dataclass(frozen=True, slots=True)
class _Stay:
    """At which institutions somebody is registered from a day on."""

    from_day: int
    places: tuple[int, ...]


def fold(facts: Iterable[Fact], policy: Policy, day: int, known_on: int | None = None) -> Standing:
    """Give where somebody stands on a day, as known on another (None: as known now).

    ``facts`` are a person's own and those they rest on (`files.known_of`). The policy is that of now; its values go by the
    days of the records.
    """
    own = [one for one in in_force(facts, day, known_on) if one.kind in OWN_KINDS]
    records = records_of(own)
    years = _years(records, own, policy)
    runs = _runs(years, policy)
    again = _barring(runs, own, policy)
    answers = _timeline(own, again, policy, horizon=day)
    kept = counted(records)
    points = {
        year: some[-1].level(measures(policy, some[-1].day).year_most) for year, some in years.items() if some
    }
    year = date_of(day).year
    last = next((one for one in reversed(again) if one.status is Status.TERMINATED and day in one), None)
    stays = _stays(own, again)
    return Standing(
        day=day,
        answer=_at(answers, day),
        points=points,
        intervals=tuple(again),
        why=tuple(
            Counted(r.fact, r.day, r.year, r.behaviour, r.value, r.fact in kept) for r in records
        ),
        places=next((s.places for s in reversed(stays) if s.from_day <= day), ()),
        registered_day=next((s.from_day for s in stays if s.places), None),
        committed_day=min((one.day for one in own if one.kind is FactKind.COMMITTED), default=None),
        barred_until=None if last is None else _bar(last, again, policy, day),
        to_interview=to_interview(policy, points.get(year, 0), day),
        repaired={year: min(some[-1].repaired, some[-1].repairable) for year, some in years.items() if some},
    )  # fmt: skip


def timeline(facts: Iterable[Fact], policy: Policy) -> tuple[Answer, ...]:
    """Give the answer for every day there is, as stretches in order without a gap, from all that is known now."""
    own = [one for one in in_force(facts, OPEN_END) if one.kind in OWN_KINDS]
    runs = _barring(_runs(_years(records_of(own), own, policy), policy), own, policy)
    return _timeline(own, runs, policy, horizon=OPEN_END)


def _years(records: Sequence[Record], own: Sequence[Fact], policy: Policy) -> dict[int, list[Step]]:
    trained = trainings_of(own)
    found = {}
    for year in sorted({one.year for one in records}):
        mine = [one for one in records if one.year == year]
        days = {one.day for one in mine} | set(trained.get(year, ()))
        found[year] = steps(mine, trained.get(year, ()), {d: measures(policy, d) for d in days})
    return found


def _runs(years: dict[int, list[Step]], policy: Policy) -> list[Interval]:
    """Give the suspensions and ends to which the years led, by day; of ends not yet when they are over."""
    found: list[Interval] = []
    for year, some in years.items():
        ended = False
        for at, one in enumerate(some):
            if not one.recorded:
                continue
            measure = measures(policy, one.day)
            single = one.single >= measure.terminate_at
            ends = single or one.level(measure.year_most) >= measure.terminate_at
            if ends and ended and not single:
                continue
            ended = ended or ends
            found += _consequence(year, one, some[at + 1 :], measure, single=single, ends=ends)
    return sorted(found, key=lambda i: (i.from_day, i.status, i.until or OPEN_END))


def _consequence(
    year: int, one: Step, later: Sequence[Step], measure: Measures, *, single: bool, ends: bool
) -> list[Interval]:
    """Give what one day's points led to, and what repair made of it: derived anew from the day of the decision."""
    found: list[Interval] = []
    start = one.day
    lifted: int | None = None
    if ends:
        if measure.repair_terminated and not single:
            lifted = next((s.day for s in later if _less(one, s, measure) < measure.terminate_at), None)
        found.append(Interval(Status.TERMINATED, start, lifted, year, single, lifted is not None))
        if lifted is None:
            return found
    end = _end_of_suspension(one, later, measure, lifted)
    begin = start if lifted is None else lifted
    if not measure.runs_on:
        end = min(end, day_of_ymd((date_of(start).year + 1) * 10_000 + 101))
    if end > begin:
        found.append(Interval(Status.SUSPENDED, begin, end, year))
    return found


def _end_of_suspension(one: Step, later: Sequence[Step], measure: Measures, lifted: int | None) -> int:
    level = one.level(measure.year_most)
    end = add_months(one.day, measure.months[level]) if level in measure.months else one.day
    for step in later:
        if lifted is not None and step.day < lifted:
            continue
        less = _less(one, step, measure)
        if less == level:
            continue
        if level < measure.terminate_at and step.day >= end:
            break
        level = less
        months = measure.months.get(less)
        end = step.day if months is None else max(step.day, add_months(one.day, months))
    return end


def _less(one: Step, later: Step, measure: Measures) -> int:
    return one.level(measure.year_most, max(one.repaired, later.repaired))


def _barring(runs: Sequence[Interval], own: Sequence[Fact], policy: Policy) -> list[Interval]:
    """Let each end last until somebody is registered anew, which no day before the bar is over can do."""
    registered = sorted(one.day for one in own if one.kind is FactKind.REGISTERED)
    found = []
    for one in runs:
        if one.status is Status.TERMINATED and one.until is None:
            anew = next((d for d in registered if d > one.from_day and d >= _bar(one, runs, policy, d)), None)
            found.append(replace(one, until=anew))
        else:
            found.append(one)
    return found


def _bar(one: Interval, runs: Sequence[Interval], policy: Policy, day: int) -> int:
    """Give the first day of a new registration after an end, and after those that came on top of it by a day."""
    ends = [
        other for other in runs if other.status is Status.TERMINATED and one.from_day <= other.from_day <= day
    ]
    return max(
        add_months(other.from_day, 12 * (m.bar_years_single if other.single else m.bar_years))
        for other in [one, *ends]
        for m in [measures(policy, other.from_day)]
    )


_PLACES = (FactKind.REGISTERED, FactKind.MOVED, FactKind.LEFT)


def _stays(own: Sequence[Fact], runs: Sequence[Interval]) -> list[_Stay]:
    """Give at which institutions somebody is registered, by day, and within a day as it was written.

    After an end the registrations are shown as they were, ended; only a new one after the bar begins anew.
    """
    ends = [one for one in runs if one.status is Status.TERMINATED and not one.lifted]
    moves = sorted((f for f in own if f.kind in _PLACES), key=lambda f: (f.day, f.id))
    found: list[_Stay] = []
    places: dict[int, None] = {}
    begun = FIRST
    for fact in moves:
        over = [one for one in ends if one.from_day < fact.day]
        ended = max((one.from_day for one in over), default=FIRST)
        if fact.kind is not FactKind.LEFT and any(fact.day in end for end in over):
            continue  # nobody is registered, or goes elsewhere, while barred
        places = _moved({} if ended > begun and fact.kind is FactKind.REGISTERED else places, fact)
        if fact.kind is FactKind.REGISTERED:
            begun = max(begun, ended)
        if found and found[-1].from_day == fact.day:
            found.pop()
        found.append(_Stay(fact.day, tuple(sorted(places))))
    return found


def _moved(places: dict[int, None], fact: Fact) -> dict[int, None]:
    body = fact.body
    if fact.kind is FactKind.REGISTERED:
        return {**places, int(body["institution"]): None}
    gone = int(body["from"] if fact.kind is FactKind.MOVED else body["institution"])
    left = {one: None for one in places if one != gone}
    return {**left, int(body["to"]): None} if fact.kind is FactKind.MOVED else left


def _timeline(
    own: Sequence[Fact], runs: Sequence[Interval], policy: Policy, horizon: int
) -> tuple[Answer, ...]:
    stays = _stays(own, runs)
    signed = [one.day for one in own if one.kind is FactKind.COMMITTED]
    ends = [one for one in runs if one.status is Status.TERMINATED and not one.lifted]
    days = {FIRST, begins(policy), *(s.from_day for s in stays), *signed}
    days |= {one.from_day for one in runs} | {one.until for one in runs if one.until is not None}
    found: list[tuple[int, Status, bool]] = []
    for day in sorted(days):
        running = [one.status for one in runs if day in one]
        if Status.TERMINATED in running:
            status = Status.TERMINATED
        elif running:
            status = Status.SUSPENDED
        else:
            places = next((s.places for s in reversed(stays) if s.from_day <= day), ())
            since = max((one.from_day for one in ends if one.from_day <= day), default=FIRST)
            ready = bool(places) and any(since < d <= day for d in signed)
            status = Status.NORMAL if ready else Status.UNREGISTERED
        before = day < begins(policy)
        if not found or found[-1][1:] != (status, before):
            found.append((day, status, before))
    untils: list[int | None] = [one[0] for one in found[1:]]
    return tuple(
        Answer(status, day, until, before or status is Status.NORMAL, _exempt(policy, status, day))
        for (day, status, before), until in zip(found, [*untils, None], strict=True)
        if day <= horizon
    )


def _exempt(policy: Policy, status: Status, day: int) -> bool:
    return status is Status.NORMAL or exempt(policy, str(status), day)


def _at(answers: Sequence[Answer], day: int) -> Answer:
    return next(one for one in reversed(answers) if one.from_day <= day)
