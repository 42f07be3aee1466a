"""Encodings: office files arrive as UTF-8, UTF-8 with a mark, UTF-16 or GB18030; the engine reads UTF-8 only.

The whole file is looked at, not a sample: a Chinese name on line two million decides as well as one on line two.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text file that the engine can read, and the encoding that it came in."""

    path: Path
    encoding: str
    damaged: bool
    """Some bytes fit no encoding; they show as U+FFFD and the rows that hold them are refused."""


def to_utf8(path: Path, scratch: Path) -> Decoded:
    """Give a UTF-8 file without a mark: the file itself where it is one, else a transcoded copy."""
    with path.open("rb") as stream:
        head = stream.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _transcode(path, scratch, "utf-16")
    if head.startswith(codecs.BOM_UTF8):
        return _transcode(path, scratch, "utf-8-sig")
    if _fits(path, "utf-8"):
        return Decoded(path, "utf-8", damaged=False)
    if _fits(path, "gb18030"):
        return _transcode(path, scratch, "gb18030")
    better = min(("utf-8", "gb18030"), key=lambda encoding: _damage(path, encoding))
    return _transcode(path, scratch, better)


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _damage(path: Path, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as stream:
        return sum(decoder.decode(chunk).count("�") for chunk in iter(lambda: stream.read(CHUNK), b""))


def _transcode(path: Path, scratch: Path, encoding: str) -> Decoded:
    target = scratch / f"{path.name}.utf8"
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    damaged = False
    with path.open("rb") as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK):
            text = decoder.decode(chunk)
            damaged = damaged or "�" in text
            sink.write(text.encode("utf-8"))
        sink.write(decoder.decode(b"", final=True).encode("utf-8"))
    return Decoded(target, encoding, damaged)
