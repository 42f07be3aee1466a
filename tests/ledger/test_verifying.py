"""What somebody does who owns the database: every change is found, and told with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from yibao.kernel import Refused
from yibao.ledger import (
    Act,
    Forged,
    Tag,
    Verified,
    change_keys,
    checkpoint,
    erase,
    export,
    home_signers,
    prove_consistency,
    prove_inclusion,
    receipt,
    record,
    record_many,
    settle,
    sign_waiting,
    take_cosignature,
    verify_everything,
)
from yibao.ledger.file import check_file
from yibao.ledger.note import COSIGNATURE, PublicKey
from yibao.ledger.signing import new_key_file, read_key_file
from yibao.ledger.tree import is_consistent, root_from_range
from yibao.ledger.witness import Witness
from yibao.store import Register

Tamper = Callable[[str], Verified]


@pytest.fixture
def log(fresh_register: Register) -> Register:
    """Eleven entries under two checkpoints, one of them with a personal fact."""
    for subjects in (range(5), range(5, 10)):
        with fresh_register.unit_of_work("王某") as unit:
            record_many(
                unit,
                [
                    Act(Tag.CASEWORK_FINDING_NOTICED, f"F{i}", {"fen": i}, {"姓名": "张三"} if i == 7 else {})
                    for i in subjects
                ],
            )
        sign_waiting(fresh_register)
    return fresh_register


@pytest.fixture
def tamper(log: Register) -> Tamper:
    """Change the register as its owner can, past the guards, and verify."""

    def change(statements: str) -> Verified:
        with log.unit_of_work("somebody") as unit:
            tables = ("leaf", "tree", "checkpoint", "cosignature", "key", "personal")
            for table in tables:
                unit.connection.execute(text(f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER"))
            for statement in filter(None, statements.split(";")):
                unit.connection.execute(text(statement))
            for table in tables:
                unit.connection.execute(text(f"ALTER TABLE ledger_{table} ENABLE ALWAYS TRIGGER only_grows"))
        return verify_everything(log)

    return change


def test_a_sound_log(log: Register) -> None:
    found = verify_everything(log)
    assert found.sound, found.faults
    assert (found.size, found.waiting, found.checkpoints, found.erased) == (11, 0, 2, 0)
    with log.unit_of_work("x") as unit:
        record(unit, Tag.CASEWORK_CASE_OPENED, "C1", {})
    assert verify_everything(log).waiting == 1


ENTRY = "(SELECT entry FROM ledger_leaf WHERE subject = '{}')"


@pytest.mark.parametrize(
    ("statements", "code", "where"),
    [
        (
            "UPDATE ledger_leaf SET canonical = convert_to(replace(convert_from(canonical, 'UTF8'), '\"fen\"\\:3', "
            "'\"fen\"\\:0'), 'UTF8') WHERE subject = 'F3'",
            "ledger.changed",
            "position 3",
        ),
        ("DELETE FROM ledger_leaf WHERE subject = 'F3'", "ledger.removed", "position 3"),
        (
            f"UPDATE ledger_tree SET entry = entry + 1000; UPDATE ledger_tree SET entry = {ENTRY.format('F2')} "
            f"WHERE entry = {ENTRY.format('F1')} + 1000; UPDATE ledger_tree SET entry = {ENTRY.format('F1')} "
            f"WHERE entry = {ENTRY.format('F2')} + 1000; UPDATE ledger_tree SET entry = entry - 1000 WHERE entry > 1000",
            "ledger.reordered",
            "position 1",
        ),
        ("DELETE FROM ledger_tree WHERE position >= 8", "ledger.astray", None),
        (
            "DELETE FROM ledger_leaf WHERE entry IN (SELECT entry FROM ledger_tree WHERE position >= 8); "
            "DELETE FROM ledger_tree WHERE position >= 8",
            "ledger.truncated",
            "checkpoint 11",
        ),
        ("DELETE FROM ledger_checkpoint WHERE size = 11", "ledger.unsigned", None),
        (
            "UPDATE ledger_checkpoint SET note = (SELECT c.note FROM ledger_checkpoint c WHERE c.size = 6) "
            "WHERE size = 11",
            "ledger.other_root",
            "checkpoint 11",
        ),
        ("DELETE FROM ledger_tree WHERE position = 4", "ledger.gap", "position 4"),
        (
            "UPDATE ledger_tree SET hashes = set_byte(hashes, 40, 1 + get_byte(hashes, 40) % 255) WHERE position = 1",
            "ledger.node",
            "position 1",
        ),
        ("UPDATE ledger_leaf SET subject = 'F4' WHERE subject = 'F3'", "ledger.columns", "position 3"),
        ("UPDATE ledger_key SET key = key || 'x'", "ledger.keys", None),
        ("UPDATE ledger_personal SET value = '李四'", "ledger.other_value", None),
        ("DELETE FROM ledger_personal", "ledger.not_erased", None),
        (
            "INSERT INTO ledger_leaf (tag, subject, canonical) VALUES ('casework:case:opened', 'C1', 'x')",
            "ledger.astray",
            None,
        ),
    ],
)
def test_every_change_is_found(tamper: Tamper, statements: str, code: str, where: str | None) -> None:
    found = tamper(statements)
    assert not found.sound
    fault = next((one for one in found.faults if one.code == code), None)
    assert fault is not None, [one.code for one in found.faults]
    assert where is None or fault.where == where


def test_a_forger_who_computes_everything_anew_lacks_the_key(log: Register, tamper: Tamper) -> None:
    """Tree, keys and checkpoint all fit each other, but outsiders hold the first key and an old checkpoint."""
    with log.unit_of_work("x") as unit:
        seen = checkpoint(unit)
    [key, *_] = [signer.key for signer in home_signers(log)]
    tamper(
        "DELETE FROM ledger_checkpoint; DELETE FROM ledger_key; DELETE FROM ledger_tree; DELETE FROM ledger_leaf; "
        "DELETE FROM ledger_personal"
    )
    for file in log.home.keys.iterdir():
        file.unlink()
    with log.unit_of_work("forger") as unit:
        record_many(unit, [Act(Tag.CASEWORK_FINDING_NOTICED, f"F{i}", {"fen": 0}) for i in range(20)])
    sign_waiting(log)
    assert verify_everything(log).sound, "the register alone cannot tell"
    file = log.home.path / "all"
    with log.unit_of_work("x") as unit:
        export(unit, file)
    with pytest.raises(Forged, match="wrong_key"):
        check_file(file, key, seen=seen)


def test_a_guard_that_is_switched_off_is_told(log: Register) -> None:
    with log.unit_of_work("x") as unit:
        unit.connection.execute(text("ALTER TABLE ledger_leaf DISABLE TRIGGER USER"))
    assert [(one.code, one.where) for one in verify_everything(log).faults] == [
        ("ledger.unguarded", "ledger_leaf")
    ]


def test_lawful_erasure_leaves_everything_valid(log: Register, tmp_path: Path) -> None:
    with log.engine.connect() as connection:
        entry = connection.scalar(text("SELECT entry FROM ledger_personal")) or 0
    with log.unit_of_work("x") as unit:
        before = receipt(unit, entry)
        header = export(unit, tmp_path / "r", first=before.position or 0, count=1, with_personal=True)
    assert header.opened == {
        before.position: {"姓名": (header.opened[before.position or 0]["姓名"][0], "张三")}
    }
    key = home_signers(log)[0].key
    assert check_file(tmp_path / "r", key).opened == 1
    with log.unit_of_work("x") as unit:
        erase(unit, entry, "保存期限届满")
    sign_waiting(log)
    found = verify_everything(log)
    assert found.sound and found.erased == 1
    with log.unit_of_work("x") as unit:
        assert receipt(unit, entry) == before
        assert not export(
            unit, tmp_path / "s", first=before.position or 0, count=1, with_personal=True
        ).opened
    assert check_file(tmp_path / "s", key).opened == 0


def test_proofs_out_of_the_register(log: Register) -> None:
    with log.unit_of_work("x") as unit:
        new, old = checkpoint(unit).checkpoint(), checkpoint(unit, 6).checkpoint()
        for position in range(11):
            proof = prove_inclusion(unit, position)
            assert root_from_range(position, [proof.leaf_hash], proof.size, proof.hashes) == new.root, (
                position
            )
        assert is_consistent(6, old.root, 11, new.root, prove_consistency(unit, 6))
        for first, count in ((11, 1), (-1, 1), (0, 0), (0, 12)):
            with pytest.raises(Refused, match="no_position"):
                export(unit, log.home.path / "never", first=first, count=count)
        with pytest.raises(Refused, match="no_checkpoint"):
            checkpoint(unit, 7)
        with pytest.raises(Refused, match="no_entry"):
            receipt(unit, 10_000)
    assert not (log.home.path / "never").exists()


def test_keys_change_and_both_old_and_new_readers_can_check(log: Register, tmp_path: Path) -> None:
    old = home_signers(log)
    new = change_keys(log)
    with log.unit_of_work("x") as unit:
        record(unit, Tag.CASEWORK_CASE_OPENED, "C1", {})
    settle(log, new)
    third = change_keys(log)
    with log.unit_of_work("x") as unit:
        export(unit, tmp_path / "all")
        export(unit, tmp_path / "one", first=2, count=1, since=6)
        seen = checkpoint(unit, 6)
    for signers, changes in ((old, 2), (new, 1), (third, 0)):
        for key in (signer.key for signer in signers):
            for name in ("all", "one"):
                checked = check_file(tmp_path / name, key, seen=seen)
                assert (checked.handovers, checked.key.kind) == (changes, key.kind)
    assert verify_everything(log).sound
    assert len(list(log.home.keys.iterdir())) == len(third), "old private keys are destroyed"


def test_a_witness_signs_what_grew_and_nothing_else(log: Register, tmp_path: Path) -> None:
    log_key = home_signers(log)[0].key
    new_key_file(tmp_path / "w.pem", "witness.example/jiwei")
    signer = read_key_file(tmp_path / "w.pem", COSIGNATURE)
    witness = Witness(signer, log_key, tmp_path / "seen")  # type: ignore[arg-type]
    with log.unit_of_work("x") as unit:
        export(unit, tmp_path / "now")
        line = str(witness.cosign(tmp_path / "now", 1_800_000_000))
        assert take_cosignature(unit, 11, str(signer.key), line)
        assert not take_cosignature(unit, 11, str(signer.key), line), "once is enough"
        for key, said, code in (
            (str(log_key), line, "not_a_witness"),
            (str(signer.key), line[:-8] + "AAAA" + line[-4:], "ledger"),
            (str(signer.key), "nothing", "note_form"),
        ):
            with pytest.raises(Refused, match=code):
                take_cosignature(unit, 11, key, said)
        with pytest.raises(Refused, match="bad_signature"):
            take_cosignature(unit, 6, str(signer.key), line)
        export(unit, tmp_path / "witnessed")
    checked = check_file(tmp_path / "witnessed", log_key, witnesses=[signer.key])
    assert checked.witnessed == (("witness.example/jiwei", 1_800_000_000),)
    assert verify_everything(log).cosignatures == 1
    with log.unit_of_work("x") as unit:
        record(unit, Tag.CASEWORK_CASE_OPENED, "C1", {})
    sign_waiting(log)
    with log.unit_of_work("x") as unit:
        export(unit, tmp_path / "later", first=3, count=1)
        export(unit, tmp_path / "since", first=3, count=1, since=11)
    with pytest.raises(Forged, match="no_consistency"):
        witness.cosign(tmp_path / "later", 1_800_000_100)
    witness.cosign(tmp_path / "since", 1_800_000_100)
    with pytest.raises(Forged, match="replayed"):
        witness.cosign(tmp_path / "now", 1_800_000_200)
    stranger = Witness(signer, PublicKey("other.log", log_key.kind, log_key.public), tmp_path / "s2")  # type: ignore[arg-type]
    with pytest.raises(Forged, match="wrong_key"):
        stranger.cosign(tmp_path / "since", 1_800_000_100)
