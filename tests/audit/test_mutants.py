"""The examples are worth something only if a rule that was got wrong would fail them: small faults, each found."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.audit.loading import Examples, name_of

from yibao.audit import EVIDENCE, Case, Rule, cases, rules
from yibao.audit.examples import differences, run_example
from yibao.engine import Engine
from yibao.engine.translate import translate
from yibao.kernel import Text, day_of_ymd, read_yaml
from yibao.policy import Policy

FOLDER = Path(__file__).parent / "mutants"
"""One file a rule: small faults that somebody could make in its SELECT. Each must make at least one example fail;
``find`` occurs exactly once in rule.sql. Left out are changes that change nothing."""
MUTANTS: dict[str, Any] = {f.stem: read_yaml(f.read_bytes(), f.name) for f in sorted(FOLDER.glob("*.yaml"))}
TODAY = day_of_ymd(20260305)


def _edited(text: str, edit: dict[str, Any]) -> str:
    assert text.count(edit["find"]) == 1, f"occurs {text.count(edit['find'])} times: {edit['find']}"
    changed = text.replace(edit["find"], edit["replace"])
    return _edited(changed, edit["also"]) if "also" in edit else changed


class Bench:
    """One rule on the bench: its examples bound one at a time, and its faults run over the one that is bound."""

    def __init__(self, engine: Engine, rule: Rule, examples: Examples, policy: Policy) -> None:
        self._engine, self._rule, self._load, self._policy = engine, rule, examples.load, policy
        numbers = {name: policy.at(key, TODAY).number for name, key in rule.parameters.items()}
        self._selects = {
            m["fault"]: translate(_edited(rule.select, m), "duckdb", numbers) for m in MUTANTS[rule.id]
        }
        self.faults = list(self._selects)

    def told(self, case: Case, faults: list[str]) -> dict[str, list[Text]]:
        """Say by which differences from the example each fault shows itself; the rule as it is has none."""
        judged = run_example(self._engine, self._rule, case, self._load, self._policy)
        assert differences(judged, case, self._load) == [], "the rule itself must do what the example says"
        found = {}
        for fault in faults:
            evidence = self._engine.execute_native(self._selects[fault])
            assert evidence is not None
            wrong = replace(judged, evidence=evidence.select(EVIDENCE.names).cast(EVIDENCE))
            found[fault] = differences(wrong, case, self._load)
        return found


@pytest.mark.slow
@pytest.mark.parametrize("rule", rules().values(), ids=name_of)
def test_every_fault_fails_an_example(
    rule: Rule, examples: Examples, policy: Policy, unoptimised: Engine
) -> None:
    """Only an example that fails alone counts; the city of all of them is asked first, for which ones that may be.

    Of these the one that most faults are suspected of showing themselves in is asked first.

    Raises, and so fails, where a fault does not even run: such a fault proves nothing.
    """
    bench = Bench(unoptimised, rule, examples, policy)
    assert len(bench.faults) == len(MUTANTS[rule.id]) >= 8
    told = bench.told(examples.cities[rule.id], bench.faults)
    suspects = {f: {int(n) for t in texts for n in re.findall(r"(\d+)·", t.en)} for f, texts in told.items()}
    alone, unnoticed = cases(rule), set(bench.faults)

    def left(faults: set[str], case: Case) -> set[str]:
        return {fault for fault, texts in bench.told(case, sorted(faults)).items() if not texts}

    while suspected := Counter(number for fault in unnoticed for number in suspects[fault]):
        number = suspected.most_common(1)[0][0]
        named = {fault for fault in unnoticed if number in suspects[fault]}
        unnoticed -= named - left(named, alone[number])
        suspects = {fault: numbers - {number} for fault, numbers in suspects.items()}
    for case in alone:
        if not unnoticed:
            break
        unnoticed = left(unnoticed, case)
    assert unnoticed == set()


def test_every_rule_has_its_faults() -> None:
    assert set(MUTANTS) == set(rules())
