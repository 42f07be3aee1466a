"""Messages as files: what was answered well becomes rows, and what was not is put aside with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.collect.conftest import Desk

from yibao.collect import load_source
from yibao.kernel import Refused

WHO = {
    "psn_no": "P1",
    "psn_name": "王某",
    "psn_cert_type": "01",
    "gend": "1",
    "brdy": "1980-02-29",
}
SPLIT = {"fulamt_ownpay_amt": 0, "overlmt_amt": 0, "preselfpay_amt": 0.23, "inscp_scp_amt": 4.29}
TOTAL = {
    "medfee_sumamt": 4.52, "fulamt_ownpay_amt": 0, "overlmt_selfpay": 0, "preselfpay_amt": 0.23,
    "inscp_scp_amt": "4.29", "fund_pay_sumamt": 3, "psn_part_amt": 1.52, "acct_pay": 1.52, "psn_cash_pay": 0,
    "hosp_part_amt": 0,
}  # fmt: skip
BACK = {k: -float(v) for k, v in TOTAL.items()} | {"psn_part_amt": None, "hosp_part_amt": None}
VISIT = {"insutype": "310", "psn_type": "1101", "mdtrt_cert_type": "02"}


def told(
    infno: str, given: dict[str, Any], output: dict[str, Any] | str | None = None, **answer: Any
) -> dict[str, Any]:
    """One exchange as a gateway records it."""
    envelope = {
        "infno": infno, "msgid": f"H99{infno}0001", "inf_time": "2026-03-05 10:00:00", "mdtrtarea_admvs": "990101",
        "fixmedins_code": "H99010100001", "fixmedins_name": "某某医院", "input": given,
    }  # fmt: skip
    return envelope | {"answer": {"infcode": 0, "err_msg": None, "output": output} | answer}


def fee(number: str, **other: Any) -> dict[str, Any]:
    row = {
        "feedetl_sn": number, "mdtrt_id": "M1", "psn_no": "P1", "chrg_bchno": "C1", "fee_ocur_time": "2026-03-05 09:30:00",
        "med_list_codg": "XA01ABD075A002010100483", "det_item_fee_sumamt": 4.52, "cnt": 1.0, "pric": 4.52,
        "bilg_dr_codg": "D1", "bilg_dr_name": "李某",
    }  # fmt: skip
    return row | other


def settled(
    number: str, visit: str = "M1", kind: str = "11", money: dict[str, Any] = TOTAL
) -> dict[str, Any]:
    return {
        "setlinfo": WHO | VISIT | money
        | {"setl_id": number, "mdtrt_id": visit, "med_type": kind, "setl_time": "2026-03-05 10:00:00"},
        "setldetail": [],
    }  # fmt: skip


OUTPATIENT = [
    told(
        "2203A",
        {
            "mdtrtinfo": {
                "mdtrt_id": "M1",
                "psn_no": "P1",
                "med_type": "11",
                "begntime": "2026-03-05 09:00:00",
            }
        },
        {},
    ),
    told(
        "2204",
        {"feedetail": [fee("F1"), fee("F2", chrg_bchno="C9")]},
        {
            "result": [
                {"feedetl_sn": n, "med_chrgitm_type": "09", "chrgitm_lv": "02"} | SPLIT for n in ("F1", "F2")
            ]
        },
    ),
    told(
        "2207",
        {
            "data": {"psn_no": "P1", "mdtrt_id": "M1", "chrg_bchno": "C1"},
            "drug_trac_info": [
                {"feedetl_sn": "F1", "drug_trac_codg": "81000000000000000001", "trdn_flag": "0"}
            ],
        },
        json.dumps(settled("S1")),
    ),
    told("2208", {"data": {"psn_no": "P1", "mdtrt_id": "M1", "setl_id": "S1"}}, settled("S2", money=BACK)),
]


def put(folder: Path, exchanges: list[dict[str, Any]], *lines: str) -> Path:
    path = folder / "20260305.jsonl"
    texts = [*(json.dumps(e, ensure_ascii=False) for e in exchanges), *lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def collected(desk: Desk, tmp_path: Path) -> Desk:
    desk.collect(put(tmp_path, OUTPATIENT), source=load_source("messages"))
    return desk


def test_a_visit_its_charges_and_its_bill(collected: Desk) -> None:
    [visit] = collected.standing("encounter")
    assert (visit["encounter_no"], visit["kind"], visit["start_ymd"]) == ("M1", "11", 20260305)
    [line] = collected.standing("line")
    assert (line["line_no"], line["kind"], line["level"], line["amount_fen"]) == ("F1", "101", "02", 452)
    assert (line["in_scope_fen"], line["advance_fen"], line["over_limit_fen"]) == (429, 23, 0)
    bill, back = collected.standing("settlement")
    assert (bill["total_fen"], bill["fund_fen"], bill["refund"]) == (452, 300, 0)
    assert (back["total_fen"], back["refund"], back["reverses_id"]) == (-452, 1, bill["settlement_id"])
    assert line["settlement_id"] == bill["settlement_id"]
    [code] = collected.standing("trace_code_use")
    assert (code["line"], code["trace_code"], code["used_ymd"]) == ("F1", "81000000000000000001", 20260305)


def test_persons_institutions_and_doctors_ride_along(collected: Desk) -> None:
    assert [(p["person_no"], p["birth_ymd"]) for p in collected.standing("person")] == [("P1", 19800229)]
    assert [(i["institution_no"], i["name"]) for i in collected.standing("institution")] == [
        ("H99010100001", "某某医院")
    ]
    assert [p["practitioner_no"] for p in collected.standing("practitioner")] == ["D1"]


def test_a_charge_that_is_not_settled_yet_waits(collected: Desk) -> None:
    assert collected.refused() == [("20260305.jsonl", 2, "empty", "settlement")]


def test_a_stay_takes_its_end_and_its_bill_from_later_messages(desk: Desk, tmp_path: Path) -> None:
    charges = [
        fee("F1", mdtrt_id="M2"),
        fee("F2", mdtrt_id="M2", init_feedetl_sn="F1", cnt=-1, det_item_fee_sumamt=-4.52),
    ]
    split = {k: -v for k, v in SPLIT.items()}
    stay = [
        told(
            "2401",
            {"mdtrtinfo": {"psn_no": "P1", "med_type": "21", "begntime": "2026-03-01 08:00:00"}},
            {"result": {"mdtrt_id": "M2"}},
        ),
        told(
            "2301",
            {"feedetail": charges},
            {"result": [{"feedetl_sn": n, "med_chrgitm_type": "0801"} | s for n, s in (("F1", SPLIT), ("F2", split))]},
        ),
        told("2402", {"dscginfo": {"mdtrt_id": "M2", "endtime": "2026-03-05 09:00:00", "dscg_way": "1"}}, {}),
        told("2304", {"data": {"mdtrt_id": "M2"}}, settled("S3", "M2", "21")),
        told(
            "4101",
            {
                "setlinfo": {"setl_id": "S3", "mdtrt_id": "M2"},
                "diseinfo": [
                    {"diag_type": "1", "diag_code": "I10.x00", "diag_name": "高血压", "maindiag_flag": "1"},
                    {"diag_type": "1", "diag_code": "E11.900", "diag_name": "糖尿病", "maindiag_flag": "0"},
                ],
                "oprninfo": [{"oprn_oprt_code": "37.2200", "oprn_oprt_name": "左心导管", "oprn_oprt_date": "2026-03-02"}],
            },
            {},
        ),
    ]  # fmt: skip
    desk.collect(put(tmp_path, stay), source=load_source("messages"))
    [visit] = desk.standing("encounter")
    assert (visit["start_ymd"], visit["end_ymd"], visit["discharge_way"]) == (20260301, 20260305, "1")
    assert [(r["line_no"], r["reverses"], r["amount_fen"], r["kind"]) for r in desk.standing("line")] == [
        ("F1", None, 452, "301"), ("F2", "F1", -452, "301"),
    ]  # fmt: skip
    assert [(d["diagnosis_no"], d["code"], d["main"]) for d in desk.standing("diagnosis")] == [
        ("S3-1", "I10.X00", 1), ("S3-2", "E11.900", 0),
    ]  # fmt: skip
    assert [(o["procedure_no"], o["code"]) for o in desk.standing("procedure")] == [("S3-1", "37.2200")]
    assert desk.refused() == []


def test_a_pharmacy_tells_all_in_one_message(desk: Desk, tmp_path: Path) -> None:
    detail = {k: v for k, v in fee("F1").items() if k not in ("mdtrt_id", "psn_no", "chrg_bchno")}
    codes = [{"feedetl_sn": "F1", "drug_trac_codg": "81000000000000000002", "trdn_flag": "1"}]
    answer = settled("S4", "M4", "41") | {
        "detlcutinfo": [{"feedetl_sn": "F1", "med_chrgitm_type": "09"} | SPLIT]
    }
    sale = told(
        "2102", {"druginfo": {"psn_no": "P1"}, "drugdetail": [detail | {"drug_trac_info": codes}]}, answer
    )
    desk.collect(put(tmp_path, [sale]), source=load_source("messages"))
    assert [(e["encounter_no"], e["kind"]) for e in desk.standing("encounter")] == [("M4", "41")]
    [line] = desk.standing("line")
    assert (line["line_no"], line["amount_fen"], line["self_paid_fen"]) == ("F1", 452, 0)
    assert [(t["line"], t["split_pack"]) for t in desk.standing("trace_code_use")] == [("F1", 1)]


def test_stock_and_its_second_verdict(desk: Desk, tmp_path: Path) -> None:
    drug = {"med_list_codg": "XA01ABD075A002010100483", "manu_lotnum": "L1", "fixmedins_bchno": "B1"}
    sold = drug | {"sel_retn_cnt": 2, "sel_retn_time": "2026-03-04 10:00:00", "finl_trns_pric": 5}
    bought = drug | {"purc_retn_cnt": "30", "purc_retn_stoin_time": "2026-03-02 10:00:00"}
    moves = [
        told("3501", {"invinfo": [drug | {"invdate": "2026-03-01", "inv_cnt": 7}]}, {}),
        told(
            "3502",
            {"invinfo": drug | {"inv_chg_type": "102", "inv_chg_time": "2026-03-02 09:00:00", "cnt": 1}},
            {},
        ),
        told("3503", {"purcinfo": bought}, {"result": {"retRslt": 1}}),
        told("3504", {"purcinfo": bought | {"purc_retn_cnt": 3}}, {"result": {"retRslt": "1"}}),
        told("3505", {"selinfo": sold}, {"result": {"retRslt": "0", "msgRslt": "重复"}}),
        told("3505A", {"selinfoDetail": [sold, sold | {"sel_retn_cnt": 4}]}, {"result": {"retRslt": "1"}}),
        told("3506", {"selinfo": sold | {"sel_retn_cnt": 1}}, {}),
    ]
    desk.collect(put(tmp_path, moves), source=load_source("messages"))
    found = [(r["movement_no"], r["kind"], r["quantity"] // 10_000) for r in desk.standing("stock_movement")]
    assert sorted(found) == [
        ("H9935010001-1", "3501", 7), ("H9935020001-1", "3502", 1), ("H9935030001-1", "3503", 30),
        ("H9935040001-1", "3504", 3), ("H993505A0001-1", "3505", 2), ("H993505A0001-2", "3505", 4),
        ("H9935060001-1", "3506", 1),
    ]  # fmt: skip
    assert [(row, code) for _, row, code, _ in desk.refused()] == [(5, "ragged")]
    assert "retRslt" in desk.stored("quarantine")[0]["reason_zh"]


def test_what_did_not_succeed_is_no_fact(desk: Desk, tmp_path: Path) -> None:
    visit = OUTPATIENT[0]
    exchanges = [
        visit,
        told("2203A", visit["input"], {}, infcode="-1", err_msg="无此人"),
        {k: v for k, v in told("2203A", visit["input"]).items() if k != "answer"},
        told("9001", {"signIn": {}}, {}),
    ]
    person = json.dumps(told("1101", {}, {"baseinfo": WHO}))
    path = put(tmp_path, exchanges, '{"infno": "2203A", "inp', "", "[1]", person)
    desk.collect(path, source=load_source("messages"))
    assert [e["encounter_no"] for e in desk.standing("encounter")] == ["M1"]
    reasons = {e["source_row"]: e["reason_en"] for e in desk.stored("quarantine")}
    assert sorted(reasons) == [2, 3, 5, 7]
    assert "refused" in reasons[2] and "no answer" in reasons[3] and reasons[5] == reasons[7]


def test_amounts_are_taken_as_they_are_written(desk: Desk, tmp_path: Path) -> None:
    """0.1 + 0.2 is 0.30000000000000004 as a float; as it is written it is refused or read, never rounded."""
    text = (
        json.dumps(OUTPATIENT[0])
        + "\n"
        + json.dumps(OUTPATIENT[2]).replace("4.52", "4.520000000000000017763568394")
    )
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    desk.collect(tmp_path / "a.jsonl", source=load_source("messages"))
    assert desk.standing("settlement") == []
    assert ("a.jsonl", 2, "value", "total") in desk.refused()


def test_messages_without_a_mapping_for_them_are_refused(desk: Desk, tmp_path: Path) -> None:
    path = put(tmp_path, OUTPATIENT).rename(tmp_path / "fee_list_d.jsonl")
    with pytest.raises(Refused) as refused:
        desk.collect(path)
    assert refused.value.code == "collect.unknown_form"
