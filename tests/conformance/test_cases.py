from __future__ import annotations

import pytest
from sqlglot import exp
from tests.conformance.case import Case, give, read_cases

from yibao.engine import ENGINES, lint, relation_of
from yibao.engine.linting.allowed import ALLOWED
from yibao.engine.operations import OPERATIONS
from yibao.engine.translate import parse
from yibao.kernel import Refused

CASES = read_cases()
MARKS = {"spark": [pytest.mark.spark]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
@pytest.mark.parametrize("name", [pytest.param(name, marks=MARKS.get(name, [])) for name in ENGINES])
def test_the_engine_gives_the_rows_of_the_case(case: Case, name: str, request: pytest.FixtureRequest) -> None:
    engine = request.getfixturevalue(name)
    if not case.refused:
        give(case, engine)
        return
    with pytest.raises(Refused) as refused:
        give(case, engine)
    assert refused.value.code in case.refused


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_lint_has_nothing_against_the_case(case: Case) -> None:
    """The cases are what the allow-list rests on, so they stand on it themselves."""
    relations = {name: relation_of(table.schema) for name, table in case.inputs.items()}
    complaints = lint(case.sql, relations, case.parameters)
    if case.refused == ["engine.parameter"]:
        assert [c.rule for c in complaints] == ["parameter.unknown"]
    else:
        assert complaints == []


def test_everything_the_lint_allows_is_shown_by_a_case() -> None:
    shown: set[type[exp.Expr]] = set()
    called: set[str] = set()
    for case in CASES:
        for node in parse(case.sql).walk():
            shown.add(type(node))
            if isinstance(node, exp.Anonymous):
                called.add(node.name)
    assert set(ALLOWED) - shown == set()
    assert set(OPERATIONS) - called == set()
