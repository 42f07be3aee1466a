"""An incremental run judges the touched keys as a whole, and gives of them exactly what a full run gives."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from tests.audit.loading import EXAMPLES, Examples, in_one_city, name_of

from yibao.audit import BY_SUBJECT, KEYS, LINKED, TOUCHED, Judged, Key, Rule, judge, rules
from yibao.claims import bind, relations
from yibao.engine import Engine
from yibao.kernel import Refused
from yibao.policy import Policy, load

pytestmark = pytest.mark.xdist_group("incremental_judging")

FILLED = dict.fromkeys(relations(), True)


@pytest.fixture(scope="module")
def bound(examples: Examples, duckdb: Engine) -> Engine:
    city = in_one_city((case for _, case in EXAMPLES), neighbours=4).given
    stored = {name: examples.rows(name, rows) for name, rows in city.items()}
    bind(duckdb, stored, relations(), materialise=True)
    return duckdb


@pytest.fixture(scope="module")
def full(bound: Engine, policy: Policy) -> dict[str, Judged]:
    return {rule.id: judge(bound, rule, policy, touched=False, filled=FILLED) for rule in rules().values()}


Touched = dict[Key, list[tuple[int, ...]]]


def _touch(engine: Engine, touched: Touched) -> None:
    for key, relation in TOUCHED.items():
        columns = {
            name: pa.array([one[at] for one in touched[key]], pa.int64()) for at, name in enumerate(key)
        }
        engine.bind(relation, arrow=pa.table(columns))
    engine.bind(
        LINKED["person_id"], arrow=engine.run(f"SELECT t.person_id FROM {TOUCHED['person_id',]} AS t")
    )
    shared = f"SELECT DISTINCT u.trace_code FROM trace AS u JOIN {LINKED['person_id']} AS p ON p.person_id = u.person_id"
    engine.bind(LINKED["trace_code"], arrow=engine.run(shared))


def _counted(evidence: pa.Table) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row.values()) for row in evidence.to_pylist())


def _everybody(engine: Engine) -> Touched:
    """Give every value of every key that any rule parts its rows by."""
    found: dict[Key, set[tuple[int, ...]]] = {key: set() for key in TOUCHED}
    for relation in BY_SUBJECT:
        for key in TOUCHED:
            if {*key} <= {*engine.relations[relation]}:
                rows = engine.run(
                    f"SELECT DISTINCT {', '.join(f'r.{name}' for name in key)} FROM {relation} AS r"
                )
                found[key] |= {tuple(row.values()) for row in rows.to_pylist()}
    return {key: sorted(values) for key, values in found.items()}


def _is_of(rule: Rule, row: dict[str, int], touched: Touched) -> bool:
    return rule.whole or tuple(row[name] for name in KEYS[rule.key]) in {*touched[rule.key]}


@pytest.mark.parametrize("rule", rules().values(), ids=name_of)
def test_the_touched_are_judged_as_in_a_full_run(
    rule: Rule, bound: Engine, full: dict[str, Judged], policy: Policy
) -> None:
    everybody = _everybody(bound)
    evidence = full[rule.id].evidence.to_pylist()
    assert evidence, "the city must give the rule something to find"
    for seed, share in ((1, 0.1), (2, 0.5), (3, 0.9)):
        dice = random.Random(seed)
        touched = {key: dice.sample(values, int(share * len(values))) for key, values in everybody.items()}
        _touch(bound, touched)
        found = judge(bound, rule, policy, touched=True, filled=FILLED)
        wanted = [row for row in evidence if _is_of(rule, row, touched)]
        assert _counted(found.evidence) == Counter(tuple(row.values()) for row in wanted)
        assert (found.result, found.values) == (full[rule.id].result, full[rule.id].values)


@pytest.mark.parametrize("rule", rules().values(), ids=name_of)
def test_nobody_and_everybody(rule: Rule, bound: Engine, full: dict[str, Judged], policy: Policy) -> None:
    _touch(bound, {key: [] for key in TOUCHED})
    found = judge(bound, rule, policy, touched=True, filled=FILLED).evidence.num_rows
    assert found == (full[rule.id].evidence.num_rows if rule.whole else 0)
    _touch(bound, _everybody(bound))
    found = judge(bound, rule, policy, touched=True, filled=FILLED)
    assert _counted(found.evidence) == _counted(full[rule.id].evidence)


def test_a_relation_without_a_partition_cannot_run_incrementally(bound: Engine, policy: Policy) -> None:
    rule = rules()["split_stay"]
    careless = rule.model_copy(update={"partition": {"stay": "person_id"}})
    _touch(bound, {key: [] for key in TOUCHED})
    with pytest.raises(Refused) as refused:
        judge(bound, careless, policy, touched=True, filled=FILLED)
    assert refused.value.code == "audit.no_partition"


# — a parameter that changes on a day: each bill meets its own law, and none meets two —

LINE = {
    "settlement": "S1",
    "encounter": "购药",
    "person": "某",
    "institution": "药店",
    "kind": "西药",
    "item": "某药",
    "unit_price": "10",
}
SALES = [
    {**LINE, "line": "L1", "fee": "2026-03-10 09:00:00", "quantity": "12", "amount": "120"},
    {**LINE, "line": "L2", "fee": "2026-03-13 09:00:00", "quantity": "5", "amount": "50"},
    {**LINE, "line": "L3", "fee": "2026-03-16 09:00:00", "quantity": "4", "amount": "40"},
]
STOCK = [
    {
        "movement": "K1",
        "institution": "药店",
        "item": "某药",
        "kind": "采购",
        "moved": "2026-03-01 08:00:00",
        "quantity": "10",
    }
]


@pytest.mark.parametrize(
    ("before", "from_12_march", "hits"),
    [
        (10_000, 11_000, {"L1": 2000, "L2": 5000, "L3": 4000}),
        (20_000, 10_000, {"L2": 5000, "L3": 4000}),
        (10_000, 20_000, {"L1": 2000, "L3": 1000}),
    ],
    ids=["hit under both", "hit under the later", "hit under the earlier"],
)
def test_each_bill_meets_the_tolerance_of_its_day(
    before: int, from_12_march: int, hits: dict[str, int], examples: Examples, duckdb: Engine, tmp_path: Path
) -> None:
    """Ten packs were bought; 12, 5 and 4 are settled, before and after the tolerance changes."""
    stretches = ((before, "2021-05-01", "2026-03-12"), (from_12_march, "2026-03-12", "2030-01-01"))
    values = "".join(
        f"    - {{value: {v}, from: {start}, until: {until}, instrument: 试, status: confirmed, known_since: 2021-01-01}}\n"
        for v, start, until in stretches
    )
    (tmp_path / "990100").mkdir()
    (tmp_path / "990100" / "audit.yaml").write_text(
        f"audit.stock.tolerance_basis_points:\n  values:\n{values}", encoding="utf-8"
    )
    lines = examples.rows("line", SALES)
    bind(duckdb, {"line": lines, "stock_movement": examples.rows("stock_movement", STOCK)}, relations())
    rule = rules()["stock_against_settlement"]
    judged = judge(duckdb, rule, load("990100", [tmp_path]), touched=False, filled=FILLED)
    names = dict(zip(lines.column("line_id").to_pylist(), lines.column("line_no").to_pylist(), strict=True))
    found = [
        (names[r["row_id"]], r["at_stake_fen"])
        for r in judged.evidence.to_pylist()
        if r["evidence"] == "line"
    ]
    assert sorted(found) == sorted(hits.items())
    assert [value.number for value in judged.values] == [before, from_12_march]
