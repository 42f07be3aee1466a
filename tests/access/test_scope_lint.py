"""The lint finds conditions written by hand, and lets joins, docstrings and other columns be."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.house import tracked
from tools.scope import FILTERS, all_conditions, conditions_in_python, conditions_in_sql

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "source",
    [
        'q = "SELECT * FROM finding WHERE institution_id = :i"',
        "q = \"SELECT 1 FROM x WHERE x.region LIKE '3301%'\"",
        "q = \"SELECT 1 FROM x WHERE region IN ('330100')\"",
        'q = "SELECT 1 FROM x WHERE region BETWEEN :a AND :b"',
        'q = "SELECT 1 FROM x WHERE substr(x.region, 1, 4) = :stem"',
        'q = "SELECT 1 FROM x WHERE starts_with(region, :stem)"',
        'q = f"SELECT 1 FROM x WHERE f.institution_id = {key}"',
        "q = f\"{head} WHERE region = '{code}'\"",
        "q = select(t).where(t.c.region == code)",
        "q = select(t).where(code == t.c.institution_id)",
        "q = select(t).where(t.c.institution_id.in_(ids))",
        "q = select(t).where(t.c.region.startswith(stem))",
    ],
)
def test_a_condition_by_hand_is_found(source: str) -> None:
    assert len(list(conditions_in_python(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        'q = "SELECT 1 FROM a JOIN b ON a.institution_id = b.institution_id"',
        "q = select(a).join(b, a.c.institution_id == b.c.institution_id)",
        'q = "SELECT region, institution_id FROM x WHERE rule = :rule GROUP BY region"',
        'q = "SELECT substr(i.region, 1, 4) AS city FROM i"',
        'def f():\n    """Where region = \'330100\'."""',
        "found = region == other",
        "row(region=code, institution_id=7)",
    ],
)
def test_what_shows_nobody_more_is_let_be(source: str) -> None:
    assert list(conditions_in_python(source)) == []


def test_sql_files_are_read_too() -> None:
    sql = "SELECT 1 FROM x -- region = '330100'\nWHERE x.region = '330100'\n"
    assert [(line, column) for line, column, _ in conditions_in_sql(sql)] == [(2, "region")]


def test_no_filter_is_named_that_is_not_there() -> None:
    """An exception that nothing needs any more would hide the next condition."""
    paths = tracked("src/yibao/*.py", "src/yibao/*.sql")
    there = {
        path.relative_to(ROOT).as_posix()
        for path, _, column, _ in all_conditions(ROOT, paths)
        if column != "region"
    }
    assert set(FILTERS) <= there
