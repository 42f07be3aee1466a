"""A finding walks two tracks to their ends, as shells of several people see them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.casework.findings.outputs import small

from yibao.cli import console, main
from yibao.store import Home, stop_register

pytestmark = pytest.mark.xdist_group("case_commands")

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
    on = ("--day", "2026-03-02")
    [case] = by("zhao", "case", "open", finding, "--track", "penalty", "--cause", "重复收费", *on)["opened"]
    assert by("zhao", "case", "open", finding, "--track", "penalty", *on) == {"code": "casework.held"}
    shown = by("zhao", "case", "show", case)
    assert shown["findings"] == [finding] and shown["amounts"]["at_stake"]["fund_fen"] > 0
    [clock] = shown["clocks"]
    assert (clock["clock"], clock["due"]) == ("verify_clue", "2026-03-23")
    by("zhao", "case", "do", case, "propose_filing", "--reason", "经查证属实", *on)
    assert by("zhao", "case", "do", case, "file", *on) == {"code": "access.denied"}
    assert by("clerk", "case", "show", case) == {"code": "access.denied"}
    assert by("head", "case", "do", case, "file", "--version", "1", *on) == {"code": "casework.stale"}
    by("head", "case", "do", case, "file", "--version", "2", *on)
    for stranger in ("nobody", "clerk"):
        officers = ("--officer", "li=浙A001", "--officer", f"{stranger}=浙A002")
        assert by("zhao", "case", "assign", case, *officers, *on) == {"code": "casework.unfit_officer"}
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
    [waiting] = by("head", "case", "list", "--track", "penalty", "--day", "2026-03-17")["cases"]
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
        "2026-03-11",
    )
    on = ("--day", "2026-03-11")
    close = ("case", "close", case, "--reason", "执行完毕", *on)
    assert by("li", *close) == {"code": "casework.papers_missing"}
    missing = by("li", "case", "show", case)["missing_documents"]
    assert "penalty_decision" in [one["document"] for one in missing if one["blocks"]]
    kept = [word for one in missing if one["blocks"] for word in ("--on-paper", one["document"])]
    by("li", *close, *kept)
    shown = by("li", "case", "show", case)
    assert shown["next"] == ["contest", "upheld", "give_up", "publish", "revoke"]
    assert shown["acts"][-1]["body"]["on_paper"] == kept[1::2]
    assert by("shen", "ledger", "verify")["sound"] is True
    told = by("shen", "case", "verify")
    assert told["sound"] is True and told["acts"] >= len(shown["acts"]) and told["faults"] == []
    assert by("li", "case", "verify") == {"code": "access.denied"}


def test_an_agreement_disposal_from_a_finding_to_its_end(by: Run, found: dict[str, str]) -> None:
    finding = found["price_over_limit"]
    on = ("--day", "2026-03-02")
    [case] = by("clerk", "case", "open", finding, "--track", "agreement", *on)["opened"]
    by("clerk", "case", "do", case, "verify", "--reason", "成立", *on)
    measure = ("--clause", "第四十五条", "--measure", "recover=15.00+5.00")
    by("clerk", "case", "ask", case, *measure, *on)
    by("clerk", "case", "deliver", case, *on)
    assert by("reviewer", "case", "propose", case, "--reason", "无", *on) == {"code": "casework.too_early"}
    by("reviewer", "case", "propose", case, "--reason", "逾期未申辩", "--day", "2026-03-10")
    by("chief", "case", "decide", case, *measure, "--reason", "追回", "--day", "2026-03-10")
    by("clerk", "case", "deliver", case, "--day", "2026-03-10")
    by("clerk", "case", "recover", case, "--fund", "15", "--patient", "5", "--day", "2026-03-11")
    [back] = by("clerk", "case", "restored", case)["restorations"]
    assert (back["finding"], back["patient_fen"], back["allowance_fen"], back["told"]) == (
        finding,
        500,
        1500,
        None,
    )
    assert by("zhao", "case", "restored", case, "--told", "1") == {"code": "access.denied"}
    assert by("clerk", "case", "restored", case, "--told", "999") == {"code": "casework.unknown_restoration"}
    [back] = by("clerk", "case", "restored", case, "--told", str(back["restoration"]), "--day", "2026-03-12")[
        "restorations"
    ]
    assert back["told"] == "2026-03-12"
    on = ("--day", "2026-03-11")
    papers = ("--on-paper", "agr_prior_notice", "--on-paper", "agr_recovery_decision")
    assert by("clerk", "case", "close", case, "--reason", "已追回", *on) == {
        "code": "casework.papers_missing"
    }
    by("clerk", "case", "close", case, "--reason", "已追回", *papers, *on)
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


def test_a_case_goes_over_to_the_bureau_and_is_taken_on(by: Run, found: dict[str, str]) -> None:
    free = [code for rule, code in found.items() if rule not in ("duplicate_charge_pair", "price_over_limit")]
    on = ("--day", "2026-03-02")
    [case] = by("clerk", "case", "open", free[0], "--track", "agreement", *on)["opened"]
    assert by("clerk", "case", "do", case, "hand_over", "--reason", "涉嫌骗保", *on) == {
        "code": "casework.needs_more"
    }
    there = by("clerk", "case", "pass", case, "--reason", "涉嫌骗保", *on)["opened"]
    assert by("clerk", "case", "show", case)["next"] == []
    shown = by("head", "case", "show", there)
    assert shown["findings"] == [free[0]]
    assert shown["links"][0]["from"] == case and shown["links"][0]["kind"] == "handed_over"
    assert by("zhao", "case", "take-on", there, *on)["verb"] == "take_on"
    assert by("zhao", "case", "take-on", there, *on) == {"code": "casework.nothing_passed"}
    assert by("head", "case", "split", there, free[0], "--reason", "x", *on) == {"code": "casework.split_all"}
    assert by("head", "case", "merge", there, "--into", there, "--reason", "x", *on) == {
        "code": "casework.merge_self"
    }
    assert by("shen", "case", "verify")["sound"] is True


def test_wrong_words_are_answered_with_one_object(by: Run, found: dict[str, str]) -> None:
    on = ("--day", "2026-03-02")
    *_, first, second = (
        code for rule, code in found.items() if rule not in ("duplicate_charge_pair", "price_over_limit")
    )
    [case] = by("zhao", "case", "open", first, "--track", "penalty", *on)["opened"]
    [other] = by("clerk", "case", "open", second, "--track", "agreement", *on)["opened"]
    assert by("zhao", "case", "do", case, "decide") == {"code": "casework.needs_more"}
    assert by("zhao", "case", "do", case, "decyde") == {"code": "casework.unknown_verb"}
    assert by("zhao", "case", "do", case, "file", "--day", "2999-01-01")["code"] in (
        "casework.not_now", "casework.future",
    )  # fmt: skip
    assert by("clerk", "case", "evidence", other, Path(__file__), "--kind", "record", "--proves", "x") == {
        "code": "casework.other_track"
    }
    for words in (
        ("case", "show"), ("case", "list", "--bogus"), ("case", "answer", case, "shout"),
        ("case", "served", case, "1", "--way", "D", "--receiver", "x", "--proof", "signer"),
        ("case", "ask", other, "--clause", "x", "--measure", "fine=5"),
    ):  # fmt: skip
        assert by("clerk", *words) == {"code": "cli.misuse"}, words
    law = ("case", "bounds", "art_40")
    for sum_, code in (
        ("NaN", "kernel.money"), ("1e5", "kernel.money"), ("9" * 25, "casework.sums"), ("9" * 5000, "cli.sum"),
        ("1.005", "kernel.money_precision"),
    ):  # fmt: skip
        assert by("zhao", *law, sum_, "--act-day", "2025-06-30", *on) == {"code": code}
    full = by("zhao", *law, "１００．００", "--act-day", "2025-06-30", *on)
    assert full["least_fen"] == 20_000


def test_a_clerk_records_an_application_on_paper_to_its_agreement(by: Run, found: dict[str, str]) -> None:
    on = ("--day", "2026-01-05")
    hospital = ("H99010100777", "示例新建医院", "--kind", "hospital")
    assert by("zhao", "designation", "apply", *hospital, *on) == {"code": "access.denied"}
    case = by("clerk", "designation", "apply", *hospital, "--reason", "书面申请", *on)["case"]
    assert by("clerk", "designation", "apply", *hospital, *on) == {"code": "casework.designated"}
    for verb in ("accept", "pass"):
        by("clerk", "case", "do", case, verb, "--reason", "材料齐全", *on)
    term = ("协议〔2026〕7号", "--from", "2026-02-01", "--to", "2027-01-31")
    assert by("chief", "case", "do", case, "sign") == {"code": "casework.needs_more"}
    assert by("clerk", "designation", "sign", case, *term, *on) == {"code": "access.denied"}
    assert by("chief", "designation", "sign", case, *term, *on)["agreement"] == "协议〔2026〕7号"
    shown = by("clerk", "designation", "show", case)
    assert shown["agreements"] == [{"number": "协议〔2026〕7号", "from": "2026-02-01", "to": "2027-01-31"}]
    assert by("li", "designation", "show", case) == {"code": "access.denied"}
    opened = by("clerk", "case", "show", case)["acts"][0]
    assert opened["body"] == {"code": "H99010100777", "on_paper": True} and opened["actor"] == "clerk"
