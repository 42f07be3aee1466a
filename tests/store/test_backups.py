"""Whole backups: consistent, incremental, verified, and never half a backup or half a restore."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import stat
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.store import programs
from tests.store.programs import write_rows
from tests.store.test_upkeep import everything, url

from yibao.kernel import Refused
from yibao.store import (
    BackedUp,
    Home,
    Lake,
    Manifest,
    Register,
    back_up,
    check_backup,
    open_register,
    restore_home,
)
from yibao.store.embedded import find_binaries

BESIDE = (
    ("policy/990100/节日.yaml", "本地: 1\n"), ("reports/report.html", "whole"), ("keys/ledger.pem", "secret")
)  # fmt: skip


def slow(value: object) -> Any:
    return pytest.param(value, marks=pytest.mark.slow)


@pytest.fixture
def full(fresh_register: Register) -> Register:
    """A register whose home holds two lake files, a policy pack, a report and a key."""
    fill(fresh_register)
    fill(fresh_register)
    home = fresh_register.home.path
    for name, content in BESIDE:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(content, encoding="utf-8")
    return fresh_register


def fill(register: Register) -> Lake:
    """Publish a file whose content no other has."""
    lake = Lake(register.home, register)
    with lake.batch("collect", "国家") as batch, register.unit_of_work("办事员") as unit:
        write_rows(batch.stage("line"), batch.number + 2)
        batch.publish(unit)
    return lake


def back(register: Register, place: Path, **options: Any) -> BackedUp:
    return back_up(register.home, place, url(register), **options)


def bring(home: Home, place: Path, **options: Any) -> None:
    """Restore into an embedded register of its own."""
    restore_home(home, place, **options)


def refused(code: str, call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as raised:
        call()
    assert raised.value.code == code
    return raised.value


def objects(place: Path) -> dict[str, tuple[int, int]]:
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in place.glob("objects/*/*")}


@pytest.mark.parametrize("name", ["备份 1", "备份.tar"])
def test_a_home_comes_back_as_it_was(full: Register, fresh_home: Home, tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    seen: list[tuple[int, int]] = []
    done = back(full, place, report=lambda at, made, of: seen.append((made, of)))
    assert seen[-1][0] == seen[-1][1] > 0, "progress ends where it said it would"
    assert (done.manifest.known_no, len(done.manifest.lake)) == (2, 2)
    assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0
    bring(fresh_home, place)
    with open_register(fresh_home) as restored:
        assert everything(restored) == everything(full)
        assert Lake(fresh_home, restored).verify() == []
        fill(restored)  # and goes on
    report = fresh_home.path / "reports" / "report.html"
    assert report.read_text() == "whole" and stat.S_IMODE(report.stat().st_mode) == 0o600
    assert (fresh_home.path / "policy/990100/节日.yaml").read_text(encoding="utf-8") == "本地: 1\n"
    assert not fresh_home.restoring.exists()
    assert [p.name for p in place.parent.iterdir() if p.name.startswith(".")] == []


def test_what_is_there_is_not_copied_again_and_what_was_damaged_there_is(
    full: Register, tmp_path: Path
) -> None:
    place = tmp_path / "backups"
    first = back(full, place)
    before = objects(place)
    fill(full)
    second = back(full, place)
    after = objects(place)
    assert all(after[name] == before[name] for name in before), "nothing old was touched"
    assert second.written < first.written + second.manifest.files[-1].bytes
    [lake_file, *_] = first.manifest.lake.values()
    victim = place / "objects" / lake_file[:2] / lake_file
    flip(victim)
    refused("store.backup_damaged", lambda: check_backup(place))
    third = back(full, place)
    assert third.written > 0
    check_backup(place)
    check_backup(place, first.manifest.name)


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


def test_a_backup_holds_no_private_key_and_says_which_it_left_out(full: Register, tmp_path: Path) -> None:
    """Who has the register and the keys can write history anew: they do not lie in one place."""
    place = tmp_path / "b"
    manifest = back(full, place).manifest
    assert manifest.left_out == ("keys/ledger.pem",)
    assert not [e.path for e in manifest.files if e.path.startswith("keys")]
    assert b"secret" not in b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
    assert check_backup(place).left_out == manifest.left_out
    listed = place / "backups" / f"{manifest.name}.json"
    told = json.loads(listed.read_text())
    told.pop("sha256")
    told.pop("left_out")
    told["form"] = 1
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    listed.write_text(json.dumps({**told, "sha256": hashlib.sha256(canonical.encode()).hexdigest()}))
    assert check_backup(place).left_out == (), "a backup of an earlier version is read as it was"


def test_links_share_the_blocks_of_the_home(full: Register, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    done = back(full, place, link=True)
    [file, *_] = Lake(full.home, full).files("line")
    sha256 = done.manifest.lake[file.path.relative_to(full.home.lake).as_posix()]
    assert (place / "objects" / sha256[:2] / sha256).samefile(file.path)
    check_backup(place)


def test_only_the_last_backups_are_kept_and_their_files_with_them(full: Register, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    first = back(full, place)
    (full.home.path / "reports" / "report.html").write_text("another")
    second = back(full, place)
    third = back(full, place, keep=2)
    assert third.removed == (first.manifest.name,)
    needed = {e.sha256 for done in (second, third) for e in done.manifest.files}
    assert {*objects(place)} == needed
    check_backup(place, second.manifest.name)


@pytest.mark.parametrize("name", ["backups", "backup.tar"])
def test_a_damaged_backup_is_refused_by_the_name_of_the_file_and_nothing_is_touched(
    full: Register, fresh_home: Home, tmp_path: Path, name: str
) -> None:
    place = tmp_path / name
    done = back(full, place)
    [path, *_] = done.manifest.lake
    if place.is_dir():
        sha256 = done.manifest.lake[path]
        flip(place / "objects" / sha256[:2] / sha256)
    else:
        content = place.read_bytes()
        at = content.index((full.home.lake / path).read_bytes()) + 10
        place.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    error = refused("store.backup_damaged", lambda: bring(fresh_home, place))
    assert error.came == f"lake/{path}: content changed"
    assert not fresh_home.path.exists()


def test_a_missing_file_and_a_changed_manifest_are_told(
    full: Register, fresh_home: Home, tmp_path: Path
) -> None:
    place = tmp_path / "backups"
    manifest = back(full, place).manifest
    entry = next(e for e in manifest.files if e.path == "reports/report.html")
    (place / "objects" / entry.sha256[:2] / entry.sha256).unlink()
    assert (
        refused("store.backup_damaged", lambda: bring(fresh_home, place)).came
        == "reports/report.html: missing"
    )
    listed = place / "backups" / f"{manifest.name}.json"
    listed.write_text(listed.read_text().replace('"known_no": 2', '"known_no": 1'))
    assert "digest" in (refused("store.backup_damaged", lambda: check_backup(place)).came or "")


@pytest.mark.parametrize("cut", [100, 3_000])
def test_a_file_that_broke_off_is_no_backup(full: Register, tmp_path: Path, cut: int) -> None:
    place = tmp_path / "backup.tar"
    back(full, place)
    place.write_bytes(place.read_bytes()[:cut])
    refused("store.backup_damaged", lambda: check_backup(place))


def test_a_backup_that_would_write_outside_the_home_is_refused(full: Register, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    manifest = back(full, place).manifest
    listed = place / "backups" / f"{manifest.name}.json"
    told = json.loads(listed.read_text())
    told.pop("sha256")
    told["files"][0]["path"] = "../outside"
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    told["sha256"] = hashlib.sha256(canonical.encode()).hexdigest()
    listed.write_text(json.dumps(told))
    assert "outside" in (refused("store.backup_damaged", lambda: check_backup(place)).came or "")


def test_a_newer_schema_is_refused_before_anything(full: Register, fresh_home: Home, tmp_path: Path) -> None:
    with full.unit_of_work("test") as unit:
        unit.connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    back(full, tmp_path / "b")
    assert refused("store.register_newer", lambda: bring(fresh_home, tmp_path / "b")).came == "9999_future"
    assert not fresh_home.path.exists()


def test_what_is_not_empty_is_not_restored_into(full: Register, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    back(full, place)
    refused("store.restore_not_empty", lambda: bring(full.home, place))
    other = Home(tmp_path / "other")
    refused("store.restore_not_empty", lambda: restore_home(other, place, url(full)))
    assert not (other.path / "lake").exists() and not other.restoring.exists()


def test_places_that_cannot_hold_a_backup_are_refused(full: Register, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "1.txt").write_text("x")
    refused("store.backup_place", lambda: back(full, tmp_path / "letters"))
    refused("store.backup_inside", lambda: back(full, full.home.path / "backups"))
    refused("store.no_home", lambda: back_up(Home(tmp_path / "none"), tmp_path / "b"))
    refused("store.no_backup", lambda: check_backup(tmp_path / "letters"))
    refused("store.no_backup", lambda: check_backup(tmp_path / "none"))
    back(full, tmp_path / "b")
    assert "20" in (refused("store.no_backup", lambda: check_backup(tmp_path / "b", "1999")).wanted or "")


def test_a_damaged_lake_is_not_backed_up_as_if_it_were_whole(full: Register, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    kept = back(full, place).manifest
    fill(full)
    victim = Lake(full.home, full).files("line")[-1].path
    flip(victim)
    assert refused("store.backup_source", lambda: back(full, place)).where == str(victim)
    victim.unlink()
    assert refused("store.backup_source", lambda: back(full, place)).came == "no file"
    assert check_backup(place) == kept


def test_too_little_room_is_told_before_anything_is_written(full: Register, tmp_path: Path) -> None:
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    with (full.home.path / "policy" / "huge").open("wb") as sparse:
        sparse.truncate(min(free * 2, 8 << 40))
    refused("store.backup_no_room", lambda: back(full, tmp_path / "backups"))
    assert objects(tmp_path / "backups") == {}


@pytest.mark.parametrize("name", ["backups", "backup.tar"])
def test_a_disk_that_fills_up_leaves_the_earlier_backup(full: Register, tmp_path: Path, name: str) -> None:
    """The kernel stops the program's files at a size: the same end as a full disk, by another number."""
    place = tmp_path / name
    kept = back(full, place).manifest
    (full.home.path / "policy" / "big").write_bytes(os.urandom(4_000_000))
    done = subprocess.run(
        programs.command("back_up", full.home.path, url(full), place, "2000000"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "store.backup_no_room", done.stderr
    assert check_backup(place) == kept


@pytest.mark.parametrize("name", ["backups", "backup.tar"])
@pytest.mark.parametrize("at", [slow(1), 4, slow(6)])
def test_a_backup_killed_in_the_middle_leaves_the_last_good_one(
    full: Register, fresh_home: Home, tmp_path: Path, name: str, at: int
) -> None:
    place = tmp_path / name
    kept = back(full, place).manifest
    for n in range(3):
        fill(full)
        (full.home.path / "policy" / f"{n}").write_text(str(n))
    died = subprocess.run(
        programs.command("back_up", full.home.path, url(full), place, "0", str(at)), check=False
    )
    assert died.returncode == -signal.SIGKILL
    assert check_backup(place) == kept
    done = back(full, place, keep=2)
    assert len(done.manifest.lake) == 5
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    check_backup(place)
    if place.is_dir():
        assert {*objects(place)} == {e.sha256 for m in (kept, done.manifest) for e in m.files}


@pytest.mark.parametrize(
    "at",
    [
        pytest.param("file:2", marks=pytest.mark.slow),
        "register",
        pytest.param("commit", marks=pytest.mark.slow),
    ],
)
def test_a_restore_killed_in_the_middle_is_gone_on_with(
    full: Register, fresh_home: Home, tmp_path: Path, at: str
) -> None:
    place = tmp_path / "backups"
    back(full, place)
    died = subprocess.run(programs.command("restore", fresh_home.path, place, at), check=False)
    assert died.returncode == -signal.SIGKILL
    refused("store.restore_unfinished", lambda: open_register(fresh_home))
    bring(fresh_home, place)
    with open_register(fresh_home) as restored:
        assert everything(restored) == everything(full)


def test_a_backup_is_of_one_moment_while_others_publish(full: Register, tmp_path: Path) -> None:
    """Register and lake agree in every backup, though files appear all the time."""
    over = threading.Event()

    def publish() -> None:
        while not over.is_set():
            fill(full)

    publisher = threading.Thread(target=publish)
    publisher.start()
    try:
        backups = [back(full, tmp_path / "b").manifest for _ in range(3)]
    finally:
        over.set()
        publisher.join()
    assert len({len(manifest.lake) for manifest in backups}) == 3, "nothing was published meanwhile"
    for manifest in backups:
        assert paths_in_dump(tmp_path / "b", manifest) == {*manifest.lake}


def paths_in_dump(place: Path, manifest: Manifest) -> set[str]:
    """The lake's files as the dumped register lists them."""
    [sha256] = [entry.sha256 for entry in manifest.files if entry.path == "register.dump"]
    command = [find_binaries()["pg_restore"], "--data-only", "--table=lake_file", "--file=-"]
    told = subprocess.run(
        [*command, str(place / "objects" / sha256[:2] / sha256)], capture_output=True, text=True, check=True
    ).stdout
    return {line.split("\t")[0] for line in told.splitlines() if line.startswith("line/")}


def test_two_backups_to_one_place_do_not_meet(full: Register, tmp_path: Path) -> None:
    codes: list[str] = []

    def second(*_: object) -> None:
        if not codes:
            codes.append(refused("store.backup_busy", lambda: back(full, tmp_path / "b")).code)

    back(full, tmp_path / "b", report=second)
    assert codes == ["store.backup_busy"]


def test_a_linked_folder_of_the_home_is_backed_up_once(full: Register, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "pack.yaml").write_text("x")
    (elsewhere / "round").symlink_to(elsewhere)
    (full.home.path / "packs").symlink_to(elsewhere)
    paths = [e.path for e in back(full, tmp_path / "b").manifest.files if e.path.startswith("packs")]
    assert paths == ["packs/pack.yaml"]


def test_drafts_and_leftovers_of_the_lake_are_not_backed_up(full: Register, tmp_path: Path) -> None:
    write_rows(full.home.lake / "line" / ".99-0.parquet", 3)
    assert len(back(full, tmp_path / "b").manifest.lake) == 2
