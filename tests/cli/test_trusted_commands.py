"""What concerns the whole lake is somebody's business too: collect, audit, knowledge, quarantine, rules, ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.casework.findings.outputs import small
from tests.cli.shell import Shell

from yibao.access import Role, actor_of, found, give_role, open_account
from yibao.kernel import Region
from yibao.ledger import Tag, said
from yibao.store import Register

CITY, OTHER = Region("990100"), Region("990200")


def _people(register: Register) -> None:
    with register.unit_of_work("local") as unit:
        found(unit, CITY, system="xi", security="an", audit="shen")
        for name, role in (("clerk", Role.AGENCY_CLERK), ("chief", Role.AGENCY_HEAD), ("bian", Role.AUDITOR)):
            open_account(unit, actor_of(unit, "xi"), name, holder=name, region=CITY)
            give_role(unit, actor_of(unit, "an"), name, role)


def test_who_may_do_what_with_the_whole_lake(
    fresh_register: Register,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("YIBAO_ACTOR", raising=False)
    shell = Shell(fresh_register, capsys, monkeypatch)
    files = small.write(tmp_path / "in", {**small.FILES})
    first = small.write(
        tmp_path / "first", {name: rows for name, rows in small.FILES.items() if "_bad" not in name}
    )
    assert shell("collect", first, "--json")[0] == 0, "a home without accounts works as it did"
    _people(fresh_register)

    def code(*words: object) -> str | None:
        given, told, _ = shell(*words, "--json")
        answer: dict[str, Any] = json.loads(told)
        assert (given == 0) == ("refused" not in answer) or words[0] == "collect"
        return answer["refused"]["code"] if "refused" in answer else None

    assert code("collect", files) == "access.who"
    for words in (
        ("collect", files), ("audit",), ("quarantine",), ("knowledge", "load", "--official"), ("report",),
        ("rules", "measure"), ("ledger", "export", tmp_path / "x"),
    ):  # fmt: skip
        assert code(*words, "--as", "xi") == "access.denied", words
    assert code("ledger", "rotate", "--as", "chief") == "access.denied"
    assert code("knowledge", "load", "--official", "--as", "clerk") == "access.denied"
    assert code("quarantine", "--export", tmp_path / "x.xlsx", "--as", "clerk") is None
    assert code("collect", files, "--as", "clerk") is None
    assert code("quarantine", "--as", "bian") is None
    assert code("ledger", "verify", "--as", "shen") is None
    assert code("ledger", "rotate", "--as", "an") is None
    with fresh_register.unit_of_work("test") as unit:
        looks = unit.connection.execute(text("SELECT account, what FROM access_log ORDER BY id")).all()
        swore = list(said(unit, [Tag.ACCESS_FILE_READ]))
        by = list(unit.connection.scalars(text("SELECT actor FROM collection ORDER BY batch")))
    assert [tuple(row) for row in looks] == [("clerk", "quarantine"), ("bian", "quarantine")] and len(
        swore
    ) == 2
    assert by[0] == "cli" and by[-1] == "clerk", "in a home with accounts what is collected bears a name"
