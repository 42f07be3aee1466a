"""Archives: a zip or a gzip opened under limits; a bomb, a path that climbs out or a broken one is refused whole."""

from __future__ import annotations

import errno
import gzip
import lzma
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from yibao.collect.names import readable
from yibao.kernel import Refused, Text

MAX_MEMBERS = 10_000
MAX_RATIO = 250
"""A member that grows more than this many times is taken for a bomb; text extracts grow about 5 to 30 times."""

BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, struct.error,
    ValueError, OverflowError, MemoryError, OSError,
)  # fmt: skip
"""What reading a damaged archive raises, each method of compression in its own words."""

_UTF8_NAME = 0x800
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_OUR_OWN = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EIO, errno.EMFILE)
"""Failures of our own machine, which say nothing about the archive."""


def unpack(path: Path, folder: Path, shown: str) -> list[tuple[str, Path]]:
    """Unpack a zip into a new folder and give its files: the name within the archive, and where it lies now.

    A refused archive leaves nothing behind. Raises `Refused`: ``collect.broken_zip``, ``collect.zip_bomb``,
    ``collect.zip_path``; and `OSError` where the disk, not the archive, is at fault.
    """
    folder.mkdir(parents=True)
    try:
        with _broken_is_refused(shown), zipfile.ZipFile(path) as archive:
            members = [(_name(m), m) for m in archive.infolist() if not m.is_dir()]
            hold_limits([m for _, m in members], shown, int(shutil.disk_usage(folder).free * 0.8))
            for name, _ in members:
                _stay_inside(shown, name)
            return list(_extract(archive, members, folder))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def unzip_one(path: Path, folder: Path, shown: str) -> Path:
    """Unpack a gzip, which holds one file, into a new folder; raises as `unpack` does."""
    folder.mkdir(parents=True)
    room = int(shutil.disk_usage(folder).free * 0.8)
    limit = min(room, MAX_RATIO * max(path.stat().st_size, 4096))
    suffix = PurePosixPath(shown.lower().removesuffix(".gz")).suffix
    target, written = folder / f"0{suffix if _SUFFIX.fullmatch(suffix) else ''}", 0
    try:
        with _broken_is_refused(shown), gzip.open(path) as source, target.open("wb") as sink:
            while chunk := source.read(1 << 20):
                written += len(chunk)
                if written > limit:
                    raise _too_large(shown, f"≤ {MAX_RATIO} × , ≤ {room} bytes", f"> {written} bytes")
                sink.write(chunk)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return target


def hold_limits(members: Sequence[zipfile.ZipInfo], shown: str, room: int) -> None:
    """Refuse (``collect.zip_bomb``) what would grow too large; ``room`` is how many bytes it may grow to."""
    total = sum(m.file_size for m in members)
    bomb = any(m.file_size > MAX_RATIO * max(m.compress_size, 4096) for m in members)
    if bomb or len(members) > MAX_MEMBERS or total > room:
        raise _too_large(
            shown,
            f"≤ {MAX_MEMBERS} files, ≤ {MAX_RATIO} × , ≤ {room} bytes",
            f"{len(members)} files, {total} bytes",
        )


def _too_large(shown: str, wanted: str, came: str) -> Refused:
    return Refused(
        "collect.zip_bomb",
        zh="压缩内容解压后过大，疑似压缩炸弹或空间不足",
        en="what is compressed would grow too large: a bomb, or too little room",
        where=shown,
        wanted=wanted,
        came=came,
        todo=Text(zh="请直接发送未压缩文件（CSV）或分包发送", en="send the files unpacked (CSV) or in parts"),
    )


def is_broken(error: BaseException) -> bool:
    """Say whether a failure of reading an archive is the archive's own, and not that of our disk."""
    return not isinstance(error, OSError) or error.errno not in _OUR_OWN


@contextmanager
def _broken_is_refused(shown: str) -> Iterator[None]:
    try:
        yield
    except BROKEN_ZIP as error:
        if not is_broken(error):
            raise
        raise Refused(
            "collect.broken_zip",
            zh="压缩包损坏、被截断、加密或压缩方法不认识，未读取其中任何文件",
            en="the archive is broken, truncated, encrypted or of an unknown method; nothing in it was read",
            where=shown,
            came=readable(str(error)) or type(error).__name__,
            todo=Text(zh="重新打包为普通 zip 后再发送", en="pack it again as a plain zip and send it again"),
        ) from error


def _name(member: zipfile.ZipInfo) -> str:
    """Give a member's name; names written by Chinese Windows are GBK, which the format takes for cp437."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = member.filename
    return readable(name.replace("\\", "/"))


def _stay_inside(shown: str, name: str) -> None:
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts or not inside.parts or ":" in inside.parts[0]:
        raise Refused(
            "collect.zip_path",
            zh="压缩包内的路径越出了压缩包，已拒绝整个压缩包",
            en="a path inside the archive climbs out of it; the whole archive is refused",
            where=shown,
            came=name,
        )


def _extract(
    archive: zipfile.ZipFile, members: list[tuple[str, zipfile.ZipInfo]], folder: Path
) -> Iterator[tuple[str, Path]]:
    """Write each member under a number of our own: no name of an archive ever reaches the file system."""
    for number, (name, member) in enumerate(members):
        suffix = PurePosixPath(name).suffix.lower()
        target = folder / f"{number}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
        written = 0
        with archive.open(member) as source, target.open("wb") as sink:
            while chunk := source.read(1 << 20):
                written += len(chunk)
                if written > member.file_size:
                    raise zipfile.BadZipFile(f"{name}: longer than announced")
                sink.write(chunk)
        if written < member.file_size:
            raise zipfile.BadZipFile(f"{name}: shorter than announced")
        yield name, target
