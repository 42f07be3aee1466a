"""Acts are written with what they do, get their positions after it, and can be neither changed nor taken away."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from yibao.kernel import Refused
from yibao.ledger import (
    Act,
    Sequencer,
    Signer,
    Tag,
    change_keys,
    erase,
    home_signers,
    record,
    record_many,
    sequence,
    settle,
)
from yibao.store import Register


@pytest.fixture
def signers(fresh_register: Register) -> Sequence[Signer]:
    return home_signers(fresh_register)


def act(register: Register, subject: str = "F1", **body: int) -> int:
    with register.unit_of_work("王某") as unit:
        return record(unit, Tag.CASEWORK_FINDING_NOTICED, subject, dict(body)).entry


def leaf_of(register: Register, entry: int) -> dict[str, object]:
    with register.engine.connect() as connection:
        data = connection.scalar(text("SELECT canonical FROM ledger_leaf WHERE entry = :e"), {"e": entry})
    found: dict[str, object] = json.loads(bytes(data))
    return found


def size_of(register: Register) -> int:
    with register.engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM ledger_tree")) or 0)


def test_an_act_is_written_if_and_only_if_it_is_done(
    fresh_register: Register, signers: Sequence[Signer]
) -> None:
    with pytest.raises(ZeroDivisionError), fresh_register.unit_of_work("x") as unit:
        record(unit, Tag.CASEWORK_FINDING_NOTICED, "F1", {})
        1 / 0  # noqa: B018
    assert sequence(fresh_register, signers) is None, "what was rolled back was never written"
    entry = act(fresh_register, fen=5000)
    leaf = leaf_of(fresh_register, entry)
    assert (leaf["actor"], leaf["subject"], leaf["body"]) == ("王某", "F1", {"fen": 5000})
    note = sequence(fresh_register, signers)
    assert note is not None and note.checkpoint().size == 2, "the act, and the keys with which the log begins"
    assert sequence(fresh_register, signers) is None


def test_an_open_transaction_delays_nobody_else(fresh_register: Register, signers: Sequence[Signer]) -> None:
    with fresh_register.unit_of_work("slow") as unit:
        slow = record(unit, Tag.CASEWORK_CASE_OPENED, "C1", {})
        quick = [act(fresh_register) for _ in range(3)]
        assert settle(fresh_register, signers) is not None
        assert size_of(fresh_register) == 4
    settle(fresh_register, signers)
    with fresh_register.engine.connect() as connection:
        order = connection.execute(text("SELECT entry FROM ledger_tree ORDER BY position")).scalars().all()
    assert order[:3] == quick and order[-1] == slow.entry


def test_two_sequencers_side_by_side_give_every_act_one_position(
    fresh_register: Register, signers: Sequence[Signer]
) -> None:
    with (
        Sequencer(fresh_register, signers, every=0.01),
        Sequencer(fresh_register, signers, every=0.01),
    ):
        workers = [
            threading.Thread(target=lambda: [act(fresh_register) for _ in range(25)]) for _ in range(4)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert size_of(fresh_register) == 101


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_leaf SET subject = 'F2'",
        "DELETE FROM ledger_leaf",
        "TRUNCATE ledger_leaf CASCADE",
        "UPDATE ledger_tree SET position = position + 10",
        "DELETE FROM ledger_checkpoint",
        "DELETE FROM ledger_key",
        "UPDATE ledger_personal SET value = 'x'",
        "SET LOCAL session_replication_role = replica; DELETE FROM ledger_tree",
    ],
)
def test_the_database_refuses_every_change(
    fresh_register: Register, signers: Sequence[Signer], statement: str
) -> None:
    act(fresh_register)
    settle(fresh_register, signers)
    with pytest.raises(DBAPIError, match="only grows"), fresh_register.unit_of_work("x") as unit:
        unit.connection.execute(text(statement))


def test_many_acts_at_once(fresh_register: Register, signers: Sequence[Signer]) -> None:
    acts = [Act(Tag.CASEWORK_ROUND_SENT, f"L{i}", {"i": i}, {"姓名": "张三"}) for i in range(300)]
    with fresh_register.unit_of_work("x") as unit:
        receipts = record_many(unit, acts)
        assert record_many(unit, []) == []
    assert [leaf_of(fresh_register, r.entry)["subject"] for r in receipts[::100]] == ["L0", "L100", "L200"]
    while sequence(fresh_register, signers, limit=70) is not None:
        pass
    assert size_of(fresh_register) == 301


def test_personal_data_are_commitments_and_can_be_erased(
    fresh_register: Register, signers: Sequence[Signer]
) -> None:
    with fresh_register.unit_of_work("x") as unit:
        entry = record(
            unit, Tag.CASEWORK_CASE_OPENED, "C1", {}, personal={"身份号码": "11010519491231002X"}
        ).entry
    leaf = leaf_of(fresh_register, entry)
    assert "11010519491231002X" not in json.dumps(leaf) and "身份号码" in str(leaf["personal"])
    with pytest.raises(Refused, match="no_reason"), fresh_register.unit_of_work("x") as unit:
        erase(unit, entry, " ")
    with fresh_register.unit_of_work("x") as unit:
        told = erase(unit, entry, "本人申请")
    assert leaf_of(fresh_register, told.entry)["body"] == {
        "entry": entry,
        "names": ["身份号码"],
        "reason": "本人申请",
    }
    assert leaf_of(fresh_register, entry) == leaf, "the leaf itself stays"
    with pytest.raises(Refused, match="nothing_to_erase"), fresh_register.unit_of_work("x") as unit:
        erase(unit, entry, "again")


@pytest.mark.parametrize(
    ("tag", "subject", "body", "code"),
    [
        ("casework:finding:painted", "F1", {}, "ledger.tag"),
        (Tag.CASEWORK_CASE_OPENED, "", {}, "ledger.subject"),
        (Tag.CASEWORK_CASE_OPENED, "C1", {"fen": 1.5}, "ledger.not_canonical"),
        (Tag.CASEWORK_CASE_OPENED, "C1", {"id": 1 << 53}, "ledger.not_canonical"),
        (Tag.CASEWORK_CASE_OPENED, "C1", {"who": "证件11010519491231002X。"}, "ledger.personal_in_clear"),
        (Tag.CASEWORK_CASE_OPENED, "11010519491231002x", {}, "ledger.personal_in_clear"),
    ],
)
def test_what_is_not_written(fresh_register: Register, tag: Tag, subject: str, body: dict, code: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(Refused) as refused, fresh_register.unit_of_work("x") as unit:
        record(unit, tag, subject, body)
    assert refused.value.code == code
    assert "11010519491231002" not in str(refused.value)


def test_keys_are_made_once_private_and_change_by_an_entry(fresh_register: Register) -> None:
    first = home_signers(fresh_register)
    files = list(fresh_register.home.keys.iterdir())
    assert files and all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    act(fresh_register)
    settle(fresh_register, first)
    assert [str(s.key) for s in home_signers(fresh_register)] == sorted(str(s.key) for s in first)
    second = change_keys(fresh_register)
    assert not {str(s.key) for s in first} & {str(s.key) for s in second}
    act(fresh_register)
    with pytest.raises(Refused, match="other_keys"):
        settle(fresh_register, first)
    assert settle(fresh_register, home_signers(fresh_register)) is not None
    files[0].parent.rename(files[0].parent.with_name("elsewhere"))
    with pytest.raises(Refused, match="key_missing"):
        home_signers(fresh_register)


def test_a_key_that_others_may_read_is_refused(fresh_register: Register) -> None:
    home_signers(fresh_register)
    next(fresh_register.home.keys.iterdir()).chmod(0o644)
    with pytest.raises(Refused, match="key_open"):
        home_signers(fresh_register)


def test_a_log_begins_with_keys_of_every_algorithm_also_after_a_crash_between_them(
    fresh_register: Register,
) -> None:
    first = home_signers(fresh_register)
    for signer in first[1:]:
        (fresh_register.home.keys / f"ledger-{signer.key.key_id.hex()}.pem").unlink()
    again = home_signers(fresh_register)
    assert str(again[0].key) == str(first[0].key)
    assert [(s.key.name, s.key.kind) for s in again] == [(s.key.name, s.key.kind) for s in first]


def test_a_sequencer_follows_a_change_of_keys(fresh_register: Register) -> None:
    with Sequencer(fresh_register, every=0.01):
        act(fresh_register)
        settle(fresh_register, home_signers(fresh_register))
        change_keys(fresh_register)
        act(fresh_register)
    assert size_of(fresh_register) == 4, "two acts, the first keys and their change"


def test_keys_change_over_many_waiting_leaves(fresh_register: Register) -> None:
    act(fresh_register)
    settle(fresh_register, home_signers(fresh_register))
    with fresh_register.unit_of_work("x") as unit:
        record_many(unit, [Act(Tag.CASEWORK_ROUND_SENT, f"L{i}", {}) for i in range(9)])
    change_keys(fresh_register)
    assert size_of(fresh_register) == 12
    assert sequence(fresh_register, home_signers(fresh_register)) is None


def test_a_lost_connection_is_told_as_everywhere_else(fresh_register: Register) -> None:
    with pytest.raises(DBAPIError), fresh_register.unit_of_work("x") as unit:
        mine = unit.connection.scalar(text("SELECT pg_backend_pid()"))
        with fresh_register.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:mine)"), {"mine": mine})
        record(unit, Tag.CASEWORK_CASE_OPENED, "C1", {})
    act(fresh_register)
    assert settle(fresh_register, home_signers(fresh_register)) is not None
