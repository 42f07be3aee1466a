"""Numbers, moments and ids as the text that extracts carry, column by column and exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yibao.city.arrays import Ints

Texts = Any
"""A pyarrow array of strings (pyarrow ships no types)."""

_DIGITS: Final = 18


def decimals(values: Ints, places: int) -> Texts:
    """Write whole numbers of the smallest unit with so many decimals: 1230 with two is ``12.30``."""
    words = np.empty((len(values), 2), dtype=np.int64)
    words[:, 0] = values
    words[:, 1] = values >> 63
    buffers = [None, pa.py_buffer(words)]
    return pa.Array.from_buffers(pa.decimal128(_DIGITS, places), len(values), buffers).cast(pa.string())


def moments(minutes: Ints) -> Texts:
    """Write minutes since 1970 as ``2025-03-05 09:30:00``."""
    return pa.array(minutes * 60, type=pa.timestamp("s")).cast(pa.string())


def days(values: Ints) -> Texts:
    """Write days since 1970 as ``2025-03-05``."""
    return pa.array(values.astype(np.int32), type=pa.date32()).cast(pa.string())


def whole(values: Ints) -> Texts:
    """Write whole numbers."""
    return pa.array(values).cast(pa.string())


def numbered(prefix: str, values: Ints) -> Texts:
    """Write ids: a prefix and a number."""
    return pc.binary_join_element_wise(prefix, whole(values), "")


def chosen(words: Sequence[str | None] | Texts, which: Ints) -> Texts:
    """Write a word per row out of a list of words."""
    known = words if isinstance(words, pa.Array) else pa.array(words, type=pa.string())
    return known.take(pa.array(which))


def always(word: str, count: int) -> Texts:
    """Write one word on every row."""
    return pa.repeat(pa.scalar(word, type=pa.string()), count)


def blank(texts: Texts, where: np.typing.NDArray[np.bool_]) -> Texts:
    """Leave the text out where told."""
    return pc.if_else(pa.array(where), pa.scalar(None, type=pa.string()), texts)


def joined(*parts: Texts | str) -> Texts:
    """Join texts row by row."""
    return pc.binary_join_element_wise(*parts, "")
