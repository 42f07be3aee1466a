"""Touched keys: of whom anything new became known since a batch, so that only they are judged again.

That is enough only where everybody else was judged before, as they would be now. Where a rule's last run was another
region's, knew less, or went by another version, definition or parameter, the rule is *widened*: it judges everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from yibao.audit import LINKED, TOUCHED, Judged, Key, Rule, needed_relations
from yibao.claims import relations, table, tables
from yibao.engine import Engine
from yibao.kernel import Text
from yibao.store import Lake

_OF_LINES = "trace_code_use"
"""The table whose rows belong to an encounter by the line that they name."""

_ENCOUNTERS = pa.schema([("id", pa.int64())])

_SHARED = ("institution", "practitioner")
"""Tables that rules look up across keys, although their rows carry one."""


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
    """The touched keys, by the columns of the key, the tables that changed, and what had been collected before them."""

    keys: Mapping[Key, pa.Table]
    linked: pa.Table
    """The persons whom a touched traceability code concerns."""
    changed: frozenset[str]
    before: int
    """The newest publication of collected rows that the touched keys leave out."""

    def keys_of(self, rule: Rule) -> pa.Table:
        """Give the touched keys of a rule, in the columns of its key."""
        return self.linked if rule.linked_by is not None else self.keys[rule.key]

    def widens(self, rule: Rule, region: str, last: Last | None) -> Text | None:
        """Give the reason why this rule must judge everything, None where the touched keys are enough so far."""
        if rule.whole:
            return Text(zh="规则把所有人放在一起比较", en="the rule compares everybody with everybody")
        made_of = {t for name in needed_relations([rule]) for t in relations()[name].made_of}
        own = frozenset.intersection(*(_carriers(one.key) for one in rule.versions)) - {*_SHARED}
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
    views = [relations()[name].definition for name in sorted(needed_relations([rule]))]
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
    """Find the keys touched after batch ``since`` and bind them where rules look for them.

    A row that became known, or that was replaced, touches its encounter, and an encounter every key that any form of its
    rows ever had: what a relation nets and counts, it finds within the encounter.
    """
    since_then = lake.files_by_table(known_no, since)
    fresh = {name: since_then.get(name, []) for name in files}
    new_batches = {f.batch for held in fresh.values() for f in held}
    for name in PLACED:
        bind_all(engine, name, files[name])
    news = {}
    for name in files:
        mine = _bind_new(engine, name, [f.path for f in fresh[name]])
        mine += _bind_old(engine, name, files[name], replaced, new_batches)
        if mine:
            news[name] = mine
    _bind_union(engine, "touched_encounter", _ENCOUNTERS, _encounters(news))
    keys = {}
    for key, relation in TOUCHED.items():
        schema = pa.schema([(column, pa.int64()) for column in key])
        keys[key] = _bind_union(engine, relation, schema, _keys(key, news))
    linked = _bind_linked(engine, files)
    return Touched(keys, linked, frozenset(name for name in fresh if fresh[name]), _before(lake, since))


PLACED = ("encounter", "settlement", "line")
"""The tables by whose rows an encounter is placed: whose it is, where, and on which day."""


def singles_out(key: Key) -> bool:
    """Say whether the touched ones among the keys have few encounters: nearly every institution has a bill every day."""
    return key not in ((), ("institution_id",))


def bind_encounters(engine: Engine, keys: Iterable[Key], more: Iterable[str]) -> str:
    """Bind the encounters of the touched keys, and those of the SELECTs ``more``, as `claims.bind` wants them.

    Gives the relation's name.

    The reversal of a bill may have come as an encounter of its own: it counts with the bill that it reverses.
    """
    mine = [
        f"SELECT r.encounter_id AS id FROM all_{name} AS r JOIN {TOUCHED[key]} AS t "
        f"ON {' AND '.join(f't.{column} = r.{column}' for column in key)}"
        for key in sorted(keys)
        for name in PLACED
        if {*key} <= {*table(name).stored().names}
    ]
    _bind_union(engine, "judged_encounter", _ENCOUNTERS, [*mine, *more])
    reversals = (
        "SELECT r.encounter_id AS id FROM all_settlement AS r "
        "JOIN all_settlement AS s ON s.settlement_id = r.reverses_id "
        "JOIN judged_encounter AS j ON j.id = s.encounter_id WHERE r.refund = 1"
    )
    _bind_union(
        engine, "judged_encounter", _ENCOUNTERS, ["SELECT j.id FROM judged_encounter AS j", reversals]
    )
    return "judged_encounter"


@cache
def _carriers(key: Key) -> frozenset[str]:
    """Name the tables whose rows belong to a key, by themselves or by their encounter.

    A new row of any other table, or of one that many keys share, concerns everybody: the rules that read it judge
    everything again.
    """
    return frozenset(
        name
        for name, one in tables().items()
        if {*key} <= {*one.stored().names} or "encounter_id" in one.stored().names or name == _OF_LINES
    )


def _before(lake: Lake, since: int) -> int:
    batches = lake.batches()
    until = next(b.known_no or 0 for b in batches if b.number == since)
    collected = [
        b.known_no or 0 for b in batches if b.kind != "audit"
    ]  # a run brings no rows that rules read
    return max((number for number in collected if number <= until), default=0)


def _bind_linked(engine: Engine, files: Mapping[str, Sequence[Path]]) -> pa.Table:
    """Find the persons whose rows share a traceability code with a touched one, bind them and the codes that they share.

    Only the codes that the touched used are counted, then those of the persons who were found by them.
    """
    bind_all(engine, _OF_LINES, files[_OF_LINES])
    engine.materialise("asked_code", _codes_of("JOIN touched_encounter AS t ON t.id = l.encounter_id"))
    bind_shared_uses(engine, "asked_code")
    persons = pa.schema([("person_id", pa.int64())])
    sharing = "SELECT u.person_id FROM shared_use AS u"
    found = _bind_union(engine, LINKED["person_id"], persons, [sharing])
    if found.num_rows:
        of_persons = f"JOIN {LINKED['person_id']} AS p ON p.person_id = l.person_id"
        engine.materialise("asked_code", _codes_of(of_persons))
        bind_shared_uses(engine, "asked_code")
    codes = pa.schema([("trace_code", pa.string())])
    _bind_union(engine, LINKED["trace_code"], codes, ["SELECT u.trace_code FROM shared_use AS u"])
    return found


_PLACE = "l.line_no = u.line AND l.institution_id = u.institution_id"


def _codes_of(lines: str) -> str:
    """Write the SELECT of the codes on some lines."""
    return f"SELECT DISTINCT u.trace_code FROM all_line AS l {lines} JOIN all_{_OF_LINES} AS u ON {_PLACE}"


def bind_shared_uses(engine: Engine, among: str | None = None) -> None:
    """Bind the uses of traceability codes that were used more than once (``shared_use``), with whose they are.

    Nearly every code is used once, and concerns nobody else: only the others are looked at; ``among`` names a relation of
    the codes that are asked for.
    """
    asked = f"WHERE EXISTS (SELECT 1 FROM {among} AS c WHERE c.trace_code = a.trace_code)" if among else ""
    engine.materialise(
        "shared_use",
        f"SELECT u.trace_code, l.person_id, l.encounter_id FROM all_{_OF_LINES} AS u "
        f"JOIN (SELECT a.trace_code FROM all_{_OF_LINES} AS a {asked} GROUP BY a.trace_code HAVING count(*) > 1) AS s "
        f"ON s.trace_code = u.trace_code JOIN all_line AS l ON {_PLACE}",
    )


def bind_all(engine: Engine, name: str, files: Sequence[Path]) -> None:
    """Bind ``all_<table>``: every form that a row ever had."""
    engine.bind(f"all_{name}", files=list(files), schema=table(name).stored())


def _bind_new(engine: Engine, name: str, fresh: Sequence[Path]) -> list[str]:
    """Bind the rows of a table that became known, if there are any."""
    if not fresh:
        return []
    engine.bind(f"new_{name}", files=list(fresh), schema=table(name).stored())
    return [f"new_{name}"]


def _bind_old(
    engine: Engine, name: str, files: Sequence[Path], replaced: pa.Table, new_batches: set[int]
) -> list[str]:
    """Bind the older forms of the rows of a table that were corrected, if there are any."""
    mine = [r for r in replaced.to_pylist() if r["table_name"] == name and r["by_batch"] in new_batches]
    if not mine:
        return []
    bind_all(engine, name, files)
    engine.bind(
        f"gone_{name}",
        arrow=pa.table({n: pa.array([r[n] for r in mine], pa.int64()) for n in ("id", "batch")}),
    )
    columns = ", ".join(f"r.{column}" for column in table(name).stored().names)
    engine.view(
        f"old_{name}",
        f"SELECT {columns} FROM all_{name} AS r "
        f"JOIN gone_{name} AS o ON o.id = r.{table(name).id} AND o.batch = r.batch",
    )
    return [f"old_{name}"]


def _encounters(news: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Write the SELECTs of the encounters of new and replaced rows."""
    for name, relations_of in news.items():
        for rows in relations_of:
            if "encounter_id" in table(name).stored().names:
                yield f"SELECT r.encounter_id AS id FROM {rows} AS r"
            if name == _OF_LINES:
                line = "l.line_no = r.line AND l.institution_id = r.institution_id"
                yield f"SELECT l.encounter_id AS id FROM {rows} AS r JOIN all_line AS l ON {line}"
            if name == "settlement":
                reversed_one = "JOIN all_settlement AS s ON s.settlement_id = r.reverses_id"
                yield f"SELECT s.encounter_id AS id FROM {rows} AS r {reversed_one}"


def _keys(key: Key, news: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Write the SELECTs of a key: of new and replaced rows that carry it, and of the touched encounters."""
    columns = ", ".join(f"r.{column}" for column in key)
    known = " AND ".join(f"r.{column} IS NOT NULL" for column in key)
    for name, relations_of in news.items():
        if {*key} <= {*table(name).stored().names}:
            yield from (f"SELECT {columns} FROM {rows} AS r WHERE {known}" for rows in relations_of)
    for name in PLACED:
        if {*key} <= {*table(name).stored().names}:
            yield f"SELECT {columns} FROM all_{name} AS r JOIN touched_encounter AS t ON t.id = r.encounter_id"


def _bind_union(engine: Engine, name: str, schema: pa.Schema, selects: Iterable[str]) -> pa.Table:
    """Bind the distinct rows of some SELECTs as rows at hand, and give them."""
    text = " UNION ".join(selects)
    rows = engine.run(f"SELECT DISTINCT * FROM ({text})").cast(schema) if text else schema.empty_table()
    engine.bind(name, arrow=rows)
    return rows
