"""Folders and archives: what is opened, what is refused, and that the others go through."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from yibao.collect.incoming import expand
from yibao.kernel import Refused

TEXT = "psn_no,gend\nP1,1\n"


def opened(path: Path, scratch: Path) -> tuple[dict[str, str], list[str]]:
    problems: list[Refused] = []
    found = expand([path], scratch, problems)
    return {i.shown: i.path.read_text(encoding="utf-8") for i in found if i.form == "csv"}, [
        p.code for p in problems
    ]


def test_folders_are_walked_and_what_systems_leave_behind_is_not_read(tmp_path: Path) -> None:
    box = tmp_path / "box"
    for name in ("b/psn.csv", "a/psn.csv", ".DS_Store", "~$x.csv", "__MACOSX/._psn.csv", "a/.hidden/psn.csv"):
        (box / name).parent.mkdir(parents=True, exist_ok=True)
        (box / name).write_text(TEXT, encoding="utf-8")
    assert opened(box, tmp_path / "scratch") == ({"a/psn.csv": TEXT, "b/psn.csv": TEXT}, [])


def gbk_zip(path: Path, name: str) -> Path:
    """Write an archive as Chinese Windows does: the name in GBK, without the UTF-8 flag."""
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("?" * len(name.encode("gbk")))
        archive.writestr(info, TEXT)
    raw = name.encode("gbk")
    path.write_bytes(path.read_bytes().replace(b"?" * len(raw), raw))
    return path


def test_names_in_gbk(tmp_path: Path) -> None:
    path = gbk_zip(tmp_path / "box.zip", "市本级/人员信息.csv")
    assert opened(path, tmp_path / "scratch") == ({"box.zip/市本级/人员信息.csv": TEXT}, [])


def test_two_files_of_one_name_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "box.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("一月/人员.csv", TEXT)
        archive.writestr("二月/人员.csv", TEXT + "P2,2\n")
        archive.writestr("__MACOSX/._人员.csv", "x")
    found, problems = opened(tmp_path / "box.zip", tmp_path / "scratch")
    assert found == {"box.zip/一月/人员.csv": TEXT, "box.zip/二月/人员.csv": TEXT + "P2,2\n"}
    assert problems == []


@pytest.mark.parametrize(
    "name", ["../psn.csv", "a/../../psn.csv", "/etc/psn.csv", "..\\psn.csv", "C:\\psn.csv"]
)
def test_a_path_that_climbs_out(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as archive:
        archive.writestr("psn.csv", TEXT)
        archive.writestr(name, TEXT)
    assert opened(tmp_path / "box.zip", tmp_path / "scratch") == ({}, ["collect.zip_path"])
    assert not (tmp_path / "psn.csv").exists()


def test_a_truncated_archive(tmp_path: Path) -> None:
    path = tmp_path / "box.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("psn.csv", TEXT * 100)
    path.write_bytes(path.read_bytes()[:-40])
    assert opened(path, tmp_path / "scratch") == ({}, ["collect.broken_zip"])


def test_a_damaged_member(tmp_path: Path) -> None:
    path = tmp_path / "box.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("psn.csv", "".join(f"P{n},1\n" for n in range(5000)))
    data = bytearray(path.read_bytes())
    data[200:260] = bytes(60)
    path.write_bytes(data)
    assert opened(path, tmp_path / "scratch") == ({}, ["collect.broken_zip"])


def test_a_bomb(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "box.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("psn.csv", b"0" * 20_000_000)
    assert opened(tmp_path / "box.zip", tmp_path / "scratch") == ({}, ["collect.zip_bomb"])


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        expand([tmp_path / "nothing.csv"], tmp_path, [])
    assert refused.value.code == "collect.no_such_path"


METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
DAMAGES = 250


@pytest.mark.parametrize("method", METHODS)
def test_a_damaged_archive_is_refused_whole_whatever_the_damage(tmp_path: Path, method: int) -> None:
    chance, path = random.Random(method), tmp_path / "box.zip"
    texts = {f"{n}.csv": "psn_no,gend\n" + "".join(f"P{n}{m},1\n" for m in range(40)) for n in range(2)}
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    whole, refusals = path.read_bytes(), 0
    for number in range(DAMAGES):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 1, 3))):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        scratch, problems = tmp_path / f"scratch-{number}", list[Refused]()
        found = expand([path], scratch, problems)
        if problems:
            assert [p.code for p in problems] in (
                ["collect.broken_zip"],
                ["collect.zip_bomb"],
                ["collect.zip_path"],
            )
            assert found == []
            assert list(scratch.iterdir()) == [], "nothing half-done stays"
            refusals += 1
        else:
            assert [i.path.read_text(encoding="utf-8") for i in found if i.form == "csv"] == [
                text for i, text in zip(found, texts.values(), strict=False) if i.form == "csv"
            ]
    assert DAMAGES // 4 < refusals < DAMAGES


def test_an_unknown_method_of_compression(tmp_path: Path) -> None:
    path = tmp_path / "box.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("psn.csv", TEXT)
    data = bytearray(path.read_bytes())
    data[8:10] = (97).to_bytes(2, "little")
    at = data.rindex(b"PK\x01\x02") + 10
    data[at : at + 2] = (97).to_bytes(2, "little")
    path.write_bytes(data)
    assert opened(path, tmp_path / "scratch") == ({}, ["collect.broken_zip"])


def test_an_archive_within_an_archive_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        archive.writestr("psn.csv", TEXT)
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as archive:
        archive.write(tmp_path / "inner.zip", "县区/内层.ZIP")
        archive.writestr("psn.csv", TEXT)
    problems: list[Refused] = []
    found = expand([tmp_path / "box.zip"], tmp_path / "scratch", problems)
    assert [i.shown for i in found] == ["box.zip/psn.csv"]
    assert [(p.code, p.where) for p in problems] == [("collect.zip_within_zip", "box.zip/县区/内层.ZIP")]
