"""Trials: a rule over the whole history without leaving a finding, and one of its parameters swept over its values.

What a draft would find is asked before anybody is blamed by it: how many, how much, whom, and how much of that the
published rules already hold. A sweep binds the history once and runs the one rule for every value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import pyarrow as pa

from yibao.audit import Judged, Rule, judge, label, needed_relations, read_columns
from yibao.casework.findings import store
from yibao.casework.findings.order import Order
from yibao.casework.findings.outputs.institutions import institutions, nobody
from yibao.casework.findings.outputs.looking import looking
from yibao.casework.findings.outputs.ruletext import rule_name
from yibao.casework.findings.outputs.store import open_headers
from yibao.casework.findings.running import official_batches
from yibao.casework.findings.service import nothing_to_audit
from yibao.claims import bind, relations
from yibao.collect import known_files, superseded
from yibao.engine import Engine, open_engine
from yibao.kernel import Refused, Text, today
from yibao.policy import Unit
from yibao.store import Home, Lake, Register

Progress = Callable[[str, int, int], None]
Judge = Callable[[Order], Judged]
"""Runs the one rule of an order over the history that is bound."""

MOST = 10
"""The institutions that a trial names."""


@dataclass(frozen=True, slots=True)
class Held:
    """What another rule holds already of the lines that a trial hit."""

    rule: str
    name: Text
    findings: int
    """Findings of the trial that share a line with open findings of that rule."""
    lines: int
    fen: int
    """The money of these lines that both put at stake."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {**told, "name": self.name.both()}


@dataclass(frozen=True, slots=True)
class Most:
    """One institution of a trial."""

    code: str
    name: str
    findings: int
    fen: int

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would find in the history as it is known now; money is what it puts at stake alone, in fen."""

    rule: str
    name: Text
    version: int
    status: str
    region: str
    skipped: Text | None
    findings: int
    clear: int
    lines: int
    at_stake_fen: int
    institutions: int
    most: Sequence[Most]
    overlapping: int
    """Findings some of whose lines open findings of other rules hold."""
    noticed: int
    """Of these, the ones that share a line with a finding of which notice was given."""
    held: Sequence[Held]
    again: int
    """Findings that the rule has open already."""
    gone: int
    """Open findings of the rule that it would no longer find."""
    parameters: Sequence[Mapping[str, Any]]
    seconds: float

    @property
    def new(self) -> int:
        """Count the findings that the rule does not have yet."""
        return self.findings - self.again

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {
            **told, "name": self.name.both(), "skipped": self.skipped.both() if self.skipped else None, "new": self.new,
            "most": [one.as_json() for one in self.most], "held": [one.as_json() for one in self.held],
            "parameters": [dict(one) for one in self.parameters], "seconds": round(self.seconds, 3),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule finds with one value of the parameter."""

    value: int
    findings: int
    clear_fen: int
    at_stake_fen: int
    institutions: int
    in_force: bool
    """Whether this is the value in force today."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Backtest:
    """One parameter of a rule swept over history, all else being as it is."""

    rule: str
    name: Text
    version: int
    region: str
    parameter: str
    key: str
    meaning: Text
    unit: Unit
    skipped: Text | None
    values: Sequence[Tried]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {
            **told, "name": self.name.both(), "meaning": self.meaning.both(), "unit": str(self.unit),
            "skipped": self.skipped.both() if self.skipped else None,
            "values": [one.as_json() for one in self.values], "seconds": round(self.seconds, 3),
        }  # fmt: skip


def trial(
    home: Home, register: Register, order: Order, progress: Progress = lambda what, done, of: None
) -> Trial:
    """Run the one rule of an order, whatever its status, over all that is known; nothing is kept.

    Raises `Refused` (``casework.empty_lake``).
    """
    [rule] = order.rules
    began = perf_counter()
    progress("绑定数据", 0, 2)
    with _history(home, register, order) as ask:
        progress(f"试算 {rule.name.zh}", 1, 2)
        judged = ask(order)
    findings, evidence = label(judged.parts())
    progress("比对已有疑点", 2, 2)
    overlap = _overlap(home, register, rule, findings, evidence)
    results = findings.column("result").to_pylist()
    return Trial(
        rule=rule.id, name=rule.label, version=rule.version, status=rule.step_on(today()).status,
        region=str(order.policy.region), skipped=judged.skipped, findings=findings.num_rows,
        clear=results.count("clear"), at_stake_fen=sum(findings.column("at_stake_fen").to_pylist()),
        institutions=len(findings.column("institution_id").unique()), **overlap,
        parameters=[
            {"key": v.key, "value": v.number, "unit": str(v.unit), "status": str(v.status), "period": str(v.period)}
            for v in judged.values
        ],
        seconds=perf_counter() - began,
    )  # fmt: skip


def backtest(
    home: Home,
    register: Register,
    order: Order,
    name: str,
    values: Sequence[int],
    progress: Progress = lambda what, done, of: None,
) -> Backtest:
    """Run the one rule of an order over all that is known, once for each value of its parameter ``name``.

    The history is bound once. Raises `Refused`: ``casework.empty_lake``, ``audit.unknown_parameter``,
    ``policy.bounds`` for a value that no policy pack could set.
    """
    [rule] = order.rules
    key = _parameter(rule, name)
    policies = {value: order.policy.with_value(key, value) for value in values}
    parameter, now = order.policy.parameter(key), order.policy.at(key, today()).number
    began = perf_counter()
    tried: list[Tried] = []
    skipped = None
    progress("绑定数据", 0, len(values))
    with _history(home, register, order) as ask:
        for at, (value, policy) in enumerate(policies.items()):
            progress(f"{name} = {value}", at, len(values))
            judged = ask(replace(order, policy=policy))
            if judged.skipped is not None:
                skipped = judged.skipped
                break
            heads, _ = label(judged.parts())
            results, amounts = (heads.column(c).to_pylist() for c in ("result", "at_stake_fen"))
            clear = sum(fen for result, fen in zip(results, amounts, strict=True) if result == "clear")
            places = len(heads.column("institution_id").unique())
            tried.append(Tried(value, heads.num_rows, clear, sum(amounts), places, in_force=value == now))
    progress("试算完毕", len(values), len(values))
    return Backtest(
        rule.id, rule.label, rule.version, str(order.policy.region), name, key, parameter.meaning, parameter.unit,
        skipped, tried, perf_counter() - began,
    )  # fmt: skip


def _parameter(rule: Rule, name: str) -> str:
    keys = {n: key for version in rule.versions for n, key in version.parameters.items()}
    if name not in keys:
        raise Refused(
            "audit.unknown_parameter",
            zh="规则没有这个参数",
            en="the rule has no such parameter",
            where=f"rules/{rule.id}",
            wanted=", ".join(keys) or "—",
            came=name,
            todo=Text(zh=f"用 yibao rules show {rule.id} 查看", en=f"see yibao rules show {rule.id}"),
        )
    return keys[name]


@contextmanager
def _history(home: Home, register: Register, order: Order) -> Iterator[Judge]:
    """Bind all that the one rule of an order reads, as known now, and give what runs it."""
    lake = Lake(home, register)
    files = known_files(lake)
    if not files["line"]:
        raise nothing_to_audit()
    filled = {relation.name: bool(files[relation.of]) for relation in relations().values()}
    official = official_batches(lake, order)
    with open_engine(order.engine, memory_mib=order.memory_mib, spill=home.work) as engine:
        bind(
            engine, files, needed_relations(order.rules), superseded=superseded(lake), materialise=True,
            columns=read_columns(order.rules),
        )  # fmt: skip
        yield lambda asked: _judge(engine, asked, filled, official)


def _judge(
    engine: Engine, order: Order, filled: Mapping[str, bool], official: Sequence[int] | None
) -> Judged:
    [rule] = order.rules
    return judge(engine, rule, order.policy, touched=False, filled=filled, official=official)


_LINES = """
    SELECT e.row_id, f.finding_id, f.rule, max(e.at_stake_fen) AS fen
    FROM evidence e JOIN finding f ON f.finding_id = e.finding_id AND f.evidence_batch = e.evidence_batch
    WHERE e.evidence = 'line' AND e.role = 1 AND f.rule <> ? GROUP BY ALL
"""
_TRIED = """
    SELECT row_id, finding_id, max(at_stake_fen) AS fen FROM tried_rows WHERE evidence = 'line' AND role = 1 GROUP BY ALL
"""
_HELD = """
    SELECT rule, count(DISTINCT tried_id) AS findings, count(DISTINCT row_id) AS lines, CAST(sum(fen) AS BIGINT) AS fen
    FROM (
        SELECT l.rule, t.finding_id AS tried_id, l.row_id,
            CASE WHEN row_number() OVER (PARTITION BY l.rule, l.row_id ORDER BY least(t.fen, l.fen) DESC) = 1
                THEN least(t.fen, l.fen) ELSE 0 END AS fen
        FROM tried t JOIN held l USING (row_id)
    )
    GROUP BY rule ORDER BY fen DESC, rule
"""
_SHARING = """
    SELECT count(DISTINCT t.finding_id) AS overlapping,
        count(DISTINCT CASE WHEN n.finding_id IS NOT NULL THEN t.finding_id END) AS noticed
    FROM tried t JOIN held l USING (row_id) LEFT JOIN noticed n ON n.finding_id = l.finding_id
"""
_MOST = """
    SELECT institution_id, count(*) AS findings, CAST(sum(at_stake_fen) AS BIGINT) AS fen FROM tried_heads
    GROUP BY institution_id ORDER BY fen DESC, findings DESC, institution_id LIMIT ?
"""


def _overlap(
    home: Home, register: Register, rule: Rule, findings: pa.Table, evidence: pa.Table
) -> dict[str, Any]:
    """Hold a trial against the findings that are open: what others hold of it, and what the rule itself has."""
    with register.unit_of_work(actor="trial") as unit:
        headers = open_headers(unit.connection)
        noticed = store.noticed_ids(unit.connection)
    mine = {
        i
        for i, r in zip(*(headers.column(c).to_pylist() for c in ("finding_id", "rule")), strict=True)
        if r == rule.id
    }
    ids = {*findings.column("finding_id").to_pylist()}
    with looking(home, register, ("institution",)) as look:
        look.show_findings(headers)
        look.engine.register_arrow("tried_rows", evidence)
        look.engine.register_arrow("tried_heads", findings)
        look.engine.register_arrow("noticed", pa.table({"finding_id": pa.array(noticed, pa.int64())}))
        look.engine.execute_native(f"CREATE OR REPLACE TEMP TABLE held AS {_LINES}", [rule.id])
        look.engine.execute_native(f"CREATE OR REPLACE TEMP TABLE tried AS {_TRIED}")
        sharing = look.rows(_SHARING)[0]
        held = [
            Held(r["rule"], rule_name(r["rule"]), r["findings"], r["lines"], r["fen"])
            for r in look.rows(_HELD)
        ]
        lines = look.rows("SELECT count(DISTINCT row_id) AS n FROM tried")[0]["n"]
        most = look.rows(_MOST, [MOST])
        known = institutions(look, {r["institution_id"] for r in most})
    named = [(known.get(r["institution_id"]) or nobody(r["institution_id"]), r) for r in most]
    return {
        "lines": lines, "overlapping": sharing["overlapping"], "noticed": sharing["noticed"], "held": held,
        "most": [Most(one.code, one.name, r["findings"], r["fen"]) for one, r in named],
        "again": len(mine & ids), "gone": len(mine - ids),
    }  # fmt: skip
