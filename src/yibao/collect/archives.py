"""Archives: a zip opened under limits; a bomb, a path that climbs out or a broken archive is refused whole."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from yibao.kernel import Refused, Text

MAX_MEMBERS = 10_000
MAX_RATIO = 250
"""A member that grows more than this many times is taken for a bomb; text extracts grow about 5 to 30 times."""

_UTF8_NAME = 0x800
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def unpack(path: Path, folder: Path) -> list[tuple[str, Path]]:
    """Unpack a zip into an empty folder and give its files: the name within the archive, and where it lies now.

    Raises `Refused`: ``collect.broken_zip``, ``collect.zip_bomb``, ``collect.zip_path``.
    """
    folder.mkdir(parents=True)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [(_name(m), m) for m in archive.infolist() if not m.is_dir()]
            _hold_limits(path, [m for _, m in members], folder)
            for name, _ in members:
                _stay_inside(path, name)
            return list(_extract(archive, members, folder))
    except _BROKEN as error:
        raise Refused(
            "collect.broken_zip",
            zh="压缩包损坏、被截断或加密，未读取其中任何文件",
            en="the archive is broken, truncated or encrypted; nothing in it was read",
            where=path.name,
            came=str(error),
            todo=Text(zh="重新打包后再发送", en="pack it again and send it again"),
        ) from error


def _name(member: zipfile.ZipInfo) -> str:
    """Give a member's name; names written by Chinese Windows are GBK, which the format takes for cp437."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = member.filename
    return name.replace("\\", "/")


def _hold_limits(path: Path, members: list[zipfile.ZipInfo], folder: Path) -> None:
    total = sum(m.file_size for m in members)
    room = int(shutil.disk_usage(folder).free * 0.8)
    bomb = any(m.file_size > MAX_RATIO * max(m.compress_size, 4096) for m in members)
    if bomb or len(members) > MAX_MEMBERS or total > room:
        raise Refused(
            "collect.zip_bomb",
            zh="压缩包解压后过大，疑似压缩炸弹或磁盘不足",
            en="the archive would grow too large: a bomb, or too little disk",
            where=path.name,
            wanted=f"≤ {MAX_MEMBERS} files, ≤ {MAX_RATIO} × , ≤ {room} bytes",
            came=f"{len(members)} files, {total} bytes",
            todo=Text(zh="请直接发送未压缩文件或分包发送", en="send the files unpacked or in parts"),
        )


def _stay_inside(path: Path, name: str) -> None:
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts or not inside.parts or ":" in inside.parts[0]:
        raise Refused(
            "collect.zip_path",
            zh="压缩包内的路径越出了压缩包，已拒绝整个压缩包",
            en="a path inside the archive climbs out of it; the whole archive is refused",
            where=path.name,
            came=name,
        )


def _extract(
    archive: zipfile.ZipFile, members: list[tuple[str, zipfile.ZipInfo]], folder: Path
) -> Iterator[tuple[str, Path]]:
    """Write each member under a number of our own: no name of an archive ever reaches the file system."""
    for number, (name, member) in enumerate(members):
        target = folder / f"{number}{PurePosixPath(name).suffix.lower()}"
        written = 0
        with archive.open(member) as source, target.open("wb") as sink:
            while chunk := source.read(1 << 20):
                written += len(chunk)
                if written > member.file_size:
                    raise zipfile.BadZipFile(f"{name}: longer than announced")
                sink.write(chunk)
        yield name, target
