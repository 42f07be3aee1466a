"""``yibao ledger`` as a shell sees it, from an act to the outsider's verifier."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from yibao.bootstrap import open_house
from yibao.cli import console, main
from yibao.ledger import Tag, record
from yibao.ledger.verify import main as verify_offline
from yibao.ledger.witness import main as cosign
from yibao.store import Home, stop_register

Said = tuple[int, str, str]
Run = Callable[..., Said]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of each test's own: one of them breaks it."""
    path = tmp_path / "data"
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


def test_from_an_act_to_an_outsider(yibao: Run, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = yibao("ledger", "checkpoint", "--json")
    assert code == 1 and json.loads(said)["refused"]["code"] == "ledger.no_checkpoint"
    with open_house(home, "王某") as house, house.register.unit_of_work(house.actor) as unit:
        entry = record(
            unit, Tag.CASEWORK_FINDING_NOTICED, "F1", {"fen": 5000}, personal={"姓名": "张三"}
        ).entry
    found = asked(yibao, "ledger", "verify")
    assert found["sound"] and (found["size"], found["waiting"]) == (2, 0), (
        "what was done is signed on leaving"
    )
    assert "属实" in yibao("ledger", "verify")[1]

    proven = asked(yibao, "ledger", "prove", str(entry), "receipt", "--with-personal")
    assert proven["position"] == 0
    shown = asked(yibao, "ledger", "checkpoint", "--out", "seen")
    assert shown["size"] == 2 and Path("seen").read_text(encoding="utf-8") == shown["checkpoint"]
    _, said, _ = yibao("ledger", "checkpoint", "--keys")
    assert said == shown["checkpoint"] + "".join(f"{key}\n" for key in shown["keys"]), "nothing is wrapped"

    old = shown["keys"][0]
    assert asked(yibao, "ledger", "rotate")["keys"][0] != old
    assert asked(yibao, "ledger", "export", "all")["count"] == 3
    for words in (["receipt", old], ["all", old, "--seen", "seen"]):
        assert verify_offline(words) == 0
        capsys.readouterr()
    assert verify_offline(["seen", old]) == 1
    assert verify_offline(["nothing", old]) == 2
    capsys.readouterr()

    assert cosign(["all", old]) == 0
    witness, line = capsys.readouterr().out.splitlines()
    asked(yibao, "ledger", "rotate")
    words = ("ledger", "checkpoint", "--size", "3", "--witness", witness, line)
    assert line in asked(yibao, *words)["checkpoint"]
    assert asked(yibao, "ledger", "verify")["cosignatures"] == 1
    assert cosign(["seen", old]) == 1

    code, said, _ = yibao("ledger", "prove", "999", "never", "--json")
    assert code == 1 and json.loads(said)["refused"]["code"] == "ledger.no_entry"


def test_a_change_is_told_and_the_exit_code_says_so(yibao: Run, home: Path) -> None:
    with open_house(home, "王某") as house, house.register.unit_of_work(house.actor) as unit:
        record(unit, Tag.CASEWORK_FINDING_NOTICED, "F1", {"fen": 5000})
    with open_house(home) as house, house.register.unit_of_work("somebody") as unit:
        unit.connection.execute(text("ALTER TABLE ledger_leaf DISABLE TRIGGER USER"))
        unit.connection.execute(text("UPDATE ledger_leaf SET subject = 'F2' WHERE subject = 'F1'"))
    code, said, complained = yibao("ledger", "verify")
    assert (
        code == 1 and "不属实" in said and "ledger.columns" in complained and "ledger.unguarded" in complained
    )
    code, said, _ = yibao("ledger", "verify", "--json")
    assert code == 1 and [fault["code"] for fault in json.loads(said)["faults"]] == [
        "ledger.unguarded",
        "ledger.columns",
    ]
