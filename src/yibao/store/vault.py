"""Where a backup lies: a folder, in which every file is kept once under its digest, or one tar file.

A folder holds any number of backups: ``backups/<name>.json`` is a manifest, ``objects/<ab>/<sha256>`` what
the manifests name. A backup exists from the moment its manifest has its name, so one that is killed leaves
the earlier ones as they are, and what it has copied already is found by the next.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import secrets
import shutil
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from yibao.kernel import Refused, Text
from yibao.store.embedded.filelock import FileLock
from yibao.store.lakefiles import digest, sync_directory, sync_file
from yibao.store.manifest import Manifest, damaged, read_manifest

CHUNK: Final = 1 << 20
MANIFEST: Final = "backup.json"
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Advance = Callable[[int], None]
"""Hears of so many bytes more that were read."""
Report = Callable[[str, int, int], None]
"""Hears how far a long work is: what it is at, how many bytes are done, of how many."""


class Meter:
    """Counts bytes and reports them; ``at`` is what the work is at."""

    def __init__(self, report: Report, of: int) -> None:
        self.at = ""
        self._report = report
        self._done = 0
        self._of = of

    def advance(self, count: int) -> None:
        """Count so many bytes more."""
        self._done += count
        self._report(self.at, self._done, self._of)


class Vault(ABC):
    """A place for backups, opened to write one or to read."""

    place: Path

    @abstractmethod
    def names(self) -> list[str]:
        """Name the finished backups, oldest first."""

    @abstractmethod
    def manifest(self, name: str) -> Manifest:
        """Read the manifest of a backup (``store.backup_damaged``)."""

    @abstractmethod
    def open(self, sha256: str) -> IO[bytes]:
        """Open a stored file by its digest; `OSError` or `KeyError` where it is not there."""

    @abstractmethod
    def holds(self, sha256: str, size: int) -> bool:
        """Say whether a whole file of this digest is here already; it is read to know that."""

    @abstractmethod
    def put(self, source: Path, sha256: str, advance: Advance, *, link: bool = False) -> bool:
        """Store a file under its digest, on disk; say whether what was read has that digest."""

    @abstractmethod
    def finish(self, manifest: Manifest) -> None:
        """Make the backup exist, all of it on disk."""

    def prune(self, keep: int) -> list[str]:
        """Remove all but the last backups; give the names of the removed. One file holds one backup."""
        return []


class Folder(Vault):
    """A folder of backups."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._objects = place / "objects"
        self._manifests = place / "backups"
        self._touched: set[Path] = set()

    def names(self) -> list[str]:
        """Name the finished backups; their names sort by time."""
        return sorted(path.stem for path in self._manifests.glob("[0-9]*.json"))

    def manifest(self, name: str) -> Manifest:
        """Read a manifest."""
        path = self._manifests / f"{name}.json"
        return read_manifest(path.read_bytes(), str(path))

    def open(self, sha256: str) -> IO[bytes]:
        """Open an object."""
        return self._object(sha256).open("rb")

    def holds(self, sha256: str, size: int) -> bool:
        """Digest what is there."""
        path = self._object(sha256)
        return path.is_file() and path.stat().st_size == size and digest(path) == sha256

    def put(self, source: Path, sha256: str, advance: Advance, *, link: bool = False) -> bool:
        """Copy a file, or give it a second name where that is wanted and possible."""
        target = self._object(sha256)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        draft = target.with_name(f".part-{secrets.token_hex(8)}")
        try:
            if not (link and _linked(source, draft)):
                with source.open("rb") as stream, draft.open("xb") as sink:
                    came = copy(stream, sink, advance)
                draft.chmod(0o400)
            else:
                came = digest(draft)
                advance(draft.stat().st_size)
            if came != sha256:
                return False
            sync_file(draft)
            draft.replace(target)
            self._touched |= {target.parent, self._objects}
        finally:
            draft.unlink(missing_ok=True)
        return True

    def finish(self, manifest: Manifest) -> None:
        """Put all names on disk, then the manifest under its own."""
        for folder in self._touched:
            sync_directory(folder)
        draft = self._manifests / f".{manifest.name}.part"
        draft.write_text(manifest.as_text(), encoding="utf-8")
        sync_file(draft)
        draft.replace(self._manifests / f"{manifest.name}.json")
        for folder in (self._manifests, self.place, self.place.parent):
            sync_directory(folder)

    def prune(self, keep: int) -> list[str]:
        """Remove all but the last backups, and the files that no other one needs; give the names of the removed.

        What a killed backup left behind goes with them: the dump that it had stored is nobody's.
        """
        over = self.names()[:-keep]
        needed = {e.sha256 for name in self.names()[-keep:] for e in self.manifest(name).files}
        for name in over:
            (self._manifests / f"{name}.json").unlink()
        sync_directory(self._manifests)  # before their files go: a manifest without its files looks damaged
        for path in self._objects.glob("*/*"):
            if path.name not in needed:
                path.unlink()
        return over

    def _object(self, sha256: str) -> Path:
        return self._objects / sha256[:2] / sha256

    def prepare(self) -> None:
        """Make the folders, and remove the drafts of killed backups; the lock is held."""
        for folder in (self._objects, self._manifests):
            folder.mkdir(mode=0o700, exist_ok=True)
        for leftover in (*self._objects.glob("*/.part-*"), *self._manifests.glob(".*.part")):
            leftover.unlink()


class Archive(Vault):
    """One backup in one tar file; the manifest is its last member, so what broke off has none."""

    def __init__(self, place: Path, tar: tarfile.TarFile) -> None:
        self.place = place
        self._tar = tar
        self._stored: set[str] = set()

    def names(self) -> list[str]:
        """Name the one backup."""
        return [self._read().name]

    def manifest(self, name: str) -> Manifest:
        """Read the manifest, whatever name it is asked for by."""
        return self._read()

    def _read(self) -> Manifest:
        try:
            return read_manifest(self._member(MANIFEST).read(), str(self.place))
        except (KeyError, tarfile.TarError) as error:
            raise damaged(str(self.place), [f"{MANIFEST}: {error}"]) from error

    def open(self, sha256: str) -> IO[bytes]:
        """Open a member."""
        return self._member(f"objects/{sha256}")

    def _member(self, name: str) -> IO[bytes]:
        stream = self._tar.extractfile(name)
        if stream is None:
            raise KeyError(f"{name} is no file")
        return stream

    def holds(self, sha256: str, size: int) -> bool:
        """Say whether it was put in before."""
        return sha256 in self._stored

    def put(self, source: Path, sha256: str, advance: Advance, *, link: bool = False) -> bool:
        """Append a file."""
        with source.open("rb") as stream:
            member = self._tar.gettarinfo(arcname=f"objects/{sha256}", fileobj=stream)
            reader = _Digesting(stream, advance)
            member.mode, member.uid, member.gid, member.uname, member.gname = 0o400, 0, 0, "", ""
            member.type, member.linkname = tarfile.REGTYPE, ""
            self._tar.addfile(member, reader)
        if whole := reader.hexdigest() == sha256:
            self._stored.add(sha256)
        return whole  # what is not stays in the file; a later member of the same name counts

    def finish(self, manifest: Manifest) -> None:
        """Append the manifest."""
        told = manifest.as_text().encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(told)
        self._tar.addfile(member, io.BytesIO(told))


class _Digesting:
    """A stream that digests what is read from it."""

    def __init__(self, stream: IO[bytes], advance: Advance) -> None:
        self._stream = stream
        self._advance = advance
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        chunk = self._stream.read(size)
        self._digest.update(chunk)
        self._advance(len(chunk))
        return chunk

    def hexdigest(self) -> str:
        """Give the digest of what was read."""
        return self._digest.hexdigest()


def copy(source: IO[bytes], sink: IO[bytes], advance: Advance) -> str:
    """Copy a stream and give its SHA-256."""
    reader = _Digesting(source, advance)
    shutil.copyfileobj(reader, sink, CHUNK)
    return reader.hexdigest()


@contextmanager
def writing(place: Path) -> Iterator[tuple[Vault, Path]]:
    """Open a place for one more backup, and a private folder in it for scratch; a name in ``.tar`` is a file.

    Raises `Refused`: ``store.backup_place`` where it is neither empty nor a place of backups,
    ``store.backup_busy`` while another program backs up there, ``store.backup_no_room``.
    """
    try:
        if place.suffix == ".tar":
            yield from _new_archive(place)
        else:
            yield from _opened_folder(place)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise _no_room(place, error) from error


@contextmanager
def reading(place: Path) -> Iterator[Vault]:
    """Open a place that holds backups (``store.no_backup``, ``store.backup_damaged``)."""
    if place.is_dir():
        folder = Folder(place)
        if not folder.names():
            raise _no_backup(place)
        yield folder
    elif place.is_file():
        try:
            tar = tarfile.open(place, "r:")  # noqa: SIM115
        except tarfile.TarError as error:
            raise damaged(str(place), [str(error)]) from error
        with tar:
            yield Archive(place, tar)
    else:
        raise _no_backup(place)


def _opened_folder(place: Path) -> Iterator[tuple[Vault, Path]]:
    folder = Folder(place)
    if place.exists() and not (place.is_dir() and ((place / "backups").is_dir() or not any(place.iterdir()))):
        raise Refused(
            "store.backup_place",
            zh="这里已有别的内容,不是存放备份的目录",
            en="there is something else here: this is no folder of backups",
            where=str(place),
            wanted="a missing or empty folder, or one that yibao backup made",
            came="a folder with other things" if place.is_dir() else "a file",
            todo=Text(
                zh="换一个目录;单个文件请用 .tar 结尾", en="choose another; a single file ends in .tar"
            ),
        )
    with _alone(place, place), _scratch(place / ".scratch") as scratch:
        folder.prepare()
        yield folder, scratch


def _new_archive(place: Path) -> Iterator[tuple[Vault, Path]]:
    beside = place.with_name(f".{place.name}.part")
    with _alone(beside, place), _scratch(beside / "scratch") as scratch:
        draft = scratch / place.name
        draft.touch(mode=0o600)
        with tarfile.open(draft, "w:") as tar:
            yield Archive(place, tar), scratch
        sync_file(draft)
        draft.replace(place)
    shutil.rmtree(beside)
    sync_directory(place.parent)


@contextmanager
def _alone(folder: Path, place: Path) -> Iterator[None]:
    """Make a private folder and hold its lock: one program at a time backs up to a place."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(folder / ".lock") as lock:
        if not lock.try_exclusive():
            raise Refused(
                "store.backup_busy",
                zh="另一个程序正在向这里备份",
                en="another program is backing up to this place",
                where=str(place),
                todo=Text(zh="等它结束后重试", en="wait until it has finished and try again"),
            )
        yield


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Make an empty folder, whatever a killed program left in it, and remove it at the end."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _linked(source: Path, target: Path) -> bool:
    with suppress(OSError):
        os.link(source, target)
        return True
    return False  # another file system, or one without links: then it is copied


def _no_room(place: Path, error: OSError) -> Refused:
    return Refused(
        "store.backup_no_room",
        zh="存放备份的地方写不下了;这次备份没有完成,以前的备份都在",
        en="there is no room for the backup; it was not finished, and earlier ones are as they were",
        where=str(place),
        came=error.strerror or str(error),
        todo=Text(
            zh="腾出空间或换一个盘(FAT32 的盘放不下 4 GB 以上的文件),再运行一次,已复制的不会重复",
            en="make room or take another disk (FAT32 holds no file over 4 GB) and run it again; "
            "what was copied is not copied twice",
        ),
    )


def _no_backup(place: Path) -> Refused:
    return Refused(
        "store.no_backup",
        zh="这里没有做完的备份",
        en="there is no finished backup here",
        where=str(place),
        wanted="a folder or .tar file that yibao backup made",
        todo=Text(zh="检查路径", en="check the path"),
    )


def check_room(place: Path, needed: int, code: str) -> None:
    """Refuse, under this code, a place on a disk that has less than so many bytes free."""
    there = next(path for path in (place, *place.parents) if path.exists())
    if (free := shutil.disk_usage(there).free) < needed:
        raise Refused(
            code,
            zh="空间不够,什么也没有写",
            en="there is not enough room; nothing was written",
            where=str(place),
            wanted=f"{needed:,} bytes",
            came=f"{free:,} bytes free",
            todo=Text(zh="腾出空间,或换一个盘", en="make room, or take another disk"),
        )
