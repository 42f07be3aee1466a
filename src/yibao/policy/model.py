"""The nouns of policy: a parameter, its unit, and the dated, sourced values it has had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from yibao.kernel import Day, Period, Refused, Region, Text

Plain: TypeAlias = int | str | bool
"""What a value may be: never a float. Money is integer fen, a ratio is integer basis points."""


class Unit(StrEnum):
    """The units a parameter may have; all but text and flag are whole numbers."""

    FEN = "fen"
    BASIS_POINTS = "basis_points"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    YEARS = "years"
    HOURS = "hours"
    MINUTES = "minutes"
    COUNT = "count"
    POINTS = "points"
    TEXT = "text"
    FLAG = "flag"


PLAIN_TYPE: Final[Mapping[Unit, type[Plain]]] = {
    unit: {Unit.TEXT: str, Unit.FLAG: bool}.get(unit, int) for unit in Unit
}
"""The type that a value of a unit has."""


class Status(StrEnum):
    """How sure we are of a value."""

    CONFIRMED = "confirmed"
    """已核实: the instrument's text was read."""
    SECONDARY = "secondary"
    """转引: the press or another copy says so."""
    ASSUMED = "assumed"
    """假定: nothing official was found; ours until a bureau says otherwise."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a parameter: its period, its instrument, how sure we are, known since when, whose."""

    key: str
    value: Plain
    unit: Unit
    period: Period
    instrument: str
    article: str | None
    status: Status
    known_since: Day
    region: Region
    note: Text | None
    where: str
    """The pack file and line it was read from."""

    @property
    def assumed(self) -> bool:
        """Tell whether this is our assumption; whoever shows the value shows that too."""
        return self.status is Status.ASSUMED

    @property
    def number(self) -> int:
        """Give the value as the whole number it is; raises `Refused` (``policy.type``) for text and flags."""
        if PLAIN_TYPE[self.unit] is int:
            return int(self.value)
        raise Refused(
            "policy.type",
            zh="这个参数不是数",
            en="this parameter is not a number",
            where=self.where,
            wanted="int",
            came=f"{self.key}: {self.unit}",
        )


@dataclass(frozen=True, slots=True)
class Adoption:
    """By which instrument of which region, approved by whom, a rule's findings are clear there, and for which days."""

    rule: str
    period: Period
    instrument: str
    article: str
    approver: str
    region: Region
    where: str
    """The pack file and line it was read from."""

    def __str__(self) -> str:
        return f"{self.instrument} {self.article}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a parameter means, its unit and bounds (both inclusive), and every value a region's policy knows.

    Values come nearest region first, later packs before earlier ones, each group by its first day.
    """

    key: str
    meaning: Text
    unit: Unit
    bounds: tuple[int, int] | None
    region: Region
    """The region that declared it."""
    values: tuple[Value, ...] = ()
