"""``proof``: milliseconds to prove that an entry is in a log of so many, out of the register; checked by a stranger.

Every proof that is timed is verified by pymerkle, which shares no code with ours.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import pymerkle
from pymerkle.core import _inclusion_path_layout

from bench.ledger import AT_ONCE, BODY
from bench.result import Result, machine
from yibao.ledger import (
    Act,
    Inclusion,
    Tag,
    checkpoint,
    home_signers,
    prove_inclusion,
    record_many,
    settle,
)
from yibao.store import Home, open_register

PROOFS: Final = 2_000
GOAL_MS: Final = 1.0


def measure(lines: int) -> Result:
    """Write so many entries, prove random ones, and let the other implementation check each proof."""
    state = machine()
    with (
        tempfile.TemporaryDirectory(prefix="yibao-bench-", ignore_cleanup_errors=True) as folder,
        open_register(Home(Path(folder) / "home"), linger=0.0) as register,
    ):
        signers = home_signers(register)
        for start in range(0, lines, AT_ONCE):
            with register.unit_of_work("bench") as unit:
                numbers = range(start, min(start + AT_ONCE, lines))
                record_many(unit, [Act(Tag.CASEWORK_ROUND_SENT, f"L{n}", BODY) for n in numbers])
            settle(register, signers)
        with register.unit_of_work("bench") as unit:
            signed = checkpoint(unit).checkpoint()
            positions = random.Random(1).sample(range(signed.size), min(PROOFS, signed.size))
            times, cpu = list[float](), process_time()
            proofs = list[Inclusion]()
            for position in positions:
                began = perf_counter()
                proofs.append(prove_inclusion(unit, position, signed.size))
                times.append(perf_counter() - began)
            cpu = process_time() - cpu
        for proof in proofs:
            _verify_by_another(proof, signed.root)
    median = statistics.median(times) * 1e3
    detail = {
        "hashes": len(proofs[0].hashes),
        "p99_ms": round(statistics.quantiles(times, n=100)[98] * 1e3, 3),
        "cpu_ms": round(cpu / len(proofs) * 1e3, 3),
        "verified_by": f"pymerkle {pymerkle.__version__}",
    }
    return Result("proof", signed.size, "ms", median, GOAL_MS, median / GOAL_MS, "≤ 1", state, detail)


def _verify_by_another(proof: Inclusion, root: bytes) -> None:
    rule, _ = _inclusion_path_layout(proof.position + 1, proof.size)
    theirs = pymerkle.InclusionProof(
        "sha256", True, proof.size, proof.position + 1, rule, [proof.leaf_hash, *proof.hashes]
    )
    pymerkle.verify_inclusion(proof.leaf_hash, root, theirs, index=proof.position + 1, size=proof.size)
