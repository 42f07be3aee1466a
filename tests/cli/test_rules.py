"""The rules as the command line tells them: never surer than a run may be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from yibao.audit import Rule, rules
from yibao.cli.app import app
from yibao.cli.rules import claim, lowered_by

NARROW = {"COLUMNS": "80"}


def said(*words: str | Path) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], env=NARROW)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_list_says_at_most_where_a_run_may_say_less() -> None:
    listed = said("rules", "list")
    for rule in rules().values():
        line = next(line for line in listed.splitlines() if f" {rule.id} " in line)
        assert ("至多 明确违规" in line) == bool(
            rule.result == "clear" and (rule.parameters or rule.knowledge)
        )
    told = {one["id"]: one["at_most"] for one in json.loads(said("rules", "list", "--json"))["rules"]}
    assert told["sex_limit"] and told["child_limit"] and not told["split_stay"]


def without(rule: Rule, **changes: object) -> Rule:
    return rule.model_copy(update=changes)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"parameters": {}, "knowledge": None}, 0),
        ({"parameters": {}, "knowledge": None, "origin": "OURS"}, 1),
        ({"parameters": {}}, 1),
        ({"knowledge": None}, 1),
        ({}, 2),
        ({"result": "suspicious"}, 0),
    ],
)
def test_each_condition_lowers(changes: dict[str, object], reasons: int) -> None:
    rule = without(rules()["child_limit"], **changes)
    assert len(lowered_by(rule)) == reasons
    assert claim(rule).zh.startswith("至多") == bool(reasons)


def test_show_says_how_sure_each_ground_is() -> None:
    shown = said("rules", "show", "child_limit")
    assert "至多 明确违规" in shown
    assert "（转引）" in shown and "（已核实）" in shown and "（假定，只判可疑）" in shown
    assert json.loads(said("rules", "show", "child_limit", "--json"))["at_most"]


def test_show_knows_the_packs_of_the_home(tmp_path: Path) -> None:
    pack = tmp_path / "policy" / "990100" / "audit.yaml"
    pack.parent.mkdir(parents=True)
    pack.write_text(
        "audit.child_limit.child_age_below:\n  values:\n    - {value: 14, from: 2026-01-01, instrument: 示例市〔2026〕1号, "
        "article: 第三条, status: confirmed, known_since: 2025-12-20}\n",
        encoding="utf-8",
    )
    shown = said("rules", "show", "child_limit", "--region", "990100", "--home", tmp_path)
    assert "child_age_below = 14 years（已核实）" in shown
