"""Trials leave nothing behind, sweeps agree with runs, grey rules are counted and blame nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.audit.test_rule_life import ADOPTED, made
from tests.casework.conftest import Desk
from tests.casework.findings.outputs import small

from yibao.audit import Rule, catalogue, read_rule, rules
from yibao.casework.findings import (
    Order,
    audit_lake,
    explain,
    finding_code,
    give_notice,
    summary,
)
from yibao.kernel import Refused, day_of_ymd

GREY = 'status: grey\nlife:\n  - {status: grey, from: 2026-01-01, regions: ["990100"]}'


def tables(desk: Desk) -> list[int]:
    with desk.house.register.engine.connect() as connection:
        return [
            connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in ("finding", "finding_event", "audit_run", "batch", "lake_file", "outbox")
        ]


def draft(root: Path) -> Rule:
    """A draft that takes every line over its limit by more than a yuan for wrong, under a number of its own."""
    folder = made(
        root / "over_limit_again",
        lambda y: y.replace("price_over_limit", "over_limit_again").replace(
            "status: published", "status: draft"
        ),
    )
    return read_rule(folder)


def test_a_trial_says_what_a_draft_would_find_and_keeps_nothing(small_desk: Desk, tmp_path: Path) -> None:
    house, rule = small_desk.house, draft(tmp_path)
    give_notice(house.home, house.register, actor="王某", rule="frequency_per_day", day=day_of_ymd(20261201))
    before = tables(small_desk), small_desk.open_findings()
    told = house.trial(rule, None, lambda *_: None)
    assert (tables(small_desk), small_desk.open_findings()) == before
    assert (told.status, told.findings, told.clear, told.lines, told.at_stake_fen) == ("draft", 1, 1, 1, 1500)
    assert (told.again, told.new, told.gone) == (0, 1, 0)
    assert [(m.code, m.findings, m.fen) for m in told.most] == [("H1", 1, 1500)]
    assert {h.rule: (h.findings, h.lines, h.fen) for h in told.held} == {
        "price_over_limit": (1, 1, 1500),
        "frequency_per_day": (1, 1, 1500),
        "split_stay": (1, 1, 1500),
    }
    assert (told.overlapping, told.noticed) == (1, 1)
    assert told.as_json()["held"][0]["rule"] in {h.rule for h in told.held}


def test_a_trial_of_a_published_rule_tells_new_from_old(small_desk: Desk) -> None:
    house, rule = small_desk.house, rules()["split_stay"]
    same = house.trial(rule, None, lambda *_: None)
    assert (same.findings, same.again, same.new, same.gone) == (1, 1, 0, 0)
    nothing = rule.model_copy(update={"select": f"{rule.select.rstrip()}\nLIMIT 0"})
    gone = house.trial(nothing, None, lambda *_: None)
    assert (gone.findings, gone.again, gone.new, gone.gone) == (0, 0, 0, 1)


@pytest.mark.slow
def test_a_sweep_finds_for_each_value_what_a_run_with_it_finds(desk: Desk, small_city: Path) -> None:
    desk.collect(small_city)
    desk.house.load_official_knowledge(lambda *_: None, only_if_none=True)
    rule, steps = rules()["split_stay"], list[str]()
    told = desk.house.backtest(rule, "gap_days", [3, 10, 15, 31], None, lambda what, *_: steps.append(what))
    assert steps[1:-1] == [f"gap_days = {value}" for value in (3, 10, 15, 31)]
    found = [one.findings for one in told.values]
    assert found == sorted(found) and found[0] < found[-1], "a wider window finds no less"
    assert [one.value for one in told.values if one.in_force] == [15]
    assert all(v.clear_fen == 0 and v.institutions for v in told.values)
    policy = desk.house.policy()
    for one in told.values:
        order = Order(
            rules=[rule], policy=policy.with_value(rule.parameters["gap_days"], one.value), memory_mib=1024
        )
        outcome = audit_lake(desk.house.home, desk.house.register, order, actor="test")
        heads = [row for row in desk.open_findings() if row[1] == rule.id]
        assert (outcome.by_rule[rule.id], sum(h[9] for h in heads)) == (one.findings, one.at_stake_fen)  # type: ignore[misc]
        assert len({h[3] for h in heads}) == one.institutions


@pytest.mark.parametrize(
    ("rule", "name", "values", "code"),
    [
        ("split_stay", "gap_day", [3], "audit.unknown_parameter"),
        ("price_over_limit", "gap_days", [3], "audit.unknown_parameter"),
        ("split_stay", "gap_days", [31, 32], "policy.bounds"),
    ],
)
def test_what_cannot_be_swept_is_refused(
    desk: Desk, rule: str, name: str, values: list[int], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        desk.house.backtest(rules()[rule], name, values, "990100", lambda *_: None)
    assert refused.value.code == code


def test_an_empty_lake_has_no_history(desk: Desk) -> None:
    for ask in (
        lambda: desk.house.trial(rules()["split_stay"], "990100", lambda *_: None),
        lambda: desk.house.backtest(rules()["split_stay"], "gap_days", [3], "990100", lambda *_: None),
    ):
        with pytest.raises(Refused, match=r"casework\.empty_lake"):
            ask()


# — grey, and adoption, in runs —


def as_catalogue(monkeypatch: pytest.MonkeyPatch, rule: Rule, desk: Desk) -> None:
    """Let a rule stand in a catalogue of the desk's rules, in the place of the one of its number."""
    known = {name: rules()[name] for name in small.RULES} | {rule.id: rule}
    desk.rules = None
    monkeypatch.setattr(catalogue, "rules", lambda: known)


def entries(desk: Desk, rule: str) -> list[dict[str, Any]]:
    with desk.house.register.engine.connect() as connection:
        runs = connection.exec_driver_sql("SELECT rules FROM audit_run ORDER BY number").scalars().all()
    return [said for run in runs for said in run if said["rule"] == rule]


def test_a_grey_rule_is_counted_and_blames_nobody(
    small_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(
        tmp_path / "over_limit_again",
        lambda y: y.replace("price_over_limit", "over_limit_again").replace("status: published", GREY),
    )
    before = small_desk.open_findings()
    as_catalogue(monkeypatch, read_rule(folder), small_desk)
    outcome = small_desk.audit()
    counts = {"findings": 1, "at_stake_fen": 1500, "institutions": 1, "skipped": None}
    assert outcome.grey == {"over_limit_again": counts}
    assert "over_limit_again" not in outcome.by_rule and small_desk.open_findings() == before
    [said] = entries(small_desk, "over_limit_again")
    assert said["grey"] == counts
    told = summary(small_desk.house.home, small_desk.house.register)
    assert "over_limit_again" not in {line.rule for line in told.rules}
    assert small_desk.audit(region="990200").grey == {}, "it is grey in one region only"


def test_a_rule_that_leaves_grey_is_judged_over_everything(
    small_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its grey runs judged it but found nothing: an incremental run must not take them for runs."""
    price = rules()["price_over_limit"]
    known = max(b.number for b in small_desk.house.lake.batches() if b.kind == "collect")
    as_catalogue(
        monkeypatch,
        read_rule(made(tmp_path / price.id, lambda y: y.replace("status: published", GREY))),
        small_desk,
    )
    with small_desk.house.register.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_run SET rules = '[]'")  # as if it had never been published
    small_desk.audit()
    as_catalogue(monkeypatch, price, small_desk)
    assert small_desk.audit(since=known).widened[price.id].en == "never judged before"


def _adopt(desk: Desk, rule: str) -> Path:
    file = desk.house.home.path / "policy" / "990100" / "adoptions.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    entry = ADOPTED.replace("2026-01-01", "2025-06-01").replace("2026-07-01", "2025-07-01")
    file.write_text(f"{rule}:\n  - {entry}\n", encoding="utf-8")
    return file


def results(desk: Desk) -> dict[str, str]:
    return {str(row[1]): str(row[2]) for row in desk.open_findings()}


def test_an_adoption_makes_clear_what_it_covers_and_an_incremental_run_sees_it(small_desk: Desk) -> None:
    """The second stay of June is covered, the pharmacy's sale of July is not."""
    known = max(b.number for b in small_desk.house.lake.batches() if b.kind == "collect")
    assert results(small_desk)["split_stay"] == "suspicious"
    file = _adopt(small_desk, "split_stay")
    outcome = small_desk.audit(since=known)
    assert "adoptions" in outcome.widened["split_stay"].en
    assert results(small_desk)["split_stay"] == "clear"
    after = small_desk.open_findings()
    small_desk.audit()
    assert small_desk.open_findings() == after
    house = small_desk.house
    code = finding_code(next(int(str(r[0])) for r in after if r[1] == "split_stay"))
    told = explain(house.home, house.register, code)
    assert told.adoption is not None and told.adoption["approver"] == "张某"
    assert told.as_json()["adoption"]["instrument"] == "示例市〔2025〕9号"
    file.write_text(file.read_text(encoding="utf-8").replace("split_stay", "two_places"), encoding="utf-8")
    small_desk.audit(since=known)
    assert {results(small_desk)[rule] for rule in ("split_stay", "two_places")} == {"suspicious"}


def test_an_adoption_of_no_rule_stops_the_run(small_desk: Desk) -> None:
    _adopt(small_desk, "splt_stay")
    with pytest.raises(Refused, match=r"audit\.unknown_rule"):
        small_desk.audit()
