"""Running: the rules of an order over what the lake holds, of everybody or of the touched alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from yibao.audit import (
    KEYS,
    Judged,
    Rule,
    label,
)
from yibao.casework.findings.incremental import WHOLE, Run, judge_touched, judge_whole, stand_in
from yibao.casework.findings.order import Order, Progress
from yibao.casework.findings.ranges import judge_in_ranges, ranges_for
from yibao.casework.findings.store import Again
from yibao.casework.findings.touched import Last, Touched, bind_touched, differs
from yibao.engine import Engine
from yibao.kernel import Text
from yibao.store import Lake


@dataclass(frozen=True, slots=True)
class Counted:
    """What a grey rule would have found: counts that are recorded with the run, and nothing else."""

    judged: Judged
    findings: int
    at_stake_fen: int
    institutions: int

    def as_json(self) -> dict[str, Any]:
        """Give the counts as plain values."""
        skipped = self.judged.skipped
        return {
            "findings": self.findings, "at_stake_fen": self.at_stake_fen, "institutions": self.institutions,
            "skipped": skipped.both() if skipped else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules of a run gave, and of whom: everybody, or the touched where nothing widened the rule."""

    judged: list[Judged]
    touched: Touched | None
    widened: dict[str, Text]
    lines: int
    grey: list[Counted]

    def again(self) -> Again:
        """Say what this run judged again, by the columns of a header that tell a finding's key."""
        judged = [one.rule for one in self.judged if one.skipped is None]
        touched = self.touched
        if touched is None:
            return Again([rule.id for rule in judged], ())
        part = [rule for rule in judged if rule.id not in self.widened]
        keys = {rule.id: touched.keys_of(rule).rename_columns(KEYS[rule.key]) for rule in part}
        together = defaultdict[int, list[str]](list)
        for rule in part:
            together[id(touched.keys_of(rule))].append(rule.id)
        parts = [(named, keys[named[0]]) for named in together.values()]
        return Again([rule.id for rule in judged if rule.id in self.widened], parts)


def judge_all(
    engine: Engine,
    lake: Lake,
    files: Mapping[str, Sequence[Path]],
    replaced: pa.Table,
    order: Order,
    known_no: int | datetime,
    last: Mapping[str, Last],
    progress: Progress,
) -> Verdict:
    """Judge by the rules of an order; ``last`` gives, for an incremental one, the run that judged each rule before."""
    progress("绑定数据", 0, len(order.rules))
    run = Run(engine, files, replaced, order, official_batches(lake, order), progress)
    run.ask_days()
    if order.since is None:
        judged = judge_everybody(run, [*order.rules, *order.grey], prefix="")
        grey = [count(judged[rule.id]) for rule in order.grey]
        return Verdict([judged[rule.id] for rule in order.rules], None, {}, run.lines, grey)
    touched = bind_touched(engine, lake, files, replaced, order.since, known_no)
    reasons = {
        rule.id: touched.widens(rule, str(order.policy.region), last.get(rule.id)) for rule in order.rules
    }
    found = judge_both(run, reasons)
    changed = {
        i: why
        for i, one in found.items()
        if reasons[i] is None and one.skipped is None and (why := differs(one, last[i])) is not None
    }
    found |= judge_everybody(run, [rule for rule in order.rules if rule.id in changed])
    reasons |= changed
    widened = {i: why for i, why in reasons.items() if why is not None and found[i].skipped is None}
    return Verdict([found[rule.id] for rule in order.rules], touched, widened, run.lines, [])


def judge_everybody(run: Run, rules: Sequence[Rule], *, prefix: str = WHOLE) -> dict[str, Judged]:
    """Judge everybody by some rules: at once, or range after range where the memory does not hold all lines."""
    number = ranges_for(run.order, run.lines)
    return judge_in_ranges(run, rules, number) if number > 1 else judge_whole(run, rules, prefix=prefix)


def judge_both(run: Run, reasons: Mapping[str, Text | None]) -> dict[str, Judged]:
    """Judge the touched keys, and everybody by the rules for which there is a reason to, in ranges where it needs them."""
    large = []
    if ranges_for(run.order, run.lines) > 1:
        widened = [rule for rule in run.order.rules if reasons[rule.id] is not None]
        large = [rule for rule in widened if stand_in(run, rule) is None]
    found = judge_touched(run, [rule for rule in run.order.rules if rule not in large], reasons)
    return found | judge_everybody(run, large)


def count(judged: Judged) -> Counted:
    """Count what a rule gave, without keeping it."""
    findings, _ = label(judged.parts())
    return Counted(
        judged,
        findings.num_rows,
        sum(findings.column("at_stake_fen").to_pylist()),
        len(findings.column("institution_id").unique()),
    )


def official_batches(lake: Lake, order: Order) -> list[int] | None:
    """Give the batches that brought the points for which the rules' origin vouches; None: it vouches for all."""
    if order.official is None:
        return None
    return [b.number for b in lake.batches() if b.kind == "collect" and b.source in order.official]
