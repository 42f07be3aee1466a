"""A few rows of a large text, read again without the others: the lines on which they stand.

The engine reads a text whole to give one row its number. Where every row is a line of its own, which the number of
lines tells, the few that are asked for are copied from their lines and only these are read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from yibao.collect.raw_rows import MAX_RECORD, RawRows, read_numbered

_BLOCK = 1 << 22
_LF = ord("\n")
_NOT_LINES = -1

Places = npt.NDArray[np.int64]


def only(raw: RawRows, places: Places, numbers: Places, rows: int) -> RawRows:
    """Give the rows at some rising places (the first row's is 0) with their numbers, or all where a row is no line.

    ``rows`` is how many the text has.
    """
    if raw.lines is None or raw.spare is None or raw.number is not None:
        return raw
    with raw.lines.open("rb") as text, raw.spare.open("wb") as few:
        told = [f"{number}{raw.delimiter}".encode() for number in numbers.tolist()]
        if _pick(text, places + raw.before, told, few) != raw.before + rows:
            return raw
    relation = read_numbered(raw.spare, raw.header, raw.delimiter)
    return replace(raw, relation=relation, number="number", runs=(), lines=None)


def _pick(text: BinaryIO, wanted: Places, told: list[bytes], few: BinaryIO) -> int:
    """Copy the wanted lines, each behind what is told of it, and count all; `_NOT_LINES` where other ends stand."""
    line, rest = 0, b""
    while block := text.read(_BLOCK) or (rest and b"\n"):
        block = rest + block
        ends = np.flatnonzero(np.frombuffer(block, np.uint8) == _LF)
        first, last = np.searchsorted(wanted, [line, line + len(ends)])
        for at in range(first, last):
            place = wanted[at] - line
            begin = ends[place - 1] + 1 if place else 0
            few.write(told[at] + block[begin : ends[place]].rstrip(b"\r") + b"\n")
        line += len(ends)
        solid = ends[-1] + 1 if len(ends) else 0
        rest = block[solid:]
        if len(rest) > MAX_RECORD or block.count(b"\r", 0, solid) != block.count(b"\r\n", 0, solid):
            return _NOT_LINES
    return line
