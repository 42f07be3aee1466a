"""The signing keys leave the home under a passphrase, and come back to sign on."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from yibao.kernel import Refused
from yibao.ledger import Tag, home_signers, keyring, keys_in, keys_out, record, sign_waiting
from yibao.store import Home, Register

PHRASE = "一句足够长的口令，另行保管"


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "_WORK", {"n": 1 << 10, "r": 8, "p": 1})


def _sign(register: Register) -> None:
    with register.unit_of_work("test") as unit:
        record(unit, Tag.CASEWORK_CASE_MOVED, "case:1", {})
    assert sign_waiting(register) is not None


def test_keys_go_out_and_come_back(fresh_register: Register, tmp_path: Path) -> None:
    _sign(fresh_register)
    home, file = fresh_register.home, tmp_path / "keys.sealed"
    before = {path.name: path.read_text() for path in home.keys.glob("*")}
    assert keys_out(home, file, PHRASE) == sorted(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any(line in file.read_text() for pem in before.values() for line in pem.splitlines() if line)
    for path in home.keys.glob("*"):
        path.unlink()
    with pytest.raises(Refused, match=r"(?s)ledger\.key_missing.*keys-in"):
        _sign(fresh_register)
    with pytest.raises(Refused, match=r"ledger\.passphrase"):
        keys_in(home, file, PHRASE + "x")
    assert keys_in(home, file, PHRASE) == sorted(before)
    assert {path.name: path.read_text() for path in home.keys.glob("*")} == before
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in home.keys.glob("*"))
    assert keys_in(home, file, PHRASE) == [], "they are there"
    assert home_signers(fresh_register)
    _sign(fresh_register)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda said, body: said.replace('"n": 1024', '"n": 2048') + "\n" + body + "\n", "passphrase"),
        (lambda said, body: said.replace('"n": 1024', '"n": 999999999') + "\n" + body + "\n", "keys_file"),
        (lambda said, body: said + "\n" + ("B" if body[0] != "B" else "C") + body[1:] + "\n", "passphrase"),
        (lambda said, body: said, "keys_file"),
        (lambda said, body: body, "keys_file"),
    ],
)
def test_a_changed_file_opens_to_nobody(change, code: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    home, file = Home(tmp_path / "home"), tmp_path / "keys.sealed"
    (home.keys / "ledger-00.pem").write_text("name: x\n")
    keys_out(home, file, PHRASE)
    said, body = file.read_text().splitlines()
    assert json.loads(said)["form"] == keyring.FORM
    file.write_text(change(said, body))
    with pytest.raises(Refused, match=rf"ledger\.{code}\b"):
        keys_in(home, file, PHRASE)


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    home, file = Home(tmp_path / "home"), tmp_path / "keys.sealed"
    with pytest.raises(Refused, match=r"ledger\.no_keys"):
        keys_out(home, file, PHRASE)
    (home.keys / "ledger-00.pem").write_text("name: x\n")
    with pytest.raises(Refused, match=r"ledger\.passphrase"):
        keys_out(home, file, "short")
    keys_out(home, file, PHRASE)
    with pytest.raises(Refused, match=r"ledger\.keys_exist"):
        keys_out(home, file, PHRASE)
    (home.keys / "ledger-00.pem").write_text("name: another\n")
    with pytest.raises(Refused, match=r"ledger\.keys_exist"):
        keys_in(home, file, PHRASE)
    assert (home.keys / "ledger-00.pem").read_text() == "name: another\n"
