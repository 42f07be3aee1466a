"""``ledger``: seconds to verify so many entries against hashing the same bytes once per node; and how fast acts are written.

The detail tells short business transactions a second on one connection pool, alone and beside others that stay open for
100 ms, and entries a second in bulk, both with the sequencer at work. Reading from the database is told apart.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from sqlalchemy import text

from bench.result import Result, machine, medians
from yibao.ledger import (
    Act,
    Sequencer,
    Tag,
    Verified,
    home_signers,
    record,
    record_many,
    settle,
    verify_everything,
)
from yibao.store import Home, Register, open_register

WORKERS: Final = 12
OPEN_FOR: Final = 0.1
HOLDERS: Final = 2
TRANSACTIONS: Final = 6_000
AT_ONCE: Final = 50_000
BODY: Final = {"rule": "r1", "at_stake_fen": 5000, "state": "open", "document": "医保通〔2026〕1号"}


def measure(lines: int) -> Result:
    """Write acts in short transactions and in bulk until there are so many entries, then verify them all."""
    state = machine()
    with (
        tempfile.TemporaryDirectory(prefix="yibao-bench-", ignore_cleanup_errors=True) as folder,
        open_register(Home(Path(folder) / "home"), linger=0.0) as register,
    ):
        detail = _short(register) | _bulk(register, lines)
        verified = verify_everything(register)
        assert verified.sound, verified.faults
        entries = _entries(register)
        checks: list[Verified] = []
        _, against = medians(lambda: checks.append(verify_everything(register)), lambda: _hash_once(entries))
        # reading is told apart: what counts is what the check itself took, by its own clock
        ours = statistics.median(one.check_seconds for one in checks)
        detail["read_seconds"] = round(statistics.median(one.read_seconds for one in checks), 2)
    return Result("ledger", verified.size, "s", ours, against, ours / against, "≤ 3", state, detail)


def _short(register: Register) -> dict[str, Any]:
    with register.unit_of_work("bench") as unit:
        unit.connection.execute(text("CREATE TABLE business (id bigint PRIMARY KEY, done bigint NOT NULL)"))
        unit.connection.execute(text("INSERT INTO business SELECT g, 0 FROM generate_series(0, 9999) g"))
    with Sequencer(register, home_signers(register)):
        began = process_time()
        alone, beside = medians(lambda: _transactions(register), lambda: _beside_open_ones(register))
        cpu = process_time() - began
    return {
        "transactions_a_second": round(TRANSACTIONS / alone),
        "beside_open_transactions": round(TRANSACTIONS / beside),
        "cpu_us_a_transaction": round(cpu / (6 * TRANSACTIONS) * 1e6),
    }


def _transactions(register: Register) -> None:
    """Do short transactions on as many threads as the pool serves: one row of business and its entry each."""

    def work(worker: int) -> None:
        for number in range(worker, TRANSACTIONS, WORKERS):
            with register.unit_of_work("经办人甲") as unit:
                unit.connection.execute(
                    text("UPDATE business SET done = done + 1 WHERE id = :id"), {"id": number % 10_000}
                )
                record(unit, Tag.CASEWORK_FINDING_NOTICED, f"F{number}", BODY)

    _together(work, WORKERS)


def _beside_open_ones(register: Register) -> None:
    with _held_open(register):
        _transactions(register)


@contextmanager
def _held_open(register: Register) -> Iterator[None]:
    """Let others hold transactions open, each with an entry in it, one after another."""
    end = threading.Event()

    def hold(_: int) -> None:
        while not end.is_set():
            with register.unit_of_work("slow") as unit:
                record(unit, Tag.CASEWORK_CASE_OPENED, "C1", {})
                time.sleep(OPEN_FOR)

    holders = threading.Thread(target=_together, args=(hold, HOLDERS))
    holders.start()
    try:
        yield
    finally:
        end.set()
        holders.join()


def _together(work: Callable[[int], None], threads: int) -> None:
    running = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def _bulk(register: Register, lines: int) -> dict[str, Any]:
    """Write entries by the batch and give them their positions, all within the measured time."""
    signers = home_signers(register)
    began, cpu = perf_counter(), process_time()
    for start in range(0, lines, AT_ONCE):
        acts = [
            Act(Tag.CASEWORK_ROUND_SENT, f"L{number}", BODY)
            for number in range(start, min(start + AT_ONCE, lines))
        ]
        with register.unit_of_work("bench") as unit:
            record_many(unit, acts)
        settle(register, signers)
    return {
        "bulk_entries_a_second": round(lines / (perf_counter() - began)),
        "bulk_cpu_us_an_entry": round((process_time() - cpu) / lines * 1e6, 1),
    }


def _entries(register: Register) -> list[bytes]:
    with register.engine.connect() as connection:
        found = connection.execute(
            text("SELECT canonical FROM ledger_leaf JOIN ledger_tree USING (entry) ORDER BY position")
        )
        return [bytes(row[0]) for row in found]


def _hash_once(entries: list[bytes]) -> bytes:
    """Hash every leaf and every node once, with nothing beside it."""
    level = [sha256(b"\x00" + data).digest() for data in entries]
    while len(level) > 1:
        above = [sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = above + level[len(above) * 2 :]
    return level[0]
