"""Restore a whole home (整库恢复): read and compare everything first, then files, then the register, then compare again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from yibao.kernel import Refused, Text
from yibao.store.backup import restore, tables_in
from yibao.store.home import Home
from yibao.store.lake import Lake
from yibao.store.lakefiles import digest, sync_directory, sync_file
from yibao.store.manifest import LAKE, REGISTER, Entry, Manifest, damaged
from yibao.store.migrate import migrate, newer_register, revisions
from yibao.store.register import Register, connect
from yibao.store.tables import lake_file
from yibao.store.vault import Advance, Meter, Report, Vault, check_room, copy, reading


def check_backup(place: Path, name: str | None = None, report: Report = lambda *_: None) -> Manifest:
    """Read every file of a backup (the last, unless named) and give its manifest.

    Raises `Refused`: ``store.no_backup``, ``store.backup_damaged`` with the files' names,
    ``store.register_newer`` for a backup of a newer schema, ``store.backup_newer``.
    """
    with reading(place.expanduser().absolute()) as vault:
        return _checked(vault, name, report)


def restore_home(
    home: Home,
    place: Path,
    url: str | None = None,
    *,
    name: str | None = None,
    report: Report = lambda *_: None,
) -> Manifest:
    """Restore a backup into an empty home and an empty register, and give what it was.

    Everything is read and compared before anything is written, the register comes last and in one
    transaction, and at the end the lake is compared with it. A restore that is killed is gone on with by the
    same call; until then the home refuses to be used. Raises `Refused`: what `check_backup` raises,
    ``store.restore_not_empty``, ``store.restore_no_room``, ``store.restore_unsound``, ``store.restore_failed``.
    """
    with reading(place.expanduser().absolute()) as vault:
        manifest = _checked(vault, name, report)
        begun = _claim(home, manifest)
        with connect(home, url, restoring=True) as register:
            done = _is_restored(register, manifest, home, begun=begun)
            meter = Meter(report, manifest.bytes)
            for entry in manifest.files:
                meter.at = entry.path
                if entry.path != REGISTER:
                    _bring(vault, entry, home.path / entry.path, meter)
            if not done:
                with _dumped(vault, manifest, home, meter) as file:
                    restore(register, file)
            migrate(register.engine)
            _check_lake(home, register)
        home.restoring.unlink()
        sync_directory(home.path)
    return manifest


def _checked(vault: Vault, name: str | None, report: Report) -> Manifest:
    names = vault.names()
    if name is not None and name not in names:
        raise Refused(
            "store.no_backup",
            zh="没有这一次备份",
            en="there is no such backup",
            where=str(vault.place),
            wanted=" | ".join(names),
            came=name,
        )
    manifest = vault.manifest(name or names[-1])
    if manifest.revision is not None and manifest.revision not in (known := revisions()):
        raise newer_register(str(vault.place), known[-1], manifest.revision)
    meter = Meter(report, manifest.bytes)
    wrong: list[str] = []
    for entry in manifest.files:
        meter.at = entry.path
        if (what := _wrong(vault, entry, meter.advance)) is not None:
            wrong.append(f"{entry.path}: {what}")
    if wrong:
        raise damaged(f"{vault.place} ({manifest.name})", wrong)
    return manifest


def _wrong(vault: Vault, entry: Entry, advance: Advance) -> str | None:
    try:
        with vault.open(entry.sha256) as stream, Path(os.devnull).open("wb") as nowhere:
            return None if copy(stream, nowhere, advance) == entry.sha256 else "content changed"
    except FileNotFoundError:
        return "missing"
    except (OSError, KeyError) as error:
        return f"not readable ({error})"


def _claim(home: Home, manifest: Manifest) -> bool:
    """Take an empty home for this restore; say whether the same restore has begun to fill it before."""
    mark = f"{manifest.name}\n"
    if home.restoring.is_file() and home.restoring.read_text(encoding="utf-8") == mark:
        return True
    if home.path.exists() and any(home.path.iterdir()):
        raise _not_empty(str(home.path), sorted(path.name for path in home.path.iterdir()))
    check_room(home.path, manifest.bytes, "store.restore_no_room")
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.restoring.write_text(mark, encoding="utf-8")
    sync_file(home.restoring)
    sync_directory(home.path)
    return False


def _is_restored(register: Register, manifest: Manifest, home: Home, *, begun: bool) -> bool:
    """Say whether this restore, killed after its commit, has filled the register; refuse one that others filled."""
    if not (tables := tables_in(register)):
        return False
    if begun and "lake_file" in tables:
        with register.engine.connect() as connection:
            listed = connection.execute(select(lake_file.c.path, lake_file.c.sha256))
            if {row.path: row.sha256 for row in listed} == manifest.lake:
                return True
    if not begun:
        home.restoring.unlink()
    raise _not_empty(str(register.url), tables)


def _not_empty(where: str, came: Sequence[str]) -> Refused:
    return Refused(
        "store.restore_not_empty",
        zh="要恢复到的地方不是空的,没有恢复任何内容",
        en="the place to restore into is not empty, so nothing is restored",
        where=where,
        wanted="a missing or empty home, and an empty register",
        came=", ".join(came[:8]),
        todo=Text(zh="换一个目录(--home),或先移走现有的", en="name another (--home), or move this one away"),
    )


def _bring(vault: Vault, entry: Entry, target: Path, meter: Meter) -> None:
    if target.is_file() and target.stat().st_size == entry.bytes and digest(target) == entry.sha256:
        meter.advance(entry.bytes)
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.restoring")
    with vault.open(entry.sha256) as stream, draft.open("wb") as sink:
        if copy(stream, sink, meter.advance) != entry.sha256:
            raise damaged(str(vault.place), [entry.path])
    draft.chmod(0o400 if entry.path.startswith(LAKE) else 0o600)
    sync_file(draft)
    draft.replace(target)
    sync_directory(target.parent)


@contextmanager
def _dumped(vault: Vault, manifest: Manifest, home: Home, meter: Meter) -> Iterator[Path]:
    """Lay the register's dump down as a file, for as long as it is needed."""
    file = home.work / REGISTER
    entry = next((entry for entry in manifest.files if entry.path == REGISTER), None)
    if entry is None:
        raise damaged(str(vault.place), [f"{REGISTER}: missing"])
    try:
        meter.at = REGISTER
        _bring(vault, entry, file, meter)
        yield file
    finally:
        file.unlink(missing_ok=True)


def _check_lake(home: Home, register: Register) -> None:
    if problems := Lake(home, register).verify():
        raise Refused(
            "store.restore_unsound",
            zh="恢复后的湖文件与登记库的清单不一致",
            en="after the restore the lake does not agree with the register",
            where=str(home.path),
            came="; ".join(f"{p.path}: {p.text.en}" for p in problems[:8]),
            todo=Text(zh="检查磁盘后,恢复到另一个目录", en="check the disk, then restore elsewhere"),
        )
