"""Workbook limits: what a workbook would take in memory is known before it is opened.

The library that opens workbooks keeps a sheet as one rectangle, from its first filled cell to its last. A file of two
kilobytes whose last cell stands at XFD1048576 would take hundreds of gigabytes and end the whole process. The cells
of an .xlsx are therefore looked at first, as they stand in its XML, and not as its ``dimension`` says. The old binary
form (.xls, .et) is tried in a process of its own whose memory is limited.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from xml.parsers import expat

from yibao.collect.archives import BROKEN_ZIP, hold_limits, is_broken
from yibao.collect.names import readable
from yibao.collect.sheet_span import Span, span
from yibao.kernel import Refused, Text

MAX_ROWS, MAX_COLUMNS = 1 << 20, 1 << 14
"""The size of an Excel sheet; what claims to stand outside of it was not written by Excel."""

MAX_CELLS = 1 << 26
"""Cells of the largest rectangle that is opened, of about 25 bytes each while it is read."""

HARMLESS_CELLS = 1 << 24
"""A rectangle up to this size is opened however empty it is: a stray cell below a table is no attack."""

MAX_EMPTINESS = 16
"""How many cells of a larger rectangle may come on one that is filled."""

MAX_BYTES = 1 << 31
"""Bytes that an .xlsx may unfold to; its shared texts are kept in memory."""

TRIAL_BYTES = 1 << 31
"""Memory of the process that tries an .xls: all of the 65,536 × 256 cells of a sheet fit, with the texts."""

TRIAL_SECONDS = 300

_CHUNK = 1 << 20
_TRIAL = """
import resource, sys
from python_calamine import CalamineError, CalamineWorkbook
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
try:
    book = CalamineWorkbook.from_path(sys.argv[1])
    for name in book.sheet_names:
        book.get_sheet_by_name(name)
except (CalamineError, OSError) as error:
    sys.exit("broken: " + str(error))
"""


def hold(path: Path, shown: str) -> None:
    """Refuse a workbook that cannot be opened within the memory that it may take.

    Raises `Refused`: ``collect.huge_workbook``, ``collect.zip_bomb``, ``collect.broken_excel``.
    """
    with path.open("rb") as stream:
        zipped = stream.read(4) == b"PK\x03\x04"
    if not zipped:
        _try(path, shown)
        return
    try:
        with zipfile.ZipFile(path) as book:
            members = book.infolist()
            hold_limits(members, shown, MAX_BYTES)
            names = {member.filename.replace("\\", "/").lower() for member in members}
            if "xl/workbook.xml" not in names or names & {"xl/workbook.bin", "content.xml"}:
                raise broken(shown, "no xl/workbook.xml", wanted=".xlsx | .xls")
            for member in members:
                if _holds_cells(book, member):
                    _hold_sheet(partial(_chunks, book, member), f"{shown} [{readable(member.filename)}]")
    except (*BROKEN_ZIP, expat.ExpatError) as error:
        if not is_broken(error):
            raise
        raise broken(shown, readable(str(error)) or type(error).__name__) from error


def broken(shown: str, came: str, *, wanted: str | None = None) -> Refused:
    """Give the refusal of a workbook that is none, or is damaged."""
    return Refused(
        "collect.broken_excel",
        zh="Excel 文件打不开，或没有所要的工作表",
        en="the workbook cannot be opened or lacks the sheet",
        where=shown,
        wanted=wanted,
        came=came,
        todo=Text(zh="用 Excel 另存为 .xlsx 或 CSV 后重发", en="save it as .xlsx or CSV and send it again"),
    )


def _huge(shown: str, wanted: str, came: str) -> Refused:
    return Refused(
        "collect.huge_workbook",
        zh="工作表所占的范围过大（往往是远处有一个多余的单元格），整个文件未收",
        en="a sheet spans too many cells (often one stray cell far away); the whole file was left out",
        where=shown,
        wanted=wanted,
        came=came,
        todo=Text(
            zh="删去表格右方和下方多余的单元格，或另存为 CSV 后重发",
            en="delete the stray cells to the right and below, or save it as CSV, and send it again",
        ),
    )


def _chunks(book: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with book.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _holds_cells(book: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Say whether a member is a sheet, by what it holds: a workbook may call its sheets anything."""
    mark, tail = b"sheetData", b""
    for chunk in _chunks(book, member):
        if mark in tail + chunk:
            return True
        tail = chunk[-len(mark) :]
    return False


def _hold_sheet(chunks: Callable[[], Iterator[bytes]], where: str) -> None:
    reach = span(chunks, _fits)
    if not _fits(reach):
        wanted = f"≤ {MAX_CELLS:,} cells, ≤ {MAX_EMPTINESS} for each that is filled"
        raise _huge(where, wanted, f"{reach.last_row:,} × {reach.width:,} cells, {reach.filled:,} filled")


def _fits(reach: Span) -> bool:
    allowed = max(HARMLESS_CELLS, min(MAX_CELLS, MAX_EMPTINESS * reach.filled))
    return reach.last_row <= MAX_ROWS and reach.last_column <= MAX_COLUMNS and reach.cells <= allowed


def _try(path: Path, shown: str) -> None:
    """Open a workbook of the binary form in a process of its own; it opens here only if that ended well."""
    command = [sys.executable, "-I", "-c", _TRIAL, str(path.absolute()), str(TRIAL_BYTES)]
    try:
        tried = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TRIAL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise _huge(shown, f"≤ {TRIAL_SECONDS} s", "—") from None
    if tried.returncode == 0:
        return
    words = readable(tried.stderr.decode("utf-8", "replace").strip()[-300:])
    if tried.returncode < 0 or "MemoryError" in words:
        raise _huge(shown, f"≤ {TRIAL_BYTES:,} bytes of memory", "—")
    raise broken(shown, words.removeprefix("broken: "))
