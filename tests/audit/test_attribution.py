"""Attribution: a line's money counts once, however many rules hit it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.audit.loading import Examples

from yibao.audit import EVIDENCE, FINDING, LABELLED, Judged, attribute, judge, label, rules
from yibao.claims import bind, relations
from yibao.engine import Engine
from yibao.policy import Policy

ORDER = {rule_id: place for place, rule_id in enumerate(rules())}
PERSON = {"person": "成年男子", "sex": "男", "birth": "1985-06-01"}
LINE = {
    "settlement": "S1", "encounter": "就诊1", "person": "成年男子", "institution": "市一医院", "kind": "西药",
    "fee": "2026-03-05 09:00:00", "item": "甲药", "quantity": "1", "unit_price": "25", "amount": "25",
}  # fmt: skip
POINT = {
    "item": "甲药",
    "name": "甲药",
    "release": "第一批",
    "status": "secondary",
    "from": "2025-05-23",
    "source": "国家医疗保障局",
}
CLAIMS = {
    "person": [PERSON],
    "institution": [{"institution": "市一医院", "name": "市一医院", "level": "三级甲等"}],
    "line": [{**LINE, "line": "L1"}, {**LINE, "line": "L2", "item": "乙药"}],
    "knowledge_sex_limit": [{**POINT, "sex": "女"}],
    "knowledge_age_limit": [{**POINT, "audience": "儿童"}],
    "price_limit": [
        {"item": item, "level_group": "0", "highest": "20", "from": "2025-01-01"} for item in ("甲药", "乙药")
    ],
}


@dataclass(frozen=True)
class Hit:
    """One row of evidence of a made-up finding."""

    rule: str
    finding: int
    line: int
    fen: int
    role: int = 1
    evidence: str = "line"


def labelled(hits: list[Hit], results: dict[str, str]) -> tuple[pa.Table, pa.Table]:
    """Give the hits as findings and evidence in the stored form."""
    heads = {hit.finding: hit.rule for hit in hits}
    blank = dict.fromkeys(FINDING.names, 0)
    findings = [
        {**blank, "finding_id": f, "rule": rule, "result": results[rule]} for f, rule in heads.items()
    ]
    evidence = [
        {
            "finding_id": h.finding,
            "rule": h.rule,
            "evidence": h.evidence,
            "row_id": h.line,
            "role": h.role,
            "at_stake_fen": h.fen,
        }
        for h in hits
    ]
    return pa.Table.from_pylist(findings, FINDING), pa.Table.from_pylist(evidence, LABELLED)


def credited(hits: list[Hit], results: dict[str, str]) -> dict[int, int]:
    rows = attribute(*labelled(hits, results), ORDER).to_pylist()
    return {row["finding_id"]: row["attributed_fen"] for row in rows}


CLEAR = dict.fromkeys(ORDER, "clear")
STATED = {rule.id: str(rule.result) for rule in rules().values()}


def test_a_line_hit_twice_counts_once() -> None:
    hits = [Hit("sex_limit", 1, 100, 1000), Hit("child_limit", 2, 100, 1000)]
    assert credited(hits, CLEAR) == {1: 1000, 2: 0}


def test_a_later_rule_is_credited_with_what_it_adds() -> None:
    hits = [
        Hit("price_over_limit", 1, 100, 500),
        Hit("two_places", 2, 100, 1200),
        Hit("split_stay", 3, 100, 1000),
    ]
    assert credited(hits, STATED) == {1: 500, 3: 500, 2: 200}


def test_clear_ones_come_first_whatever_the_order_of_the_rules() -> None:
    hits = [Hit("sex_limit", 1, 100, 1000), Hit("price_over_limit", 2, 100, 300)]
    assert credited(hits, CLEAR) == {1: 1000, 2: 0}
    assert credited(hits, {**CLEAR, "sex_limit": "suspicious"}) == {2: 300, 1: 700}


def test_only_blamed_lines_bring_credit() -> None:
    hits = [
        Hit("duplicate_charge_pair", 1, 100, 700, role=2),
        Hit("split_stay", 2, 100, 700, evidence="encounter"),
        Hit("two_places", 3, 100, 700),
    ]
    assert credited(hits, STATED) == {1: 0, 2: 0, 3: 700}


def test_nothing_found_is_nothing_to_credit() -> None:
    assert credited([], CLEAR) == {}


@st.composite
def findings(draw: st.DrawFn) -> tuple[list[Hit], dict[str, str]]:
    """Up to eight findings of any rules over six lines, each line at most once in a finding."""
    hits = []
    for finding in range(1, draw(st.integers(1, 8)) + 1):
        rule = draw(st.sampled_from(list(ORDER)))
        lines = draw(st.lists(st.integers(1, 6), unique=True, min_size=1, max_size=4))
        hits += [
            Hit(rule, finding, line, draw(st.integers(0, 2000)), draw(st.sampled_from([1, 1, 1, 2])))
            for line in lines
        ]
    return hits, {rule: draw(st.sampled_from(["clear", "suspicious"])) for rule in ORDER}


@settings(max_examples=40, deadline=None)
@given(findings())
def test_the_credits_of_a_line_add_up_to_the_most_that_is_at_stake(
    drawn: tuple[list[Hit], dict[str, str]],
) -> None:
    hits, results = drawn
    lines = defaultdict(list)
    for hit in hits:
        if hit.role == 1:
            lines[hit.line].append(hit)
    wanted = dict.fromkeys((hit.finding for hit in hits), 0)
    for line in lines.values():
        so_far = 0
        for hit in sorted(line, key=lambda h: (results[h.rule] != "clear", ORDER[h.rule], h.finding)):
            wanted[hit.finding] += max(0, hit.fen - so_far)
            so_far = max(so_far, hit.fen)
    found = credited(hits, results)
    assert found == wanted
    assert sum(found.values()) == sum(max(hit.fen for hit in line) for line in lines.values())


@pytest.fixture(scope="module")
def judged(examples: Examples, duckdb: Engine, policy: Policy) -> list[Judged]:
    """A drug for women and for children, five yuan too dear, billed to a man; another drug only too dear."""
    bind(duckdb, {table: examples.rows(table, rows) for table, rows in CLAIMS.items()}, relations())
    filled = {name: any(table in CLAIMS for table in r.made_of) for name, r in relations().items()}
    wanted = ("sex_limit", "child_limit", "price_over_limit")
    return [judge(duckdb, rules()[rule_id], policy, touched=False, filled=filled) for rule_id in wanted]


def test_three_rules_on_one_line_of_a_bill(judged: list[Judged]) -> None:
    """The child limit rests on an assumed age, so it is only suspicious and comes after the price."""
    found, evidence = label(judged)
    assert {(row["rule"], row["result"], row["at_stake_fen"]) for row in found.to_pylist()} == {
        ("sex_limit", "clear", 2500),
        ("child_limit", "suspicious", 2500),
        ("price_over_limit", "clear", 500),
    }
    assert found.num_rows == evidence.num_rows == 4
    credits = dict(zip(*attribute(found, evidence, ORDER).to_pydict().values(), strict=True))
    by_rule: dict[str, int] = defaultdict(int)
    for row in found.to_pylist():
        by_rule[row["rule"]] += credits[row["finding_id"]]
    assert by_rule == {"sex_limit": 2500, "child_limit": 0, "price_over_limit": 500}
    assert sum(credits.values()) == 3000, "the whole of the first line and the excess of the second"


def test_a_finding_keeps_its_identity_from_run_to_run(judged: list[Judged]) -> None:
    first, second = label(judged)[0], label(list(reversed(judged)))[0]
    assert sorted(first.column("finding_id").to_pylist()) == sorted(second.column("finding_id").to_pylist())
    assert len(set(first.column("finding_id").to_pylist())) == first.num_rows
    assert min(first.column("finding_id").to_pylist()) > 0


def test_a_finding_holds_the_money_of_the_rows_it_blames(judged: list[Judged]) -> None:
    row = judged[0].evidence.to_pylist()[0]
    rows = [
        row,
        {**row, "row_id": 1, "at_stake_fen": 300},
        {**row, "row_id": 2, "role": 2, "at_stake_fen": 0},
    ]
    one = Judged(judged[0].rule, pa.Table.from_pylist(rows, EVIDENCE), "clear")
    found, evidence = label([one])
    assert found.column("at_stake_fen").to_pylist() == [2800]
    assert found.column("rows").to_pylist() == [3] and evidence.num_rows == 3
