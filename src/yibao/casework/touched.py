"""Touched keys: of whom anything new became known since a batch, so that only they are judged again.

That is enough only where everybody else was judged before, as they would be now. Where a rule's last run was another
region's, knew less, or went by another version, definition or parameter, the rule is *widened*: it judges everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from yibao.audit import TOUCHED, Judged, Rule, needed_relations
from yibao.claims import bind_raw, relations, table, tables
from yibao.engine import Engine
from yibao.kernel import Text
from yibao.store import Lake

_CARRIERS = {
    key: tuple(n for n, one in tables().items() if {key, "encounter_id"} & {*one.stored().names})
    for key in TOUCHED
}
"""The tables whose rows belong to a key, by themselves or by their encounter. A new row of any other table, or of one
that many keys share, concerns everybody: the rules that read it judge everything again."""

_SHARED = ("institution", "practitioner")
"""Tables that rules look up across keys, although their rows carry one."""

_KEYS = pa.schema([("id", pa.int64())])


_DEFINES = {
    "select", "in_force", "result", "origin", "knowledge", "needs", "parameters", "subject", "partition",
}  # fmt: skip
"""What of a rule decides what it finds; its words may change without judging anybody again."""


@dataclass(frozen=True, slots=True)
class Last:
    """The newest run that judged a rule, and what that run recorded of it (`recorded`)."""

    run: int
    region: str
    known_no: int
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Touched:
    """The touched keys, by key column, the tables that changed, and what had been collected before them."""

    ids: Mapping[str, frozenset[int]]
    changed: frozenset[str]
    before: int
    """The newest publication of collected rows that the touched keys leave out."""

    def widens(self, rule: Rule, region: str, last: Last | None) -> Text | None:
        """Give the reason why this rule must judge everything, None where the touched keys are enough so far."""
        if rule.whole:
            return Text(zh="规则把所有人放在一起比较", en="the rule compares everybody with everybody")
        made_of = {t for name in needed_relations([rule]) for t in relations()[name].made_of}
        keys = {key for version in rule.versions for key in version.partition.values()}
        own = set.intersection(*(set(_CARRIERS[key]) for key in keys)) - {*_SHARED}
        shared = [table(name).text for name in sorted((made_of & self.changed) - own)]
        if shared:
            return Text(
                zh=f"共用的表有变化：{'、'.join(t.zh for t in shared)}",
                en=f"a shared table changed: {', '.join(t.en for t in shared)}",
            )
        if last is None:
            return Text(zh="此前没有审核过", en="never judged before")
        if last.region != region:
            return Text(
                zh=f"上次（第 {last.run} 次运行）按区划 {last.region} 的政策审核",
                en=f"the last time (run {last.run}) the policy of region {last.region} applied",
            )
        if last.known_no < self.before:
            return Text(
                zh=f"上次（第 {last.run} 次运行）之后、所给批次之前还收集过数据",
                en=f"rows were collected after the last time (run {last.run}) that the given batch leaves out",
            )
        if last.said["version"] != rule.version:
            return Text(
                zh=f"规则版本由 v{last.said['version']} 变为 v{rule.version}",
                en=f"the rule's version changed from v{last.said['version']} to v{rule.version}",
            )
        if last.said.get("definition") != definition(rule):
            return Text(
                zh=f"规则的 SQL 或定义与第 {last.run} 次运行时不同",
                en=f"the rule's SQL or definition is not that of run {last.run}",
            )
        return None


def differs(judged: Judged, last: Last) -> Text | None:
    """Give the reason why what a rule found of the touched keys does not go with what its last run found of others."""
    now = recorded(judged)
    if _used(now) != _used(last.said):
        return Text(
            zh=f"参数的取值、有效期或核实情况与第 {last.run} 次运行时不同",
            en=f"values, periods or status of the parameters are not those of run {last.run}",
        )
    if now["adopted"] != last.said.get("adopted", []):
        return Text(
            zh=f"本地对规则的采信与第 {last.run} 次运行时不同",
            en=f"the region's adoptions of the rule are not those of run {last.run}",
        )
    if now["result"] != last.said["result"]:
        return Text(
            zh=f"判定的把握与第 {last.run} 次运行时不同",
            en=f"how surely the rule speaks is not as in run {last.run}",
        )
    return None


def recorded(judged: Judged) -> dict[str, Any]:
    """Give what a run records of a rule: by what it judged, and what came of it."""
    return {
        "rule": judged.rule.id,
        "version": judged.rule.version,
        "definition": definition(judged.rule),
        "result": judged.result,
        "adopted": [
            {
                "instrument": a.instrument,
                "article": a.article,
                "approver": a.approver,
                "region": str(a.region),
                "period": str(a.period),
            }
            for a in judged.adopted
        ],
        "parameters": [
            {
                "key": v.key,
                "value": v.number,
                "unit": str(v.unit),
                "status": str(v.status),
                "period": str(v.period),
            }
            for v in judged.values
        ],
        "found": judged.evidence.num_rows,
        "milliseconds": round(judged.seconds * 1000),
        "skipped": judged.skipped.both() if judged.skipped else None,
    }


def definition(rule: Rule) -> str:
    """Give the digest of all that decides what a rule finds in any version, the relations that it reads included."""
    said = [version.model_dump_json(include=_DEFINES) for version in rule.versions]
    ends = [str(rule.period)] if rule.life else []  # a rule that was retired judges no bill from that day on
    views = [relations()[name].select for name in sorted(needed_relations([rule]))]
    return hashlib.sha256("\0".join([*said, *ends, *views]).encode()).hexdigest()


def _used(said: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    names = ("key", "value", "unit", "status", "period")
    return {tuple(one[name] for name in names) for one in said["parameters"]}


def bind_touched(
    engine: Engine,
    lake: Lake,
    files: Mapping[str, Sequence[Path]],
    replaced: pa.Table,
    since: int,
    known_no: int | datetime,
) -> Touched:
    """Find the keys touched after batch ``since`` and bind them where rules look for them."""
    fresh = {name: [f.path for f in lake.files(name, as_known=known_no, since=since)] for name in files}
    bind_raw(engine, table("encounter"), files["encounter"], corrected=False)
    new_batches = {f.batch for name in files for f in lake.files(name, as_known=known_no, since=since)}
    ids = {}
    for key, carriers in _CARRIERS.items():
        parts = []
        for carrier in carriers:
            parts += _keys_of_new(engine, carrier, fresh[carrier], key)
            parts += _keys_of_replaced(engine, carrier, files[carrier], replaced, new_batches, key)
        rows = pa.concat_tables([_KEYS.empty_table(), *parts]).group_by("id").aggregate([])
        engine.bind(TOUCHED[key], arrow=rows)
        ids[key] = frozenset(rows.column("id").to_pylist())
    return Touched(ids, frozenset(name for name in fresh if fresh[name]), _before(lake, since))


def _before(lake: Lake, since: int) -> int:
    batches = lake.batches()
    until = next(b.known_no or 0 for b in batches if b.number == since)
    collected = [
        b.known_no or 0 for b in batches if b.kind != "audit"
    ]  # a run brings no rows that rules read
    return max((number for number in collected if number <= until), default=0)


def _keys_of_new(engine: Engine, carrier: str, fresh: Sequence[Path], key: str) -> list[pa.Table]:
    if not fresh:
        return []
    engine.bind("fresh_rows", files=list(fresh), schema=table(carrier).stored())
    return [engine.run(_keys("fresh_rows", carrier, key))]


def _keys_of_replaced(
    engine: Engine, carrier: str, files: Sequence[Path], replaced: pa.Table, new_batches: set[int], key: str
) -> list[pa.Table]:
    """A corrected row also touches the key that its older form belonged to."""
    mine = [r for r in replaced.to_pylist() if r["table_name"] == carrier and r["by_batch"] in new_batches]
    if not mine:
        return []
    target = table(carrier)
    bind_raw(engine, target, files, corrected=False)
    engine.bind(
        "old_rows", arrow=pa.table({n: pa.array([r[n] for r in mine], pa.int64()) for n in ("id", "batch")})
    )
    old = f"JOIN old_rows AS o ON o.id = r.{target.id} AND o.batch = r.batch"
    return [engine.run(_keys(f"raw_{carrier}", carrier, key, old))]


def _keys(rows: str, carrier: str, key: str, also: str = "") -> str:
    """Write the SELECT of the keys of some rows, which their encounter tells where they carry none."""
    if key in table(carrier).stored().names:
        return f"SELECT DISTINCT r.{key} AS id FROM {rows} AS r {also} WHERE r.{key} IS NOT NULL"
    whose = "JOIN raw_encounter AS e ON e.encounter_id = r.encounter_id"
    return f"SELECT DISTINCT e.{key} AS id FROM {rows} AS r {also} {whose}"
