"""``yibao collect`` where a part is refused: the rest goes in, every reason is told, and the exit code is 1."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from yibao.store import Home, stop_register

pytestmark = pytest.mark.xdist_group("collect_refusals")

Run = Callable[..., subprocess.CompletedProcess[str]]

PERSON = {"psn_no": "P1", "psn_name": "张三", "gend": "1", "brdy": "1990-03-07"}
REFUSED = {
    "psn_info_b_缺列.csv": "collect.missing_column",
    "psn_info_b_三月.csv": "collect.empty_file",
    "天气\ufffd[2J.csv": "collect.unknown_file",
    "坏.zip": "collect.broken_zip",
    "psn_info_b.xlsx": "collect.broken_excel",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with one good file among bad ones, one of them named in the GBK of Chinese Windows."""
    folder = tmp_path_factory.mktemp("refusals")
    box = folder / "in"
    box.mkdir()
    with (box / "psn_info_b.csv").open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, list(PERSON))
        writer.writeheader()
        writer.writerow(PERSON)
    (box / "psn_info_b_缺列.csv").write_text("psn_name\n张三\n", encoding="utf-8")
    Path(os.fsdecode(os.fsencode(box) + b"/psn_info_b_" + "三月.csv".encode("gbk"))).write_bytes(b"")
    (box / "天气\x1b[2J.csv").write_text("a\n1\n", encoding="utf-8")
    (box / "坏.zip").write_bytes(b"PK no archive")
    (box / "psn_info_b.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    yield folder
    stop_register(Home(folder / "data"))


@pytest.fixture(scope="module")
def yibao(place: Path) -> Run:
    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from yibao.cli import main; main()", *map(str, words)]
        environment = {**os.environ, "YIBAO_HOME": str(place / "data"), "COLUMNS": "200", "PYTHONUTF8": "1"}
        return subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            env=environment,
            cwd=place,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def collected(yibao: Run, place: Path) -> subprocess.CompletedProcess[str]:
    return yibao("collect", place / "in", "--json")


def test_the_rest_goes_in_and_the_exit_code_is_one(collected: subprocess.CompletedProcess[str]) -> None:
    assert collected.returncode == 1, collected.stderr
    told: dict[str, Any] = json.loads(collected.stdout)
    assert (told["batch"], told["tables"]["person"]["accepted"]) == (1, 1)
    assert [f["file"] for f in told["files"]] == ["psn_info_b.csv"]
    assert {p["where"]: p["code"] for p in told["problems"]} == REFUSED
    assert all(p["zh"] and p["en"] for p in told["problems"])


def test_eyes_see_the_reasons_and_what_went_in(
    collected: subprocess.CompletedProcess[str], yibao: Run, place: Path
) -> None:
    again = yibao("collect", place / "in")
    assert again.returncode == 1
    for where, code in REFUSED.items():
        assert f"[{code}]" in again.stderr
        assert where in again.stderr
    assert "\x1b" not in again.stderr + again.stdout, "a name must not command the terminal"
    assert "参保人" in again.stdout and "没有新内容" in again.stdout


def test_refused_alone_nothing_goes_in(yibao: Run, place: Path) -> None:
    alone = yibao("collect", place / "in" / "psn_info_b.xlsx", "--json")
    assert alone.returncode == 1
    assert json.loads(alone.stdout)["refused"]["code"] == "collect.broken_excel"


def test_a_path_that_is_no_utf8_and_does_not_exist(yibao: Run) -> None:
    missing = yibao("collect", os.fsdecode(b"/nowhere/\xff"), "--json")
    assert missing.returncode == 1
    assert json.loads(missing.stdout)["refused"]["code"] == "collect.no_such_path"
