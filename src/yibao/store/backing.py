"""Back up a whole home (整库备份): register, lake, and every file that lies beside them.

The register's snapshot decides which files of the lake belong to the backup: they were published before it,
and never change. All else in the home (policy packs, documents, reports) is listed after the snapshot, so what
the register knows of is there. ``register`` and ``work`` are not copied: the one is dumped, the other is scratch.
Nor are ``keys``: who has the register and the keys can write the ledger anew, so they are kept apart from it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from yibao.kernel import CHINA, Refused, Text
from yibao.store.backup import dump
from yibao.store.home import Home
from yibao.store.lakefiles import digest
from yibao.store.manifest import LAKE, REGISTER, Entry, Manifest
from yibao.store.migrate import current_revision
from yibao.store.register import Register, connect
from yibao.store.tables import batch, lake_file
from yibao.store.vault import Meter, Report, Vault, check_room, writing

_NOT_COPIED: Final = ("register", "lake", "work", "keys")
_PATIENCE: Final = 3
"""How often a file that changes while it is read is read again."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A finished backup, how many bytes of it had to be written, and the earlier ones that were removed."""

    manifest: Manifest
    written: int
    removed: tuple[str, ...]


def back_up(
    home: Home,
    place: Path,
    url: str | None = None,
    *,
    link: bool = False,
    keep: int | None = None,
    report: Report = lambda *_: None,
) -> BackedUp:
    """Back up a home to a folder of backups, or to one file whose name ends in ``.tar``.

    Works while others work. Files that the folder holds with the right digest are not written again; with
    ``link`` lake files on the same file system get a second name instead of a copy. ``keep`` removes all but so
    many of the last backups afterwards. A backup that is killed leaves the earlier ones as they were. Raises
    `Refused` with a code ``store.backup_…``, ``store.no_home``, ``store.dump_failed``, and all that keeps the
    register from being opened.
    """
    place = place.expanduser().absolute()
    _check_places(home, place)
    with writing(place) as (vault, scratch):
        made = datetime.now(CHINA)
        report(REGISTER, 0, 1)
        revision, known_no, lake, rest = _look(home, url, scratch)
        beside = sum(_size(source) for source in rest)
        meter = Meter(report, sum(entry.bytes for entry in lake) + beside)
        absent = _absent(vault, lake, meter)
        written = sum(entry.bytes for entry in absent)
        check_room(place, written + beside, "store.backup_no_room")
        for entry in absent:
            meter.at = entry.path
            source = home.path / entry.path
            if not source.is_file() or not vault.put(source, entry.sha256, meter.advance, link=link):
                raise _source_damaged(source)
        files = list(lake)
        for source in rest:
            path = REGISTER if source.parent == scratch else source.relative_to(home.path).as_posix()
            meter.at = path
            if stored := _store(vault, source, path, meter):
                files.append(stored[0])
                written += stored[1]
        name = f"{made:%Y%m%d-%H%M%S-%f}"[:-3]
        manifest = Manifest(
            name, made.isoformat(timespec="seconds"), revision, known_no, tuple(files), _keys(home)
        )
        vault.finish(manifest)
        removed = vault.prune(keep) if keep else []
    return BackedUp(manifest, written, tuple(removed))


def _look(
    home: Home, url: str | None, scratch: Path
) -> tuple[str | None, int | None, list[Entry], list[Path]]:
    """Dump the register as one snapshot sees it; give the lake's files of that snapshot, and all other files."""
    with connect(home, url) as register, _snapshot(register) as (revision, known_no, lake, snapshot):
        dump(register, scratch / REGISTER, snapshot)
    return revision, known_no, lake, [scratch / REGISTER, *_beside(home)]


def _absent(vault: Vault, lake: list[Entry], meter: Meter) -> list[Entry]:
    """List the files of the lake that the vault does not hold whole, each content once; the others count as done."""
    absent: dict[str, Entry] = {}
    for entry in lake:
        meter.at = entry.path
        if entry.sha256 in absent or vault.holds(entry.sha256, entry.bytes):
            meter.advance(entry.bytes)
        else:
            absent[entry.sha256] = entry
    return list(absent.values())


@contextmanager
def _snapshot(register: Register) -> Iterator[tuple[str | None, int | None, list[Entry], str]]:
    engine = register.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.begin() as connection:
        snapshot: str = connection.scalar(select(func.pg_export_snapshot())) or ""
        revision = current_revision(connection)
        known_no, files = None, []
        if revision is not None:
            known_no = connection.scalar(select(func.max(batch.c.known_no)))
            listed = select(lake_file.c.path, lake_file.c.bytes, lake_file.c.sha256).order_by(
                lake_file.c.path
            )
            files = [Entry(LAKE + row.path, row.bytes, row.sha256) for row in connection.execute(listed)]
        yield revision, known_no, files, snapshot


def _beside(home: Home) -> list[Path]:
    """List every file of a home that is neither the register's nor the lake's; links are followed, once."""
    found: list[Path] = []
    seen = {os.path.realpath(home.path / name) for name in _NOT_COPIED}
    for top, folders, names in os.walk(home.path, followlinks=True):
        inside = {os.path.realpath(Path(top) / folder): folder for folder in sorted(folders)}
        folders[:] = [folder for real, folder in inside.items() if real not in seen]
        seen |= inside.keys()
        found += [path for name in sorted(names) if (path := Path(top) / name).is_file()]
    return [path for path in found if path != home.restoring]


def _keys(home: Home) -> tuple[str, ...]:
    """Name the private keys of a home, which are left out."""
    return tuple(f"keys/{path.name}" for path in sorted((home.path / "keys").glob("*")) if path.is_file())


def _size(source: Path) -> int:
    """Give a file's size in bytes; of one that is gone by now, none."""
    return source.stat().st_size if source.exists() else 0


def _store(vault: Vault, source: Path, path: str, meter: Meter) -> tuple[Entry, int] | None:
    """Store a file that is listed nowhere; None where it is gone by now. Gives how many bytes were written."""
    for _ in range(_PATIENCE):
        try:
            entry = Entry(path, source.stat().st_size, digest(source))
            if vault.holds(entry.sha256, entry.bytes):
                meter.advance(entry.bytes)
                return entry, 0
            if vault.put(source, entry.sha256, meter.advance):
                return entry, entry.bytes
        except FileNotFoundError:
            return None
    raise Refused(
        "store.backup_restless",
        zh="文件在备份时一直在变",
        en="a file kept changing while it was backed up",
        where=str(source),
        wanted="a file that is still for a moment",
        todo=Text(zh="查明谁在写这个文件,然后重试", en="find out who writes it, then try again"),
    )


def _check_places(home: Home, place: Path) -> None:
    if not home.path.is_dir():
        raise Refused(
            "store.no_home",
            zh="没有这个数据目录",
            en="there is no such home",
            where=str(home.path),
            todo=Text(zh="用 --home 指定", en="name it with --home"),
        )
    if place.resolve().is_relative_to(home.path.resolve()):
        raise Refused(
            "store.backup_inside",
            zh="备份不能放在数据目录里面",
            en="a backup must not lie within the home that it is of",
            where=str(place),
            wanted=f"outside {home.path}",
            todo=Text(zh="放到另一块盘上", en="put it on another disk"),
        )


def _source_damaged(source: Path) -> Refused:
    return Refused(
        "store.backup_source",
        zh="数据湖中的文件缺失或已被改动,不能备份;以前的备份都在",
        en="a file of the lake is missing or was changed, so it is not backed up; earlier backups are as they were",
        where=str(source),
        wanted="the file as it was published",
        came="another content" if source.is_file() else "no file",
        todo=Text(
            zh="运行 yibao doctor,从以前的备份取回这个文件",
            en="run yibao doctor, and take this file from an earlier backup",
        ),
    )
