"""The catalogue: every rule folder is well formed, sourced, bilingual and portable."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from tests.audit.loading import name_of

from yibao.audit import Rule, base_relations, choose, complaints, reads, rule_file, rules
from yibao.audit.catalogue import BY_SUBJECT, offered_relations
from yibao.audit.model import BELONGS, EVERYTHING, SHARED, as_key
from yibao.claims import knowledge_tables, relations
from yibao.kernel import Refused, read_yaml
from yibao.policy import Policy, Unit

_FILE = Path(__file__).parent / "house_catalogue.yaml"
HOUSE_CATALOGUE: Any = read_yaml(_FILE.read_bytes(), _FILE.name)
"""The entries that rules are built for: number and name."""

CASE_CAUSES = range(1, 36)
"""苏医保督〔2024〕1号 lists 35 causes of action."""

RULES = pytest.mark.parametrize("rule", rules().values(), ids=name_of)


def test_clear_rules_are_credited_first_and_every_rule_has_a_place_of_its_own() -> None:
    results = [rule.result for rule in rules().values()]
    assert results == sorted(results)
    assert len({rule.order for rule in rules().values()}) == len(rules())


def test_every_folder_is_a_rule_and_holds_its_three_files() -> None:
    folders = [
        f for f in (resources.files("yibao.audit") / "rules").iterdir() if f.is_dir() and "__" not in f.name
    ]
    assert {folder.name for folder in folders} == set(rules())
    for folder in folders:
        files = {file.name for file in folder.iterdir() if not re.fullmatch(r"v[1-9][0-9]*", file.name)}
        assert files == {"rule.yaml", "rule.sql", "examples.yaml"}


@RULES
def test_the_select_keeps_the_conventions(rule: Rule) -> None:
    assert complaints(rule) == []


@RULES
def test_the_select_begins_with_what_it_looks_for(rule: Rule) -> None:
    first = rule.select.splitlines()[0]
    assert first.startswith("-- ") and first.endswith(".")


@RULES
def test_the_rule_stands_in_the_house_catalogue(rule: Rule) -> None:
    assert rule.catalogue
    assert set(rule.catalogue) <= set(HOUSE_CATALOGUE)


@RULES
def test_every_text_is_there_in_both_languages(rule: Rule) -> None:
    texts = [rule.name, rule.says, rule.measured, rule.threshold, *rule.innocent]
    assert rule.innocent, "a rule that knows nobody innocent has not been thought through"
    for text in texts:
        assert any("一" <= character <= "鿿" for character in text.zh)
        assert text.en.isascii() and text.en.strip()


@RULES
def test_every_parameter_has_a_value_from_the_first_day_on(rule: Rule, policy: Policy) -> None:
    for key in rule.parameters.values():
        assert policy.at(key, rule.period.from_day).number >= 0
        assert policy.parameter(key).unit not in (Unit.TEXT, Unit.FLAG)


@RULES
def test_no_parameter_is_declared_in_vain(rule: Rule) -> None:
    assert {name for name in rule.parameters if f":{name}" not in rule.select} == set()


@RULES
def test_the_rule_rests_on_an_instrument(rule: Rule) -> None:
    assert rule.basis
    for basis in rule.basis:
        assert basis.instrument and basis.article
    assert any(b.status == "confirmed" for b in rule.basis), "an unread instrument alone carries no finding"
    assert (
        rule.case_cause.list == "苏医保督〔2024〕1号"
        and rule.case_cause.item in CASE_CAUSES
        and rule.case_cause.zh
    )


@RULES
def test_the_partition_covers_everything_that_is_judged_or_remembered(rule: Rule) -> None:
    bound = {name.partition("_")[2] for name in reads(rule) if name.startswith(("subject_", "history_"))}
    assert bound == set(rule.partition)
    assert rule.subject in rule.partition
    assert f"subject_{rule.subject}" in reads(rule)
    offered = offered_relations()
    for relation, by in rule.partition.items():
        looked_up = by in (EVERYTHING, SHARED, *BELONGS)
        assert looked_up or {*as_key(by)} <= offered[f"subject_{relation}"].keys()


@RULES
def test_the_rule_reads_its_knowledge_and_what_it_needs(rule: Rule) -> None:
    needed = {*rule.needs, *([f"knowledge_{rule.knowledge}"] if rule.knowledge else [])}
    assert needed <= set(base_relations(rule)) <= set(relations())
    assert rule.knowledge is None or rule.knowledge in knowledge_tables()
    unsaid = {name for name in base_relations(rule) if name.startswith("knowledge_")} - needed
    assert not unsaid, "a rule that reads knowledge must say so, or it runs without it"


def test_what_is_judged_is_never_offered_unbound() -> None:
    assert set(BY_SUBJECT).isdisjoint(offered_relations())


def test_rules_are_chosen_by_id_and_unknown_ones_refused() -> None:
    assert [rule.id for rule in choose(["split_stay", "sex_limit"])] == ["sex_limit", "split_stay"]
    assert [rule.id for rule in choose(None)] == list(rules())
    with pytest.raises(Refused) as refused:
        choose(["sex_limit", "no_such_rule"])
    assert refused.value.code == "audit.unknown_rule" and refused.value.came == "no_such_rule"


@RULES
def test_the_examples_say_who_stands_in_them(rule: Rule) -> None:
    """A jurist opens the file first at its head: it must introduce the cast, in both languages."""
    head = [line for line in rule_file(rule, "examples.yaml").split("\ndefaults:")[0].splitlines() if line]
    assert len(head) >= 3 and all(line.startswith("# ") for line in head)
    assert any(line.isascii() for line in head) and not all(line.isascii() for line in head)
