from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.casework.conftest import Desk, rewrite, split_deliveries
from tests.engine.spark_session import require_spark

from yibao.audit import rules
from yibao.city.measuring import TRUTH, read_truth
from yibao.kernel import Refused


def test_an_empty_lake_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match=r"casework\.empty_lake"):
        desk.audit()


@pytest.mark.slow
def test_an_incremental_run_agrees_with_a_full_run(desk: Desk, small_city: Path, tmp_path: Path) -> None:
    first, whole = split_deliveries(small_city, tmp_path)
    batch = desk.collect(first).batch
    early = desk.audit()
    assert early.findings > 20
    desk.collect(whole)
    incremental = desk.audit(since=batch)
    after_increment = desk.open_findings()
    full = desk.audit()
    assert after_increment == desk.open_findings()
    assert incremental.findings == full.findings > early.findings
    assert incremental.amount_fen == full.amount_fen
    assert full.withdrawn == 0


def test_every_rule_finds_something_and_money_is_counted_once(desk: Desk, small_city: Path) -> None:
    desk.collect(small_city)
    outcome = desk.audit()
    assert {*outcome.by_rule, *outcome.skipped} == set(rules())
    found = {rule for rule, findings in outcome.by_rule.items() if findings}
    assert found >= set(read_truth(small_city / TRUTH)), "what was planted is found"
    assert len(found) > 40
    assert outcome.amount_fen == sum(outcome.amount_by_rule.values())
    credited = sum(row[10] for row in desk.open_findings())  # type: ignore[misc]
    alone = sum(row[9] for row in desk.open_findings())  # type: ignore[misc]
    assert credited == outcome.amount_fen <= alone


@pytest.mark.slow
def test_the_same_run_twice_changes_nothing(desk: Desk, small_city: Path) -> None:
    desk.collect(small_city)
    first = desk.audit()
    before = desk.open_findings()
    second = desk.audit()
    assert desk.open_findings() == before
    assert (second.run, second.findings, second.withdrawn) == (first.run + 1, first.findings, 0)


@pytest.mark.slow
def test_sqlite_finds_what_duckdb_finds(desk: Desk, small_city: Path) -> None:
    desk.collect(small_city)
    desk.audit("duckdb")
    found = desk.open_findings()
    desk.audit("sqlite")
    assert desk.open_findings() == found


@pytest.mark.spark
@pytest.mark.slow
def test_spark_finds_what_duckdb_finds(desk: Desk, small_city: Path) -> None:
    """In a program of its own, because the one session of this one may be in use."""
    require_spark()
    desk.collect(small_city)
    desk.audit("duckdb")
    found = desk.open_findings()
    home, url = desk.house.home.path, desk.house.register.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [
            Path(sys.executable).with_name("yibao"),
            "audit",
            "--engine",
            "spark",
            "--memory",
            "2048",
            "--home",
            str(home),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "YIBAO_REGISTER_URL": url},
    )
    assert done.returncode == 0, done.stderr
    with desk.house.register.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM audit_run").scalar_one() == 2
    assert desk.open_findings() == found


@pytest.mark.slow
def test_a_reversal_closes_the_finding_and_keeps_it_on_record(
    desk: Desk, small_city: Path, tmp_path: Path
) -> None:
    desk.collect(small_city)
    desk.audit(rules=["price_over_limit"])
    line = _a_violating_line(desk)
    batch = desk.collect(_reversal_of(small_city, tmp_path, line)).batch
    assert batch is not None
    outcome = desk.audit(rules=["price_over_limit"], since=batch - 1)
    assert outcome.self_corrected >= 1 and outcome.withdrawn == 0
    with desk.house.register.engine.connect() as connection:
        states = connection.exec_driver_sql("SELECT state, count(*) FROM finding GROUP BY state").all()
    assert dict(states)["self_corrected"] == outcome.self_corrected


def _a_violating_line(desk: Desk) -> str:
    from yibao.casework.findings import violating_lines

    return next(violating_lines(desk.house.home, desk.house.register)).line_no


def _reversal_of(city: Path, folder: Path, line: str) -> Path:
    """Write the delivery that takes back the whole bill of a line."""
    delivery = folder / "reversal"
    delivery.mkdir()
    with (city / "fee_list_d.csv").open(encoding="utf-8", newline="") as stream:
        bill = next(row["setl_id"] for row in csv.DictReader(stream) if row["bkkp_sn"] == line)

    def turn_bill(row: dict[str, str]) -> None:
        row["init_setl_id"], row["setl_id"] = row["setl_id"], f"R{row['setl_id']}"[:30]
        row["refd_setl_flag"] = "1"
        for name in row:
            if name in _MONEY_OF_A_BILL:
                row[name] = _negative(row[name])
        row["psn_pay"] = row["ownpay_hosp_part"] = ""

    rewrite(city / "setl_d.csv", delivery / "setl_d.csv", lambda row: row["setl_id"] == bill, turn_bill)
    return delivery


_MONEY_OF_A_BILL = (
    "medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_amt", "act_pay_dedc", "hifp_pay",
    "fund_pay_sumamt", "acct_pay", "cash_payamt",
)  # fmt: skip


def _negative(text: str) -> str:
    return f"-{text}" if text and float(text) else text


@pytest.mark.slow
def test_a_run_as_known_then_answers_and_changes_nothing(
    desk: Desk, small_city: Path, tmp_path: Path
) -> None:
    first, whole = split_deliveries(small_city, tmp_path)
    desk.house.load_official_knowledge(lambda *_: None, only_if_none=True)
    desk.collect(first)
    then = desk.audit()
    known = max(b.known_no or 0 for b in desk.house.lake.batches())
    desk.collect(whole)
    desk.audit()
    now = desk.open_findings()
    replayed = desk.audit(as_known=known)
    assert (replayed.run, replayed.by_rule, replayed.amount_fen) == (0, then.by_rule, then.amount_fen)
    assert desk.open_findings() == now


@pytest.mark.slow
def test_exactly_the_sql_that_ran_is_kept(desk: Desk, small_city: Path, tmp_path: Path) -> None:
    desk.collect(small_city)
    log = tmp_path / "ran.sql"
    desk.audit(rules=["sex_limit"], sql_log=log)
    assert "knowledge_sex_limit" in log.read_text(encoding="utf-8")
    assert "[duckdb]" in log.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_rule_without_its_data_is_skipped_and_says_so(desk: Desk, small_city: Path, tmp_path: Path) -> None:
    poor = tmp_path / "poor"
    shutil.copytree(small_city, poor)
    (poor / "hilist_pric_uplmt_d.csv").unlink()
    desk.collect(poor)
    outcome = desk.audit()
    for_want = {rule for rule, text in outcome.skipped.items() if "price_limit" in text.en}
    assert for_want == {rule.id for rule in rules().values() if "price_limit" in rule.needs}
    assert "price_limit" in outcome.skipped["price_over_limit"].en
