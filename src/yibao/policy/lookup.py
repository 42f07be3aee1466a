"""Looking policy up: the value of a parameter in force in a region on a day, as known on another day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from yibao.kernel import (
    OPEN_END,
    Day,
    Period,
    Refused,
    Region,
    Text,
    Workdays,
    china_workdays,
    date_of,
    segments,
)
from yibao.policy.entries import refuse
from yibao.policy.folders import pack_roots, read_folder, regions_in, unknown
from yibao.policy.model import Adoption, Parameter, Status, Value

_FIRST_DAY: Final = Day(-36_525)
"""A day before every bill."""


class Policy:
    """One region's policy: its own values, then its city's, its province's and the country's, nearest first.

    The nearest wins per date: a county's value holds on the days it covers, on all others the city's shows
    through. Within a region a later pack wins in the same way, and within a pack what became known later.
    """

    def __init__(
        self,
        region: Region,
        parameters: Mapping[str, Parameter],
        workdays: Workdays,
        adoptions: Sequence[Adoption] = (),
    ) -> None:
        self.region = region
        self.workdays = workdays
        self._parameters = parameters
        self._adoptions = tuple(adoptions)

    def adoptions(self, rule: str | None = None) -> list[Adoption]:
        """Give the adoptions that hold in this region (of one rule, or all), those of the nearest region first."""
        return [one for one in self._adoptions if rule is None or one.rule == rule]

    def with_value(self, key: str, number: int) -> Policy:
        """Give this policy as it would be with another value of one parameter, on every day; for trials only.

        Raises `Refused`: ``policy.bounds`` for a value that no pack could set, ``policy.type`` for one of a parameter
        that is no number.
        """
        parameter = self.parameter(key)
        low, high = parameter.bounds or (0, None)
        if number < low or (high is not None and number > high):
            raise refuse(
                "bounds", str(self.region), "取值超出允许范围", "the value is out of bounds",
                f"{low} … {'' if high is None else high}", f"{key}: {number}",
            )  # fmt: skip
        tried = Value(
            key=key, value=number, unit=parameter.unit, period=Period(_FIRST_DAY, OPEN_END), instrument="试算 trial",
            article=None, status=Status.ASSUMED, known_since=_FIRST_DAY, region=self.region, note=None, where="—",
        )  # fmt: skip
        _ = tried.number  # refuses a text or a flag
        changed = {**self._parameters, key: replace(parameter, values=(tried,))}
        return Policy(self.region, changed, self.workdays, self._adoptions)

    def at(self, key: str, day: int, known: int | None = None) -> Value:
        """Give the value in force on a day, as known on the day ``known`` (now, if not given).

        Raises `Refused`: ``policy.unknown`` for a key nobody declared, ``policy.no_value`` if none is in
        force.
        """
        parameter = self.parameter(key)
        for value in parameter.values:
            if day in value.period and (known is None or value.known_since <= known):
                return value
        as_known = "" if known is None else f"; known {date_of(known)}"
        raise Refused(
            "policy.no_value",
            zh="这一天没有生效的取值",
            en="no value is in force on that day",
            where=f"{self.region} {self.region.full_name}",
            wanted=f"{key} @ {date_of(day)}{as_known}",
            came=", ".join(f"{v.period} ({v.region})" for v in parameter.values) or "—",
            todo=Text(
                zh="在本地政策包里补上这一期间的取值及其依据",
                en="add the value of that period, with its instrument, to a pack of your own",
            ),
        )

    def segments(self, key: str, period: Period, known: int | None = None) -> list[tuple[Period, Value]]:
        """Give the stretches of a period on which the value is constant, in order and without a gap.

        Raises `Refused` as `at` does, also when only a part of the period has no value.
        """
        overlaps = (value.period.overlap(period) for value in self.parameter(key).values)
        found: list[tuple[Period, Value]] = []
        for stretch in segments([period, *(overlap for overlap in overlaps if overlap)]):
            value = self.at(key, stretch.from_day, known)
            if found and found[-1][1] is value:
                found[-1] = (Period(found[-1][0].from_day, stretch.until_day), value)
            else:
                found.append((stretch, value))
        return found

    def parameter(self, key: str) -> Parameter:
        """Give what a key means and every value known for this region; refuses an undeclared key."""
        if key not in self._parameters:
            raise unknown(key, self._parameters)
        return self._parameters[key]

    def declares(self, key: str) -> bool:
        """Tell whether this region knows a key: what only some regions set, others do not have."""
        return key in self._parameters

    def parameters(self) -> list[Parameter]:
        """Give every parameter of this region by key, with all values and their status, for showing."""
        return [self._parameters[key] for key in sorted(self._parameters)]

    def assumed(self) -> list[Value]:
        """Give every value that is our assumption, so that reports can name them."""
        return [value for parameter in self.parameters() for value in parameter.values if value.assumed]


def load(region: Region | str, packs: Sequence[Path] | None = None) -> Policy:
    """Load a region's policy from the house's packs and from packs of one's own, of which later ones win.

    Reads the folders of the region and of all above it, and validates everything in them. Raises `Refused`,
    with file and line, for whatever a pack has wrong.
    """
    place = Region(str(region))
    roots = pack_roots(packs)
    declared: dict[str, Parameter] = {}
    layers: list[Mapping[str, tuple[Value, ...]]] = []
    adoptions: list[Adoption] = []
    workdays = china_workdays()
    for above in reversed(place.chain):
        for root in roots:
            folder = read_folder(root, above, declared)
            layers.insert(0, folder.values)
            adoptions = [*folder.adoptions, *adoptions]
            workdays = workdays.with_years(folder.calendar) if folder.calendar else workdays
    parameters = {key: replace(par, values=_ranked(key, layers)) for key, par in declared.items()}
    return Policy(place, parameters, workdays, adoptions)


def regions(packs: Sequence[Path] | None = None) -> list[Region]:
    """Give every region that some pack has a folder for, in order of code."""
    return sorted({region for root in pack_roots(packs) for region in regions_in(root)})


def _ranked(key: str, layers: Sequence[Mapping[str, tuple[Value, ...]]]) -> tuple[Value, ...]:
    """Put a key's values in the order in which they are asked: by layer, then what became known last."""
    return tuple(
        value
        for layer in layers
        for value in sorted(layer.get(key, ()), key=lambda v: (-v.known_since, v.period))
    )
