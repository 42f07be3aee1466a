"""``replay``: seconds to make every score of a register anew from facts that are checked against the ledger, twice.

A register of 20,000 sworn facts in 3,000 files, some of them erased by law. What is timed is `credit.replay`, which holds
every fact against its leaf, scores every file, and digests what comes out; the second time must give the same to the byte.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Final

from bench.archive import DAY, REGION, fact_of, figures_of, make_register
from bench.result import Result, machine
from yibao.archive import credit, files
from yibao.archive.files import NewFact, SubjectKind
from yibao.policy import load
from yibao.store import Home, open_register

INSTITUTIONS: Final = 500
PRACTITIONERS: Final = 2_500
FACTS: Final = 20_000
ERASED: Final = 25
GOAL_SECONDS: Final = 30.0


def measure(lines: int) -> Result:
    """Make the register and replay it twice; ``lines`` is the number of facts, 20,000 unless fewer are asked for."""
    facts, state = min(lines, FACTS), machine()
    with (
        tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder,
        open_register(Home(Path(folder))) as register,
    ):
        heads = make_register(register, INSTITUTIONS, PRACTITIONERS, 0)
        throw, policy, figures = random.Random(3), load(REGION), figures_of(heads)
        with register.unit_of_work("bench") as unit:
            new = []
            for number in range(facts):
                head = throw.choice(heads)
                kind, body = fact_of(throw, throw.random(), head, number)
                new.append(NewFact(head.id, kind, DAY - throw.randrange(1, 540), body))
            files.write_facts(unit, new)
            people = [one for one in heads if one.kind is SubjectKind.PRACTITIONER]
            for head in people[:ERASED]:
                files.erase_subject(unit, head.id, "依法删除", DAY)
        taken, seen = [], set()
        for _ in range(2):
            with register.unit_of_work("bench") as unit:
                began = perf_counter()
                done = credit.replay(unit, policy, figures, DAY)
                taken.append(perf_counter() - began)
                seen.add((done.digest, done.tombstones, done.facts))
    assert len(seen) == 1, "replaying gave something else the second time"
    detail = {"files": len(heads), "facts": facts, "tombstones": ERASED, "digest": next(iter(seen))[0]}
    return Result(
        "replay", facts, "s", min(taken), GOAL_SECONDS, min(taken) / GOAL_SECONDS, "≤ 1", state, detail
    )
