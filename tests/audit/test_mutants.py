"""The examples are worth something only if a rule that was got wrong would fail them: small faults, each found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.audit.loading import Examples, name_of

from yibao.audit import EVIDENCE, Rule, cases, rules
from yibao.audit.examples import differences, run_example
from yibao.engine import Engine
from yibao.engine.translate import translate
from yibao.kernel import day_of_ymd, read_yaml
from yibao.policy import Policy

TODAY = day_of_ymd(20260305)
FILE = Path(__file__).parent / "mutants.yaml"
MUTANTS: Any = read_yaml(FILE.read_bytes(), FILE.name)


def _edited(text: str, edit: dict[str, Any]) -> str:
    assert text.count(edit["find"]) == 1, f"occurs {text.count(edit['find'])} times: {edit['find']}"
    changed = text.replace(edit["find"], edit["replace"])
    return _edited(changed, edit["also"]) if "also" in edit else changed


@pytest.mark.parametrize("rule", rules().values(), ids=name_of)
def test_every_fault_fails_an_example(
    rule: Rule, examples: Examples, policy: Policy, unoptimised: Engine
) -> None:
    """Raises, and so fails, where a fault does not even run: such a fault proves nothing."""
    numbers = {name: policy.at(key, TODAY).number for name, key in rule.parameters.items()}
    unnoticed = {m["fault"]: translate(_edited(rule.select, m), "duckdb", numbers) for m in MUTANTS[rule.id]}
    assert len(unnoticed) == len(MUTANTS[rule.id]) >= 8
    for case in cases(rule):
        judged = run_example(unoptimised, rule, case, examples.load, policy)
        assert differences(judged, case, examples.load) == [], (
            "a fault shows only in an example the rule passes"
        )
        for fault, select in list(unnoticed.items()):
            found = unoptimised.execute_native(select)
            assert found is not None
            evidence = found.select(EVIDENCE.names).cast(EVIDENCE)
            if differences(replace(judged, evidence=evidence), case, examples.load):
                del unnoticed[fault]
    assert list(unnoticed) == []


def test_every_rule_has_its_faults() -> None:
    assert set(MUTANTS) == set(rules())
