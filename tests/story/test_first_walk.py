"""The first walk, as a script of a bureau would do it: a city collected, audited, explained, by the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from yibao.audit import rules
from yibao.cli import main
from yibao.store import Home, stop_register

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("示例 city")
    yield folder
    stop_register(Home(folder / "data"))


@pytest.fixture(scope="module")
def started(place: Path) -> Run:
    """Run a command as a program of its own, as a script does."""

    def run(*arguments: str | Path, home: bool = True) -> Done:
        words = [sys.executable, "-c", "from yibao.cli import main; main()", *map(str, arguments)]
        if home:
            words += ["--home", str(place / "data")]
        return subprocess.run(words, capture_output=True, text=True, cwd=place, timeout=300, check=False)

    return run


@pytest.fixture
def yibao(place: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command within this process, where how it starts is not the question: starting takes longer."""
    monkeypatch.chdir(place)
    umask = os.umask(0o022)

    def run(*arguments: str | Path) -> Done:
        with pytest.raises(SystemExit) as end:
            main([*map(str, arguments), "--home", str(place / "data")])
        said = capfd.readouterr()
        return subprocess.CompletedProcess(
            [*map(str, arguments)], int(end.value.code or 0), said.out, said.err
        )

    yield run
    os.umask(umask)


def told(done: Done) -> dict[str, Any]:
    """The one object that ``--json`` prints; anything else on standard output fails here."""
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value


@pytest.fixture(scope="module")
def walked(started: Run, place: Path) -> dict[str, dict[str, Any]]:
    built = told(
        started("city", "--people", "1000", "--seed", "3", "--out", place / "in", "--json", home=False)
    )
    collected = told(started("collect", place / "in", "--json"))
    audited = told(started("audit", "--json"))
    return {"city": built, "collect": collected, "audit": audited}


def test_everything_sent_is_accepted_or_says_why(walked: dict[str, dict[str, Any]]) -> None:
    assert walked["collect"]["batch"] == 1
    assert walked["collect"]["source"] == "national"
    line = walked["collect"]["tables"]["line"]
    assert line["accepted"] >= walked["city"]["lines"]
    assert 0 < line["quarantined"] < 100


def test_a_run_tells_what_scripts_rely_on(walked: dict[str, dict[str, Any]]) -> None:
    audited = walked["audit"]
    assert audited["engine"] == "duckdb"
    assert audited["lines"] == walked["collect"]["tables"]["line"]["accepted"]
    assert {*audited["by_rule"], *audited["skipped"]} == set(rules())
    assert audited["findings"] == sum(audited["by_rule"].values()) > 0
    assert isinstance(audited["amount_fen"], int)
    assert Path(audited["report"]).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_same_again_changes_nothing(walked: dict[str, dict[str, Any]], yibao: Run, place: Path) -> None:
    again = told(yibao("collect", place / "in", "--json"))
    assert again["batch"] is None
    assert all(table["accepted"] == 0 for table in again["tables"].values())


def test_what_was_planted_is_found_and_nothing_else(walked: dict[str, dict[str, Any]], yibao: Run) -> None:
    measured = told(yibao("rules", "measure", "--json"))["rules"]
    assert len(measured) > 40 and {m["id"] for m in measured} <= set(rules()), (
        "so small a city has not all of them"
    )
    for m in measured:
        assert (m["precision"], m["recall"]) == (1, 1), m
        assert 0 < m["low"] < 1 == m["high"]


def test_a_finding_is_listed_explained_and_exported(
    walked: dict[str, dict[str, Any]], yibao: Run, place: Path
) -> None:
    listed = told(yibao("findings", "--limit", "3", "--json"))["findings"]
    assert len(listed) == 3
    code = listed[0]["finding"] if "finding" in listed[0] else listed[0]["code"]
    assert code in yibao("explain", code).stdout
    assert json.loads(yibao("explain", code, "--json").stdout)
    exported = place / "疑点.xlsx"
    assert yibao("findings", "--export", exported).returncode == 0
    assert exported.stat().st_size > 1000


def test_official_knowledge_is_loaded_with_its_source(walked: dict[str, dict[str, Any]], yibao: Run) -> None:
    tables = told(yibao("knowledge", "list", "--json"))["tables"]
    rows = {kind: sum(t["rows"] for t in tables if t["kind"] == kind) for kind in {t["kind"] for t in tables}}
    official = {kind: rows[kind] for kind in rows if all(t["official"] for t in tables if t["kind"] == kind)}
    assert official == {
        "sex_limit": 6862, "age_limit": 4428, "operation_group": 378, "insurance_limit": 112, "visit_limit": 736,
        "level_limit": 962, "duplicate_pair": 700, "frequency_limit": 67, "age_range": 1, "course_limit": 11,
        "period_limit": 14, "diagnosis_code": 33304, "procedure_code": 13686, "holiday": 18,
    }  # fmt: skip
    assert all(t["source"] for t in tables)


def test_refusals_exit_with_one_and_misuse_with_two(started: Run, yibao: Run, place: Path) -> None:
    refused = started("collect", place / "nowhere", "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["refused"]["code"] == "collect.no_such_path"
    assert yibao("explain", "nonsense").returncode == 1
    assert yibao("audit", "--no-such-option").returncode == 2
    assert started("no-such-command", home=False).returncode == 2


def test_the_doctor_says_that_all_is_well(walked: dict[str, dict[str, Any]], started: Run) -> None:
    checks = told(started("doctor", "--json"))["checks"]
    assert all(c["ok"] for c in checks if c["name"] != "engine spark")


def test_the_whole_loop_is_played(walked: dict[str, dict[str, Any]], yibao: Run) -> None:
    """Twelve points and ended, ten and suspended, none, six, two; refused and settled again; each with its receipt."""
    steps = told(yibao("story", "--json"))["steps"]
    came = [step["came"]["zh"] for step in steps if step["title"]["zh"] in ("记分", "培训修复")]
    assert [one.split("，")[0] for one in came] == [
        "本年度 12 分",
        "本年度 10 分",
        "本年度 6 分",
        "本年度 2 分",
    ]
    assert ["终止" in came[0], "暂停" in came[1], "正常" in came[2], "正常" in came[3]] == [True] * 4
    settled = next(step["came"]["zh"] for step in steps if "重新结算" in step["title"]["zh"])
    assert settled.startswith("本年度 0 分，支付资格正常；重新结算 ")
    grades = [step["came"]["zh"] for step in steps if step["title"]["zh"] == "信用等级确认"]
    assert ["，E 级" in one for one in grades] == [False, True, False], (
        "ended, the grade is E; and comes back"
    )
    receipts = [step["receipt"] for step in steps]
    assert all(receipt and receipt["position"] is not None for receipt in receipts)
    entries = [receipt["entry"] for receipt in receipts]
    assert entries == sorted(set(entries))
    assert told(yibao("ledger", "verify", "--json"))["sound"]
    assert told(yibao("archive", "replay", "--json")) == told(yibao("archive", "replay", "--json"))
