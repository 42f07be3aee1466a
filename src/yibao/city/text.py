"""Numbers, moments and ids as the columns that extracts carry, exactly; `write` turns them into text where text is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yibao.city.arrays import Ints

Texts = Any
"""A pyarrow array (pyarrow ships no types): text, or a value whose text is the one an extract carries."""

_DIGITS: Final = 18


def decimals(values: Ints, places: int) -> Texts:
    """Give whole numbers of the smallest unit with so many decimals: 1230 with two is ``12.30``."""
    words = np.empty((len(values), 2), dtype=np.int64)
    words[:, 0] = values
    words[:, 1] = values >> 63
    buffers = [None, pa.py_buffer(words)]
    return pa.Array.from_buffers(pa.decimal128(_DIGITS, places), len(values), buffers)


def moments(minutes: Ints) -> Texts:
    """Give minutes since 1970 as moments, written ``2025-03-05 09:30:00``."""
    return pa.array(minutes * 60, type=pa.timestamp("s"))


def days(values: Ints) -> Texts:
    """Give days since 1970 as dates, written ``2025-03-05``."""
    return pa.array(values.astype(np.int32), type=pa.date32())


def whole(values: Ints) -> Texts:
    """Give whole numbers."""
    return pa.array(values)


def words(column: Texts) -> Texts:
    """Give the text of a column."""
    return column if column.type == pa.string() else column.cast(pa.string())


def numbered(prefix: str, values: Ints) -> Texts:
    """Give ids: a prefix and a number."""
    return pc.binary_join_element_wise(prefix, words(whole(values)), "")


def listed(words: Sequence[str | None] | Texts) -> Texts:
    """Give a list to choose from, every word of it written once: only so is it stored as places in a list."""
    known = words if isinstance(words, pa.Array) else pa.array(words, type=pa.string())
    return known.dictionary_encode() if pa.types.is_string(known.type) else known


def chosen(words: Sequence[str | None] | Texts, which: Ints) -> Texts:
    """Give a value per row out of a list; of words a column that names places in the list."""
    known, places = listed(words), pa.array(which)
    if not pa.types.is_dictionary(known.type):
        return known.take(places)
    return pa.DictionaryArray.from_arrays(known.indices.take(places), known.dictionary)


def always(word: str, count: int) -> Texts:
    """Give one word on every row."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, dtype=np.int32)), pa.array([word]))


def blank(column: Texts, where: np.typing.NDArray[np.bool_]) -> Texts:
    """Leave the value out where told."""
    plain = words(column) if pa.types.is_dictionary(column.type) else column
    return pc.if_else(pa.array(where), pa.scalar(None, type=plain.type), plain)


def joined(*parts: Texts | str) -> Texts:
    """Join texts row by row."""
    return pc.binary_join_element_wise(*(p if isinstance(p, str) else words(p) for p in parts), "")


def stacked(*parts: Texts | Sequence[str | None]) -> Texts:
    """Put columns and lists of words under one another."""
    return pa.concat_arrays(
        [words(p) if isinstance(p, pa.Array) else pa.array(p, pa.string()) for p in parts]
    )
