"""A city's staff is registered from the lake, a penalty names a doctor, and the shell says where he stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.casework.cases.people import CITY
from tests.casework.findings.outputs import small
from tests.cli.shell import Shell

from yibao import access
from yibao.access import Role
from yibao.archive import files
from yibao.archive.files import FactKind, NewFact
from yibao.cli import console
from yibao.kernel import Region, add_months, date_of, today
from yibao.store import Register

pytestmark = pytest.mark.xdist_group("points_commands")

Run = Callable[..., dict[str, Any]]
Words = Callable[..., str]
PEOPLE = {"clerk": Role.AGENCY_CLERK, "head": Role.DECIDING_HEAD, "zhao": Role.SUPERVISOR}


@pytest.fixture
def shell_words(
    fresh_register: Register, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Words:
    """Run a command and give what it tells people."""
    shell = Shell(fresh_register, capsys, monkeypatch)

    def told(who: str | None, *words: object) -> str:
        code, said, wrong = shell(*words, *(() if who is None else ("--as", who)))
        assert code == 0, wrong
        return said

    return told


@pytest.fixture
def run(fresh_register: Register, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in somebody's name and give what it says; ``code`` is what a refusal is called."""
    shell = Shell(fresh_register, capsys, monkeypatch)
    for printed in (console.out, console.err):
        monkeypatch.setattr(printed, "_width", 200)

    def by(who: str | None, *words: object) -> dict[str, Any]:
        named = () if who is None else ("--as", who)
        code, told, wrong = shell(*words, *named, "--json")
        assert told, wrong
        said: dict[str, Any] = json.loads(told)
        return {"code": said["refused"]["code"]} if "refused" in said else {**said, "exit": code}

    city = Region(CITY)
    with fresh_register.unit_of_work("test") as unit:
        access.found(unit, city, system="xi", security="an", audit="shen")
    for name, role in PEOPLE.items():
        xi, an = (access.acting(fresh_register, one) for one in ("xi", "an"))
        with fresh_register.unit_of_work("test") as unit:
            access.open_account(unit, xi, name, holder=name, region=city)
            access.give_role(unit, an, name, role)
    return by


def test_from_the_lake_to_the_end_and_what_a_shell_says(
    run: Run, fresh_register: Register, tmp_path: Path, shell_words: Words
) -> None:
    staff = [*small.STAFF, "DR2,李时珍,1,H1,A03", "DR3,华佗,9,H1,A03"]
    files_ = {"fixmedins_b.csv": small.INSTITUTIONS, "medins_staff_b.csv": staff}
    run("clerk", "collect", small.write(tmp_path / "files", files_))
    first = run("clerk", "points", "register", "--from-lake", "--committed", "承诺书-1")
    assert (first["registered"], first["left_out"]) == (2, 1), "whose class is not told is registered by hand"
    third = run(
        "clerk", "points", "register", "DR3", "--name", "华佗", "--class", "nurse", "--institution", "H1"
    )["file"]
    assert run("clerk", "points", "status", third)["status"] == "unregistered"
    run("clerk", "points", "commit", "DR3")
    listed = run("clerk", "points", "list")["persons"]
    assert [one["status"] for one in listed] == ["normal"] * 3 and "孙思邈" not in json.dumps(
        listed, ensure_ascii=False
    )
    with fresh_register.unit_of_work("test") as unit:
        place = files.find_subject(unit, "H1").id
        penalty = NewFact(place, FactKind.PENALIZED, today(), {"article": "art_40"})
        [what] = files.write_facts(unit, [penalty])
    named = ("--who", "DR1=D1:main", "--who", "DR2=D1:主要责任:confessed", "--reason", "有笔录")
    assert run("head", "points", "determine", what, "--who", "DR1", "--reason", "x") == {
        "code": "cli.responsible"
    }
    said = run("head", "points", "determine", what, *named)["responsible"]
    ended = run("clerk", "points", "record", said[0])
    assert (ended["status"], ended["points"], ended["settles"]) == ("terminated", 12, False)
    assert run("clerk", "points", "record", said[1])["points"] == 11
    shown = run("clerk", "points", "status", "DR1")
    assert shown["barred_until"] == date_of(add_months(today(), 36)).isoformat()
    assert run("clerk", "points", "status", "DR1", "--as-of", "2024-01-02")["settles"]
    assert run("clerk", "points", "status", "DR1", "--known-on", "2024-01-02")["status"] == "unregistered"
    assert [one["status"] for one in run("clerk", "points", "list", "--status", "suspended")["persons"]] == [
        "suspended"
    ]
    assert len(run("clerk", "points", "list", "--key")["persons"]) == 2
    assert run("clerk", "points", "share", "H1")["measure"] == "suspend"
    assert run("clerk", "points", "train", "DR1", "--event", "E1") == {"code": "points.nothing_to_repair"}
    noted = (
        "--kind",
        "industry",
        "--topic",
        "licence_revoked",
        "--paper",
        "卫〔2026〕1号",
        "--authority",
        "示例市卫健委",
    )
    assert run("zhao", "points", "note", "DR3", *noted)["fact"] > 0
    other = ("--region", "330100", "--instrument", "杭〔2026〕1号", "--behaviour", "A1", "--value", "3")
    days = ("--instrument-day", "2026-01-05", "--since", "2026-01-06")
    assert run("clerk", "points", "recognise", "DR3", *other, *days)["fact"] > 0
    assert run("clerk", "points", "move", "DR3", "--from", "H1", "--to", "H2")["fact"] > 0
    assert run("clerk", "points", "leave", "DR3", "--institution", "H2", "--reason", "离职")["fact"] > 0
    assert len(run(None, "points", "behaviours")["behaviours"]) == 9
    until = date_of(add_months(today(), 6))
    told = shell_words("clerk", "points", "status", "DR2")
    assert f"状态：暂停，至 {until}（不含）；费用不予结算（急诊、抢救除外）" in told and "D1  11 分" in told
    assert f"暂停 至 {until}" in shell_words("clerk", "points", "list", "--status", "suspended")
