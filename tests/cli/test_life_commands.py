"""Notice, corrections, trials and sweeps, as a shell sees them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import text
from tests.casework.findings.outputs import small
from tests.casework.findings.test_life import _BILL, BILLS_BACK

from yibao.bootstrap import open_house
from yibao.cli import console, main
from yibao.cli.trials import parse_sweep
from yibao.store import Home, stop_register

pytestmark = pytest.mark.xdist_group("life_commands")

Said = tuple[int, str, str]
Run = Callable[..., Said]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("life") / "data"
    yield path
    stop_register(Home(path))


@pytest.fixture
def yibao(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("YIBAO_HOME", str(home))
    for printed in (console.out, console.err):
        monkeypatch.setattr(printed, "_width", 200)
    monkeypatch.chdir(home.parent)

    def run(*words: str | Path) -> Said:
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out, told.err

    return run


def asked(yibao: Run, *words: str | Path) -> dict[str, Any]:
    code, said, complained = yibao(*words, "--json")
    assert code == 0, said + complained
    found: dict[str, Any] = json.loads(said)
    return found


@pytest.fixture
def audited(yibao: Run, home: Path) -> dict[str, str]:
    """The small delivery, audited once for all tests of this file; gives the code of each rule's finding."""
    if not home.exists():
        mapping = home.parent / "knowledge.yaml"
        mapping.write_text(small.SOURCE_OF_KNOWLEDGE, encoding="utf-8")
        files = {name: rows for name, rows in small.FILES.items() if "_bad" not in name}
        small.write(home.parent / "first", files)
        small.write(home.parent / "points", small.KNOWLEDGE)
        asked(yibao, "collect", home.parent / "points", "--source", mapping)
        asked(yibao, "collect", home.parent / "first")
    asked(yibao, "audit")
    return {row["rule"]: row["code"] for row in asked(yibao, "findings")["findings"]}


def test_from_notice_to_return(yibao: Run, audited: dict[str, str], home: Path) -> None:
    assert yibao("notice")[0] == 2, "of nothing no notice can be given"
    code = audited["child_limit"]
    [given] = asked(
        yibao, "notice", code, "--on", "2026-12-01", "--document", "医保通〔2026〕1号", "--by", "王某"
    )["notices"]
    assert (given["institution_code"], given["day"], given["actor"]) == ("H2", "2026-12-01", "王某")
    assert "没有未通知" in yibao("notice", code)[1]
    asked(
        yibao,
        "collect",
        small.write(home.parent / "back", {"setl_d.csv": [_BILL, BILLS_BACK["S2"], BILLS_BACK["S4"]]}),
    )
    outcome = asked(yibao, "audit")
    assert (outcome["returned"], outcome["self_corrected"]) == (1, 3)
    told = asked(yibao, "explain", code)
    assert (told["state"], told["returned_fen"]) == ("open", 5000)
    _, shown, _ = yibao("explain", code)
    for word in ("已退回", "医保通〔2026〕1号", "王某"):
        assert word in shown
    rows = {r["institution_code"]: r for r in asked(yibao, "findings", "--self-corrected")["institutions"]}
    assert (rows["H1"]["corrected"], rows["H2"]["returned"]) == (3, 1)
    assert "第一人民医院" in yibao("findings", "--self-corrected")[1]
    assert yibao("findings", "--self-corrected", "--rule", "sex_limit")[0] == 2
    page = (home / "reports" / "审核报告.html").read_text(encoding="utf-8")
    assert "发现之后的冲销" in page and "自行纠正" in page
    _, shown, _ = yibao("explain", audited["split_stay"])
    assert "自行纠正" in shown


def test_an_explanation_for_an_institution(yibao: Run, audited: dict[str, str]) -> None:
    shown = yibao("explain", audited["two_places"], "--for-institution")[1]
    assert "其他机构" in shown and "S5" not in shown and "第一人民医院" not in shown
    assert "S5" in yibao("explain", audited["two_places"])[1]


def test_trial_and_sweep(yibao: Run, audited: dict[str, str], home: Path) -> None:
    told = asked(yibao, "rules", "trial", "price_over_limit")
    assert told["rule"] == "price_over_limit" and told["findings"] == told["again"] + told["new"]
    assert "试算不形成疑点" in yibao("rules", "trial", "two_places")[1]
    page = home.parent / "sweep.html"
    swept = asked(yibao, "rules", "backtest", "two_places", "--set", "within_minutes=5..30:5", "--html", page)
    assert [v["value"] for v in swept["values"]] == [5, 10, 15, 20, 25, 30]
    assert [v["findings"] for v in swept["values"]] == [0, 1, 1, 1, 1, 1], (
        "ten minutes lie between the two uses"
    )
    assert [v["in_force"] for v in swept["values"]] == [False] * 5 + [True]
    text = page.read_text(encoding="utf-8")
    assert (
        text.count('<svg class="chart"') == 2
        and "现行取值" in text
        and "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    )
    assert "within_minutes" in yibao("rules", "backtest", "two_places", "--set", "within_minutes=30")[1]
    code, said, _ = yibao("rules", "backtest", "split_stay", "--set", "gap_days=3..32", "--json")
    assert code == 1 and json.loads(said)["refused"]["code"] == "policy.bounds"


def test_a_draft_in_a_folder_is_tried_and_never_audited(
    yibao: Run, audited: dict[str, str], home: Path
) -> None:
    import shutil
    from importlib import resources

    folder = home.parent / "my_rule"
    shutil.copytree(str(resources.files("yibao.audit") / "rules" / "price_over_limit"), folder)
    file = folder / "rule.yaml"
    text = file.read_text(encoding="utf-8").replace("id: price_over_limit", "id: my_rule")
    file.write_text(text.replace("status: published", "status: draft"), encoding="utf-8")
    assert asked(yibao, "rules", "trial", folder)["status"] == "draft"
    assert yibao("audit", "--rules", "my_rule")[0] == 2
    sql = folder / "rule.sql"
    sql.write_text(
        sql.read_text(encoding="utf-8").replace("e.excess_fen > 0", "e.excess_fen / 2 > 0"), encoding="utf-8"
    )
    code, said, _ = yibao("rules", "trial", folder, "--json")
    assert code == 1 and json.loads(said)["refused"]["code"] == "audit.not_portable"


@pytest.mark.parametrize(
    "text",
    [
        "gap_days",
        "gap_days=",
        "gap_days=31..3",
        "gap_days=3..31:0",
        "gap_days=-3..5",
        "gap_days=1..9999",
        "3..31",
    ],
)
def test_a_sweep_that_cannot_be_read_is_misuse(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_sweep(text)


def test_a_sweep_is_a_range_with_a_step_or_a_list() -> None:
    assert parse_sweep("gap_days=3..6") == ("gap_days", [3, 4, 5, 6])
    assert parse_sweep("gap_days = 3..31:14") == ("gap_days", [3, 17, 31])
    assert parse_sweep("gap_days=15,3,15") == ("gap_days", [3, 15])


def test_runs_and_what_leaves_the_house_are_in_the_ledger_by_digest(
    yibao: Run, audited: dict[str, str], home: Path
) -> None:
    asked(yibao, "findings", "--export", "疑点.csv")
    assert asked(yibao, "ledger", "verify")["sound"]
    asked(yibao, "ledger", "export", "all")
    leaves = [json.loads(line) for line in Path("all").read_text(encoding="utf-8").splitlines()[1:]]
    digest = sha256(Path("疑点.csv").read_bytes()).hexdigest()
    exported = [leaf for leaf in leaves if leaf["tag"] == "audit:file:exported"]
    assert digest in [leaf["body"]["sha256"] for leaf in exported if leaf["subject"] == "疑点.csv"]
    assert {"审核报告.html", "审核摘要.pdf"} <= {leaf["subject"] for leaf in exported}
    runs = [leaf for leaf in leaves if leaf["tag"] == "audit:run:finished"]
    with open_house(home) as house, house.register.engine.connect() as connection:
        kept = list(connection.execute(text("SELECT number, rules, versions FROM audit_run ORDER BY 1")))
    assert [leaf["subject"] for leaf in runs] == [f"run:{run.number}" for run in kept]
    for leaf, run in zip(runs, kept, strict=True):
        judged_by = json.dumps([run.rules, run.versions], ensure_ascii=False, sort_keys=True)
        assert sha256(judged_by.encode()).hexdigest() == leaf["body"]["judged_by"]
        for path, sha in leaf["body"]["evidence"].items():
            assert sha256((home / "lake" / path).read_bytes()).hexdigest() == sha
    assert any(leaf["body"]["evidence"] for leaf in runs)
