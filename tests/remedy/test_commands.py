"""``yibao remedy``, as a shell sees it: rights, an objection from filing to the reply, and bills settled again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.remedy.scene import Scene

from yibao.access import Role, actor_of, found, give_role, open_account
from yibao.archive.files import FactKind, NewFact
from yibao.archive.points import Level
from yibao.cli import console, main
from yibao.kernel import Region, date_of
from yibao.store import Register

Run = Callable[..., dict[str, Any]]
PEOPLE = {
    "desk_one": Role.AGENCY_CLERK, "desk_two": Role.AGENCY_CLERK, "chief": Role.DECIDING_HEAD, "officer": Role.CASE_HANDLER,
}  # fmt: skip


@pytest.fixture
def scene(fresh_register: Register) -> Scene:
    s = Scene(fresh_register)
    with s.register.unit_of_work("local") as unit:
        found(unit, Region("990100"), system="sys", security="sec", audit="aud")
        for name, role in PEOPLE.items():
            open_account(unit, actor_of(unit, "sys"), name, holder=name, region=Region("990100"))
            give_role(unit, actor_of(unit, "sec"), name, role)
    return s


@pytest.fixture
def yibao(scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("YIBAO_HOME", str(scene.register.home.path))
    monkeypatch.setenv("YIBAO_REGISTER_URL", scene.register.url.render_as_string(hide_password=False))
    monkeypatch.setattr(console.out, "_width", 200)

    def run(*words: object, who: str, code: int = 0, as_json: bool = True) -> dict[str, Any]:
        with pytest.raises(SystemExit) as end:
            main(["remedy", *(str(word) for word in words), "--as", who, *(["--json"] if as_json else [])])
        told = capsys.readouterr()
        assert int(end.value.code or 0) == code, told.out + told.err
        if not as_json:
            return {"text": told.out}
        said: dict[str, Any] = json.loads(told.out)
        return said

    return run


@pytest.mark.slow
def test_from_the_rights_to_the_reply_and_the_bills(scene: Scene, yibao: Run) -> None:
    s = scene
    s.write(NewFact(s.hospital, FactKind.PENALIZED, s.day, {"article": "art_40"}))
    record = s.recorded(s.determined("D1", Level.MAIN))
    day = date_of(s.day).isoformat()
    person = "D990100000001"
    yibao("receive", record, "--day", day, who="desk_one")
    [right] = yibao("rights", person, "--day", day, who="desk_one")["rights"]
    assert (right["name"], right["by"], right["suspends"]) == (
        "记分异议 / objection to points",
        "2026-03-16",
        False,
    )
    assert "记分异议" in yibao("rights", person, "--day", day, who="desk_one", as_json=False)["text"]
    late = date_of(s.day + 40).isoformat()
    assert yibao("rights", person, "--day", late, who="desk_one")["rights"] == []

    bill = ("refuse-bill", person, "S1", "--service-day", date_of(s.day + 3).isoformat(), "--fund", "123.45")
    assert yibao(*bill, who="desk_one")["refused"] == 1
    assert yibao(*bill, who="desk_one", code=1)["refused"]["code"] == "remedy.bill_refused"

    filing = (
        "file",
        record,
        "--kind",
        "points",
        "--signed",
        "--stamped-by",
        "H00000000007",
        "--reason",
        "不是我开的",
    )
    assert yibao(*filing, "--day", late, who="desk_one", code=1)["refused"]["code"] == "remedy.expired"
    number = yibao(*filing, "--day", day, who="desk_one")["remedy"]
    yibao("do", number, "explain", "--reason", "依据处方签名", "--day", day, who="desk_one")
    yibao("do", number, "insist", "--reason", "签名系伪造", "--day", day, who="desk_one")
    assert [one["case"] for one in yibao("list", who="chief")["remedies"]] == [number]
    deciding = ("decide", number, "--reason", "非本人行为", "--day", day)
    assert yibao(*deciding, "--result", "granted", who="chief", code=1)["refused"]["code"] == "remedy.result"
    yibao(*deciding, "--result", "annulled", who="chief")
    yibao("do", number, "reply", "--day", day, who="desk_two")
    shown = yibao("show", number, who="chief")
    assert (shown["kind"], shown["fact"], [one["verb"] for one in shown["acts"]][-2:]) == (
        "points", record, ["decide", "reply"],
    )  # fmt: skip

    assert [one["bill"] for one in yibao("bills", who="desk_two")["to_settle"]] == ["S1"]
    assert (
        yibao("settle", person, "--day", day, who="desk_one", code=1)["refused"]["code"] == "access.four_eyes"
    )
    assert yibao("settle", person, "--day", day, who="desk_two")["fund_fen"] == 12_345
    [settled] = yibao("bills", person, who="desk_two")["refused"]
    assert settled["settled"] == day
