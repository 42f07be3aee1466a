"""The life of a finding: corrected before notice, returned after it, kept on record, the same by every kind of run."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.casework.conftest import Desk
from tests.casework.findings.outputs import small

from yibao.casework.findings import (
    corrected,
    explain,
    finding_code,
    give_notice,
    list_findings,
    summary,
    write_findings,
)
from yibao.collect import collect, read_source
from yibao.kernel import Refused, day_of_ymd, parse_fen

_BILL = (
    "setl_id,mdtrt_id,psn_no,fixmedins_code,insutype,med_type,setl_time,medfee_sumamt,hifp_pay,fund_pay_sumamt,psn_pay,"
    "refd_setl_flag,init_setl_id"
)
BILLS_BACK = {
    "S2": "R2,M2,P2,H2,390,11,2025-08-03 09:30:00,-50.00,-30,-30,-20,1,S2",
    "S4": "R4,M4,P3,H1,310,21,2025-08-15 09:30:00,-175.00,-120,-120,-55,1,S4",
    "S5": "R5,M5,P1,H1,310,11,2025-08-01 09:00:00,-20.00,-14,-14,-6,1,S5",
}
"""Reversals of whole bills: H2's child limit, H1's second stay, and H1's bill beside which D1's is a finding."""
_LINE = f"{small.LINES[0]},init_feedetl_sn"


def bill_back(desk: Desk, folder: Path, *bills: str) -> int:
    """Collect the reversals of whole bills; give the batch before them."""
    return _later(
        desk, small.write(folder / "-".join(bills), {"setl_d.csv": [_BILL, *(BILLS_BACK[b] for b in bills)]})
    )


def line_back(desk: Desk, folder: Path, number: str, of: str, quantity: str, amount: str) -> int:
    """Collect the return of a part of a line; give the batch before it."""
    row = next(line for line in small.LINES if line.startswith(of)).split(",")
    row[0], row[5], row[9], row[11] = number, "2025-08-02 09:00:00", f"-{quantity}", f"-{amount}"
    return _later(desk, small.write(folder / number, {"fee_list_d.csv": [_LINE, ",".join([*row, of])]}))


def _later(desk: Desk, folder: Path) -> int:
    batch = desk.collect(folder).batch
    assert batch is not None
    return batch - 1


def heads(desk: Desk, *columns: str) -> dict[str, tuple[Any, ...]]:
    """Give these columns of every header, by rule: each rule has one finding here."""
    with desk.house.register.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT rule, {', '.join(columns)} FROM finding")
        return {row[0]: tuple(row[1:]) for row in rows}


def events(desk: Desk) -> list[tuple[Any, ...]]:
    with desk.house.register.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT f.rule, e.what, e.day, e.fen, e.rows FROM finding_event e JOIN finding f USING (finding_id) "
            "ORDER BY f.rule, e.number"
        )
        return [tuple(row) for row in rows]


def code_of(desk: Desk, rule: str) -> str:
    return finding_code(heads(desk, "finding_id")[rule][0])


def notify(desk: Desk, rule: str) -> None:
    house = desk.house
    [given] = give_notice(house.home, house.register, actor="王某", rule=rule, day=day_of_ymd(20261201))
    assert given.findings == (code_of(desk, rule),)


EVERY_RUN = pytest.mark.parametrize("since", [False, True], ids=["full", "incremental"])


@EVERY_RUN
def test_what_is_taken_back_before_notice_is_self_corrected(
    small_desk: Desk, tmp_path: Path, since: bool
) -> None:
    before = bill_back(small_desk, tmp_path, "S2")
    outcome = small_desk.audit(since=before if since else None)
    assert (outcome.self_corrected, outcome.withdrawn, outcome.returned) == (1, 0, 0)
    states = heads(small_desk, "state", "closed_run", "returned_fen")
    assert states["child_limit"] == ("self_corrected", outcome.run, 0)
    assert {s[0] for rule, s in states.items() if rule != "child_limit"} == {"open"}
    [(rule, what, day, fen, rows)] = events(small_desk)
    assert (rule, what, day, fen) == ("child_limit", "self_corrected", day_of_ymd(20250803), 5000)
    assert [(r["table"], r["batch"]) for r in rows] == [("settlement", before + 1)]
    assert outcome.findings == 7 and "child_limit" not in {r for _, r, *_ in small_desk.open_findings()}


@EVERY_RUN
def test_what_is_taken_back_after_notice_stands_and_is_marked_returned(
    small_desk: Desk, tmp_path: Path, since: bool
) -> None:
    notify(small_desk, "child_limit")
    stood = heads(small_desk, "at_stake_fen", "attributed_fen", "rows", "evidence_batch")["child_limit"]
    before = bill_back(small_desk, tmp_path, "S2")
    outcome = small_desk.audit(since=before if since else None)
    assert (outcome.self_corrected, outcome.withdrawn, outcome.returned) == (0, 0, 1)
    assert heads(small_desk, "state", "returned_fen")["child_limit"] == ("open", 5000)
    assert (
        heads(small_desk, "at_stake_fen", "attributed_fen", "rows", "evidence_batch")["child_limit"] == stood
    )
    assert [e[:4] for e in events(small_desk)] == [
        ("child_limit", "noticed", day_of_ymd(20261201), 5000),
        ("child_limit", "returned", day_of_ymd(20250803), 5000),
    ]
    told = explain(small_desk.house.home, small_desk.house.register, code_of(small_desk, "child_limit"))
    assert told.returned_fen == 5000 and [c.what for c in told.history] == ["noticed", "returned"]
    [row] = [
        r for r in list_findings(small_desk.house.home, small_desk.house.register) if r.rule == "child_limit"
    ]
    assert (row.noticed, row.returned_fen) == (True, 5000)
    assert told.history[0].actor == "王某" and len(told.evidence) == stood[2], (
        "the evidence of then still shows"
    )


def test_a_part_that_comes_back_lessens_before_notice_and_is_returned_after_it(
    small_desk: Desk, tmp_path: Path
) -> None:
    """Of three inspections in a day two are one too many each: 50 yuan; one comes back before, one after notice."""
    line_back(small_desk, tmp_path, "B1", "L04", "1", "25.00")
    small_desk.audit()
    assert heads(small_desk, "state", "at_stake_fen")["frequency_per_day"] == ("open", 2500)
    notify(small_desk, "frequency_per_day")
    line_back(small_desk, tmp_path, "B2", "L04", "1", "25.00")
    small_desk.audit()
    head = heads(small_desk, "state", "at_stake_fen", "returned_fen")["frequency_per_day"]
    assert head == ("open", 2500, 2500)
    mine = [e[1:4] for e in events(small_desk) if e[0] == "frequency_per_day"]
    assert mine == [
        ("reduced", day_of_ymd(20250802), 2500),
        ("noticed", day_of_ymd(20261201), 2500),
        ("returned", day_of_ymd(20250802), 2500),
    ]


@pytest.mark.slow
def test_runs_that_follow_change_nothing_and_agree_whichever_way_they_went(
    small_desk: Desk, tmp_path: Path
) -> None:
    notify(small_desk, "child_limit")
    before = bill_back(small_desk, tmp_path, "S2", "S4")
    small_desk.audit(since=before)
    everything = ("state", "at_stake_fen", "attributed_fen", "returned_fen", "rows")
    left, told = heads(small_desk, *everything), events(small_desk)
    for since in (None, before, None):
        outcome = small_desk.audit(since=since)
        assert (outcome.self_corrected, outcome.withdrawn, outcome.returned) == (0, 0, 0)
        assert heads(small_desk, *everything) == left and events(small_desk) == told


def test_what_another_institution_takes_back_corrects_nothing(small_desk: Desk, tmp_path: Path) -> None:
    """The pharmacy's finding rests on the hospital's bill; when that is reversed, the pharmacy has corrected nothing."""
    bill_back(small_desk, tmp_path, "S5")
    outcome = small_desk.audit()
    assert heads(small_desk, "state")["two_places"] == ("withdrawn",)
    assert (outcome.self_corrected, outcome.withdrawn) == (0, 1)


def test_what_was_known_before_the_notice_is_no_return(small_desk: Desk, tmp_path: Path) -> None:
    """The reversal lay in the lake when notice was given; it came before the notice, only the audit came after."""
    bill_back(small_desk, tmp_path, "S2")
    notify(small_desk, "child_limit")
    assert small_desk.audit().self_corrected == 1
    assert heads(small_desk, "state", "returned_fen")["child_limit"] == ("self_corrected", 0)


def test_without_a_reversal_a_finding_is_withdrawn_also_after_notice(
    small_desk: Desk, tmp_path: Path
) -> None:
    notify(small_desk, "child_limit")
    older = [
        small.PERSONS[0],
        small.PERSONS[2].replace("1985-01-05", "2020-01-05").replace("19850105", "20200105"),
    ]
    small_desk.collect(small.write(tmp_path / "born", {"psn_info_b.csv": older}))
    outcome = small_desk.audit()
    assert heads(small_desk, "state", "returned_fen")["child_limit"] == ("withdrawn", 0)
    assert outcome.withdrawn == 1 and events(small_desk)[-1][:2] == ("child_limit", "withdrawn")


def test_what_came_back_before_the_last_run_explains_nothing_that_falls_later(
    small_desk: Desk, tmp_path: Path
) -> None:
    """One of two inspections too many came back; then the limit turns out to be another: that is no correction."""
    line_back(small_desk, tmp_path, "B1", "L04", "1", "25.00")
    small_desk.audit(rules=["frequency_per_day"])  # the others hear of the return in the last run only
    points = {"frequency.csv": [line.replace(",1,日", ",9,日") for line in small.KNOWLEDGE["frequency.csv"]]}
    knowledge = read_source(small.SOURCE_OF_KNOWLEDGE, where="small")
    house = small_desk.house
    collect(house.home, house.register, [small.write(tmp_path / "later", points)], knowledge, actor="test")
    outcome = small_desk.audit()
    assert (outcome.self_corrected, heads(small_desk, "state")["frequency_per_day"]) == (
        0,
        ("withdrawn",),
    )
    assert [e[1] for e in events(small_desk) if e[0] == "price_over_limit"] == ["reduced"]


def test_a_finding_that_comes_again_is_reopened(small_desk: Desk, tmp_path: Path) -> None:
    bill_back(small_desk, tmp_path, "S2")
    small_desk.audit()
    again = BILLS_BACK["S2"].replace("R2,M2", "R2,M1").replace("P2,H2,390", "P1,H1,310").replace(",S2", ",S1")
    small_desk.collect(small.write(tmp_path / "mended", {"setl_d.csv": [_BILL, again]}))
    small_desk.audit()
    assert heads(small_desk, "state", "closed_run")["child_limit"] == ("open", None)
    assert [e[1] for e in events(small_desk) if e[0] == "child_limit"] == ["self_corrected", "reopened"]


def test_what_leaves_the_house_still_adds_up_after_a_return(small_desk: Desk, tmp_path: Path) -> None:
    """Evidence of several runs stands side by side then, and other findings share lines with what was returned."""
    house = small_desk.house
    give_notice(house.home, house.register, actor="王某", rule="frequency_per_day")
    line_back(small_desk, tmp_path, "B1", "L04", "1", "25.00")
    outcome = small_desk.audit()
    assert outcome.returned == 1
    path = tmp_path / "f.csv"
    write_findings(house.home, house.register, path)
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))

    def total(column: str, rule: str) -> int:
        return sum(parse_fen(r[column]) for r in rows if r[column] and r["规则编号"] == rule)

    for rule, (credited, alone, returned) in heads(
        small_desk, "attributed_fen", "at_stake_fen", "returned_fen"
    ).items():
        assert (total("违规金额", rule), total("初审违规金额", rule)) == (credited, alone), rule
        assert total("疑点金额(元)", rule) == credited and total("已退回金额(元)", rule) == returned, rule
    assert heads(small_desk, "at_stake_fen", "returned_fen")["frequency_per_day"] == (5000, 2500)


def test_who_takes_back_what_was_found_is_a_list(small_desk: Desk, tmp_path: Path) -> None:
    home, register = small_desk.house.home, small_desk.house.register
    assert corrected(home, register) == []
    notify(small_desk, "price_over_limit")
    bill_back(small_desk, tmp_path, "S2", "S4")
    small_desk.audit()
    rows = {row.institution_code: row for row in corrected(home, register)}
    assert (rows["H2"].found, rows["H2"].corrected, rows["H2"].corrected_fen) == (1, 1, 5000)
    assert (rows["H1"].corrected, rows["H1"].returned, rows["H1"].returned_fen) == (2, 1, 1500)
    assert rows["H1"].early == 3, "the rows bear days of 2025, before anybody saw the findings"
    told = summary(home, register)
    assert (told.noticed, told.returned_fen) == (1, 1500)
    assert [one.institution_code for one in told.corrected] == ["H1", "H2"]
    assert json.loads(json.dumps(told.as_json()))["corrected"][0]["returned"] == 1


def test_notice_is_given_once_and_by_institution(small_desk: Desk) -> None:
    house = small_desk.house
    first = give_notice(
        house.home, house.register, actor="王某", institution="H1", document="医保通〔2026〕1号"
    )
    assert [(n.institution_code, len(n.findings)) for n in first] == [("H1", 5)]
    assert give_notice(house.home, house.register, actor="王某", institution="H1") == []
    rest = [row.code for row in list_findings(house.home, house.register)]
    others = give_notice(house.home, house.register, actor="李某", codes=rest)
    assert sorted((n.institution_code, len(n.findings)) for n in others) == [("D1", 2), ("H2", 1)]
    with house.register.engine.connect() as connection:
        kept = connection.execute(text("SELECT actor, findings, document FROM notice ORDER BY number")).all()
    assert tuple(kept[0]) == ("王某", 5, "医保通〔2026〕1号")


Wish = Callable[[Desk], dict[str, Any]]


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (lambda desk: {}, "casework.notice_of_nothing"),
        (lambda desk: {"codes": ["F0000000000001"]}, "casework.unknown_finding"),
        (
            lambda desk: {"codes": [code_of(desk, "child_limit")], "rule": "sex_limit"},
            "casework.unknown_finding",
        ),
        (lambda desk: {"codes": [code_of(desk, "two_places")]}, "casework.finding_closed"),
        (lambda desk: {"institution": "没有这家"}, "casework.unknown_institution"),
        (lambda desk: {"rule": "no_such_rule"}, "audit.unknown_rule"),
    ],
)
def test_what_no_notice_can_be_given_of_is_refused(
    small_desk: Desk, tmp_path: Path, wish: Wish, refusal: str
) -> None:
    bill_back(small_desk, tmp_path, "S5")
    small_desk.audit()
    with pytest.raises(Refused) as refused:
        give_notice(small_desk.house.home, small_desk.house.register, actor="王某", **wish(small_desk))
    assert refused.value.code == refusal
