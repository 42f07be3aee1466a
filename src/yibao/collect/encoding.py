"""Encodings: office files arrive as UTF-8, UTF-8 with a mark, UTF-16 or GB18030; the engine reads UTF-8 only.

The whole file is looked at, not a sample: a Chinese name on line two million decides as well as one on line two.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

CHUNK = 1 << 22
LONGEST_LINE = 1 << 26
_LF, _CR = b"\n\r"
BROKEN = "\N{REPLACEMENT CHARACTER}"
"""Stands where bytes fit no encoding; the rows that hold it are refused."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text file that the engine can read, the encoding it came in, and whether blank lines stand in it."""

    path: Path
    encoding: str
    blank_lines: bool


def to_utf8(path: Path, target: Path) -> Decoded:
    """Give a UTF-8 file without a mark: the file itself where it is one, else a copy at ``target``."""
    with path.open("rb") as stream:
        head = stream.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _transcode(path, target, "utf-16")
    if head.startswith(codecs.BOM_UTF8):
        return _transcode(path, target, "utf-8-sig")
    lines = _BlankLines()
    if all(_is_plain_utf8(lines.watch(chunk)) for chunk in _whole_lines(path)):
        return Decoded(path, "utf-8", lines.found)
    return _transcode(path, target, "utf-8" if _mostly_utf8(path) else "gb18030")


def _whole_lines(path: Path) -> Iterator[bytes]:
    """Give a file in pieces that end with a line, and so never within a character."""
    with path.open("rb") as stream:
        rest = b""
        while chunk := stream.read(CHUNK):
            end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
            if not end and len(rest) > LONGEST_LINE:
                end = len(chunk)
            if end:
                yield rest + chunk[:end]
            rest = chunk[end:] if end else rest + chunk
        yield rest


def _is_plain_utf8(chunk: bytes) -> bool:
    """Say whether bytes are UTF-8 without NUL. Arrow looks several times as fast as Python decodes."""
    if b"\0" in chunk:
        return False
    ends = pa.py_buffer(np.array([0, len(chunk)], np.int32))
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(chunk)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _mostly_utf8(path: Path) -> bool:
    """Say whether a file is UTF-8, with a few broken bytes or none, rather than GB18030.

    In GB18030 text hardly a Chinese character happens to be UTF-8; but damaged UTF-8 often happens to be GB18030.
    """
    whole = broken = 0
    for text in _texts(path, "utf-8"):
        damage = text.count(BROKEN)
        broken += damage
        whole += len(text) - len(text.encode("ascii", "ignore")) - damage
    return whole >= broken


def _texts(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _transcode(path: Path, target: Path, encoding: str) -> Decoded:
    lines = _BlankLines()
    with target.open("wb") as sink:
        for text in _texts(path, encoding):
            sink.write(lines.watch(text.replace("\0", BROKEN).encode("utf-8")))
    return Decoded(target, encoding.removesuffix("-sig"), lines.found)


class _BlankLines:
    """Watches a UTF-8 text go by in pieces for blank lines; those at its very end do not count."""

    def __init__(self) -> None:
        self.found = False
        self._waiting = b"\n"

    def watch(self, chunk: bytes) -> bytes:
        """Take notice of the next piece of the text and give it back."""
        solid = chunk.rstrip(b"\r\n")
        if solid and not self.found:
            self.found = _has_blank_line(self._waiting + solid)
            self._waiting = b""
        self._waiting += chunk[len(solid) :]
        return chunk


def _has_blank_line(text: bytes) -> bool:
    """Say whether two line ends follow each other; bytes are compared all at once, which a search is not."""
    characters = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(characters == _LF)
    if not ends.size:
        return b"\r\r" in text
    gaps = np.diff(ends)
    return bool((gaps == 1).any() or (characters[ends[1:][gaps == 2] - 1] == _CR).any())
