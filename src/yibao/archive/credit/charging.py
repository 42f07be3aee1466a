"""Charging: which facts of a file are events of which indicator, with which class, and for how long; pure.

Only what a file holds as a fact is here: decisions, points, and what a named person confirmed or a machine recorded
beyond dispute. What the audit suspects is no fact of a file, and so cannot get here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from yibao.archive.credit.catalogue import sets
from yibao.archive.credit.grammar import Direct, Steps
from yibao.archive.credit.model import Charge, Indicator, Matching, Window
from yibao.archive.files import Fact, FactKind
from yibao.kernel import add_months, date_of

CREDIT = "credit"
"""``of`` in the body of a repair that is one of credit."""

_later = lru_cache(maxsize=65_536)(add_months)
_year = lru_cache(maxsize=65_536)(lambda day: date_of(day).year)


@dataclass(slots=True)
class Collected:
    """What a file says to the rows of a set."""

    charges: dict[str, list[Charge]] = field(default_factory=lambda: defaultdict(list))
    ratios: dict[str, tuple[int, int]] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)
    """The indicators whose ratio was collected by hand instead of by the lake's SELECT."""
    levels: dict[str, tuple[int, int, str]] = field(default_factory=dict)


def collect(set_name: str, facts: Sequence[Fact], day: int, still_on: int | None = None) -> Collected:
    """Give what the counted facts of a file (`standing`) say on a day.

    With ``still_on`` an event counts only if it is valid on that day too, as when a provisional grade is confirmed.
    """
    found = Collected()
    takers = _takers(set_name)
    ended = _ends(facts, day if still_on is None else still_on)
    chains = _Chains(facts)
    for one in facts:
        if one.day > day:
            continue
        if one.kind is FactKind.OBSERVED:
            indicator = takers.by_id.get(one.body.get("indicator", ""))
            if indicator is not None:
                _observe(found, indicator, one, day, still_on, ended, chains)
            continue
        for indicator, matching in takers.by_kind.get(one.kind, ()):
            class_ = class_of(matching, one.body, indicator)
            if class_ is not None:
                _charge(found, indicator, one, class_, day, still_on, ended, chains)
    if takers.repeats is not None:
        for one in _repeated(facts, day):
            _charge(found, takers.repeats, one, "", day, still_on, ended, chains)
    return found


def _repeated(facts: Sequence[Fact], day: int) -> list[Fact]:
    """Give the records of points by which the same behaviour was recorded again within the year of a day."""
    seen, again = set(), []
    records = [f for f in facts if f.kind is FactKind.POINTS and f.day <= day and _year(f.day) == _year(day)]
    for one in sorted(records, key=lambda f: (f.day, f.body.get("value", 0), f.id)):
        behaviour = one.body.get("behaviour")
        if behaviour is not None and behaviour in seen:
            again.append(one)
        seen.add(behaviour)
    return again


@dataclass(frozen=True, slots=True)
class _Takers:
    by_id: Mapping[str, Indicator]
    by_kind: Mapping[FactKind, Sequence[tuple[Indicator, Matching]]]
    repeats: Indicator | None


@cache
def _takers(set_name: str) -> _Takers:
    indicators = sets()[set_name].indicators
    by_kind: dict[FactKind, list[tuple[Indicator, Matching]]] = defaultdict(list)
    for one in indicators:
        for matching in one.feed.decided:
            by_kind[FactKind(matching.kind)].append((one, matching))
        if one.feed.fold == "points":
            by_kind[FactKind.POINTS].append((one, Matching("points")))
    repeats = next((one for one in indicators if one.feed.fold == "repeats"), None)
    return _Takers({one.id: one for one in indicators}, by_kind, repeats)


def class_of(matching: Matching, body: Mapping[str, Any], indicator: Indicator) -> str | None:
    """Give the class of a fact as an event of an indicator; None where it is none."""
    if any(body.get(key) not in values for key, values in matching.where.items()):
        return None
    if matching.cause and not any(word in str(body.get("cause", "")) for word in matching.cause):
        return None
    if matching.measures:
        taken = [matching.measures.get(str(one.get("measure"))) for one in body.get("measures", ())]
        named = [class_ for class_ in taken if class_ is not None]
        scoring = indicator.scoring
        weigh = scoring.step if isinstance(scoring, Steps) else len
        return max(sorted(named), key=weigh) if named else None
    said = body.get(matching.class_key)
    if isinstance(said, str) and said:
        return said
    if matching.classes:
        if body.get("circumstance") and "circumstance" in matching.classes:
            return matching.classes["circumstance"]
        return matching.classes.get(str(body.get("step")), matching.classes.get("else", ""))
    return ""


def window_of(indicator: Indicator, day: int) -> tuple[int, int]:
    """Give the first and the last day of an indicator's window on a day."""
    if indicator.window is Window.YEAR:
        return day - date_of(day).timetuple().tm_yday + 1, day
    return _later(day, -12) + 1, day


def _ending(indicator: Indicator, one: Fact, day: int, ended: Mapping[int, int]) -> int | None:
    """Give until when (exclusive) an event counts, None without an end in sight; 0 where it does not count on the day."""
    until: int | None
    if indicator.window is Window.EVENT:
        until = _later(one.day, indicator.validity_months)
        said = one.body.get("until")
        if indicator.feed.until and isinstance(said, int):
            until = min(until, said)
    elif indicator.window is Window.YEAR:
        until = None if _year(one.day) == _year(day) else 0
    else:
        until = _later(one.day, 12)
    ends = [] if until is None else [until]
    keys = [one.id, one.rests_on or 0]
    if indicator.feed.ends_with is not None:
        keys += [-one.id, -(one.rests_on or 0)]
    ends += [ended[key] for key in keys if key in ended]
    return min(ends, default=None)


def _ends(facts: Iterable[Fact], day: int) -> dict[int, int]:
    """Give from which day facts count no more: by credit repair (their ids), by performance (their ids negated)."""
    ended: dict[int, int] = {}
    for one in facts:
        if one.kind is FactKind.REPAIRED and one.body.get("of") == CREDIT and one.day <= day:
            for number in [*one.body.get("facts", ()), *([one.rests_on] if one.rests_on else [])]:
                ended[number] = min(one.day, ended.get(number, one.day))
        elif one.kind is FactKind.PERFORMED and one.rests_on is not None and one.day <= day:
            ended[-one.rests_on] = min(one.day, ended.get(-one.rests_on, one.day))
    return ended


def _counts(until: int | None, indicator: Indicator, day: int, still_on: int | None) -> bool:
    last = day if still_on is None or indicator.window is not Window.EVENT else max(day, still_on)
    return until is None or last < until


def _charge(
    found: Collected,
    indicator: Indicator,
    one: Fact,
    class_: str,
    day: int,
    still_on: int | None,
    ended: Mapping[int, int],
    chains: _Chains,
) -> None:
    until = _ending(indicator, one, day, ended)
    if not _counts(until, indicator, day, still_on):
        return
    weight = _weight(indicator, one, class_)
    if weight:
        case = one.body.get("case")
        found.charges[indicator.id].append(
            Charge(
                indicator.id,
                one.id,
                one.day,
                class_,
                weight,
                until,
                None if case is None else str(case),
                chains.of(one),
            )
        )


def _weight(indicator: Indicator, one: Fact, class_: str) -> int:
    scoring = indicator.scoring
    if isinstance(scoring, Steps):
        return 1 if scoring.free else scoring.step(class_)
    if isinstance(scoring, Direct):
        return 1
    if one.kind is FactKind.POINTS:
        return max(int(one.body.get("value", 0)), 0)
    amount = one.body.get("amount_fen", one.body.get("count", 1))
    return max(int(amount), 0)


def _observe(
    found: Collected,
    indicator: Indicator,
    one: Fact,
    day: int,
    still_on: int | None,
    ended: Mapping[int, int],
    chains: _Chains,
) -> None:
    body = one.body
    if "level" in body:
        if _counts(_ending(indicator, one, day, ended), indicator, day, still_on):
            kept = found.levels.get(indicator.id, (0, 0, ""))
            found.levels[indicator.id] = max(kept, (one.day, one.id, str(body["level"])))
    elif "denominator" in body:
        if _counts(_ending(indicator, one, day, ended), indicator, day, still_on):
            n, d = found.ratios.get(indicator.id, (0, 0))
            found.ratios[indicator.id] = (n + int(body["numerator"]), d + int(body["denominator"]))
            if body.get("by_hand"):
                found.by_hand.add(indicator.id)
    else:
        _charge(found, indicator, one, str(body.get("class", "")), day, still_on, ended, chains)


class _Chains:
    """Which facts belong to one chain of cases: one rests on the other, or both are of the same case or linked ones."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._up: dict[str, str] = {}
        for one in facts:
            for other in self._keys(one)[1:]:
                self._join(f"f{one.id}", other)

    @staticmethod
    def _keys(one: Fact) -> list[str]:
        keys = [f"f{one.id}"]
        if one.rests_on is not None:
            keys.append(f"f{one.rests_on}")
        if one.body.get("case") is not None:
            keys.append(f"c{one.body['case']}")
        keys += [f"c{case}" for case in one.body.get("cases", ())]
        return keys

    def _root(self, key: str) -> str:
        while (up := self._up.get(key, key)) != key:
            key = up
        return key

    def _join(self, one: str, other: str) -> None:
        a, b = sorted((self._root(one), self._root(other)))
        if a != b:
            self._up[b] = a

    def of(self, one: Fact) -> str:
        """Name the chain of a fact."""
        return self._root(f"f{one.id}")
