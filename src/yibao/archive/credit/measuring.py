"""Measuring (采集): the figures of the lake by which rows are marked, one SELECT each, of all subjects at once.

Nobody's hand is in it: a SELECT reads the same relations that rules read, as known on a day. Where the lake has no rows of
what a SELECT needs, it is not run, and the row is not rated; this is said, and written down when something is rated by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cache
from importlib import resources
from typing import Final

from yibao.archive.credit.catalogue import sets
from yibao.archive.credit.charging import window_of
from yibao.archive.credit.grammar import Steps
from yibao.archive.credit.model import Inputs, Measure, Window, set_of
from yibao.archive.files import Subject, SubjectKind
from yibao.claims import bind, needed, relations
from yibao.collect import known_files, superseded
from yibao.engine import Engine, open_engine
from yibao.kernel import CHINA, OPEN_END, Json, Text, add_months, date_of
from yibao.policy import Policy
from yibao.store import Home, Lake, Register

_WORD = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)\b")
_SINCE: Final = {"pharmacy": "since", "hospital": "since", "practitioner": "own_since"}
_OWN: Final = {"visits": "own_visits"}
"""By volume: the SELECT of a person's own, where an institution's has another name."""
_MEMORY_MIB: Final = 3072


@dataclass(frozen=True, slots=True)
class Missed:
    """A SELECT that was not run, and why."""

    select: str
    why: Text

    def as_json(self) -> dict[str, Json]:
        """Give it as plain values."""
        return {"select": self.select, "why": self.why.zh}


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured in the lake on a day, as known on a day: by SELECT and by subject's key."""

    day: int
    known_on: int | None
    by_select: Mapping[str, Mapping[int, tuple[int, int]]] = field(default_factory=dict)
    missed: tuple[Missed, ...] = ()

    def inputs(self, head: Subject) -> Inputs:
        """Give a subject's inputs; of one whom the lake does not know there are none."""
        name = set_of(head)
        if name is None or head.lake_key is None:
            return Inputs()
        key = head.lake_key
        measures = {
            indicator: Measure(*self.by_select[select][key])
            for indicator, select in _measured(name)
            if key in self.by_select.get(select, ())
        }
        volumes = {
            volume: self.by_select[select][key][0]
            for volume, select in _volumes(name)
            if key in self.by_select.get(select, ())
        }
        first = self.by_select.get(_SINCE.get(name, ""), {}).get(key)
        return Inputs(measures, volumes, None if first is None else first[0])


@cache
def _measured(set_name: str) -> tuple[tuple[str, str], ...]:
    return tuple((one.id, one.feed.select) for one in sets()[set_name].indicators if one.feed.select)


@cache
def _volumes(set_name: str) -> tuple[tuple[str, str], ...]:
    """Give the volumes that a set's rows speak of, each with its SELECT."""
    named: set[str] = set()
    for one in sets()[set_name].indicators:
        named.update(name for name in (one.feed.over, one.feed.base_on) if name)
        if isinstance(one.scoring, Steps) and one.scoring.free:
            named.add(one.scoring.free[2])
    own = _OWN if sets()[set_name].kind is not SubjectKind.INSTITUTION else {}
    return tuple((name, own.get(name, name)) for name in sorted(named))


def selects_of(set_names: Iterable[str]) -> dict[str, Window]:
    """Give every SELECT that these sets need, with its window."""
    found: dict[str, Window] = {}
    for name in set_names:
        found.update({one.feed.select: one.window for one in sets()[name].indicators if one.feed.select})
        found.update(dict.fromkeys((select for _, select in _volumes(name)), Window.ROLLING))
        if name in _SINCE:
            found[_SINCE[name]] = Window.ROLLING
    return found


@cache
def select_text(name: str) -> str:
    """Give the text of a SELECT of this room."""
    return (resources.files("yibao.archive.credit") / "selects" / f"{name}.sql").read_text(encoding="utf-8")


@cache
def read_by(name: str) -> tuple[str, ...]:
    """Give the relations that a SELECT reads."""
    return tuple(sorted(set(_WORD.findall(select_text(name))) & set(relations())))


def measure(
    home: Home,
    register: Register,
    policy: Policy,
    day: int,
    *,
    known_on: int | None = None,
    head: Subject | None = None,
    set_names: Iterable[str] | None = None,
) -> Figures:
    """Measure all subjects of some sets (all, where none is named) on a day, or one subject by the same SELECTs.

    ``known_on`` reads the lake as it was known at the end of that day.
    """
    only = None
    if head is not None:
        name = set_of(head)
        if name is None or head.lake_key is None:
            return Figures(day, known_on)
        set_names, only = [name], head.lake_key
    lake = Lake(home, register)
    moment = None if known_on is None else datetime.combine(date_of(known_on), time.max, CHINA)
    files = known_files(lake, moment)
    wanted = selects_of(set_names if set_names is not None else sets())
    there = {name for name in wanted if not _without(name, files)}
    with open_engine("duckdb", memory_mib=_MEMORY_MIB, spill=home.work) as engine:
        shared = sorted({relation for name in there for relation in read_by(name)})
        bind(engine, files, shared, superseded=superseded(lake, moment), materialise=only is None)
        given = _scanned_from(policy, day)
        by_select = {name: _run(engine, name, wanted[name], day, only, given) for name in sorted(there)}
    missed = tuple(Missed(name, _why(_without(name, files))) for name in sorted(wanted) if name not in there)
    return Figures(day, known_on, by_select, missed)


def _without(name: str, files: Mapping[str, object]) -> list[str]:
    """Give the tables that a SELECT reads and of which nothing is stored; lists of knowledge may be empty."""
    tables = {table for relation in needed(read_by(name)) for table in relation.made_of}
    return sorted(
        t for t in tables if not files.get(t) and not t.startswith("knowledge_") and t != "status_period"
    )


def _why(tables: list[str]) -> Text:
    said = "、".join(tables)
    return Text(zh=f"数据湖中没有 {said}", en=f"the lake has no {said}")


def _scanned_from(policy: Policy, day: int) -> dict[str, int]:
    """Give from which day codes are to be scanned by pharmacies and by all: when the audit binds them, and a grace."""
    grace = policy.at("archive.credit.scan_grace_months", day).number
    values = policy.parameter("audit.no_trace_code.bound_institutions").values
    begins = [
        min((add_months(v.period.from_day, grace) for v in values if v.number >= least), default=OPEN_END)
        for least in (1, 2)
    ]
    return {"pharmacies_from": begins[0], "all_from": begins[1]}


def _run(
    engine: Engine, name: str, window: Window, day: int, only: int | None, parameters: Mapping[str, int]
) -> dict[int, tuple[int, int]]:
    some = next(one for s in sets().values() for one in s.indicators if one.window is window)
    first, last = window_of(some, day)
    text, given = select_text(name), {"first_day": first, "last_day": last}
    given |= {key: number for key, number in parameters.items() if f":{key}" in text}
    if only is not None:
        text, given = f"SELECT * FROM ({text}) AS m WHERE m.subject_id = :subject", {**given, "subject": only}
    found = engine.run(text, given, name=f"credit.{name}")
    keys, numerators, denominators = (
        found.column(c).to_pylist() for c in ("subject_id", "numerator", "denominator")
    )
    return {k: (n, d) for k, n, d in zip(keys, numerators, denominators, strict=True) if k is not None}
