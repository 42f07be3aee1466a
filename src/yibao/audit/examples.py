"""Examples: the cases a jurist reads beside a rule, run as they stand on any engine.

``examples.yaml`` gives rows in the words of the contract and says which lines are hit and for how much money; every
other line is thereby said to be innocent. The rows are read by the same code that reads a bureau's extracts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from yibao.audit.catalogue import base_relations, rule_file
from yibao.audit.judging import Judged, judge
from yibao.audit.model import Rule
from yibao.claims import bind, relations
from yibao.engine import Engine
from yibao.kernel import Refused, Text, format_fen, parse_fen, read_yaml
from yibao.policy import Policy

Rows = list[dict[str, str]]
Load = Callable[[str, Rows], pa.Table]
"""Turns example rows of one table into stored rows; refuses rows that a bureau's file could not bring either."""

_FILE = {"defaults", "given", "cases"}
_CASE = {"case", "given", "hits"}


@dataclass(frozen=True, slots=True)
class Case:
    """One example: what it shows, the rows given, and the lines that must be hit, each with its money in fen."""

    title: Text
    given: Mapping[str, Rows]
    hits: Mapping[str, int]


def cases(rule: Rule) -> list[Case]:
    """Read the examples of a rule; ``defaults`` fill what a case leaves out of its rows.

    Raises `Refused` (``audit.bad_example``) for a key that means nothing, a case that does not say who is hit (an
    empty ``hits`` says: nobody), and a hit on a line that was not given.
    """
    where = f"rules/{rule.id}/examples.yaml"
    raw = read_yaml(rule_file(rule, "examples.yaml"), where)
    assert isinstance(raw, dict)
    _only(raw, _FILE, {"cases"}, where)
    defaults, shared = raw.get("defaults", {}), raw.get("given", {})
    return [_case(entry, defaults, shared, where) for entry in raw["cases"]]


def together(examples: Iterable[Case], load: Load) -> Load:
    """Load the rows of many examples in one go, table by table, and give a `Load` that hands out each one's share.

    Reading a file costs the same for one row and for a thousand; hundreds of examples are hundreds of files else.
    """
    wanted: dict[str, dict[str, Rows]] = {}
    for example in examples:
        for table, rows in example.given.items():
            wanted.setdefault(table, {})[repr(rows)] = rows
    shares: dict[tuple[str, str], pa.Table] = {}
    for table, groups in wanted.items():
        stored, first = load(table, [row for rows in groups.values() for row in rows]), 0
        for key, rows in groups.items():
            shares[table, key] = stored.slice(first, len(rows))
            first += len(rows)
    return lambda table, rows: shares[table, repr(rows)]


def run_example(engine: Engine, rule: Rule, case: Case, load: Load, policy: Policy) -> Judged:
    """Bind the rows of one example and judge them by the rule."""
    stored = {table: load(table, rows) for table, rows in case.given.items()}
    bind(engine, stored, base_relations(rule), materialise=True)
    filled = {relation.name: relation.of in stored for relation in relations().values()}
    return judge(engine, rule, policy, touched=False, filled=filled)


def disagreements(engine: Engine, rule: Rule, case: Case, load: Load, policy: Policy) -> list[Text]:
    """Run one example and say where the rule does something else than the example says."""
    judged = run_example(engine, rule, case, load, policy)
    return [judged.skipped] if judged.skipped is not None else differences(judged, case, load)


def differences(judged: Judged, case: Case, load: Load) -> list[Text]:
    """Say where evidence differs from what an example says.

    A line that is hit twice counts twice, and so differs; so does a finding that blames no line at all.
    """
    lines = load("line", case.given["line"]).select(["line_id", "line_no"]).to_pylist()
    numbers = {r["line_id"]: r["line_no"] for r in lines}
    found: dict[str, int] = {}
    blames: dict[tuple[int, ...], bool] = {}
    for row in judged.evidence.to_pylist():
        key = tuple(row[f"key_{n}"] for n in (1, 2, 3, 4))
        blames[key] = blames.get(key, False) or (row["evidence"] == "line" and row["role"] == 1)
        if row["evidence"] == "line" and row["role"] == 1:
            number = numbers[row["row_id"]]
            found[number] = found.get(number, 0) + (row["at_stake_fen"] or 0)
    return [*_missed(case.hits, found), *_unexpected(case.hits, found), *_empty(blames)]


def _case(
    entry: dict[str, object], defaults: dict[str, dict[str, str]], shared: dict[str, Rows], where: str
) -> Case:
    title, own, hits = entry.get("case"), entry.get("given", {}), entry.get("hits")
    named = f"{where}: {title.get('zh')}" if isinstance(title, dict) else where
    _only(entry, _CASE, _CASE, named)
    assert isinstance(title, dict) and isinstance(own, dict) and isinstance(hits, dict)
    _only(title, {"zh", "en"}, {"zh", "en"}, named)
    given = {
        table: [
            {k: str(v) for k, v in {**defaults.get(table, {}), **row}.items() if v is not None}
            for row in [*shared.get(table, []), *own.get(table, [])]
        ]
        for table in {**shared, **own}
    }
    _only(hits, {row["line"] for row in given.get("line", [])}, set(), named)
    return Case(Text(**title), given, {line: parse_fen(str(money)) for line, money in hits.items()})


def _only(found: Mapping[str, object], allowed: set[str], required: set[str], where: str) -> None:
    wrong = [*sorted(set(found) - allowed), *(f"{name}?" for name in sorted(required - set(found)))]
    if wrong:
        raise Refused(
            "audit.bad_example",
            zh="案例写法有误",
            en="the example is not well formed",
            where=where,
            wanted=", ".join(sorted(allowed)),
            came=", ".join(wrong),
        )


def _missed(wanted: Mapping[str, int], found: Mapping[str, int]) -> list[Text]:
    return [
        Text(zh=f"漏判 {line}：应为 {format_fen(fen)}，实为 {_money(found, line)}",
             en=f"missed {line}: wanted {format_fen(fen)}, came {_money(found, line)}")
        for line, fen in wanted.items()
        if found.get(line) != fen
    ]  # fmt: skip


def _unexpected(wanted: Mapping[str, int], found: Mapping[str, int]) -> list[Text]:
    return [
        Text(zh=f"误判 {line}：{format_fen(fen)}", en=f"hit an innocent line {line}: {format_fen(fen)}")
        for line, fen in found.items()
        if line not in wanted
    ]


def _empty(blames: Mapping[tuple[int, ...], bool]) -> list[Text]:
    told = Text(zh="有一条疑点没有指向任何明细", en="a finding blames no line")
    return [told for blamed in blames.values() if not blamed]


def _money(found: Mapping[str, int], line: str) -> str:
    return format_fen(found[line]) if line in found else "—"
