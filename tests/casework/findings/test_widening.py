"""An incremental run leaves what a full run leaves, also where something else than the bills has changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.casework.conftest import Desk, split_deliveries

from yibao.audit import rules


def _settled(desk: Desk, city: Path) -> int:
    """Collect a city after the official points; give the batch after which nothing became known."""
    desk.house.load_official_knowledge(lambda *_: None, only_if_none=True)
    batch = desk.collect(city).batch
    assert batch is not None
    return batch


def _pack(desk: Desk, region: str, key: str, value: int, status: str) -> None:
    folder = desk.house.home.path / "policy" / region
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{key}.yaml").write_text(
        f"{key}:\n  values:\n    - {{value: {value}, from: 2000-01-01, instrument: 试, status: {status}, "
        "known_since: 2000-01-01}\n",
        encoding="utf-8",
    )


def _versions(desk: Desk, rule: str) -> set[int]:
    with desk.house.register.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT rule_version FROM finding WHERE state = 'open' AND rule = %s", (rule,)
        )
        return set(found.scalars())


@pytest.mark.slow
def test_another_version_or_sql_of_a_rule_judges_everything(desk: Desk, small_city: Path) -> None:
    batch = _settled(desk, small_city)
    price, sex = rules()["price_over_limit"], rules()["sex_limit"]
    desk.audit_by([price, sex])
    before = desk.open_findings()

    quiet = desk.audit_by([price, sex], since=batch)
    assert quiet.widened == {}
    assert desk.open_findings() == before

    newer = price.model_copy(update={"version": price.version + 1})
    told = desk.audit_by([newer, sex], since=batch)
    assert set(told.widened) == {"price_over_limit"}
    assert f"v{newer.version}" in told.widened["price_over_limit"].zh
    assert f"v{newer.version}" in told.widened["price_over_limit"].en
    assert _versions(desk, "price_over_limit") == {newer.version}

    select = f"{newer.select.rstrip()}\nLIMIT 0"
    lenient = newer.model_copy(update={"select": select})
    told = desk.audit_by([lenient, sex], since=batch)
    assert (set(told.widened), told.by_rule["price_over_limit"]) == ({"price_over_limit"}, 0)
    assert told.withdrawn > 0
    _agrees_with_a_full_run(desk, lambda: desk.audit_by([lenient, sex]))

    told = desk.audit_by([price, sex], since=batch)
    assert desk.open_findings() == before
    assert told.as_json()["widened"]["price_over_limit"].count(" / ") == 1


@pytest.mark.slow
def test_another_parameter_or_status_judges_everything(desk: Desk, small_city: Path) -> None:
    batch = _settled(desk, small_city)
    named = ["child_limit", "split_stay"]
    desk.audit(rules=named)
    before = desk.open_findings()

    _pack(desk, "990100", "audit.split_stay.gap_days", 3, "assumed")
    told = desk.audit(rules=named, since=batch)
    assert set(told.widened) == {"split_stay"}
    assert told.by_rule["split_stay"] < sum(row[1] == "split_stay" for row in before)
    _agrees_with_a_full_run(desk, lambda: desk.audit(rules=named))

    assert {row[2] for row in desk.open_findings() if row[1] == "child_limit"} == {"suspicious"}
    for key, value in (("child_age_below", 18), ("infant_age_below", 3), ("newborn_days_below", 28)):
        _pack(desk, "990100", f"audit.child_limit.{key}", value, "confirmed")
    told = desk.audit(rules=named, since=batch)
    assert set(told.widened) == {"child_limit"}
    assert {row[2] for row in desk.open_findings() if row[1] == "child_limit"} == {"clear"}
    _agrees_with_a_full_run(desk, lambda: desk.audit(rules=named))


@pytest.mark.slow
def test_another_region_and_a_rule_that_is_new_judge_everything(desk: Desk, small_city: Path) -> None:
    batch = _settled(desk, small_city)
    _pack(desk, "990200", "audit.split_stay.gap_days", 3, "assumed")
    desk.audit(rules=["split_stay"])
    told = desk.audit(rules=["split_stay", "price_over_limit"], since=batch, region="990200")
    assert set(told.widened) == {"split_stay", "price_over_limit"}
    assert "990100" in told.widened["split_stay"].zh
    assert told.widened["price_over_limit"].en == "never judged before"
    _agrees_with_a_full_run(
        desk, lambda: desk.audit(rules=["split_stay", "price_over_limit"], region="990200")
    )


@pytest.mark.slow
def test_what_the_last_run_did_not_know_is_not_left_out(desk: Desk, small_city: Path, tmp_path: Path) -> None:
    first, whole = split_deliveries(small_city, tmp_path)
    desk.collect(first)
    early = desk.audit(rules=["price_over_limit"])
    batch = desk.collect(whole).batch
    told = desk.audit(rules=["price_over_limit"], since=batch)
    assert set(told.widened) == {"price_over_limit"}
    assert told.findings > early.findings
    _agrees_with_a_full_run(desk, lambda: desk.audit(rules=["price_over_limit"]))
    assert desk.audit(rules=["price_over_limit"], since=batch).widened == {}


def _agrees_with_a_full_run(desk: Desk, full: Callable[[], object]) -> None:
    left = desk.open_findings()
    full()
    assert desk.open_findings() == left
