"""Judging: one rule over bound relations, on any engine; a pure calculation.

In a full run the subject of a rule is everything and so is its history. In an incremental run both are the rows of
the *touched* keys: a person (an institution, a day of an institution) of whom anything new became known is judged
again as a whole, and nobody else. That is why a full and an incremental run agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from time import perf_counter

import pyarrow as pa
import pyarrow.compute as pc

from yibao.audit.catalogue import BY_SUBJECT, base_relations, reads
from yibao.audit.model import BELONGS, EVIDENCE, KEYS, SHARED, Key, Result, Rule, as_key
from yibao.claims import relations
from yibao.engine import Engine
from yibao.kernel import Period, Refused, Text
from yibao.policy import Adoption, Policy, Status, Value

TOUCHED = {key: "_".join(("touched", *(column.removesuffix("_id") for column in key))) for key in KEYS}
"""The relation that lists the touched keys of an incremental run, in the key's columns, by key."""

LINKED = {"person_id": "linked_person", "trace_code": "linked_trace_code"}
"""The relations that list whom a touched row concerns by a column that rows share, and all that these share."""


@dataclass(slots=True)
class Judged:
    """What one rule gave: its evidence, the parameters that were in force, and how long it took."""

    rule: Rule
    evidence: pa.Table
    result: Result
    values: list[Value] = field(default_factory=list)
    seconds: float = 0.0
    skipped: Text | None = None
    foreign: frozenset[int] = frozenset()
    """The knowledge points that others than the rule's own origin brought."""
    adopted: tuple[Adoption, ...] = ()
    """The adoptions of the region on whose days what is found is clear, however sure the rule is by itself."""
    versions: tuple[Judged, ...] = ()
    """What each version gave, where the rule has several; together they are what is given here."""

    def parts(self) -> list[Judged]:
        """Part what was found by version, and what speaks as surely as the rule from what rests on a foreign point.

        The latter is only suspicious: the published rule does not vouch for a point that a bureau added to its table. A
        finding rests on one point, so that none is torn.
        """
        if self.versions:
            return [part for one in self.versions for part in one.parts()]
        if self.result != "clear" or not self.foreign:
            return [self]
        points = pa.array(sorted(self.foreign), pa.int64())
        rests = pc.is_in(self.evidence.column("knowledge_id"), value_set=points)
        return [
            replace(self, evidence=self.evidence.filter(pc.invert(rests))),
            replace(self, evidence=self.evidence.filter(rests), result="suspicious"),
        ]


def needed_relations(rules: Iterable[Rule]) -> set[str]:
    """Name the contract's relations that these rules read, in any of their versions."""
    return {name for rule in rules for version in rule.versions for name in base_relations(version)}


def judge(
    engine: Engine,
    rule: Rule,
    policy: Policy,
    *,
    touched: bool,
    filled: Mapping[str, bool],
    official: Collection[int] | None = None,
    covered: Mapping[str, Period | None] | None = None,
    points: dict[str, pa.Table] | None = None,
    prefix: str = "",
) -> Judged:
    """Run one rule; ``touched`` restricts it to the touched keys, ``filled`` tells which relations hold rows.

    ``official`` are the batches that brought the knowledge points for which the rule's origin vouches; every other
    point is foreign (`Judged.parts`). None: the origin vouches for all of them, as in the rule's own examples.

    ``covered`` gives the days that each subject covers (`covered_days`); None: the bound relation is asked. ``prefix``
    stands before the names under which the rows to judge are bound, where the same relations are bound twice.
    ``points`` keeps what was asked of knowledge tables, for a run in which they stay the same.

    A bill is judged by the version that is in force on its day, and with the parameters of its day.

    A rule whose data this city does not have is skipped, and says so: an empty price list is no proof of honest
    prices. Raises `Refused` where the engine cannot run it.
    """
    missing = _missing(rule, filled)
    if missing:
        return Judged(rule, EVIDENCE.empty_table(), rule.result, skipped=_no_data(missing))
    began = perf_counter()
    days = covered[rule.subject] if covered is not None else _covered(engine, prefix, rule)
    judged = [
        _judge_version(
            engine,
            one,
            policy,
            days,
            touched=touched,
            filled=filled,
            official=official,
            prefix=prefix,
            points={} if points is None else points,
        )
        for one in rule.versions
    ]
    whole = judged[-1]
    lacking = [one.skipped for one in judged if one.skipped is not None]
    if len(judged) > 1:
        values = {(v.key, v.period): v for one in judged for v in one.values}
        evidence = pa.concat_tables([one.evidence for one in judged])
        whole = replace(
            whole,
            evidence=evidence,
            values=[*values.values()],
            versions=tuple(judged),
            adopted=tuple(dict.fromkeys(a for one in judged for a in one.adopted)),
        )
    if lacking:
        return Judged(rule, EVIDENCE.empty_table(), rule.result, skipped=lacking[0])
    return replace(whole, seconds=perf_counter() - began)


def _judge_version(
    engine: Engine,
    rule: Rule,
    policy: Policy,
    covered: Period | None,
    *,
    touched: bool,
    filled: Mapping[str, bool],
    official: Collection[int] | None,
    points: dict[str, pa.Table],
    prefix: str,
) -> Judged:
    """Judge the bills of the days on which one version is in force."""
    span = covered.overlap(rule.period) if covered else None
    missing = _missing(rule, filled)
    if missing:
        told = _no_data(missing) if span is not None else None
        return Judged(rule, EVIDENCE.empty_table(), rule.result, skipped=told)
    parts, used = [EVIDENCE.empty_table()], []
    for stretch, values in _stretches(rule, policy, span):
        _bind_subject(engine, rule, stretch, covered, touched=touched, prefix=prefix)
        found = engine.run(rule.select, {name: v.number for name, v in values.items()}, name=rule.id)
        parts.append(found.select(EVIDENCE.names).cast(EVIDENCE))
        used += [v for v in values.values() if v not in used]
    known = _points(engine, rule, points)
    return Judged(
        rule,
        pa.concat_tables(parts),
        effective_result(rule, used, assumed_points=_assumes(known)),
        used,
        foreign=_foreign(known, official),
        adopted=tuple(a for a in policy.adoptions(rule.id) if span is not None and a.period.overlaps(span)),
    )


def effective_result(rule: Rule, values: Iterable[Value], *, assumed_points: bool = False) -> Result:
    """Say how surely a hit speaks: clear only on official or legal ground with every parameter confirmed.

    ``assumed_points`` tells that some of the rule's knowledge points rest on an assumption of ours (their day of
    publication, for one): then nothing the rule finds speaks for itself either. What a region adopted by an instrument
    is another matter: it speaks clearly there by the region's word, on the days of the adoption (`Judged.adopted`).
    """
    confirmed = all(v.status is Status.CONFIRMED for v in values) and not assumed_points
    solid = rule.origin in ("OFFICIAL", "LAW") and confirmed
    return "clear" if rule.result == "clear" and solid else "suspicious"


def _missing(rule: Rule, filled: Mapping[str, bool]) -> list[str]:
    return [name for name in (*rule.needs, *_knowledge(rule)) if not filled.get(name, False)]


def _knowledge(rule: Rule) -> list[str]:
    return [f"knowledge_{rule.knowledge}"] if rule.knowledge else []


def _points(engine: Engine, rule: Rule, kept: dict[str, pa.Table]) -> pa.Table | None:
    """Give the points of the rule's knowledge table, with the batch that brought each and how sure it is."""
    if rule.knowledge is None:
        return None
    if rule.knowledge not in kept:
        kept[rule.knowledge] = engine.run(
            f"SELECT k.knowledge_id, k.batch, k.status FROM knowledge_{rule.knowledge} AS k"
        )
    return kept[rule.knowledge]


def _assumes(points: pa.Table | None) -> bool:
    """Say whether any knowledge point is marked as assumed."""
    return points is not None and str(Status.ASSUMED) in points.column("status").unique().to_pylist()


def _foreign(points: pa.Table | None, official: Collection[int] | None) -> frozenset[int]:
    """Name the knowledge points that no official batch brought."""
    if points is None or official is None:
        return frozenset()
    batches = pa.array(sorted(official), pa.int64())
    mine = points.filter(pc.invert(pc.is_in(points.column("batch"), value_set=batches)))
    return frozenset(mine.column("knowledge_id").to_pylist())


def _no_data(missing: list[str]) -> Text:
    names = "、".join(missing)
    return Text(zh=f"未运行：没有数据（{names}）", en=f"not run: there is no data ({', '.join(missing)})")


def covered_days(engine: Engine, rules: Iterable[Rule]) -> dict[str, Period | None]:
    """Give the days that the subjects of rules cover, asked of the stored rows that stand (``raw_<table>``).

    They are what bills there are, whoever is judged: in an incremental run the relations hold only the touched.
    """
    asked = {rule.subject: rule.day_column for rule in rules}
    return {
        subject: _days(engine, f"raw_{relations()[subject].of}", _STORED_DAY.get(column, column))
        for subject, column in asked.items()
    }


_STORED_DAY = {"admit_day": "start_day"}
"""What the stored table calls a day that its relation calls otherwise."""


def _covered(engine: Engine, prefix: str, rule: Rule) -> Period | None:
    """Give the days that the bound subject covers, or None for no rows."""
    return _days(engine, prefix + rule.subject, rule.day_column)


def _days(engine: Engine, rows: str, column: str) -> Period | None:
    found = engine.run(
        f"SELECT min(s.{column}) AS first_day, max(s.{column}) AS last_day FROM {rows} AS s"
    ).to_pylist()[0]
    if found["first_day"] is None:
        return None
    return Period(found["first_day"], found["last_day"] + 1)


def _stretches(rule: Rule, policy: Policy, span: Period | None) -> Iterable[tuple[Period, dict[str, Value]]]:
    """Cut the days into stretches on which every parameter is constant, so that each bill meets its own law."""
    if span is None:
        return
    cuts = {span.from_day, span.until_day}
    for key in rule.parameters.values():
        cuts |= {stretch.from_day for stretch, _ in policy.segments(key, span)}
    days = sorted(cuts)
    for first, until in pairwise(days):
        yield Period(first, until), {n: policy.at(key, first) for n, key in rule.parameters.items()}


def _bind_subject(
    engine: Engine, rule: Rule, stretch: Period, covered: Period | None, *, touched: bool, prefix: str
) -> None:
    """Make ``subject_…`` and ``history_…`` mean what this run judges; other relations are bound already."""
    for name in reads(rule):
        base = name.removeprefix("subject_").removeprefix("history_")
        if base not in BY_SUBJECT:
            continue
        conditions = []
        if touched and not rule.whole:
            conditions += touched_rows(rule, name)
        if name == f"subject_{rule.subject}" and stretch != covered:
            conditions.append(
                f"r.{rule.day_column} >= {stretch.from_day} AND r.{rule.day_column} < {stretch.until_day}"
            )
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        columns = ", ".join(f"r.{column}" for column in engine.relations[prefix + base])
        engine.view(name, f"SELECT {columns} FROM {prefix}{base} AS r{where}")


def touched_rows(rule: Rule, name: str) -> list[str]:
    """Write the conditions that rows ``r`` of a relation are of a touched key; none where others look them up."""
    base = name.removeprefix("subject_").removeprefix("history_")
    if base not in rule.partition:
        raise Refused(
            "audit.no_partition",
            zh="规则没有说明该关系按哪个键分区，无法增量运行",
            en="the rule does not say by which key this relation is partitioned; it cannot run incrementally",
            where=f"rules/{rule.id}/rule.yaml",
            wanted=f"partition: {{{base}: {' | '.join(', '.join(key) for key in KEYS)}}}",
        )
    by = rule.partition[base]
    if by == SHARED or by in BELONGS:
        return []
    key, listed = as_key(by), TOUCHED[as_key(by)]
    if rule.linked_by is not None:
        key = (rule.linked_by,) if name == f"history_{rule.subject}" else key
        listed = LINKED[key[0]]
    return [is_among(listed, key)]


def is_among(listed: str, key: Key) -> str:
    """Write the condition that rows ``r`` have a key that a relation lists."""
    same = " AND ".join(f"t.{column} = r.{column}" for column in key)
    return f"EXISTS (SELECT 1 FROM {listed} AS t WHERE {same})"
