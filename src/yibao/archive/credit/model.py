"""The nouns of credit: an indicator and its set, what is measured, a charge, a row as scored, a score; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from yibao.archive.credit.grammar import Scoring, marks_text
from yibao.archive.files import Subject, SubjectKind
from yibao.kernel import Text, date_of


class Window(StrEnum):
    """Over which days an indicator looks."""

    YEAR = "natural year"
    ROLLING = "rolling 12 months"
    EVENT = "per event"


WINDOW_NAMES: Final = {
    Window.YEAR: Text(zh="自然年度", en="natural year"),
    Window.ROLLING: Text(zh="滚动十二个月", en="rolling 12 months"),
    Window.EVENT: Text(zh="逐事件，在有效期内", en="per event, while valid"),
}


@dataclass(frozen=True, slots=True)
class Matching:
    """Which facts of a file are events of an indicator: their kind, what their body must say, and their class."""

    kind: str
    where: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """By key of the body: the values of which it must be one."""
    cause: tuple[str, ...] = ()
    """Words of which the cause of the case must have one."""
    measures: Mapping[str, str] = field(default_factory=dict)
    """By measure of a disposal: the class; the gravest counts."""
    classes: Mapping[str, str] = field(default_factory=dict)
    """By step of a decision's discretion (``light``, ``heavy``, ``circumstance``, ``else``): the class."""
    class_key: str = "class"
    """The key of the body that names the class, where it does."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Where an indicator's figures come from."""

    select: str | None = None
    """The SELECT over the lake's relations that gives numerator and denominator of all subjects."""
    over: str | None = None
    """The volume of the lake over which confirmed amounts (or counts) of the file are held."""
    base_on: str | None = None
    """The volume that the least base speaks of, where that is not the denominator."""
    fold: str | None = None
    """A fold over the file: ``points``, ``commitment``."""
    decided: tuple[Matching, ...] = ()
    status: str | None = None
    """The payment status that is a direct grade while it lasts."""
    ends_with: str | None = None
    """The kind of fact that ends an event of this indicator before its time."""
    until: bool = False
    """Whether an event's own end (``until``) comes before the validity."""
    missing: Text | None = None
    """Why nothing is collected as yet, where that is so."""


@dataclass(frozen=True, slots=True)
class Base:
    """The least denominator from which on an indicator is rated."""

    least: int
    """In units of the denominator; fen where it is money."""
    text: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of a set."""

    id: str
    order: int
    category: Text
    subitem: Text
    name: Text
    definition: str
    formula: str
    window: Window
    base: Base | None
    scoring: Scoring
    scoring_text: str
    validity_months: int
    automatic: str
    legal_basis: str
    source: str
    status: str
    feed: Feed

    @property
    def earned(self) -> bool:
        """Tell whether it earns marks rather than losing them."""
        return self.scoring.earned

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "indicator": self.id, "name": self.name.zh, "name_en": self.name.en, "class": self.category.zh,
            "subitem": self.subitem.zh, "definition": self.definition, "window": str(self.window),
            "scoring": self.scoring_text, "full": marks_text(self.scoring.full), "legal_basis": self.legal_basis,
            "source": self.source, "status": self.status, "automatic": self.automatic,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class IndicatorSet:
    """One set: of whom, its indicators in order, and its full marks."""

    name: str
    title: Text
    kind: SubjectKind
    indicators: tuple[Indicator, ...]

    @property
    def full(self) -> int:
        """Give the set's full marks (what is lost and what is earned together), in hundredths."""
        return sum(one.scoring.full for one in self.indicators)

    def __getitem__(self, indicator: str) -> Indicator:
        return next(one for one in self.indicators if one.id == indicator)

    def __contains__(self, indicator: object) -> bool:
        return any(one.id == indicator for one in self.indicators)


SET_TITLES: Final = {
    "pharmacy": Text(zh="定点零售药店", en="pharmacies"),
    "hospital": Text(zh="定点医疗机构", en="hospitals"),
    "practitioner": Text(zh="相关人员", en="practitioners"),
    "insured": Text(zh="参保人员", en="insured persons"),
}


def set_of(head: Subject) -> str | None:
    """Name the set by which a subject is scored; None for whom there is none as yet."""
    if head.kind is SubjectKind.INSTITUTION:
        return head.category if head.category in ("pharmacy", "hospital") else None
    return {SubjectKind.PRACTITIONER: "practitioner", SubjectKind.INSURED: "insured"}.get(head.kind)


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured of a subject in the lake: a ratio, or (over 1) a number."""

    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a score takes besides the file's facts, computed from the lake, and by the room of points."""

    measures: Mapping[str, Measure] = field(default_factory=dict)
    """By indicator."""
    volumes: Mapping[str, int] = field(default_factory=dict)
    """By volume: settlements, fund payment in fen, discharges, …"""
    since: int | None = None
    """The first day under agreement (of a person: of being registered), as far as known."""
    status: str | None = None
    """The payment status of a practitioner: ``suspended``, ``terminated_12``, ``terminated_single``."""
    points: Mapping[int, int] | None = None
    """By record of points (the fact): how many count, as the room of points has it; None where it was not asked."""
    repaired: int = 0
    """The points of the year that repair has taken away."""

    def as_json(self) -> dict[str, Any]:
        """Give them as plain values, as a provisional grade keeps them."""
        return {
            "measures": {k: [m.numerator, m.denominator] for k, m in sorted(self.measures.items())},
            "volumes": dict(sorted(self.volumes.items())), "since": self.since, "status": self.status,
            "points": None if self.points is None else {str(k): n for k, n in sorted(self.points.items())},
            "repaired": self.repaired,
        }  # fmt: skip


def inputs_of(kept: Mapping[str, Any]) -> Inputs:
    """Read inputs as a provisional grade kept them."""
    points = kept["points"]
    return Inputs(
        {k: Measure(*pair) for k, pair in kept["measures"].items()}, kept["volumes"], kept["since"], kept["status"],
        None if points is None else {int(k): n for k, n in points.items()}, kept["repaired"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Charge:
    """One event of a row: the fact it is made of, its class, its weight, and until when it counts."""

    indicator: str
    fact: int
    day: int
    class_: str
    weight: int
    """Hundredths of a mark for a step; fen, points or a count for a band."""
    until: int | None
    case: str | None
    chain: str = ""
    counted_in: str | None = None
    """The row in which the act is charged instead, where it is not charged here (one act, one charge)."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "fact": self.fact, "day": date_of(self.day).isoformat(), "class": self.class_ or None,
            "case": self.case, "until": None if self.until is None else date_of(self.until).isoformat(),
            "counted_in": self.counted_in,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One row as scored; ``why_not`` says why it is not rated."""

    indicator: Indicator
    mark: int
    """In hundredths: of full marks for a base row, earned for an earned one."""
    numerator: int | None = None
    denominator: int | None = None
    charges: tuple[Charge, ...] = ()
    why_not: Text | None = None
    by_hand: bool = False
    """Whether the figures were collected by hand, as an exception that is on record."""

    @property
    def rated(self) -> bool:
        """Tell whether the row counts."""
        return self.why_not is None

    @property
    def lost(self) -> int:
        """Give the marks lost in this row, in hundredths."""
        return 0 if self.indicator.earned or not self.rated else self.indicator.scoring.full - self.mark

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "indicator": self.indicator.id, "name": self.indicator.name.zh,
            "mark": marks_text(self.mark) if self.rated else None, "full": marks_text(self.indicator.scoring.full),
            "numerator": self.numerator, "denominator": self.denominator, "by_hand": self.by_hand,
            "charges": [one.as_json() for one in self.charges],
            "not_rated": None if self.why_not is None else self.why_not.zh,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """A grade that cannot be bettered while a fact is in force: a ceiling, or a direct grade."""

    grade: str
    indicator: str
    fact: int | None
    direct: bool

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"grade": self.grade, "indicator": self.indicator, "fact": self.fact, "direct": self.direct}


@dataclass(frozen=True, slots=True)
class Scored:
    """A score on a day, as known on a day, with every row that made it."""

    set: IndicatorSet
    day: int
    known_on: int | None
    lines: tuple[Line, ...]
    base: Fraction
    earned: Fraction
    shown_tenths: int
    by_bounds: str
    limits: tuple[Limit, ...]
    grade: str | None
    """None where the subject is not graded; ceilings and direct grades hold all the same."""
    why_not: Text | None

    @property
    def score(self) -> Fraction:
        """Give the exact score."""
        return self.base + self.earned

    @property
    def shown(self) -> str:
        """Give the score as it is shown: half up, one decimal."""
        return f"{self.shown_tenths // 10}.{self.shown_tenths % 10}"

    def line(self, indicator: str) -> Line:
        """Give one row."""
        return next(one for one in self.lines if one.indicator.id == indicator)

    def as_json(self, *, rows: bool = True) -> dict[str, Any]:
        """Give it as plain values; the exact score as a fraction in text."""
        return {
            "set": self.set.name, "day": date_of(self.day).isoformat(),
            "known_on": None if self.known_on is None else date_of(self.known_on).isoformat(),
            "score": str(self.score), "shown": self.shown, "base": str(self.base), "earned": str(self.earned),
            "by_bounds": self.by_bounds, "grade": self.grade, "limits": [one.as_json() for one in self.limits],
            "not_graded": None if self.why_not is None else self.why_not.both(),
            **({"rows": [one.as_json() for one in self.lines]} if rows else {}),
        }  # fmt: skip
