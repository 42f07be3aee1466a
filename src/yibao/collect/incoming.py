"""Incoming files: what was pointed at, opened up to the single files that hold rows.

Folders are walked, zip archives are unpacked under limits (a bomb or a path that climbs out is refused, the other
files still go through), every file is fingerprinted, and each is matched with the sender's mapping.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from yibao.kernel import Refused, Text

SUFFIXES = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel",
    ".et": "excel", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
"""The endings we read and how; .et is the WPS spreadsheet."""

MAX_MEMBERS = 10_000
MAX_RATIO = 250
"""A member that grows more than this many times is taken for a bomb; text extracts grow about 5 to 30 times."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file with rows: where it lies now, the name people know it by, how it is read, its digest."""

    path: Path
    shown: str
    form: str
    bytes: int
    sha256: str


def expand(paths: Iterable[Path], scratch: Path, problems: list[Refused]) -> list[Incoming]:
    """Open folders and archives up to single files; a broken archive is added to ``problems``, the rest goes on."""
    found: list[Incoming] = []
    for path in paths:
        if not path.exists():
            raise Refused(
                "collect.no_such_path",
                zh="找不到要收集的文件或目录",
                en="the file or folder to collect does not exist",
                came=str(path),
                todo=Text(zh="检查路径", en="check the path"),
            )
        for member in _walk(path):
            try:
                found += list(_open(member, scratch))
            except Refused as refused:
                problems.append(refused)
    return found


def _walk(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith((".", "~$")))
    else:
        yield path


def _open(path: Path, scratch: Path) -> Iterator[Incoming]:
    suffix = path.suffix.lower()
    if suffix == ".zip":
        for member in _unzip(path, scratch):
            form = SUFFIXES.get(member.suffix.lower())
            if form is not None:
                yield _incoming(member, f"{path.name}/{member.name}", form)
    elif suffix in SUFFIXES:
        yield _incoming(path, path.name, SUFFIXES[suffix])


def _incoming(path: Path, shown: str, form: str) -> Incoming:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return Incoming(path, shown, form, path.stat().st_size, digest.hexdigest())


def _unzip(path: Path, scratch: Path) -> list[Path]:
    folder = scratch / f"zip-{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            _hold_limits(path, members, folder)
            return [_extract(archive, member, folder, path) for member in members]
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise Refused(
            "collect.broken_zip",
            zh="压缩包损坏、被截断或加密，未读取其中任何文件",
            en="the archive is broken, truncated or encrypted; nothing in it was read",
            where=path.name,
            came=str(error),
            todo=Text(zh="重新打包后再发送", en="pack it again and send it again"),
        ) from error


def _hold_limits(path: Path, members: list[zipfile.ZipInfo], folder: Path) -> None:
    total = sum(m.file_size for m in members)
    free = shutil.disk_usage(folder).free
    bomb = any(m.file_size > MAX_RATIO * max(m.compress_size, 4096) for m in members)
    if bomb or len(members) > MAX_MEMBERS or total > free * 0.8:
        raise Refused(
            "collect.zip_bomb",
            zh="压缩包解压后过大，疑似压缩炸弹或磁盘不足",
            en="the archive would grow too large: a bomb, or too little disk",
            where=path.name,
            wanted=f"≤ {MAX_MEMBERS} files, ≤ {MAX_RATIO} × , ≤ {int(free * 0.8)} bytes",
            came=f"{len(members)} files, {total} bytes",
            todo=Text(zh="请直接发送未压缩文件或分包发送", en="send the files unpacked or in parts"),
        )


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, path: Path) -> Path:
    name = member.filename
    if not member.flag_bits & 0x800:  # names written by Chinese Windows are GBK, which zipfile reads as cp437
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = member.filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if PurePosixPath(name).is_absolute() or ".." in parts or not parts:
        raise Refused(
            "collect.zip_path",
            zh="压缩包内的路径越出了压缩包，已拒绝整个压缩包",
            en="a path inside the archive climbs out of it; the whole archive is refused",
            where=path.name,
            came=name,
        )
    target = folder / "__".join(parts)
    written = 0
    with archive.open(member) as source, target.open("wb") as sink:
        while chunk := source.read(1 << 20):
            written += len(chunk)
            if written > member.file_size:
                raise zipfile.BadZipFile(f"{name}: longer than announced")
            sink.write(chunk)
    return target
