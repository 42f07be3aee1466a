"""Incoming files: what was pointed at, opened up to the single files that hold rows.

Folders are walked, zip archives are unpacked under limits (`archives`), every file is fingerprinted, and each is
matched with the sender's mapping. What cannot be opened is told, and the other files still go through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from yibao.collect.archives import unpack
from yibao.kernel import Refused, Text

SUFFIXES = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel",
    ".et": "excel", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
"""The endings we read and how; .et is the WPS spreadsheet."""

UNKNOWN = "unknown"
"""The form of a file that we do not know how to read."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file with rows: where it lies now, the name people know it by, how it is read, its digest."""

    path: Path
    shown: str
    form: str
    bytes: int
    sha256: str


def expand(paths: Iterable[Path], scratch: Path, problems: list[Refused]) -> list[Incoming]:
    """Open folders and archives up to single files; a broken archive is added to ``problems``, the rest goes on.

    Raises `Refused` (``collect.no_such_path``) where a path does not exist, before anything is read.
    """
    wanted = list(paths)
    for path in wanted:
        if not path.exists():
            raise Refused(
                "collect.no_such_path",
                zh="找不到要收集的文件或目录",
                en="the file or folder to collect does not exist",
                came=str(path),
                todo=Text(zh="检查路径", en="check the path"),
            )
    found: list[Incoming] = []
    files = [file for path in wanted for file in _walk(path)]
    for number, (file, shown) in enumerate(files):
        try:
            found += _open(file, shown, scratch / f"zip-{number}")
        except Refused as refused:
            problems.append(refused)
    return found


def _walk(path: Path) -> Iterator[tuple[Path, str]]:
    """Give the files of a folder with their names below it, or the one file."""
    if not path.is_dir():
        yield path, path.name
        return
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        shown = file.relative_to(path).as_posix()
        if not _hidden(shown):
            yield file, shown


def _hidden(shown: str) -> bool:
    """Say whether a name is one that systems leave behind (.DS_Store, ~$open.xlsx, __MACOSX/…)."""
    return any(part.startswith((".", "~$", "__MACOSX")) for part in PurePosixPath(shown).parts)


def _open(path: Path, shown: str, folder: Path) -> list[Incoming]:
    if path.suffix.lower() != ".zip":
        return [_incoming(path, shown)]
    return [
        _incoming(member, f"{shown}/{name}") for name, member in unpack(path, folder) if not _hidden(name)
    ]


def _incoming(path: Path, shown: str) -> Incoming:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Incoming(path, shown, SUFFIXES.get(path.suffix.lower(), UNKNOWN), path.stat().st_size, digest)
