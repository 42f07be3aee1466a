"""Facts as a file holds them, written by hand for the pure fold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from yibao.archive.files import Fact, FactKind
from yibao.kernel import date_of, day_of_ymd
from yibao.policy import Policy, load

CITY = load("990100")
NATION = load("000000")
REGISTERED = day_of_ymd(20250102)
PLACE = 7


class File:
    """A file that grows: each fact gets the next number."""

    def __init__(self, registered: int | None = REGISTERED) -> None:
        self.facts: list[Fact] = []
        if registered is not None:
            self.write(FactKind.REGISTERED, registered, {"institution": PLACE})
            self.write(FactKind.COMMITTED, registered)

    def write(
        self, kind: FactKind, day: int, body: dict[str, Any] | None = None, rests_on: int | None = None,
        known: int | None = None,
    ) -> int:  # fmt: skip
        number = len(self.facts) + 1
        self.facts.append(
            Fact(
                number, 1, kind, day, day if known is None else known, body or {}, rests_on, None, "x", number
            )
        )
        return number

    def points(
        self, day: int, value: int, code: str = "B1", *cases: str, year: int | None = None, known: int | None = None
    ) -> int:  # fmt: skip
        """Write an instrument, a determination and a record that rest on one another; give the record."""
        what = self.write(FactKind.PENALIZED, day, known=known)
        who = self.write(FactKind.RESPONSIBLE, day, {}, what, known)
        body = {"behaviour": code, "value": value, "cases": list(cases), "year": year or year_of(day)}
        return self.write(FactKind.POINTS, day, body, who, known)

    def train(self, day: int, year: int | None = None) -> int:
        return self.write(FactKind.TRAINED, day, {"event": "e", "year": year or year_of(day)})


def year_of(day: int) -> int:
    return date_of(day).year


def policy_with(**values: int) -> Policy:
    policy = CITY
    for name, value in values.items():
        policy = policy.with_value(f"archive.points.{name}", value)
    return policy


def region_with(folder: Path, **values: str) -> Policy:
    """Give the city's policy with values of a pack of its own, as a bureau would write them."""
    pack = folder / "990100"
    pack.mkdir()
    entries = [
        f"archive.points.{name}:\n  values:\n    - {{value: {value}, from: 2025-01-01, instrument: 试验, status: assumed, "
        "known_since: 2026-12-01}\n"
        for name, value in values.items()
    ]
    (pack / "points.yaml").write_text("".join(entries), encoding="utf-8")
    return load("990100", [folder])
