"""The old binary workbook (.xls), written by hand: one sheet of numbers in a compound file."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512


def write_xls(
    path: Path, cells: Iterable[tuple[int, int, float | str]], rows: int = 1, columns: int = 1
) -> Path:
    """Write cells (row, column, value) under the announced dimensions."""
    globals_ = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = b"\x01\x00a"
    start = len(globals_) + 4 + 7 + len(name) - 1 + 4
    globals_ += _record(0x0085, struct.pack("<IH", start, 0) + name) + _record(0x000A, b"")
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    sheet += _record(0x0200, struct.pack("<IIHHH", 0, rows, 0, columns, 0))
    for row, column, value in cells:
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            sheet += _record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
        else:
            sheet += _record(0x0203, place + struct.pack("<d", value))
    path.write_bytes(_compound(globals_ + sheet + _record(0x000A, b"")))
    return path


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes) -> bytes:
    """Wrap one stream «Workbook»: sector 0 is the table of sectors, 1 the directory, the rest the stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    table = [_FAT, _END, *range(3, count + 2), _END]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0, 0)
    header += struct.pack("<108I", *[_FREE] * 108)
    root = _entry("Root Entry", 5, child=1, start=_END, size=0)
    book = _entry("Workbook", 2, child=_FREE, start=2, size=len(stream))
    fat = struct.pack(f"<{len(table)}I", *table).ljust(_SECTOR, b"\xff")
    return header[:_SECTOR] + fat + (root + book).ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return text.ljust(64, b"\0") + struct.pack(
        "<HBBIII16xI16xIQ", len(text), kind, 1, _FREE, _FREE, child, 0, start, size
    )
