"""Every example of every rule, on every engine."""

from __future__ import annotations

import operator
from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pytest
from tests.audit.loading import EXAMPLES, Examples, name_of

from yibao.audit import Case, Rule, cases, disagreements, rules
from yibao.audit.examples import differences
from yibao.claims import table
from yibao.engine import Engine
from yibao.kernel import Refused
from yibao.policy import Policy


@pytest.mark.parametrize(("rule", "case"), EXAMPLES, ids=name_of)
@pytest.mark.parametrize("name", ["duckdb", "sqlite"])
def test_the_rule_does_what_the_example_says(
    rule: Rule, case: Case, name: str, examples: Examples, request: pytest.FixtureRequest
) -> None:
    judged = examples.judged(request.getfixturevalue(name), rule, case)
    assert judged.skipped is None
    assert [str(text) for text in differences(judged, case, examples.load)] == []


@pytest.mark.parametrize("rule", rules().values(), ids=name_of)
@pytest.mark.parametrize(
    "name", ["duckdb", pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.slow])]
)
def test_the_examples_hold_side_by_side_in_one_city(
    rule: Rule, name: str, examples: Examples, policy: Policy, request: pytest.FixtureRequest
) -> None:
    """All at once, which is how Spark can be asked: every statement costs it a second. ``3·L1`` is the fourth's L1."""
    engine = request.getfixturevalue(name)
    told = disagreements(engine, rule, examples.cities[rule.id], examples.load, policy)
    assert [str(text) for text in told] == []


@pytest.mark.parametrize(("rule", "case"), EXAMPLES, ids=name_of)
def test_the_engines_give_the_same_evidence(
    rule: Rule, case: Case, examples: Examples, duckdb: Engine, sqlite: Engine
) -> None:
    """All of it: keys, roles, measured values, thresholds and knowledge, not the money alone."""
    one, other = (examples.judged(engine, rule, case).evidence.to_pylist() for engine in (duckdb, sqlite))
    assert Counter(tuple(row.values()) for row in one) == Counter(tuple(row.values()) for row in other)


@pytest.mark.parametrize(("rule", "case"), EXAMPLES, ids=name_of)
def test_the_evidence_is_about_the_rows_it_names(
    rule: Rule, case: Case, examples: Examples, duckdb: Engine
) -> None:
    """Of every hit: the row exists, is the person's and (where it is blamed) the institution's, and holds the money."""
    rows = {
        (name, row[table(name).id]): row
        for name in case.given
        if table(name).kind is None
        for row in examples.load(name, case.given[name]).to_pylist()
    }
    findings: dict[tuple[int, ...], list[dict[str, int]]] = {}
    for hit in examples.judged(duckdb, rule, case).evidence.to_pylist():
        row = rows[hit["evidence"], hit["row_id"]]
        if "institution_id" in row:
            assert row["institution_id"] == hit["institution_id"] or hit["role"] == 2
        if "person_id" in row:
            assert hit["person_id"] is None or row["person_id"] == hit["person_id"] or hit["role"] == 2
        assert hit["role"] in (1, 2)
        if hit["evidence"] == "line" and hit["role"] == 1:
            assert 0 < hit["at_stake_fen"] <= row["amount_fen"]
        else:
            assert hit["at_stake_fen"] == 0
        findings.setdefault(tuple(hit[f"key_{n}"] for n in (1, 2, 3, 4)), []).append(hit)
    for hits in findings.values():
        assert any(hit["role"] == 1 for hit in hits), "a finding blames at least one row"
        assert len({(hit["measured"], hit["threshold"], hit["knowledge_id"]) for hit in hits}) == 1


@pytest.mark.parametrize("rule", rules().values(), ids=name_of)
def test_the_measured_value_is_beyond_the_threshold(rule: Rule, examples: Examples, duckdb: Engine) -> None:
    beyond = {
        "above": operator.gt, "at_least": operator.ge, "at_most": operator.le, "below": operator.lt, "differs": operator.ne,
    }[rule.hit_when]  # fmt: skip
    hits = [hit for case in cases(rule) for hit in examples.judged(duckdb, rule, case).evidence.to_pylist()]
    assert hits
    assert [
        h for h in hits if min(h["measured"], h["threshold"]) < 0 or not beyond(h["measured"], h["threshold"])
    ] == []


@pytest.mark.parametrize("rule", rules().values(), ids=name_of)
def test_a_rule_has_enough_examples_and_each_shows_something_of_its_own(rule: Rule) -> None:
    examples = cases(rule)
    assert len(examples) >= 8
    assert any(case.hits for case in examples) and any(not case.hits for case in examples)
    assert (
        len({case.title.zh for case in examples})
        == len({case.title.en for case in examples})
        == len(examples)
    )
    for case in examples:
        assert case.title.zh and case.title.en and case.given["line"]


def test_a_missed_a_wrong_and_a_double_hit_are_told(
    examples: Examples, policy: Policy, duckdb: Engine
) -> None:
    """The runner itself: it must not be content with anything."""
    rule = rules()["sex_limit"]
    case = next(c for c in cases(rule) if c.title.en.startswith("an unlimited drug"))
    assert disagreements(duckdb, rule, case, examples.load, policy) == []
    wrong = Case(case.title, case.given, {"L2": 1000})
    told = [text.zh for text in disagreements(duckdb, rule, wrong, examples.load, policy)]
    assert told == ["漏判 L2：应为 10.00 元，实为 —", "误判 L1：10.00 元"]
    judged = examples.judged(duckdb, rule, case)
    double = replace(judged, evidence=pa.concat_tables([judged.evidence, judged.evidence]))
    assert [text.zh for text in differences(double, case, examples.load)] == [
        "漏判 L1：应为 10.00 元，实为 20.00 元"
    ]


def test_a_rule_without_its_data_says_that_it_did_not_run(
    examples: Examples, policy: Policy, duckdb: Engine
) -> None:
    rule = rules()["stock_against_settlement"]
    case = cases(rule)[0]
    rows = {table: rows for table, rows in case.given.items() if table != "stock_movement"}
    told = disagreements(duckdb, rule, Case(case.title, rows, {}), examples.load, policy)
    assert [text.en for text in told] == ["not run: there is no data (stock)"]


@pytest.mark.parametrize(
    "row",
    [
        {"line": "L1", "colour": "red"},
        {"line": "L1"},
        {"line": "L1", "fee": "2026-02-30 09:00:00"},
    ],
    ids=["unknown column", "missing columns", "no such day"],
)
def test_rows_that_no_file_could_bring_are_refused(row: dict[str, str], examples: Examples) -> None:
    with pytest.raises(Refused) as refused:
        examples.rows("line", [row])
    assert refused.value.code in ("collect.bad_row", "collect.unknown_column")
