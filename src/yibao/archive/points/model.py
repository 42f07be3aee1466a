"""The nouns of payment qualification: classes of person, levels of responsibility, statuses, what is determined; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from yibao.archive.files import FactKind
from yibao.kernel import Refused, Text, date_of


class PersonClass(StrEnum):
    """Who may be registered (相关人员, 医保发〔2024〕23号): staff of medical institutions, principals of pharmacies."""

    DOCTOR = "doctor"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"
    TECHNICIAN = "technician"
    REVIEWER = "reviewer"
    PRINCIPAL = "principal"


CLASS_NAMES: Final = {
    PersonClass.DOCTOR: Text(zh="医疗类", en="doctor"),
    PersonClass.NURSE: Text(zh="护理类", en="nurse"),
    PersonClass.PHARMACIST: Text(zh="药学类", en="pharmacist"),
    PersonClass.TECHNICIAN: Text(zh="技术类", en="technician"),
    PersonClass.REVIEWER: Text(zh="医疗费用和医保结算审核人员", en="reviewer of costs and settlement"),
    PersonClass.PRINCIPAL: Text(zh="零售药店主要负责人", en="principal of a pharmacy"),
}


class Status(StrEnum):
    """The status of a registration (登记备案状态), and that there is none."""

    UNREGISTERED = "unregistered"
    NORMAL = "normal"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


STATUS_NAMES: Final = {
    Status.UNREGISTERED: Text(zh="未登记备案", en="not registered"),
    Status.NORMAL: Text(zh="正常", en="normal"),
    Status.SUSPENDED: Text(zh="暂停", en="suspended"),
    Status.TERMINATED: Text(zh="终止", en="terminated"),
}


class Level(StrEnum):
    """How far somebody is responsible (责任程度); it picks the value within a band. Regions have words of their own."""

    GENERAL = "general"
    IMPORTANT = "important"
    MAIN = "main"


LEVELS: Final = tuple(Level)
"""From the least to the most."""


class Adjustment(StrEnum):
    """A circumstance that lowers or raises a value or a band, where the region has such."""

    CONFESSED = "confessed"
    MADE_GOOD = "made_good"
    EFFECTS_REMOVED = "effects_removed"
    INSTIGATED = "instigated"
    INTENT = "intent"
    UNCOOPERATIVE = "uncooperative"

    @property
    def lowers(self) -> bool:
        """Tell whether it speaks for the person."""
        return self in (Adjustment.CONFESSED, Adjustment.MADE_GOOD, Adjustment.EFFECTS_REMOVED)


ADJUSTMENT_NAMES: Final = {
    Adjustment.CONFESSED: Text(zh="主动交代", en="confessed"),
    Adjustment.MADE_GOOD: Text(zh="挽回损失", en="made the loss good"),
    Adjustment.EFFECTS_REMOVED: Text(zh="消除影响", en="removed the effects"),
    Adjustment.INSTIGATED: Text(zh="教唆、胁迫他人", en="instigated or coerced others"),
    Adjustment.INTENT: Text(zh="主观故意", en="intent"),
    Adjustment.UNCOOPERATIVE: Text(zh="拒不配合、拒不改正", en="refused to cooperate or to correct"),
}

INSTRUMENTS: Final = (FactKind.PENALIZED, FactKind.DISPOSED, FactKind.NOTICED, FactKind.INDUSTRY)
"""The facts on which points may rest; no finding, grade, score or model is among them."""

REGISTRATIONS: Final = (FactKind.REGISTERED, FactKind.COMMITTED, FactKind.MOVED, FactKind.LEFT)
FIRST: Final = -36_525
"""A day before every fact: from here on somebody is not registered."""
OWN_KINDS: Final = (*REGISTRATIONS, FactKind.RESPONSIBLE, FactKind.POINTS, FactKind.TRAINED)
"""The facts of a person's file from which status and points follow."""


@dataclass(frozen=True, slots=True)
class Responsible:
    """Whom the deciding department holds responsible: for which behaviour, how far, and why.

    ``adjusted`` is a circumstance where the region has such; ``by_band`` moves a whole band, else one value in the band.
    ``reason`` may name people: it is kept behind a commitment of the ledger.
    """

    subject: int
    behaviour: str
    level: Level
    reason: str
    adjusted: Adjustment | None = None
    by_band: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody about to be registered: the national code, the name, the class, and the key in the lake where known."""

    code: str
    name: str | None
    person_class: PersonClass
    lake_key: int | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """A record of another region, as it tells it: which instrument, of which day, for what, how many points."""

    region: str
    instrument: str
    behaviour: str
    level: Level
    value: int
    instrument_day: int
    day: int
    """The day from which the record has effect there."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of days on which somebody was suspended or terminated; ``until`` (not included) None: no end yet."""

    status: Status
    from_day: int
    until: int | None
    year: int
    """The natural year whose points led to it."""
    single: bool = False
    """Of an end: whether it came by one record (barred longer) or by what accumulated."""
    lifted: bool = False
    """Of an end: whether repair made a suspension of it, where the region lets it."""

    def __contains__(self, day: int) -> bool:
        return self.from_day <= day and (self.until is None or day < self.until)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "status": str(self.status), "from": date_of(self.from_day).isoformat(),
            "until": None if self.until is None else date_of(self.until).isoformat(), "year": self.year,
            "single": self.single,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """One record of points, and whether it counts: of one conduct only the largest does within a year."""

    fact: int
    day: int
    year: int
    behaviour: str
    value: int
    counts: bool

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "fact": self.fact, "day": date_of(self.day).isoformat(), "year": self.year, "behaviour": self.behaviour,
            "value": self.value, "counts": self.counts,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What settlement asks of a person on a day: the status, from when until when, and whether the fund settles."""

    status: Status
    from_day: int
    until: int | None
    """The first day on which it is another; None where no end is known."""
    settles: bool
    """Whether bills for this person's services are settled."""
    emergency_exempt: bool
    """Where they are not: whether emergency and rescue are settled all the same."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "status": str(self.status),
            "from": None if self.from_day == FIRST else date_of(self.from_day).isoformat(),
            "until": None if self.until is None else date_of(self.until).isoformat(), "settles": self.settles,
            "emergency_exempt": self.emergency_exempt,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands on a day: status, points by year, intervals, places of work, and the facts that say why."""

    day: int
    answer: Answer
    points: Mapping[int, int]
    intervals: tuple[Interval, ...]
    why: tuple[Counted, ...]
    places: tuple[int, ...]
    """The subjects of the institutions at which the person is registered."""
    registered_day: int | None
    committed_day: int | None
    barred_until: int | None
    """Of somebody terminated: the first day of a new registration."""
    to_interview: bool
    """Whether the points of this year ask for an interview and the key list, where the region has that."""
    repaired: Mapping[int, int] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """Give the status on the day."""
        return self.answer.status

    def points_in(self, year: int) -> int:
        """Give the points of a natural year, after what was repaired; they clear on 1 January of the next."""
        return self.points.get(year, 0)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        year = date_of(self.day).year
        return {
            "day": date_of(self.day).isoformat(), **self.answer.as_json(), "points": self.points_in(year),
            "points_by_year": {str(y): n for y, n in sorted(self.points.items())},
            "repaired": {str(y): n for y, n in sorted(self.repaired.items()) if n},
            "registered": None if self.registered_day is None else date_of(self.registered_day).isoformat(),
            "committed": None if self.committed_day is None else date_of(self.committed_day).isoformat(),
            "barred_until": None if self.barred_until is None else date_of(self.barred_until).isoformat(),
            "places": list(self.places), "to_interview": self.to_interview,
            "intervals": [one.as_json() for one in self.intervals], "why": [one.as_json() for one in self.why],
        }  # fmt: skip


def points_refusal(
    what: str, zh: str, en: str, *, where: str | None = None, wanted: str | None = None, came: str | None = None,
    todo: Text | None = None,
) -> Refused:  # fmt: skip
    """Make a refusal of this room, ``points.<what>``."""
    return Refused(f"points.{what}", zh=zh, en=en, where=where, wanted=wanted, came=came, todo=todo)
