"""Ranges: judging everybody, one range of keys after the other, so that memory holds one range's lines and no more.

A rule says by which key its rows are judged together (`Rule.partition`). What it finds of all keys is what it finds of some
of them and of the others, so the lines of a part of the persons are made ready, judged by every rule that parts by person,
and given up for the next part. What the relations look up across persons (what was taken back, which bills fell) is
computed once, for all ranges. Keys are hashes of natural ids, spread evenly (decision 0005): equal ranges of them hold about
equally many lines.

The rules that look at whole institutions, or at everybody, are shown something smaller than lines first, as in an
incremental run (`incremental`); what cannot be judged so goes over ranges of institutions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pyarrow as pa

from yibao.audit import BY_SUBJECT, SHARED, Judged, Rule, as_key, needed_relations
from yibao.casework.findings.incremental import FEW, PERSON, WHOLE, Run, blamed, judge_whole, stand_in
from yibao.casework.findings.order import Order
from yibao.casework.findings.touched import PLACED, bind_all, bind_encounters, bind_shared_uses
from yibao.claims import bind_steps, relation_schemas

BYTES_OF_A_LINE: Final = 420
"""What one charge line takes in the engine's memory while all rules are judged, everything that hangs on it included."""

_INSTITUTION: Final = ("institution_id",)
_KEYS: Final = 1 << 63
"""Keys are below this (`kernel.natural_key`)."""


def ranges_for(order: Order, lines: int) -> int:
    """Say into how many ranges a full run of so many lines goes: as many as are asked, or as the memory needs."""
    if order.ranges is not None:
        return order.ranges
    if order.engine != "duckdb":
        return 1  # the others keep their rows on disk
    room = (order.memory_mib << 20) * 3 // 4
    return max(1, -(-lines * BYTES_OF_A_LINE // room))


def judge_in_ranges(run: Run, rules: Sequence[Rule], number: int) -> dict[str, Judged]:
    """Judge everybody by some rules over so many ranges; gives what one pass over everything would give."""
    run.give_up(WHOLE)
    run.give_up(FEW)
    persons = [rule for rule in rules if _parts_by(rule, PERSON)]
    others = [rule for rule in rules if rule not in persons]
    early = [rule for rule in others if rule.linked_by is not None or stand_in(run, rule) is not None]
    institutions = [rule for rule in others if rule not in early and _parts_by(rule, _INSTITUTION)]
    found = _judge_by_few(run, early)
    found |= _judge_ranges(run, institutions, _INSTITUTION, number)
    found |= judge_whole(run, [rule for rule in others if rule not in early and rule not in institutions])
    run.give_up(WHOLE)
    return found | _judge_ranges(run, persons, PERSON, number)


def _parts_by(rule: Rule, key: tuple[str, ...]) -> bool:
    """Say whether all rows that a rule reads are parted by this key, but for those that everybody is shown."""
    return all(
        version.linked_by is None
        and all(by == SHARED or as_key(by) == key for by in version.partition.values())
        for version in rule.versions
    )


def _judge_ranges(run: Run, rules: Sequence[Rule], key: tuple[str, ...], number: int) -> dict[str, Judged]:
    """Judge by rules that part by a key, one range of it after the other."""
    if not rules:
        return {}
    [column], schemas = key, relation_schemas()
    names = needed_relations(rules)
    parted = {name for name in names & {*BY_SUBJECT} if column in schemas[name] and not _shared(rules, name)}
    run.bind_rows(names)
    bind_steps(run.engine, names, materialise=True)
    run.bind_relations(rules, names - parted, over_steps=True)
    parts: dict[str, list[Judged]] = {rule.id: [] for rule in rules}
    for at, condition in enumerate(conditions(column, number)):
        run.place = f"（{at + 1}/{number}）"
        run.bind_relations(rules, parted, where=condition, over_steps=True)
        for rule in rules:
            parts[rule.id].append(run.judge(rule, touched=False))
    run.place = ""
    run.give_up("", parted)
    return {rule: _joined(judged) for rule, judged in parts.items()}


def conditions(column: str, number: int) -> list[str]:
    """Write the conditions that cut rows ``r`` into ranges of a key, open at both ends."""
    bounds = [_KEYS * at // number for at in range(1, number)]
    above = ["", *(f"r.{column} >= {bound}" for bound in bounds)]
    below = [*(f"r.{column} < {bound}" for bound in bounds), ""]
    return [" AND ".join(filter(None, ends)) or "1 = 1" for ends in zip(above, below, strict=True)]


def _shared(rules: Sequence[Rule], name: str) -> bool:
    return any(version.partition.get(name) == SHARED for rule in rules for version in rule.versions)


def _joined(parts: Sequence[Judged]) -> Judged:
    """Put together what one rule found in each range; by what it judged is the same in all of them."""
    versions = [_joined(one) for one in zip(*(part.versions for part in parts), strict=True)]
    return replace(
        parts[0],
        evidence=pa.concat_tables([part.evidence for part in parts]),
        seconds=sum(part.seconds for part in parts),
        versions=tuple(versions),
    )


def _judge_by_few(run: Run, rules: Sequence[Rule]) -> dict[str, Judged]:
    """Judge by rules that need the lines of few encounters: of what something smaller found, or whose codes are shared."""
    if not rules:
        return {}
    linked = [rule for rule in rules if rule.linked_by is not None]
    patient = [rule for rule in rules if rule not in linked]
    for name in PLACED:
        bind_all(run.engine, name, run.files[name])
    selects = blamed(run, patient, ())
    if linked:
        bind_all(run.engine, "trace_code_use", run.files["trace_code_use"])
        bind_shared_uses(run.engine)
        selects.append("SELECT u.encounter_id AS id FROM shared_use AS u")
    few = needed_relations(linked) | ({"line"} if patient else set())
    run.bind_rows(few, bind_encounters(run.engine, (), selects))
    run.bind_relations(rules, few, prefix=FEW)
    if patient:
        run.show_few_lines()
    found = {rule.id: run.judge(rule, touched=False, prefix=WHOLE) for rule in patient}
    found |= {rule.id: run.judge(rule, touched=False, prefix=FEW) for rule in linked}
    run.give_up(WHOLE)
    run.give_up(FEW)
    run.give_up("raw_")
    run.give_up("shared_use")
    return found
