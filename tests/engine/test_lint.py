from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from yibao.engine import lint
from yibao.engine.linting import RULES

RELATIONS = {
    "subject_line": {
        "line_id": "BIGINT",
        "person_id": "BIGINT",
        "fee_day": "BIGINT",
        "fee_ymd": "BIGINT",
        "amount": "BIGINT",
        "name": "VARCHAR",
    },
    "history_line": {"line_id": "BIGINT", "person_id": "BIGINT", "fee_day": "BIGINT", "name": "VARCHAR"},
}
CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "refused_by_lint.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(case["sql"].split())[:80])
def test_the_lint_names_what_is_wrong(case: dict[str, Any]) -> None:
    complaints = lint(case["sql"], RELATIONS, {"days"})
    rules = {complaint.rule for complaint in complaints}
    assert rules == {*case["rules"], *case.get("more", [])}
    assert {c.line for c in complaints} == {case.get("line", 1)}


def test_every_note_of_the_lint_is_shown_by_a_case() -> None:
    shown = {rule for case in CASES for rule in case["rules"]}
    assert set(RULES) == shown


def test_a_note_says_the_thing_in_both_languages() -> None:
    [complaint] = lint("SELECT line_id FROM subject_line WHERE name LIKE 'a%'", RELATIONS)
    assert complaint.text.zh.startswith("不用 LIKE") and "name LIKE 'a%'" in complaint.text.zh
    assert complaint.text.en.startswith("no LIKE") and "name LIKE 'a%'" in complaint.text.en


def test_complaints_come_in_the_order_of_the_lines() -> None:
    sql = "SELECT amount / 2 AS a,\n  round(amount) AS b\nFROM nowhere\nORDER BY 1"
    assert [(c.line, c.rule) for c in lint(sql, RELATIONS)] == [
        (1, "division"),
        (2, "division"),
        (3, "relation.unknown"),
        (4, "order_by"),
    ]


def test_without_relations_names_are_not_checked() -> None:
    assert lint("SELECT a.x, b.y + 1 AS z FROM a JOIN b ON b.k = a.k") == []


def test_a_good_rule_is_praised() -> None:
    sql = """
    WITH per_day AS (
      SELECT person_id, fee_day, count(*) AS n, CAST(sum(amount) AS BIGINT) AS total
      FROM subject_line GROUP BY person_id, fee_day HAVING count(*) > 1
    )
    SELECT s.line_id, d.n, share_fen(d.total, :days, 10000) AS share, s.name || '！' AS label,
           s.fee_day - lag(s.fee_day) OVER (PARTITION BY s.person_id ORDER BY s.fee_day, s.line_id) AS gap
    FROM subject_line AS s
    JOIN per_day AS d ON d.person_id = s.person_id AND d.fee_day = s.fee_day
    WHERE s.fee_ymd % 10000 >= 101
      AND NOT EXISTS (SELECT 1 FROM history_line AS h WHERE h.person_id = s.person_id AND h.name = s.name)
    """
    assert lint(sql, RELATIONS, {"days"}) == []
