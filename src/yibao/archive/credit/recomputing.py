"""Recomputing (重算) and replaying (重放): every score of a city out of the facts and the figures, and nothing else.

The files are gone through once, in the order of their numbers; nothing is asked of the register for a single subject. What
comes out is a projection: it may be thrown away and made again, to the byte, which `replay` does and compares.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yibao.archive import files
from yibao.archive.credit.measuring import Figures
from yibao.archive.credit.model import Scored, set_of
from yibao.archive.credit.scale import Scale, scale_of
from yibao.archive.credit.scoring import score
from yibao.archive.credit.service import inputs_for
from yibao.archive.files import Fact, Subject
from yibao.kernel import Refused, Text
from yibao.policy import Policy
from yibao.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One subject as recomputed; of one that was erased by law there is a tombstone and no score."""

    subject: int
    tombstone: bool
    scored: Scored | None

    def line(self) -> str:
        """Give it as the one line that is digested."""
        if self.tombstone:
            return f"{self.subject}\ttombstone"
        if self.scored is None:
            return f"{self.subject}\t-"
        one = self.scored
        limits = ",".join(f"{x.grade}:{x.indicator}:{x.fact}" for x in one.limits)
        rows = ",".join(str(line.mark) if line.rated else "-" for line in one.lines)
        return f"{self.subject}\t{one.set.name}\t{one.score}\t{one.grade}\t{limits}\t{rows}"


def recompute(
    unit: UnitOfWork, policy: Policy, figures: Figures, day: int, known_on: int | None = None
) -> Iterator[Recomputed]:
    """Score every subject on a day, as known on a day: those with facts first, by number, joined files as one.

    Two calls over the same facts and figures give the same in the same order.
    """
    heads = {one.id: one for one in files.every_subject(unit)}
    joined = files.roots(unit)
    names = {set_of(one) for one in heads.values()}
    scales = {name: scale_of(policy, name, day, known_on) for name in sorted(filter(None, names))}
    fallen = files.felled(unit, known_on)
    silent = {number for number in heads if joined.get(number, number) == number}
    gc.freeze()  # heads and figures stay: going through them at every collection would take a quarter of the time
    try:
        for number, facts in files.every_file(unit):
            silent.discard(number)
            mine = [one for one in facts if one.id not in fallen] if fallen else facts
            yield _one(heads[number], mine, policy, figures, day, known_on, scales)
        for number in sorted(silent):
            yield _one(heads[number], [], policy, figures, day, known_on, scales)
    finally:
        gc.unfreeze()


def _one(
    head: Subject,
    facts: list[Fact],
    policy: Policy,
    figures: Figures,
    day: int,
    known_on: int | None,
    scales: dict[str, Scale],
) -> Recomputed:
    if head.erased_day is not None:
        return Recomputed(head.id, True, None)
    name = set_of(head)
    if name is None:
        return Recomputed(head.id, False, None)
    inputs = inputs_for(policy, head, facts, figures, day, known_on)
    scored = score(facts, inputs, policy, day, known_on, set_name=name, scale=scales[name])
    return Recomputed(head.id, False, scored)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What replaying gave: how many files, facts and tombstones, and the digest of every score to the byte."""

    files: int
    facts: int
    tombstones: int
    digest: str

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "files": self.files,
            "facts": self.facts,
            "tombstones": self.tombstones,
            "digest": self.digest,
        }


def replay(
    unit: UnitOfWork, policy: Policy, figures: Figures, day: int, known_on: int | None = None
) -> Replayed:
    """Check every fact against its leaf of the ledger, score all files by them, and digest what comes out.

    Raises `Refused` (``credit.not_sworn``) where a fact is not what the ledger swore to: nothing is built on it.
    """
    checked, faults = files.verify_files(unit)
    if faults:
        raise Refused(
            "credit.not_sworn",
            zh="档案事实与存证不一致，不能据以重放",
            en="facts are not what the ledger swore to; nothing is replayed from them",
            came="; ".join(f"{one.fact} {one.kind}" for one in faults[:5]),
            todo=Text(zh="用 yibao ledger verify 查明原因", en="find out why with yibao ledger verify"),
        )
    digest, count, tombstones = hashlib.sha256(), 0, 0
    for one in recompute(unit, policy, figures, day, known_on):
        digest.update(one.line().encode() + b"\n")
        count += 1
        tombstones += one.tombstone
    return Replayed(count, checked, tombstones, digest.hexdigest())
