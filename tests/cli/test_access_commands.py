"""Accounts, roles, recusals and the log, as a shell sees them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from yibao.access import Permission, Role
from yibao.cli import console, main
from yibao.store import Register

Said = tuple[int, str, str]
Run = Callable[..., Said]


@pytest.fixture
def yibao(
    fresh_register: Register, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    monkeypatch.setenv("YIBAO_REGISTER_URL", fresh_register.url.render_as_string(hide_password=False))
    monkeypatch.setenv("YIBAO_HOME", str(fresh_register.home.path))
    monkeypatch.delenv("YIBAO_ACTOR", raising=False)
    for printed in (console.out, console.err):
        monkeypatch.setattr(printed, "_width", 200)

    def run(*words: str) -> Said:
        with pytest.raises(SystemExit) as end:
            main(["access", *words])
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out, told.err

    return run


@pytest.fixture
def founded(yibao: Run) -> Run:
    code, said, _ = yibao(
        "found", "--region", "990100", "--system", "xi", "--security", "an", "--audit", "shen"
    )
    assert code == 0 and "系统管理员" in said and "--as" in said
    return yibao


def asked(yibao: Run, *words: str) -> dict[str, Any]:
    code, said, complained = yibao(*words, "--json")
    assert code == 0, said + complained
    found: dict[str, Any] = json.loads(said)
    return found


def refused(yibao: Run, *words: str) -> str:
    code, said, _ = yibao(*words, "--json")
    assert code == 1, said
    return str(json.loads(said)["refused"]["code"])


def test_the_matrix_in_sentences_and_for_programs(yibao: Run) -> None:
    code, said, _ = yibao("matrix", "--role", "expert")
    assert code == 0
    assert "评审专家对本区的事项可以：" in said and "参加合议" in said and "作出处罚决定" not in said
    found = asked(yibao, "matrix")
    assert set(found["roles"]) == set(Role) and set(found["permissions"]) == set(Permission)
    assert found["roles"]["institution_staff"]["may"]["round:answer"] == ["own_institution"]
    assert yibao("matrix", "--role", "nobody")[0] == 2


def test_the_single_user_of_a_home_is_named_aloud(yibao: Run) -> None:
    code, _, told = yibao("list")
    assert code == 0 and "以本机用户 local" in told and "yibao access found" in told
    assert asked(yibao, "list") == {"as": "local", "accounts": []}
    assert refused(yibao, "open", "li", "--holder", "李某", "--region", "990100") == "access.denied"


def test_from_an_empty_home_to_a_case_handler(founded: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    yibao = founded
    new = ("open", "li", "--holder", "李某", "--region", "990100")
    assert refused(yibao, *new) == "access.who"
    assert refused(yibao, *new, "--as", "an") == "access.denied"
    assert asked(yibao, *new, "--as", "xi") == {"opened": "li", "by": "xi"}
    assert asked(yibao, "role", "li", "case_handler", "--as", "an")["given"] == "case_handler"
    assert refused(yibao, "role", "li", "audit_administrator", "--as", "an") == "access.duties"
    monkeypatch.setenv("YIBAO_ACTOR", "xi")
    listed = {one["name"]: one["roles"] for one in asked(yibao, "list")["accounts"]}
    assert listed["li"] == {"case_handler": "an"} and listed["xi"] == {"system_administrator": "local"}
    code, said, told = yibao("list")
    assert code == 0 and "办案人员（an）" in said and "local（全部" not in told
    assert asked(yibao, "role", "li", "case_handler", "--take", "--as", "an")["taken"] == "case_handler"
    assert asked(yibao, "close", "li")["closed"] == "li"
    assert refused(yibao, *new) == "access.account_name"


def test_recusal_and_log(founded: Run, fresh_register: Register) -> None:
    yibao = founded
    for name, role in (("li", "case_handler"), ("zhao", "deciding_head")):
        asked(yibao, "open", name, "--holder", name, "--region", "990100", "--as", "xi")
        asked(yibao, "role", name, role, "--as", "an")
    given = asked(yibao, "recuse", "li", "--case", "C000012", "--reason", "亲属", "--as", "li")
    assert given == {"recusal": 1, "lifted": False, "by": "li"}
    assert refused(yibao, "recuse", "--lift", "1", "--reason", "x", "--as", "li") == "access.denied"
    assert asked(yibao, "recuse", "--lift", "1", "--reason", "查无此事", "--as", "zhao")["lifted"]
    with fresh_register.engine.connect() as connection:
        by_code = text("SELECT lift_reason, lifted_by FROM recusal")
        assert tuple(connection.execute(by_code).one()) == ("查无此事", "zhao")
    assert yibao("recuse", "--as", "li")[0] == 2
    assert refused(yibao, "log", "--as", "li") == "access.denied"
    assert [look["account"] for look in asked(yibao, "log", "--as", "shen")["looks"]] == ["shen"]
    assert "内部监督" in yibao("log", "--as", "shen")[1]


def test_an_account_of_an_institution_knows_it_by_its_code(founded: Run, fresh_register: Register) -> None:
    yibao = founded
    asked(
        yibao,
        "open",
        "wang",
        "--holder",
        "王某",
        "--region",
        "990100",
        "--institution",
        "H33010000001",
        "--as",
        "xi",
    )
    asked(yibao, "role", "wang", "institution_staff", "--as", "an")
    with fresh_register.engine.connect() as connection:
        key = connection.scalar(text("SELECT institution_id FROM account WHERE name = 'wang'"))
    assert key == 6385648959402200622  # as kernel.natural_key gives it, and the lake stores it


def test_what_is_changed_of_rights_is_in_the_ledger_in_the_same_transaction(
    founded: Run, fresh_register: Register
) -> None:
    yibao = founded
    asked(yibao, "open", "li", "--holder", "李某", "--region", "990100", "--as", "xi")
    asked(yibao, "role", "li", "supervisor", "--as", "an")
    refused(yibao, "role", "li", "supervisor", "--as", "an")
    asked(yibao, "role", "li", "supervisor", "--take", "--as", "an")
    asked(yibao, "recuse", "li", "--case", "C000012", "--reason", "亲属", "--as", "li")
    asked(yibao, "close", "li", "--as", "xi")
    with fresh_register.engine.connect() as connection:
        leaves = connection.execute(
            text("SELECT tag, subject, canonical FROM ledger_leaf WHERE tag LIKE 'access:%'")
        ).all()
    assert [(leaf.tag, leaf.subject) for leaf in leaves] == [
        ("access:account:opened", "home"),
        ("access:account:opened", "li"),
        ("access:role:given", "li"),
        ("access:role:taken", "li"),
        ("access:case:recused", "li"),
        ("access:account:closed", "li"),
    ]
    assert not any(word.encode() in leaf.canonical for leaf in leaves for word in ("李某", "亲属"))
