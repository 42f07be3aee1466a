"""The commands around a run, as a shell sees them: misuse, refusals, papers that cannot be written, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from yibao.audit import rules
from yibao.city import CityPlan, build_city
from yibao.cli import main
from yibao.store import Home, open_register, stop_register

pytestmark = pytest.mark.xdist_group("audit_commands")


@dataclass(frozen=True, slots=True)
class Done:
    """What a shell sees of a command that ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("commands") / "data"
    yield path
    stop_register(Home(path))


@pytest.fixture
def yibao(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command within this process: starting one takes longer than most of them do."""
    monkeypatch.setenv("YIBAO_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(home.parent)
    umask = os.umask(0o022)

    def run(*words: str | Path) -> Done:
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        told = capsys.readouterr()
        return Done(int(end.value.code or 0), told.out, told.err)

    yield run
    os.umask(umask)


@pytest.fixture
def audited(yibao: Run, home: Path) -> dict[str, Any]:
    """One small city, collected and audited by the first test that asks."""
    city, kept = home.parent / "city", home.parent / "first.json"
    if not kept.exists():
        build_city(CityPlan(people=1000, seed=3), city)
        assert yibao("collect", city).code == 0
        done = yibao("audit", "--json")
        assert done.code == 0, done.err
        kept.write_text(done.out, encoding="utf-8")
    told = json.loads(kept.read_text(encoding="utf-8"))
    assert isinstance(told, dict)
    return told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["audit", "--engine", "foo"], ["foo", "duckdb, sqlite, spark"]),
        (["audit", "--rules", "sex_limit,price_over"], ["price_over", "did you mean: price_over_limit?"]),
        (["audit", "--rules", ","], ["none is given"]),
        (["audit", "--since", "1", "--as-known", "1"], ["--as-known"]),
        (["findings", "--rule", "nonsense", "--export", "x.csv"], ["nonsense", *rules()]),
        (["findings", "--rule", "nonsense"], ["nonsense", *rules()]),
        (["explain", "F0", "--lang", "fr"], ["fr", "zh", "en"]),
        (["quarantine", "--lang", "fr"], ["fr", "zh", "en"]),
    ],
)
def test_misuse_names_the_choices_and_leaves_nothing(
    words: list[str], said: list[str], yibao: Run, home: Path
) -> None:
    done = yibao(*words)
    assert (done.code, done.out) == (2, "")
    assert all(word in done.err for word in said), done.err
    assert not (home.parent / "x.csv").exists()


def test_a_language_of_the_environment_is_held_to_the_same(
    yibao: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YIBAO_LANG", "fr")
    assert yibao("explain", "F0").code == 2


def test_an_institution_that_nothing_matches_is_refused_and_no_file_is_written(
    yibao: Run, audited: dict[str, Any], home: Path
) -> None:
    page = Path(audited["report"])
    page.unlink()
    for words in (["findings"], ["findings", "--export", "y.csv"], ["report"]):
        done = yibao(*words, "--institution", "没有这家", "--json")
        assert done.code == 1
        refused = json.loads(done.out)["refused"]
        assert (refused["code"], refused["came"]) == ("casework.unknown_institution", "没有这家")
    assert not (home.parent / "y.csv").exists()
    assert not page.exists()


def test_a_run_is_told_although_its_papers_cannot_be_written(
    yibao: Run, audited: dict[str, Any], home: Path
) -> None:
    page = Path(audited["report"])
    page.unlink(missing_ok=True)
    page.mkdir()  # a folder stands where the report belongs
    try:
        done = yibao("audit", "--since", "1", "--json")
        told = json.loads(done.out)
        seen = yibao("audit", "--rules", "split_stay", "--lang", "en")
    finally:
        page.rmdir()
    assert done.code == 1
    assert (told["run"], told["findings"]) == (audited["run"] + 1, audited["findings"])
    assert told["report"] is None
    paper = Path(told["paper"])
    assert paper.name == "审核摘要.pdf" and paper.read_bytes().startswith(b"%PDF-1.7"), (
        "one may fail, the other is written"
    )
    assert paper.with_name("审核摘要.en.pdf").read_bytes().startswith(b"%PDF-1.7"), "asked for in English"
    assert [problem["code"] for problem in told["problems"]] == ["cli.file"]
    assert seen.code == 1
    assert "lines/s" in seen.out and "cli.file" in seen.err
    good = json.loads(yibao("audit", "--json").out)
    assert (good["problems"], Path(good["report"])) == ([], page)


def test_an_sql_log_that_cannot_be_written_is_told_before_the_work(
    yibao: Run, audited: dict[str, Any], home: Path
) -> None:
    done = yibao("audit", "--sql", home.parent / "missing" / "ran.sql", "--json")
    assert done.code == 1
    assert json.loads(done.out)["refused"]["code"] == "cli.file"


@pytest.mark.parametrize("as_json", [False, True])
def test_ctrl_c_is_said_in_both_languages_and_leaves_nothing_half_done(
    as_json: bool, audited: dict[str, Any], home: Path
) -> None:
    """The run is stopped where it waits for another program, so that the test does not depend on time."""
    before = _runs(home)
    words = [
        sys.executable,
        "-c",
        "from yibao.cli import main; main()",
        "audit",
        "--home",
        str(home),
        *(["--json"] if as_json else []),
    ]
    with open_register(Home(home)) as register, register.exclusive("audit"):
        waiting = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_hears_ctrl_c
        )
        assert waiting.stderr is not None
        first = waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        said, complained = waiting.communicate(timeout=60)
    assert "waiting" in first
    assert waiting.returncode == 130
    assert "Traceback" not in complained
    if as_json:
        assert json.loads(said)["refused"]["code"] == "cli.interrupted"
    else:
        assert "已中断" in complained and "nothing is half-done" in complained
    assert _runs(home) == before


QUERY = """
import sys
from yibao.cli.app import app, main
from yibao.engine import open_engine

@app.command()
def ponder() -> None:
    with open_engine("duckdb", memory_mib=512) as engine:
        print("pondering", file=sys.stderr, flush=True)
        engine.execute_native("SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b")

main(["ponder"])
"""


def test_ctrl_c_within_a_query_of_the_engine_is_the_same() -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", QUERY], stderr=subprocess.PIPE, text=True, preexec_fn=_hears_ctrl_c
    )
    assert running.stderr is not None
    assert "pondering" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    try:
        _, complained = running.communicate(timeout=60)
    finally:
        running.kill()  # deaf to the signal, it would ponder for days
    assert running.returncode == 130
    assert "已中断" in complained and "Traceback" not in complained


def _hears_ctrl_c() -> None:
    """Hear Ctrl-C although the tests themselves may have been started in the background, deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _runs(home: Path) -> int:
    with open_register(Home(home)) as register, register.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM audit_run").scalar_one())
