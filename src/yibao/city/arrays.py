"""Tables as columns: small dataclasses of equally long numpy arrays, and dice that fall the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Dice = np.random.Generator

_ROOM: Final = 63
"""Bits of a whole number without its sign."""


def dice(seed: int, *of: str | int) -> Dice:
    """Give the dice of one purpose: the same seed and purpose fall the same whatever else is thrown.

    Raises nothing; the purpose is any mix of words and numbers, such as ``dice(1, "visits", chunk)``.
    """
    words = [crc32(w.encode()) if isinstance(w, str) else w for w in of]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


@dataclass(slots=True)
class Columns:
    """A table as columns; the subclasses name them. Every field is an array of the same length."""

    def __len__(self) -> int:
        return len(getattr(self, _names(self)[0]))

    def take(self, rows: Ints | Bools | slice) -> Self:
        """Give the rows by position, by mask or by a slice (which copies nothing)."""
        return type(self)(*(getattr(self, name)[rows] for name in _names(self)))

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """Put tables of one kind under one another."""
        kept = list(parts)
        return cls(*(np.concatenate([getattr(p, name) for p in kept]) for name in _names(cls)))


def _names(table: Any) -> tuple[str, ...]:
    """Give the names of a table's columns: they are its slots."""
    return tuple(table.__slots__)


def ints(values: Any) -> Ints:
    """Give any sequence as an array of whole numbers."""
    return np.asarray(values, dtype=np.int64)


def full(n: int, value: int) -> Ints:
    """Give ``n`` times one whole number."""
    return np.full(n, value, dtype=np.int64)


def marked(n: int, rows: Ints) -> Bools:
    """Give ``n`` rows of which these are marked."""
    mark = np.zeros(n, dtype=np.bool_)
    mark[rows] = True
    return mark


def chance(throw: Dice, n: int, percent: float | Floats | Ints) -> Bools:
    """Throw ``n`` times for something that happens in so many of a hundred cases."""
    return np.asarray(throw.random(n) * 100 < percent, dtype=np.bool_)


def pick(throw: Dice, candidates: Ints, wanted: int, weight: Floats | None = None) -> Ints:
    """Choose up to ``wanted`` different candidates, heavier ones more often; the order is random."""
    wanted = min(wanted, len(candidates))
    if wanted == 0:
        return candidates[:0]
    if len(candidates) > 60 * wanted + 2_000:  # a sample of many is as good, and quicker, than many
        few = np.unique(throw.integers(0, len(candidates), 60 * wanted + 2_000))
        candidates, weight = candidates[few], None if weight is None else weight[few]
    keys = throw.random(len(candidates))
    if weight is not None:
        keys = keys ** (1 / weight)
    return candidates[np.argsort(-keys, kind="stable")[:wanted]]


def ranks(groups: Ints) -> Ints:
    """Number the rows inside each run of equal values of a sorted column: 0, 1, 2 … and again from 0."""
    n, first = len(groups), starts(groups)
    return ints(np.arange(n) - np.repeat(first, np.diff(np.r_[first, n])))


def in_order(*keys: Ints) -> Ints:
    """Give the rows by the first key, among equals by the next, and equal ones as they stand."""
    order = _by(keys[-1])
    for key in reversed(keys[:-1]):
        order = order[_by(key[order])]
    return order


def _by(key: Ints) -> Ints:
    """Give the rows by one key: sorting key and row as one number is ten times as quick as sorting rows by key."""
    n = len(key)
    low, high = (int(key.min()), int(key.max())) if n else (0, 0)
    bits = n.bit_length()
    if (high - low).bit_length() + bits > _ROOM:
        return ints(np.argsort(key, kind="stable"))
    both = ints(key - low) << bits
    both |= np.arange(n, dtype=np.int64)
    both.sort()
    both &= (1 << bits) - 1
    return both


def starts(groups: Ints) -> Ints:
    """Give where each run of equal values of a sorted column begins."""
    return np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]]) if len(groups) else ints([])


def firsts(*keys: Ints) -> Ints:
    """Give the rows, in their order, whose combination of keys has not come before."""
    combined = keys[0]
    for key in keys[1:]:
        combined = combined * (int(key.max(initial=0)) + 1) + key
    order = in_order(combined)
    return np.sort(order[starts(combined[order])])
