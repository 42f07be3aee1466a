"""The score (信用得分): a pure function of the facts of a file and of what was measured, at a date and as known at one.

::

    base  = BASE × marks of the rated base rows ÷ their full marks        exact
    score = base + the lesser of what was earned and CAP
    shown = score, half up, one decimal; the grade is read from it
    grade = the worst of: by the bounds, every ceiling in force, every direct grade in force

Marks are counted in hundredths and the score is an exact fraction: nothing is rounded but what is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial

from yibao.archive.credit.assigning import Loss, assign
from yibao.archive.credit.catalogue import sets
from yibao.archive.credit.charging import Collected, collect, window_of
from yibao.archive.credit.grammar import Bands, Direct, Levels, Steps
from yibao.archive.credit.model import (
    Charge,
    Indicator,
    Inputs,
    Limit,
    Line,
    Scored,
)
from yibao.archive.credit.scale import Scale, in_force, scale_of
from yibao.archive.files import Fact, FactKind, standing
from yibao.kernel import Text, add_months
from yibao.policy import Policy

NO_DATA = Text(zh="没有采集到数据", en="no data was collected")
NO_BASE = Text(zh="基数太小", en="the base is too small")
NOT_HERE = Text(zh="本地尚无这项数据", en="there is no such data here as yet")
TOO_NEW = Text(zh="签约未满规定月数", en="under agreement for less than the least time")
TOO_LITTLE = Text(
    zh="可评指标的分值不足规定比例", en="the rated rows carry less than the least share of the marks"
)


def score(
    subject_facts: Iterable[Fact],
    inputs: Inputs,
    policy: Policy,
    day: int,
    known_on: int | None = None,
    *,
    set_name: str,
    still_on: int | None = None,
    scale: Scale | None = None,
) -> Scored:
    """Score a file on a day, as known on a day.

    ``subject_facts`` are all facts of the file; what was annulled counts no more. ``still_on`` is the day on which a
    provisional grade is confirmed: an event that is over by then does not count. ``scale`` saves looking it up.
    """
    facts = standing(subject_facts, known_on)
    scale = scale or scale_of(policy, set_name, day, known_on)
    found = collect(set_name, facts, day, still_on)
    _take_points(set_name, found, inputs)
    indicators = sets()[set_name].indicators
    lines = dict(_untouched(set_name))
    lines.update((one.id, _line(one, found, inputs, facts, day)) for one in _judged(set_name))
    _charge_once(indicators, lines, found, inputs)
    ordered = tuple(lines[one.id] for one in indicators)
    rated = [one for one in ordered if one.rated and not one.indicator.earned]
    full = sum([one.indicator.scoring.full for one in rated])
    got = sum([one.mark for one in rated])
    base = Fraction(scale.base * got, full) if full else Fraction(0)
    sum_full = _sum_full(set_name)
    raised = sum([one.mark for one in ordered if one.indicator.earned and one.rated])
    earned = min(Fraction(raised * scale.full, sum_full), Fraction(scale.earned))
    total = base + earned
    shown = (total.numerator * 20 + total.denominator) // (total.denominator * 2)
    limits = _limits(indicators, found, inputs, scale)
    why = _not_graded(policy, inputs, day, known_on, full, _base_full(set_name))
    by_bounds = scale.grade(shown)
    grade = by_bounds
    for limit in limits:
        grade = scale.worse(grade, limit.grade)
    if why is not None:
        grade_or_none = max((one.grade for one in limits if one.direct), key=scale.rank, default=None)
    else:
        grade_or_none = grade
    return Scored(
        sets()[set_name], day, known_on, ordered, base, earned, shown, by_bounds, tuple(limits), grade_or_none, why
    )  # fmt: skip


def _take_points(set_name: str, found: Collected, inputs: Inputs) -> None:
    """Let each record of points weigh what the room of points says that it counts."""
    if inputs.points is None:
        return
    for one in sets()[set_name].indicators:
        if one.feed.fold == "points":
            found.charges[one.id] = [
                replace(charge, weight=inputs.points[charge.fact])
                for charge in found.charges.get(one.id, ())
                if inputs.points.get(charge.fact)
            ]


@cache
def _judged(set_name: str) -> tuple[Indicator, ...]:
    """Give the rows of a set that figures or received grades mark."""
    return tuple(one for one in sets()[set_name].indicators if not isinstance(one.scoring, Steps | Direct))


@cache
def _untouched(set_name: str) -> dict[str, Line]:
    """Give every row of a set as it is when nothing happened: full marks, or nothing earned."""
    return {
        one.id: Line(one, 0 if one.earned or isinstance(one.scoring, Direct) else one.scoring.full)
        for one in sets()[set_name].indicators
    }


@cache
def _sum_full(set_name: str) -> int:
    return sets()[set_name].full


@cache
def _base_full(set_name: str) -> int:
    return sum(one.scoring.full for one in sets()[set_name].indicators if not one.earned)


def _not_graded(
    policy: Policy, inputs: Inputs, day: int, known_on: int | None, full: int, base_full: int
) -> Text | None:
    months = in_force(policy, "archive.credit.least_months", day, known_on).number
    if inputs.since is not None and add_months(inputs.since, months) > day:
        return TOO_NEW
    share = in_force(policy, "archive.credit.least_share", day, known_on).number
    return TOO_LITTLE if full * 10_000 < share * base_full else None


def _line(one: Indicator, found: Collected, inputs: Inputs, facts: Sequence[Fact], day: int) -> Line:
    """Give a row as it is before acts are charged: ratios and levels are marked, events not yet."""
    scoring = one.scoring
    if isinstance(scoring, Levels):
        level = found.levels.get(one.id)
        known = level is not None and level[2] in scoring.levels
        return (
            Line(one, scoring.levels[level[2]]) if level and known else Line(one, 0, why_not=_none(one, None))
        )
    assert isinstance(scoring, Bands)
    if one.feed.fold == "points":
        return Line(one, scoring.full, 0, 1)
    if one.feed.over is not None:
        volume = inputs.volumes.get(one.feed.over, 0)
        return _based(Line(one, scoring.full, 0, volume), inputs, _none(one, volume))
    ratio = inputs.measures.get(one.id)
    pair = (ratio.numerator, ratio.denominator) if ratio else found.ratios.get(one.id)
    if one.feed.fold == "commitment":
        pair = _committed(one, facts, inputs, day)
    if pair is None or pair[1] <= 0:
        return Line(one, 0, why_not=_none(one, None))
    by_hand = ratio is None and one.id in found.by_hand
    return _based(Line(one, scoring.marks(*pair), *pair, by_hand=by_hand), inputs, None)


def _none(one: Indicator, volume: int | None) -> Text | None:
    if volume:
        return None
    return one.feed.missing or NO_DATA


def _based(line: Line, inputs: Inputs, why: Text | None) -> Line:
    one = line.indicator
    held = line.denominator or 0
    if one.feed.base_on is not None:
        held = inputs.volumes.get(one.feed.base_on, 0)
    if why is None and one.base is not None and held < one.base.least:
        why = NO_BASE
    return line if why is None else replace(line, mark=0, why_not=why)


def _committed(one: Indicator, facts: Sequence[Fact], inputs: Inputs, day: int) -> tuple[int, int] | None:
    """Give how many days of the window were covered by a commitment, of those under agreement (registered)."""
    first, last = window_of(one, day)
    held = any(f.kind in (FactKind.REGISTERED, FactKind.COMMITTED) for f in facts)
    if inputs.since is None or not held:
        return None  # the register does not speak of this subject: nothing was collected
    first = max(first, inputs.since)
    if first > last:
        return None
    covered = sorted(
        (f.day, min(int(f.body.get("until", last + 1)), last + 1))
        for f in facts
        if f.kind is FactKind.COMMITTED
    )
    days, reached = 0, first
    for begin, end in covered:
        days += max(end - max(begin, reached), 0)
        reached = max(reached, end)
    return days, last - first + 1


def _charge_once(
    indicators: Sequence[Indicator], lines: dict[str, Line], found: Collected, inputs: Inputs
) -> None:
    """Charge each act in one row, and give every row its charges and what is left of its marks."""
    options: dict[str, dict[int, int]] = defaultdict(dict)
    losses: dict[int, Loss] = {}
    for one in indicators:
        charges = found.charges.get(one.id)
        if not charges or isinstance(one.scoring, Direct):
            continue
        if one.earned:
            lines[one.id] = _earned(lines[one.id], charges)
        elif lines[one.id].rated:
            losses[one.order] = partial(_lost, one, lines[one.id], inputs)
            for charge in charges:
                options[charge.chain][one.order] = _together(
                    one, options[charge.chain].get(one.order), charge.weight
                )
    chosen = assign(options, losses) if options else {}
    by_order = {one.order: one.id for one in indicators}
    for order, loss in losses.items():
        one = indicators[order]
        total = sum(options[chain][order] for chain, row in chosen.items() if row == order)
        kept = tuple(
            charge
            if chosen.get(charge.chain) == order
            else replace(charge, counted_in=by_order[chosen[charge.chain]])
            for charge in sorted(found.charges[one.id], key=lambda c: (c.day, c.fact))
        )
        line = lines[one.id]
        numerator = total if isinstance(one.scoring, Bands) else line.numerator
        lines[one.id] = replace(line, mark=one.scoring.full - loss(total), charges=kept, numerator=numerator)


def _together(one: Indicator, had: int | None, weight: int) -> int:
    """Give what one chain weighs in a row: its gravest step, or the sum of its amounts or points."""
    if had is None:
        return weight
    return max(had, weight) if isinstance(one.scoring, Steps) else had + weight


def _lost(one: Indicator, line: Line, inputs: Inputs, total: int) -> int:
    scoring = one.scoring
    if isinstance(scoring, Steps):
        if scoring.free:
            total = (total - scoring.allowance(inputs.volumes.get(scoring.free[2], 0))) * scoring.step("")
        return min(max(total, 0), scoring.cap)
    assert isinstance(scoring, Bands)
    if one.feed.fold == "points":
        total = max(total - inputs.repaired, 0)
    return scoring.full - scoring.marks(total, line.denominator or 1)


def _earned(line: Line, charges: Sequence[Charge]) -> Line:
    """Give what was earned: every act of a chain once, up to the cap."""
    best: dict[str, int] = {}
    for charge in charges:
        best[charge.chain] = max(best.get(charge.chain, 0), charge.weight)
    return replace(line, mark=min(sum(best.values()), line.indicator.scoring.full), charges=tuple(charges))


def _limits(indicators: Sequence[Indicator], found: Collected, inputs: Inputs, scale: Scale) -> list[Limit]:
    """Give every ceiling and direct grade in force; those of an act hold in whichever row it is charged."""
    limits = []
    for one in indicators:
        scoring = one.scoring
        if isinstance(scoring, Direct):
            limits += [
                Limit(scale.name(scoring.grade), one.id, charge.fact, True)
                for charge in found.charges.get(one.id, ())
            ]
            if one.feed.status is not None and inputs.status == one.feed.status:
                limits.append(Limit(scale.name(scoring.grade), one.id, None, True))
        elif isinstance(scoring, Steps) and scoring.ceilings:
            for charge in found.charges.get(one.id, ()):
                grade = scoring.ceiling(charge.class_)
                if grade is not None:
                    limits.append(Limit(scale.name(grade), one.id, charge.fact, False))
    return sorted(limits, key=lambda x: (-scale.rank(x.grade), x.indicator, x.fact or 0))
