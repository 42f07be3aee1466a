"""``yibao backup`` and ``restore``: what is restored explains the same findings, word for word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.casework.conftest import Desk
from tests.casework.findings.outputs import small
from tests.cli.shell import Shell

from yibao.ledger import Tag, record, sign_waiting
from yibao.store import Home, stop_register


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "elsewhere"
    yield path
    if (path / "register").exists():
        stop_register(Home(path))


@pytest.mark.slow
def test_what_was_restored_explains_the_same_findings(
    small_desk: Desk,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    elsewhere: Path,
) -> None:
    shell = Shell(small_desk.house.register, capsys, monkeypatch)
    with small_desk.house.register.unit_of_work("test") as unit:
        record(unit, Tag.CASEWORK_CASE_MOVED, "case:1", {})
    sign_waiting(small_desk.house.register)
    findings = json.loads(shell("findings", "--json")[1])
    codes = [row["code"] for row in findings["findings"]]
    assert len(codes) == len(small.RULES)
    told = [shell("explain", code)[1] for code in codes[:2]]
    monkeypatch.setenv("YIBAO_KEY_PASSPHRASE", "一句足够长的口令，另行保管")
    sealed = tmp_path / "钥匙"
    inside = tmp_path / "备份" / "钥匙"
    assert "cli.keys_apart" in shell("backup", tmp_path / "备份", "--with-keys", inside, "--json")[1]
    code, said, complained = shell("backup", tmp_path / "备份", "--with-keys", sealed, "--json")
    assert code == 0, complained
    made = json.loads(said)
    assert made["bytes"] == made["written_bytes"] > 0 and made["removed"] == [] and made["left_out"]
    assert shell("restore", tmp_path / "备份", "--check", home=elsewhere)[0] == 0
    assert not elsewhere.exists()
    code, said, complained = shell("restore", tmp_path / "备份", "--json", home=elsewhere)
    assert code == 0, complained
    assert json.loads(said) == {
        **{k: v for k, v in made.items() if k not in ("written_bytes", "removed")},
        "restored": True,
        "keys_missing": made["left_out"],
    }
    assert json.loads(shell("findings", "--json", home=elsewhere)[1]) == findings
    assert [shell("explain", code, home=elsewhere)[1] for code in codes[:2]] == told
    said = shell("ledger", "keys-in", sealed, "--json", home=elsewhere)[1]
    assert [f"keys/{name}" for name in json.loads(said)["keys"]] == made["left_out"]
    verified = json.loads(shell("ledger", "verify", "--json", home=elsewhere)[1])
    assert verified["size"] > 0 and verified["faults"] == []
    code, _, complained = shell("restore", tmp_path / "备份", home=elsewhere)
    assert code == 1 and "store.restore_not_empty" in complained and "不是空的" in complained
