from __future__ import annotations

from pathlib import Path

from tests.casework.findings.outputs import small

from yibao import policy
from yibao.audit import choose
from yibao.casework.findings import Order, audit_lake
from yibao.casework.findings.outputs import explain, list_findings, summary
from yibao.collect import collect, load_source
from yibao.store import Register

CORRECTED = small.LINES[4].replace(",3,25,75.00,", ",3,20,60.00,")
"""L04 comes again at the price limit."""


def test_a_finding_is_told_as_its_run_knew_it_and_stays_on_record(
    fresh_register: Register, tmp_path: Path
) -> None:
    home = fresh_register.home
    order = Order(rules=choose(["price_over_limit"]), policy=policy.load("990100"))

    def deliver(name: str, files: dict[str, list[str]]) -> None:
        folder = small.write(tmp_path / name, files)
        assert not collect(home, fresh_register, [folder], load_source("national"), actor="test").problems

    deliver("first", small.FILES)
    audit_lake(home, fresh_register, order, actor="test")
    [row] = list_findings(home, fresh_register)
    deliver("second", {"fee_list_corrected.csv": [small.LINES[0], CORRECTED]})

    told = explain(home, fresh_register, row.code)
    [line] = told.evidence
    assert (told.state, line.unit_price, line.amount_fen, line.file) == (
        "open",
        "25.00",
        7500,
        "fee_list_d.csv",
    )
    assert summary(home, fresh_register).institutions[0].billed_fen == 85500 - 3000, "L21 is not mended here"

    audit_lake(home, fresh_register, order, actor="test")
    assert list_findings(home, fresh_register) == []
    told = explain(home, fresh_register, row.code)
    assert (told.state, told.evidence[0].amount_fen, told.run, told.at_stake_fen) == (
        "withdrawn",
        7500,
        1,
        1500,
    )
    assert "撤销" in told.credit.zh
    after = summary(home, fresh_register)
    assert (after.findings, after.fen, list(after.institutions), list(after.months)) == (0, 0, [], [])
    assert after.run.number == 2
