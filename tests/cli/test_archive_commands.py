"""A city's files are opened from the lake, a pharmacy is rated, told and confirmed, and the shell explains it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.archive.credit.facts import VOLUMES
from tests.casework.cases.people import CITY
from tests.casework.findings.outputs import small
from tests.cli.shell import Shell

from yibao.archive import credit
from yibao.archive.credit import Figures
from yibao.cli import console
from yibao.kernel import date_of, day_of_ymd
from yibao.store import Register

Run = Callable[..., dict[str, Any]]
PEOPLE = {"clerk": "agency_clerk", "head": "deciding_head"}
DAY = day_of_ymd(20260630)


@pytest.fixture
def shell(
    fresh_register: Register, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    for printed in (console.out, console.err):
        monkeypatch.setattr(printed, "_width", 200)
    return Shell(fresh_register, capsys, monkeypatch)


@pytest.fixture
def run(shell: Shell) -> Run:
    """Run a command in somebody's name and give what it says; ``code`` is what a refusal is called."""

    def by(who: str | None, *words: object) -> dict[str, Any]:
        code, told, wrong = shell(*words, *(() if who is None else ("--as", who)), "--json")
        assert told, wrong
        said: dict[str, Any] = json.loads(told)
        return {"code": said["refused"]["code"]} if "refused" in said else {**said, "exit": code}

    by(None, "access", "found", "--region", CITY, "--system", "xi", "--security", "an", "--audit", "shen")
    for name, role in PEOPLE.items():
        by("xi", "access", "open", name, "--holder", name, "--region", CITY)
        by("an", "access", "role", name, role)
    return by


def test_from_the_lake_to_a_confirmed_grade(
    run: Run, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"fixmedins_b.csv": small.INSTITUTIONS, "psn_info_b.csv": small.PERSONS, "medins_staff_b.csv": small.STAFF,
            "mdtrt_d.csv": small.ENCOUNTERS, "setl_d.csv": small.SETTLEMENTS, "fee_list_d.csv": small.LINES}  # fmt: skip
    run("clerk", "collect", small.write(tmp_path / "files", said))
    assert run("head", "archive", "open") == {"code": "access.denied"}
    opened = run("clerk", "archive", "open", "--insured")
    assert (opened.get("institutions"), opened.get("practitioners"), opened.get("insured")) == (3, 1, 4), (
        opened
    )
    listed = run("clerk", "archive", "list", "--kind", "insured")["files"]
    assert len(listed) == 4 and "赵敏" not in json.dumps(listed, ensure_ascii=False)
    on = ("--as-of", "2026-06-30")
    alone = run("clerk", "archive", "score", "D1", *on)
    assert alone["grade"] is None and "不足" in alone["not_graded"], "with next to no data nobody is graded"
    assert run("clerk", "archive", "score", "D1", *on, "--known-on", "2024-01-01")["shown"] == "92.0"
    assert run("clerk", "archive", "observe", "D1", "ph_trace_scan", "--ratio", "1/1", "--reason", "x") == {
        "code": "credit.measured"
    }
    complaint = (
        "D1",
        "ph_complaints",
        "--day",
        "2026-06-01",
        "--case",
        "X000009",
        "--reason",
        "投诉核查属实",
    )
    assert run("clerk", "archive", "observe", *complaint)["fact"] == 1
    assert run("clerk", "archive", "rate", "D1", "--day", "2026-06-30")["graded"] == 0
    monkeypatch.setattr(credit, "measure", _plenty)
    [one] = run("clerk", "archive", "rate", "D1", "--day", "2026-06-30")["rated"]
    assert (one["grade"], one["fact"]) == ("A", 2)
    assert run("head", "archive", "confirm", 2) == {"code": "credit.not_told"}
    assert run("clerk", "archive", "notice", 2, "--day", "2026-07-01")["objections_until"] == "2026-07-15"
    assert run("clerk", "archive", "status", "D1")["provisional"]["objections_until"] == "2026-07-15"
    assert run("clerk", "archive", "confirm", 2, "--day", "2026-07-16") == {"code": "access.denied"}
    done = run("head", "archive", "confirm", 2, "--day", "2026-07-16")
    assert (done["grade"], done["by"]) == ("A", "head")
    assert run("clerk", "archive", "status", "D1", "--as-of", "2026-07-16")["grade"]["grade"] == "A"
    assert run("clerk", "archive", "status", "D1", "--as-of", "2026-07-15")["grade"] is None
    told = run("clerk", "archive", "explain", "D1", "--as-of", "2026-07-20")
    assert told["confirmed"]["grade"] == "A" and told["would_raise"][0]["indicator"] == "ph_complaints"
    facts = run("clerk", "archive", "show", "D1")["facts"]
    assert [f["kind"] for f in facts] == ["observed", "rated", "rating_noticed", "rating_confirmed"]
    assert run(
        "head", "archive", "send-back", 2, "--indicator", "ph_swap", "--document", "x", "--reason", "y"
    ) == {"code": "credit.not_rated"}
    assert run("clerk", "archive", "replay", *on)["files"] == 8
    assert run("clerk", "archive", "fairness", *on)["not_compared"]
    for words in (
        ("list",),
        ("show", "D1"),
        ("status", "D1"),
        ("score", "D1"),
        ("explain", "D1"),
        ("fairness",),
    ):
        code, text, wrong = shell("archive", *words, "--as", "clerk")
        assert code == 0 and text.strip(), wrong


def _plenty(*given: Any, **_: Any) -> Figures:
    """Give the pharmacy of the delivery, which settled once, the figures of one that is open all year."""
    day = next((one for one in given if isinstance(one, int)), DAY)
    ratios = ("staff_registered", "identity_recorded", "clip_available", "trace_scan", "stock_match")
    by_select = {name: _Everybody((500, 500)) for name in ratios}
    by_select |= {name: _Everybody((number, 1)) for name, number in VOLUMES.items()}
    by_select["since"] = _Everybody((day_of_ymd(20240101), 1))
    assert date_of(day)
    return Figures(day, None, by_select)


class _Everybody(dict[int, tuple[int, int]]):
    def __init__(self, figure: tuple[int, int]) -> None:
        super().__init__()
        self._figure = figure

    def __contains__(self, _: object) -> bool:
        return True

    def __getitem__(self, _: int) -> tuple[int, int]:
        return self._figure

    def get(self, _: int, __: Any = None) -> Any:
        return self._figure
