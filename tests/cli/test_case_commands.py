"""A finding walks two tracks to their ends, as shells of several people see them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.casework.outputs import small

from yibao.cli import console, main
from yibao.store import Home, stop_register

Run = Callable[..., dict[str, Any]]

PEOPLE = {
    "zhao": "supervisor", "li": "case_handler", "wang": "case_handler", "lawyer": "legal_reviewer",
    "head": "deciding_head", "clerk": "agency_clerk", "reviewer": "reviewer", "chief": "agency_head",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("cases") / "data"
    yield path
    stop_register(Home(path))


@pytest.fixture
def by(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in somebody's name and give what it says; ``code`` is what a refusal is called."""
    monkeypatch.setenv("YIBAO_HOME", str(home))
    for printed in (console.out, console.err):
        monkeypatch.setattr(printed, "_width", 200)

    def run(who: str | None, *words: str | Path) -> dict[str, Any]:
        with monkeypatch.context() as patch:
            if who is not None:
                patch.setenv("YIBAO_ACTOR", who)
            with pytest.raises(SystemExit):
                main([str(word) for word in (*words, "--json")])
        said: dict[str, Any] = json.loads(capsys.readouterr().out)
        return {"code": said["refused"]["code"]} if "refused" in said else said

    return run


@pytest.fixture
def found(by: Run, home: Path) -> dict[str, str]:
    """The small delivery, audited once, in a home with people; the code of each rule's finding."""
    if not home.exists():
        mapping = home.parent / "knowledge.yaml"
        mapping.write_text(small.SOURCE_OF_KNOWLEDGE, encoding="utf-8")
        files = {name: rows for name, rows in small.FILES.items() if "_bad" not in name}
        by(None, "collect", small.write(home.parent / "points", small.KNOWLEDGE), "--source", mapping)
        by(None, "collect", small.write(home.parent / "first", files))
        by(None, "audit")
        by(
            None,
            "access",
            "found",
            "--region",
            "990100",
            "--system",
            "xi",
            "--security",
            "an",
            "--audit",
            "shen",
        )
        for name, role in PEOPLE.items():
            by("xi", "access", "open", name, "--holder", name, "--region", "990100")
            by("an", "access", "role", name, role)
    return {row["rule"]: row["code"] for row in by("zhao", "findings")["findings"]}


def test_a_penalty_from_a_finding_to_its_end(by: Run, found: dict[str, str]) -> None:
    finding = found["duplicate_charge_pair"]
    on = ("--day", "2026-12-01")
    [case] = by("zhao", "case", "open", finding, "--track", "penalty", "--cause", "重复收费", *on)["opened"]
    assert by("zhao", "case", "open", finding, "--track", "penalty", *on) == {"code": "casework.held"}
    shown = by("zhao", "case", "show", case)
    assert shown["findings"] == [finding] and shown["amounts"]["at_stake"]["fund_fen"] > 0
    [clock] = shown["clocks"]
    assert (clock["clock"], clock["due"]) == ("verify_clue", "2026-12-22")
    by("zhao", "case", "do", case, "propose_filing", "--reason", "经查证属实", *on)
    assert by("zhao", "case", "do", case, "file", *on) == {"code": "access.denied"}
    assert by("clerk", "case", "show", case) == {"code": "access.denied"}
    assert by("head", "case", "do", case, "file", "--version", "1", *on) == {"code": "casework.stale"}
    by("head", "case", "do", case, "file", "--version", "2", *on)
    by("zhao", "case", "assign", case, "--officer", "li=浙A001", "--officer", "wang=浙A002", *on)
    paper = Path(__file__)
    by("li", "case", "evidence", case, paper, "--kind", "record", "--proves", "收费次数", *on)
    by("wang", "case", "do", case, "report", "--reason", "事实清楚", *on)
    by("lawyer", "case", "do", case, "pass_review", "--reason", "合法", *on)
    told = ("--article", "art_38", "--act-day", "2025-06-30", "--loss", "100.00", "--patient", "20.00")
    assert by("li", "case", "ask", case, *told, "--fine", "160.01", *on) == {"code": "casework.above_range"}
    by("li", "case", "ask", case, *told, "--fine", "100", *on)
    by("li", "case", "deliver", case, *on)
    by("li", "case", "answer", case, "waive", "--reason", "书面放弃", *on)
    by("li", "case", "propose", case, "--reason", "没有新的意见", *on)
    decided = by("head", "case", "decide", case, *told, "--fine", "100", "--reason", "一般", *on)
    assert decided["bounds"] == "80.00 元 – 160.00 元"
    by("li", "case", "deliver", case, *on)
    [waiting] = by("head", "case", "list", "--track", "penalty", "--day", "2026-12-16")["cases"]
    assert (waiting["case"], waiting["band"], waiting["handler"]) == (case, "today", "li")
    by(
        "li",
        "case",
        "recover",
        case,
        "--fund",
        "80",
        "--patient",
        "20",
        "--fine",
        "100",
        "--day",
        "2026-12-10",
    )
    by("li", "case", "close", case, "--reason", "执行完毕", "--day", "2026-12-10")
    assert by("li", "case", "show", case)["next"] == ["revoke"]
    assert by("shen", "ledger", "verify")["sound"] is True


def test_an_agreement_disposal_from_a_finding_to_its_end(by: Run, found: dict[str, str]) -> None:
    finding = found["price_over_limit"]
    on = ("--day", "2026-12-01")
    [case] = by("clerk", "case", "open", finding, "--track", "agreement", *on)["opened"]
    by("clerk", "case", "do", case, "verify", "--reason", "成立", *on)
    measure = ("--clause", "第四十五条", "--measure", "recover=15.00+5.00")
    by("clerk", "case", "ask", case, *measure, *on)
    by("clerk", "case", "deliver", case, *on)
    assert by("reviewer", "case", "propose", case, "--reason", "无", *on) == {"code": "casework.too_early"}
    by("reviewer", "case", "propose", case, "--reason", "逾期未申辩", "--day", "2026-12-09")
    by("chief", "case", "decide", case, *measure, "--reason", "追回", "--day", "2026-12-09")
    by("clerk", "case", "deliver", case, "--day", "2026-12-09")
    by("clerk", "case", "recover", case, "--fund", "15", "--patient", "5", "--day", "2026-12-10")
    [back] = by("clerk", "case", "restored", case)["restorations"]
    assert (back["finding"], back["patient_fen"], back["allowance_fen"], back["told"]) == (
        finding,
        500,
        1500,
        None,
    )
    assert by("clerk", "case", "restored", case, "--told", "999") == {"code": "casework.unknown_restoration"}
    [back] = by("clerk", "case", "restored", case, "--told", str(back["restoration"]), "--day", "2026-12-11")[
        "restorations"
    ]
    assert back["told"] == "2026-12-11"
    by("clerk", "case", "close", case, "--reason", "已追回", "--day", "2026-12-10")
    assert by("clerk", "case", "list", "--closed")["cases"][0]["case"] == case


def test_bounds_by_the_law_of_the_day(by: Run, found: dict[str, str]) -> None:
    told = by("zhao", "case", "bounds", "art_40", "100.00", "--act-day", "2025-06-30")
    assert (told["least_fen"], told["most_fen"], told["suspension"]) == (20_000, 50_000, [6, 12])
    assert by("zhao", "case", "bounds", "art_40", "100.00", "--act-day", "2020-06-30") == {
        "code": "policy.no_value"
    }
    assert by("zhao", "case", "show", "C99") == {"code": "casework.case_number"}
    assert by("zhao", "case", "show", "C999999") == {"code": "casework.unknown_case"}


def test_findings_are_seen_by_those_whose_they_are(by: Run, found: dict[str, str]) -> None:
    assert by("xi", "findings")["findings"] == [], "an administrator sees no findings"
    assert by("xi", "explain", found["sex_limit"]) == {"code": "access.denied"}
    assert by("xi", "notice", found["sex_limit"]) == {"code": "access.denied"}
    assert by("xi", "findings", "--export", "x.csv") == {"code": "access.denied"}
    before = len(by("shen", "access", "log")["looks"])
    assert by("zhao", "explain", found["sex_limit"])["finding"] == found["sex_limit"]
    looks = by("shen", "access", "log")["looks"]
    assert len(looks) > before and any(look["subject"] == found["sex_limit"] for look in looks)
