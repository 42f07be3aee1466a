"""Incoming files: what was pointed at, opened up to the single files that hold rows.

Folders are walked, zip archives and gzips are unpacked under limits (`archives`), every file is fingerprinted, and each is
matched with the sender's mapping. What cannot be opened is told, and the other files still go through.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from yibao.collect.archives import unpack, unzip_one
from yibao.collect.names import readable
from yibao.engine import can_be_said
from yibao.kernel import Refused, Text

SUFFIXES = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel",
    ".et": "excel", ".parquet": "parquet", ".pq": "parquet", ".jsonl": "messages", ".ndjson": "messages",
}  # fmt: skip
"""The endings we read and how; .et is the WPS spreadsheet."""

UNKNOWN = "unknown"
"""The form of a file that we do not know how to read."""

_ARCHIVE, _PACKED = ".zip", ".gz"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file with rows: where it lies now, the name people know it by, how it is read, its digest."""

    path: Path
    shown: str
    form: str
    bytes: int
    sha256: str


def expand(paths: Iterable[Path], scratch: Path, problems: list[Refused]) -> list[Incoming]:
    """Open folders and archives up to single files; what cannot be opened is added to ``problems``, the rest goes on.

    Raises `Refused` (``collect.no_such_path``) where a path does not exist, before anything is read.
    """
    wanted = list(paths)
    for path in wanted:
        if not path.is_file() and not path.is_dir():
            raise Refused(
                "collect.no_such_path",
                zh="找不到要收集的文件或目录",
                en="the file or folder to collect does not exist",
                came=readable(str(path)),
                todo=Text(zh="检查路径", en="check the path"),
            )
    found: list[Incoming] = []
    files = [file for path in wanted for file in _walk(path)]
    for number, (file, shown) in enumerate(files):
        try:
            found += list(_open(file, shown, scratch / f"in-{number}", problems))
        except Refused as refused:
            problems.append(refused)
        except OSError as error:
            problems.append(unreadable(shown, error))
    return found


def unreadable(shown: str, error: Exception) -> Refused:
    """Give the refusal of a file that is there and cannot be read."""
    return Refused(
        "collect.unreadable",
        zh="文件读不了，未收；其余文件照常",
        en="the file cannot be read and was left out; the other files went on",
        where=shown,
        came=readable(str(error))[:300],
        todo=Text(
            zh="检查文件权限与完整性后重发",
            en="check that the file may be read and is whole, and send it again",
        ),
    )


def _walk(path: Path) -> Iterator[tuple[Path, str]]:
    """Give the files of a folder with their names below it, or the one file."""
    if not path.is_dir():
        yield path, readable(path.name)
        return
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        shown = readable(file.relative_to(path).as_posix())
        if not _hidden(shown):
            yield file, shown


def _hidden(shown: str) -> bool:
    """Say whether a name is one that systems leave behind (.DS_Store, ~$open.xlsx, __MACOSX/…)."""
    return any(part.startswith((".", "~$", "__MACOSX")) for part in PurePosixPath(shown).parts)


def _open(path: Path, shown: str, own: Path, problems: list[Refused]) -> Iterator[Incoming]:
    """Give the files that one file holds; ``own`` is a name of our own for what has to be written."""
    if path.suffix.lower() == _PACKED:
        yield _incoming(unzip_one(path, own, shown), shown[: -len(_PACKED)])
        return
    if path.suffix.lower() != _ARCHIVE:
        yield _incoming(_sayable(path, own), shown)
        return
    for name, member in unpack(path, own, shown):
        if _hidden(name):
            continue
        if member.suffix in (_ARCHIVE, _PACKED):
            problems.append(_archive_within(f"{shown}/{name}"))
        else:
            yield _incoming(member, f"{shown}/{name}")


def _archive_within(shown: str) -> Refused:
    return Refused(
        "collect.zip_within_zip",
        zh="压缩包里的压缩包不打开，未收；其余文件照常",
        en="an archive within an archive is not opened; the other files went on",
        where=shown,
        todo=Text(zh="先解开外层压缩包再发送", en="unpack the outer archive and send what is in it"),
    )


def _sayable(path: Path, own: Path) -> Path:
    """Give a path that every library can open: one that it cannot be told is linked, or copied, under our own name."""
    real = path.resolve()
    if path.suffix.lower() not in SUFFIXES or (can_be_said(path) and can_be_said(real)):
        return path
    target = own.with_suffix(path.suffix.lower())
    try:
        os.link(real, target)
    except OSError:  # on another file system, or one without links
        shutil.copyfile(real, target)
    return target


def _incoming(path: Path, shown: str) -> Incoming:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Incoming(path, shown, SUFFIXES.get(path.suffix.lower(), UNKNOWN), path.stat().st_size, digest)
