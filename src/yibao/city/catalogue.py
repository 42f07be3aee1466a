"""The catalogue: what can be charged in the city, to whom it suits, and what it is given for.

The lists in ``data`` hold facts of the field (codes and names of official items, names of everyday drugs) and made-up
prices; each row says in ``source`` which is which. Codes that begin with SYN- can never be national codes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Final
from zlib import crc32

import numpy as np

from yibao.city.arrays import Bools, Ints, ints
from yibao.city.plan import CENT, YUAN

CHILD, MAN, WOMAN = range(3)
"""Who a bill is for, as far as what suits him or her: a child, a man, a woman."""

WHOLE: Final = 10_000
"""All of a price in basis points: what a person pays of an item of class 丙."""

EVERYDAY_GROUPS: Final = ("NSAID", "mucosa", "PPI", "TCM-stroke", "TCM-cold", "cough", "antihistamine")
"""What is in every medicine chest: given where a diagnosis names nothing else."""


def read_data(name: str) -> list[dict[str, str]]:
    """Read one of the lists of ``data`` as rows of text."""
    text = (resources.files("yibao.city") / "data" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@dataclass(frozen=True)
class Items:
    """The catalogue items as columns; prices in millionths of a yuan, ``advance`` in basis points."""

    rows: tuple[dict[str, str], ...]
    low: Ints
    high: Ints
    drug: Bools
    retail: Bools
    advance: Ints
    limited: Bools
    change: Ints

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def covered(self) -> Bools:
        """Say which items the fund has a part in; of the others the person pays all."""
        return np.asarray(self.advance < WHOLE, dtype=np.bool_)

    @cached_property
    def packed(self) -> Bools:
        """Say which items are drugs sold by the pack, as they are bought; herbs (103) are weighed."""
        return self.drug & np.array([row["list_type"] != "103" for row in self.rows], dtype=np.bool_)

    def column(self, name: str) -> list[str]:
        """Give one column of text."""
        return [row[name] for row in self.rows]

    def role(self, *roles: str) -> Ints:
        """Give the items that play any of the roles; nobody may change what is given."""
        if roles not in self._known:
            wanted = set(roles)
            self._known[roles] = ints(
                [i for i, row in enumerate(self.rows) if wanted & set(row["roles"].split())]
            )
        return self._known[roles]

    @cached_property
    def _known(self) -> dict[tuple[str, ...], Ints]:
        return {}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {row["code"]: i for i, row in reversed(list(enumerate(self.rows)))}

    def group(self, *groups: str) -> Ints:
        """Give the items of any of the groups."""
        return ints([i for i, row in enumerate(self.rows) if row["group"] in groups])

    def official(self, suits: str, *, drug: bool | None = None) -> Ints:
        """Give the items with a national code that the published points limit to somebody."""
        return ints(
            [
                i
                for i, row in enumerate(self.rows)
                if row["suits"] == suits
                and not row["code"].startswith("SYN")
                and (drug is None or bool(self.drug[i]) == drug)
            ]
        )

    def coded(self, code: str) -> int:
        """Give the item of a code."""
        return self._places[code]


@dataclass(frozen=True, slots=True)
class Pools:
    """For every list of a family of lists its items, laid one after another: what to draw from, and how many."""

    start: Ints
    length: Ints
    flat: Ints

    @classmethod
    def of(cls, lists: Iterable[Iterable[int]]) -> Pools:
        """Lay lists one after another."""
        kept = [list(one) for one in lists]
        length = ints([len(one) for one in kept])
        return cls(ints(np.cumsum(length) - length), length, ints([i for one in kept for i in one]))

    def draw(self, which: Ints, fraction: np.typing.NDArray[np.float64]) -> Ints:
        """Draw from list ``which`` the item at a fraction of its length; empty lists give -1."""
        length = self.length[which]
        at = self.start[which] + (fraction * length).astype(np.int64)
        return np.where(length > 0, self.flat[np.minimum(at, len(self.flat) - 1)], -1)


@dataclass(frozen=True, slots=True)
class Diagnoses:
    """The diagnoses as columns, and for each and each kind of person what is given for it."""

    rows: tuple[dict[str, str], ...]
    weight: np.typing.NDArray[np.float64]
    sex: Ints
    age_low: Ints
    age_high: Ints
    days: np.typing.NDArray[np.float64]
    category: tuple[str, ...]
    operation: Ints
    operation_percent: Ints
    fit: np.typing.NDArray[np.float64]
    catching: Bools
    cost: np.typing.NDArray[np.float64]
    cost_sd: np.typing.NDArray[np.float64]
    taken_home: Pools
    retail: Pools
    injected: Pools

    def column(self, name: str) -> list[str]:
        """Give one column of text."""
        return [row[name] for row in self.rows]

    def kind(self, *kinds: str) -> Ints:
        """Give the diagnoses of a kind of visit."""
        return ints([i for i, row in enumerate(self.rows) if row["kind"] in kinds])

    def styled(self, *styles: str) -> Bools:
        """Say which diagnoses are treated in any of the styles."""
        return np.array([row["style"] in styles for row in self.rows], dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Items and diagnoses together."""

    items: Items
    diagnoses: Diagnoses


@cache
def catalogue() -> Catalogue:
    """Read the city's catalogue once."""
    items = _items()
    return Catalogue(items, _diagnoses(items))


def _items() -> Items:
    rows = tuple([*read_data("items"), *read_data("planted")])
    yuan = [(round(float(r["low"]) * 100) * CENT, round(float(r["high"]) * 100) * CENT) for r in rows]
    dice = [crc32(r["code"].encode()) for r in rows]
    drug = np.array([r["list_type"].startswith("1") for r in rows], dtype=np.bool_)
    service = np.array([r["list_type"] == "201" for r in rows], dtype=np.bool_)
    limited = service | (
        drug & np.array([d % 5 < 3 and r["unit"] != "付" for d, r in zip(dice, rows, strict=True)])
    )
    return Items(
        rows=rows,
        low=ints([low for low, _ in yuan]),
        high=ints([high for _, high in yuan]),
        drug=drug,
        retail=np.array([r["pharmacy"] == "1" for r in rows], dtype=np.bool_),
        advance=ints([{"01": 0, "02": 1_000, "03": WHOLE}[r["level"]] for r in rows]),
        limited=np.asarray(limited, dtype=np.bool_),
        change=_changes(rows, limited),
    )


def _changes(rows: tuple[dict[str, str], ...], limited: Bools) -> Ints:
    """Some limits change in the middle of the year: every eighth ordinary test up, every eighth examination down."""
    change = np.zeros(len(rows), dtype=np.int64)
    tests = [i for i, r in enumerate(rows) if r["roles"] == "lab" and limited[i]]
    looks = [i for i, r in enumerate(rows) if r["roles"] == "exam" and limited[i]]
    change[tests[::6]] = 12
    change[looks[::4]] = -15
    return change


_PLAIN_COST: Final = 8_000
"""Yuan that a stay costs where its diagnosis says nothing."""

_CATCHING: Final = tuple(f"J{n:02d}" for n in range(23))
"""Infections of the airways, which come with the cold."""

BANDS: Final = 24
"""Ages as the year throws them: under one, and then five years each."""

_SUITED: Final = {CHILD: ("", "child"), MAN: ("", "male"), WOMAN: ("", "female")}
_DEAREST: Final = 1_500 * YUAN
"""Nothing dearer than this a pack is given as a matter of course."""


def _fit(rows: tuple[dict[str, str], ...]) -> np.typing.NDArray[np.float64]:
    """Give how much of a diagnosis's stays falls on a sex and age; 1 everywhere where the lists do not say."""
    listed = read_data("stay_ages")
    bands = [int(name) for name in listed[0] if name.isdigit()]
    middle = [0, *(b * 5 + 2 for b in range(BANDS - 1))]
    place = [max(i for i, low in enumerate(bands) if low <= age) for age in middle]
    known = {(r["code"], int(r["sex"])): [int(r[str(b)]) for b in bands] for r in listed}
    fit = np.ones((len(rows), 3, BANDS))
    for at, row in enumerate(rows):
        if row["kind"] == "stay" and any((row["code"], sex) in known for sex in (1, 2)):
            for sex in (1, 2):
                fit[at, sex] = [known.get((row["code"], sex), [0] * len(bands))[i] / 1_000 for i in place]
    return fit


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The drugs by group, way of giving and whom they suit."""

    by: dict[tuple[str, str, str], list[int]]
    retail: Bools

    def of(
        self, groups: Iterable[str], roles: tuple[str, ...], who: int, *, retail: bool = False
    ) -> list[int]:
        found = [
            i
            for group in groups
            for role in roles
            for suits in _SUITED[who]
            for i in self.by.get((group, role, suits), ())
        ]
        return sorted(i for i in found if self.retail[i] or not retail)


def _diagnoses(items: Items) -> Diagnoses:
    rows = tuple(read_data("diagnoses"))
    by: dict[tuple[str, str, str], list[int]] = {}
    for i, row in enumerate(items.rows):
        if int(items.high[i]) < _DEAREST:
            by.setdefault((row["group"], row["roles"], row["suits"]), []).append(i)
    shelf = _Shelf(by, items.retail)
    everyday = {who: shelf.of(EVERYDAY_GROUPS, ("oral",), who, retail=True) for who in _SUITED}
    drip = {who: shelf.of(("antibiotic", "PPI"), ("injection",), who) for who in _SUITED}
    home, retail, injected = [], [], []
    for row in rows:
        groups = row["groups"].split()
        for who in _SUITED:
            own = [*groups, "paediatric"] if who == CHILD and row["code"][0] in "JKRA" else groups
            home.append(shelf.of(own, ("oral",), who) or everyday[who])
            retail.append(shelf.of(own, ("oral",), who, retail=True) or everyday[who])
            injected.append(shelf.of(own, ("injection",), who) or drip[who])
    codes = {row["code"]: i for i, row in enumerate(items.rows)}
    return Diagnoses(
        rows=rows,
        weight=np.array([float(r["weight"]) for r in rows]),
        sex=ints([int(r["sex"] or 0) for r in rows]),
        age_low=ints([int(r["age_low"]) for r in rows]),
        age_high=ints([int(r["age_high"]) for r in rows]),
        days=np.array([float(r["days"] or 0) for r in rows]),
        category=tuple(r["code"][:3] for r in rows),
        operation=ints([codes.get(r["operation_item"], -1) for r in rows]),
        operation_percent=ints([int(r["operation_percent"]) for r in rows]),
        fit=_fit(rows),
        catching=np.array([r["code"][:3] in _CATCHING for r in rows], dtype=np.bool_),
        cost=np.array([float(r["cost"] or _PLAIN_COST) for r in rows]),
        cost_sd=np.array([float(r["cost_sd"] or 0.5) for r in rows]),
        taken_home=Pools.of(home),
        retail=Pools.of(retail),
        injected=Pools.of(injected),
    )
