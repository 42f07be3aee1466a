"""``archive``: seconds to score every file of a city anew, and to explain one.

The register is made up by COPY: 1,500 institutions, 60,000 practitioners and a million facts, one in a hundred of which is
annulled. What is timed is `credit.recompute` over all of them, with figures of the lake for everybody; and `credit.explain`
of the subjects with most facts, receipts included.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from bench.result import Result, machine
from yibao.archive import credit, files
from yibao.archive.credit import Figures
from yibao.archive.files import FactKind, Subject, SubjectKind
from yibao.archive.files.tables import archive_fact
from yibao.kernel import day_of_ymd
from yibao.ledger import Tag, record
from yibao.policy import load
from yibao.store import Home, Register, copy_rows, open_register

REGION: Final = "990100"
DAY: Final = day_of_ymd(20260630)
INSTITUTIONS: Final = 1_500
PRACTITIONERS: Final = 60_000
FACTS: Final = 1_000_000
GOAL_SECONDS: Final = 30.0
GOAL_EXPLAIN_MS: Final = 50.0
_AT_ONCE: Final = 50_000
_PREFIX: Final = {"pharmacy": "ph", "hospital": "ho", "doctor": "pr"}
_SLIGHT: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("training", {"numerator": 9, "denominator": 10}), ("complaints", {}), ("records", {}), ("selfcheck_refund", {}),
)  # fmt: skip


def measure(lines: int) -> Result:
    """Make the register and time both; ``lines`` is the number of facts, a million unless fewer are asked for."""
    facts = min(lines, FACTS)
    state = machine()
    with (
        tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder,
        open_register(Home(Path(folder))) as register,
    ):
        heads = make_register(register, INSTITUTIONS, PRACTITIONERS, facts)
        figures = figures_of(heads)
        policy = load(REGION)
        with register.unit_of_work("bench") as unit:
            began, spent = perf_counter(), process_time()
            graded: dict[str, int] = {}
            for one in credit.recompute(unit, policy, figures, DAY):
                grade = "-" if one.scored is None else str(one.scored.grade)
                graded[grade] = graded.get(grade, 0) + 1
            taken, cpu = perf_counter() - began, process_time() - spent
        explained = _explain(register, heads, figures)
    detail = {
        "institutions": INSTITUTIONS, "practitioners": PRACTITIONERS, "facts": facts, "grades": graded,
        "cpu_seconds": round(cpu, 1),
        "explain_ms": explained, "explain_goal_ms": GOAL_EXPLAIN_MS,
    }  # fmt: skip
    return Result("archive", facts, "s", taken, GOAL_SECONDS, taken / GOAL_SECONDS, "≤ 1", state, detail)


def make_register(register: Register, institutions: int, practitioners: int, facts: int) -> list[Subject]:
    """Open so many files and put so many facts into them, by COPY and unsworn: what is timed reads, it does not verify."""
    wanted = [
        Subject(
            0, SubjectKind.INSTITUTION, REGION, f"H{n:011d}", f"机构{n}", n, "pharmacy" if n % 3 else "hospital"
        )
        for n in range(1, institutions + 1)
    ]  # fmt: skip
    wanted += [
        Subject(0, SubjectKind.PRACTITIONER, REGION, f"D{n:011d}", None, institutions + n, "doctor")
        for n in range(1, practitioners + 1)
    ]  # fmt: skip
    for at in range(0, len(wanted), 5_000):
        with register.unit_of_work("bench") as unit:
            files.open_subjects(unit, wanted[at : at + 5_000])
    with register.unit_of_work("bench") as unit:
        heads = list(files.every_subject(unit))
        entry = record(unit, Tag.ARCHIVE_CREDIT_COLLECTED, "bench", {}).entry
        rows = _rows(heads, facts, entry)
        while some := [row for _, row in zip(range(_AT_ONCE), rows, strict=False)]:
            copy_rows(unit.connection, archive_fact, some)
    return heads


def _rows(heads: list[Subject], facts: int, entry: int) -> Iterator[dict[str, Any]]:
    """Give facts; institutions have a good part of them, and of a hundred one annuls the one before."""
    throw = random.Random(1)
    own = [one for one in heads if one.kind is SubjectKind.INSTITUTION]
    people = [one for one in heads if one.kind is SubjectKind.PRACTITIONER]
    last: dict[str, Any] = {}
    for number in range(1, facts + 1):
        head = throw.choice(own if throw.random() < 0.3 else people)
        day, luck = DAY - throw.randrange(1, 540), throw.random()
        rests_on, body = None, {}
        if luck < 0.01 and last:
            kind, rests_on, head_id = FactKind.ANNULLED, last["id"], last["subject"]
        else:
            head_id = head.id
            kind, body = fact_of(throw, luck, head, number)
        last = {
            "id": number, "subject": head_id, "kind": str(kind), "day": day, "known_day": DAY, "body": body,
            "rests_on": rests_on, "source": None, "actor": "bench", "ledger_entry": entry,
        }  # fmt: skip
        yield last


def fact_of(throw: random.Random, luck: float, head: Subject, number: int) -> tuple[FactKind, dict[str, Any]]:
    """Give a fact that could be in a file: its kind and its body."""
    prefix, case = _PREFIX[head.category], f"C{number:06d}"
    if head.kind is SubjectKind.INSTITUTION:
        if luck < 0.02:
            return FactKind.PENALIZED, {
                "article": throw.choice(("art_38", "art_39")),
                "step": "light",
                "case": case,
            }
        if luck < 0.1:
            return FactKind.DISPOSED, {"measures": [{"measure": "recover", "fund_fen": 10_000}], "case": case}
    elif luck < 0.03:
        return FactKind.POINTS, {
            "value": throw.randrange(1, 4), "year": 2025, "behaviour": "A1", "cases": [case],
        }  # fmt: skip
    if luck < 0.2:
        return FactKind.COMMITTED, {"until": DAY + 200}
    name, body = throw.choice(_SLIGHT)
    return FactKind.OBSERVED, {"indicator": f"{prefix}_{name}", **body}


def figures_of(heads: list[Subject]) -> Figures:
    """Give figures of the lake for everybody."""
    throw = random.Random(2)
    by_select: dict[str, dict[int, tuple[int, int]]] = {}
    for name in (
        "staff_registered",
        "identity_recorded",
        "clip_available",
        "trace_scan",
        "stock_match",
        "own_registered",
    ):
        by_select[name] = {h.lake_key or 0: (throw.randrange(900, 1_001), 1_000) for h in heads}
    for name, most in (
        ("settlements", 50_000), ("fund", 10**9), ("visits", 50_000), ("discharges", 5_000), ("lines", 10**6),
        ("drug_scope", 10**9), ("own_scope", 10**8), ("own_visits", 9_000), ("own_prescriptions", 9_000),
    ):  # fmt: skip
        by_select[name] = {h.lake_key or 0: (throw.randrange(most // 10, most), 1) for h in heads}
    for name in ("since", "own_since"):
        by_select[name] = {h.lake_key or 0: (DAY - 900, 1) for h in heads}
    return Figures(DAY, None, by_select)


def _explain(register: Register, heads: list[Subject], figures: Figures) -> dict[str, float]:
    """Time explanations of a hundred subjects: the median and the slowest, in milliseconds."""
    policy = load(REGION)
    taken = []
    for head in heads[:50] + heads[INSTITUTIONS : INSTITUTIONS + 50]:
        began = perf_counter()
        with register.unit_of_work("bench") as unit:
            facts = credit.own_facts(unit, head)
            inputs = credit.inputs_for(policy, head, facts, figures, DAY)
            credit.explain(unit, policy, head, inputs, DAY)
        taken.append((perf_counter() - began) * 1000)
    taken.sort()
    return {"median": round(taken[len(taken) // 2], 1), "slowest": round(taken[-1], 1)}
