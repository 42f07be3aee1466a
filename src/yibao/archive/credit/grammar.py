"""The small grammar of marks: how an indicator's row of a set is read; pure.

A row says in one line how marks are given or taken::

    bands bp: >=9900 2 | >=9500 1 | else 0        a ratio in basis points; also per10k, count, score
    deduct: each 0.5; cap 1.5                     full marks less steps
    deduct: slight 1, serious 3; cap 3; ceiling serious C
    deduct: each 1; cap 3; free 1 per 20000 settlements
    earn: each 0.5; cap 2.5 · earn bands bp: …    starts at nothing
    levels: 优=1.5 > 良=1.5 > 中=0.8 > 差=0         a grade that was received
    direct: E                                     the grade cannot be better than this

Marks are whole hundredths, so that nothing is ever rounded before the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, TypeAlias

from yibao.kernel import Refused, Text

MARK: Final = 100
"""One mark in hundredths."""

WHOLE: Final = {"bp": 10_000, "per10k": 10_000, "count": 1, "score": 1}
"""What a threshold of each kind of band is a part of."""

EACH: Final = "each"
"""The class of a step that any event of the row takes."""

_MARKS = re.compile(r"\d+(\.\d{1,2})?")
_BAND = re.compile(r"(>=|<=)(\d+) (\d+(?:\.\d+)?)")
_STEP = re.compile(r"([a-z][a-z ]*) (\d+(?:\.\d+)?)")
_FREE = re.compile(r"free (\d+) per (\d+) ([a-z]+)")
_CEILING = re.compile(r"(?:([a-z]+) )?([A-E])")


@dataclass(frozen=True, slots=True)
class Bands:
    """Marks by a ratio, a count or a score: the first band that holds."""

    measure: str
    rising: bool
    """Whether more is better (``>=``)."""
    steps: tuple[tuple[int, int], ...]
    """(threshold, marks), best first."""
    otherwise: int
    earned: bool

    @property
    def full(self) -> int:
        """Give the marks of the best band, in hundredths."""
        return self.steps[0][1]

    def marks(self, numerator: int, denominator: int = 1) -> int:
        """Give the marks of a ratio (or of a number, over one); compared by cross-multiplying, never rounded."""
        have = numerator * WHOLE[self.measure]
        for threshold, marks in self.steps:
            least = threshold * denominator
            if have >= least if self.rising else have <= least:
                return marks
        return self.otherwise


@dataclass(frozen=True, slots=True)
class Steps:
    """Marks by events: so much each, or by class, up to a cap; taken from full marks, or earned from nothing."""

    steps: Mapping[str, int]
    cap: int
    earned: bool
    ceilings: Mapping[str, str] = field(default_factory=dict)
    """By class (or ``each``): the grade that this event does not let be better."""
    free: tuple[int, int, str] | None = None
    """(events, of so much volume, of which volume) that cost nothing."""

    @property
    def full(self) -> int:
        """Give the most that these events can take or earn, in hundredths."""
        return self.cap

    def step(self, class_: str) -> int:
        """Give what one event of a class takes; an unnamed or unknown class takes the lightest step."""
        if EACH in self.steps:
            return self.steps[EACH]
        return self.steps.get(class_, min(self.steps.values()))

    def ceiling(self, class_: str) -> str | None:
        """Give the grade that an event of a class caps."""
        return self.ceilings.get(EACH) or self.ceilings.get(class_)

    def allowance(self, volume: int) -> int:
        """Give how many events cost nothing at a volume, rounded down."""
        return 0 if self.free is None else self.free[0] * (volume // self.free[1])


@dataclass(frozen=True, slots=True)
class Levels:
    """Marks by a grade that somebody else gave, best first."""

    levels: Mapping[str, int]
    earned: bool = False

    @property
    def full(self) -> int:
        """Give the marks of the best grade, in hundredths."""
        return max(self.levels.values())


@dataclass(frozen=True, slots=True)
class Direct:
    """No marks: while it holds the grade is no better than this."""

    grade: str
    full: int = 0
    earned: bool = False


Scoring: TypeAlias = "Bands | Steps | Levels | Direct"


@cache
def parse(text: str, full_marks: str = "", where: str = "") -> Scoring:
    """Read one row's scoring. Raises `Refused` (``credit.scoring``) for what is not of the grammar, or not consistent.

    >>> parse("bands bp: >=9900 2 | >=9500 1.4 | else 0").marks(9612, 10000)
    140
    >>> parse("deduct: slight 1, serious 3; cap 3; ceiling serious C").ceiling("serious")
    'C'
    """
    scoring = _parse(text.strip(), where)
    if full_marks and scoring.full != marks_of(full_marks, where):
        raise _wrong(where, f"full marks {full_marks}", text)
    return scoring


def marks_of(text: str, where: str = "") -> int:
    """Read marks as hundredths. Raises `Refused` (``credit.scoring``)."""
    if not _MARKS.fullmatch(text.strip()):
        raise _wrong(where, "0.5", text)
    whole, _, part = text.strip().partition(".")
    return int(whole) * MARK + int(part.ljust(2, "0")) if part else int(whole) * MARK


def marks_text(hundredths: int) -> str:
    """Write hundredths of a mark as people do.

    >>> marks_text(150), marks_text(200), marks_text(-25)
    ('1.5', '2', '-0.25')
    """
    sign, value = ("-" if hundredths < 0 else ""), abs(hundredths)
    text = f"{value // MARK}.{value % MARK:02d}".rstrip("0").rstrip(".")
    return sign + text


def _parse(text: str, where: str) -> Scoring:
    head, colon, rest = text.partition(":")
    words = head.split()
    if not colon or not words:
        raise _wrong(where, "bands | deduct | earn | levels | direct", text)
    earned = words[0] == "earn"
    if words in (["bands", words[-1]], ["earn", "bands", words[-1]]) and words[-1] in WHOLE:
        return _bands(words[-1], rest, earned, where)
    if words in (["deduct"], ["earn"]):
        return _steps(rest, earned, where)
    if words == ["levels"]:
        return _levels(rest, where)
    if words == ["direct"] and re.fullmatch(r"[A-E]", rest.strip()):
        return Direct(rest.strip())
    raise _wrong(where, "bands bp|per10k|count|score: | deduct: | earn: | levels: | direct:", text)


def _bands(measure: str, rest: str, earned: bool, where: str) -> Bands:
    *parts, last = (part.strip() for part in rest.split("|"))
    found = [_BAND.fullmatch(part) for part in parts]
    if not parts or not last.startswith("else ") or not all(found):
        raise _wrong(where, ">=9900 2 | … | else 0", rest)
    signs = {m[1] for m in found if m}
    steps = tuple((int(m[2]), marks_of(m[3], where)) for m in found if m)
    otherwise = marks_of(last.removeprefix("else "), where)
    marks = [m for _, m in steps] + [otherwise]
    bounds = [b for b, _ in steps]
    rising = signs == {">="}
    ordered = sorted(set(bounds), reverse=rising) == bounds
    if len(signs) != 1 or not ordered or sorted(set(marks), reverse=True) != marks:
        raise _wrong(where, "bounds in order, marks falling", rest)
    return Bands(measure, rising, steps, otherwise, earned)


def _steps(rest: str, earned: bool, where: str) -> Steps:
    first, *more = (part.strip() for part in rest.split(";"))
    steps = {}
    for part in first.split(","):
        found = _STEP.fullmatch(part.strip())
        if not found:
            raise _wrong(where, "each 0.5 | slight 1, general 2", part)
        steps[found[1]] = marks_of(found[2], where)
    cap, ceilings, free = None, {}, None
    for part in more:
        if part.startswith("cap "):
            cap = marks_of(part.removeprefix("cap "), where)
        elif part.startswith("ceiling "):
            ceilings = _ceilings(part.removeprefix("ceiling "), steps, where)
        elif found := _FREE.fullmatch(part):
            free = (int(found[1]), int(found[2]), found[3])
        else:
            raise _wrong(where, "cap | ceiling | free", part)
    if cap is None or min(steps.values()) <= 0 or (free and EACH not in steps) or max(steps.values()) > cap:
        raise _wrong(where, "steps > 0, ≤ cap", rest)
    return Steps(steps, cap, earned, ceilings, free)


def _ceilings(text: str, steps: Mapping[str, int], where: str) -> dict[str, str]:
    found = {}
    for part in text.split(","):
        match = _CEILING.fullmatch(part.strip())
        if not match or (match[1] and match[1] not in steps):
            raise _wrong(where, "ceiling serious C | ceiling C", part)
        found[match[1] or EACH] = match[2]
    return found


def _levels(rest: str, where: str) -> Levels:
    pairs = [part.strip().partition("=") for part in rest.split(">")]
    levels = {name: marks_of(marks, where) for name, sign, marks in pairs if sign and name}
    given = list(levels.values())
    if len(levels) != len(pairs) or sorted(given, reverse=True) != given:
        raise _wrong(where, "优=1.5 > 良=1 > 差=0", rest)
    return Levels(levels)


def _wrong(where: str, wanted: str, came: str) -> Refused:
    return Refused(
        "credit.scoring",
        zh="指标的评分写法不符合约定",
        en="an indicator's scoring is not of the grammar",
        where=where,
        wanted=wanted,
        came=came,
        todo=Text(zh="按指标集说明改写这一行", en="rewrite the row as the notes of the sets say"),
    )
