"""Tables as columns: small dataclasses of equally long numpy arrays, and dice that fall the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Dice = np.random.Generator


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
        return len(getattr(self, fields(self)[0].name))

    def take(self, rows: Ints | Bools) -> Self:
        """Give the rows by position or by mask."""
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """Put tables of one kind under one another."""
        kept = list(parts)
        values: dict[str, Any] = {
            f.name: np.concatenate([getattr(p, f.name) for p in kept]) for f in fields(cls)
        }
        return cls(**values)


def ints(values: Any) -> Ints:
    """Give any sequence as an array of whole numbers."""
    return np.asarray(values, dtype=np.int64)


def full(n: int, value: int) -> Ints:
    """Give ``n`` times one whole number."""
    return np.full(n, value, dtype=np.int64)


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
    n = len(groups)
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]]) if n else ints([])
    lengths = np.diff(np.r_[starts, n])
    return ints(np.arange(n) - np.repeat(starts, lengths))


def firsts(*keys: Ints) -> Ints:
    """Give the rows, in their order, whose combination of keys has not come before."""
    combined = keys[0].copy()
    for key in keys[1:]:
        combined = combined * (int(key.max(initial=0)) + 1) + key
    return np.sort(np.unique(combined, return_index=True)[1])
