"""Values: what every type reads, what it refuses; nothing is rounded, guessed or cut."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.collect.extracts import ENCOUNTER, LINE, PERSON, SETTLEMENT, write
from tests.collect.reading import Read

from yibao.collect.columns import FULL_WIDTH, INVISIBLE, MARGINS, decimal, normal
from yibao.collect.layers import key_of
from yibao.engine import Engine, open_engine
from yibao.kernel import natural_key, normalise, parse_fen

Reader = Callable[..., Read]
NEW = {"line": LINE, "person": PERSON, "settlement": SETTLEMENT, "encounter": ENCOUNTER}


def values(read: Reader, path: Path, name: str, field: str, texts: list[str], stored: str) -> list[object]:
    """Read one row per text; give what is stored, or «refused» where the row was not accepted."""
    key = next(iter(NEW[name]))
    rows = [{**NEW[name], field: text, key: f"K{n}"} for n, text in enumerate(texts)]
    came = read(write(path / "a.csv", rows), name)
    found = {r["source_row"]: r[stored] for r in came.rows}
    return [found.get(n, "refused") for n in range(2, len(texts) + 2)]


MONEY: dict[str, int | str] = {
    "11": 1100, "11.5": 1150, "11.50": 1150, "11.500000": 1150, "+11.50": 1150, " 11.50 ": 1150, "１１．５０": 1150,
    "1,234.50": 123450, "1，234.50": 123450, "¥11.50": 1150, "11.50元": 1150, "40000000": 4_000_000_000,
    **dict.fromkeys(
        (
            "1234,567.00", "11,5", "1,23", "11.505", "11.5000001", "1e1", "1.15E1", "0x10", "1_000", "(11.50)", "十一元",
            "11.50.1", "40000000.01", "99999999999999999999", ".", "NULL", "-", "", "nan", "Infinity",
        ),
        "refused",
    ),
}  # fmt: skip


def test_money(read: Reader, tmp_path: Path) -> None:
    found = values(read, tmp_path, "line", "det_item_fee_sumamt", list(MONEY), "amount_fen")
    assert dict(zip(MONEY, found, strict=True)) == MONEY


def test_negative_amounts_of_returns(read: Reader, tmp_path: Path) -> None:
    rows = [
        {**LINE, "bkkp_sn": "L1", "cnt": "-2", "det_item_fee_sumamt": "-11.00"},
        {**LINE, "bkkp_sn": "L2", "cnt": "2", "det_item_fee_sumamt": "-11.00"},
        {**LINE, "bkkp_sn": "L3", "cnt": "-2", "det_item_fee_sumamt": "11.00"},
        {**LINE, "bkkp_sn": "L4", "cnt": "0", "det_item_fee_sumamt": "0.00"},
    ]
    came = read(write(tmp_path / "a.csv", rows), "line")
    assert [r["amount_fen"] for r in came.rows] == [-1100, 0]
    assert came.wrong() == [(3, "same_sign", None), (4, "same_sign", None)]
    assert came.tally.amount_fen == 2200
    assert "明细项目费用总额=-11.00" in came.entries[0]["came"]


def test_prices_and_quantities_keep_every_decimal(read: Reader, tmp_path: Path) -> None:
    prices = values(read, tmp_path, "line", "pric", ["0.123456", "1.1234567", "5000000"], "unit_price")
    assert prices == [123456, "refused", "refused"]
    assert values(read, tmp_path, "line", "cnt", ["0.0001", "0.00001"], "quantity") == [1, "refused"]


NOON = (date(2025, 3, 5) - date(1970, 1, 1)).days * 1440 + 720
MOMENTS: dict[str, int | str] = {
    **dict.fromkeys(
        (
            "2025-03-05 12:00:00", "2025/3/5 12:00", "2025-03-05T12:00:00", "2025年3月5日 12:00:00", "20250305120000",
            "2025-03-05 12:00:59.999", "２０２５－０３－０５ １２：００：００", "2025-03-05 12:00:00+08:00",
            "2025-03-05 12:00:00+08",
        ),
        NOON,
    ),
    **dict.fromkeys(("2025.03.05", "20250305", "2025-3-5"), NOON - 720),
    **dict.fromkeys(
        (
            "0205-03-05 12:00:00", "2205-03-05 12:00:00", "2025-02-30", "2025-13-05", "2025-03-05 25:00:00",
            "2025-03-05 12:00:00Z", "2025-03-05 12:00:00+00:00", "infinity", "epoch", "45721", "05/03/2025", "昨天",
        ),
        "refused",
    ),
}  # fmt: skip


def test_moments(read: Reader, tmp_path: Path) -> None:
    found = values(read, tmp_path, "line", "fee_ocur_time", list(MOMENTS), "fee_minute")
    assert dict(zip(MOMENTS, found, strict=True)) == MOMENTS


def test_the_end_of_an_open_period(read: Reader, tmp_path: Path) -> None:
    ends = ["", "9999-12-31", "99991231", "2025-06-30", "2024-12-31", "2300-01-01"]
    rows = [
        {"med_list_codg": f"X{n}", "lmtpric_hosp_lv": "0", "pric_uplmt_amt": "1", "begndate": "2025-01-01", "enddate": end}
        for n, end in enumerate(ends)
    ]  # fmt: skip
    came = read(write(tmp_path / "a.csv", rows), "price_limit")
    assert [r["until_ymd"] for r in came.rows] == [99991231] * 3 + [20250630]
    assert [r["until_day"] for r in came.rows][:3] == [99999] * 3
    assert came.wrong() == [(6, "period_order", None), (7, "value", "until")]


def test_the_figure_that_means_no_limit(read: Reader, tmp_path: Path) -> None:
    row = {
        "med_list_codg": "X1",
        "lmtpric_hosp_lv": "0",
        "pric_uplmt_amt": "999999",
        "begndate": "2025-01-01",
    }
    assert read(write(tmp_path / "a.csv", [row]), "price_limit").rows[0]["highest"] is None


def test_codes(read: Reader, tmp_path: Path) -> None:
    sexes = values(read, tmp_path, "person", "gend", ["1", "男", "女性", "３", "7", "M"], "sex")
    assert sexes[:2] == ["1", "1"]
    assert sexes[3:5] == ["refused", "refused"]
    kinds = ["11", "1101", "110199", "990", "11-1", "1101999", "99"]
    assert values(read, tmp_path, "encounter", "med_type", kinds, "kind")[1:3] == ["1101", "110199"]
    assert (
        values(read, tmp_path, "encounter", "med_type", ["11-1", "1101999", "00"], "kind") == ["refused"] * 3
    )


def test_diagnoses_and_regions(read: Reader, tmp_path: Path) -> None:
    codes = values(
        read, tmp_path, "encounter", "dscg_maindiag_code", ["j18.900", "肺炎", "", "J1"], "main_diagnosis"
    )
    assert codes == ["J18.900", "refused", None, "refused"]
    regions = values(
        read, tmp_path, "person", "insu_admdvs", ["330100", "33010", "３３０１００"], "insured_region"
    )
    assert regions == ["330100", "refused", "330100"]


def test_a_certificate_that_is_none_is_left_out_and_the_person_stays(read: Reader, tmp_path: Path) -> None:
    kinds = [
        ("01", "11010519491231002X"),
        ("01", "110105194912310021"),
        ("03", "E12345678"),
        ("", "x"),
        ("01", ""),
    ]
    rows = [
        {**PERSON, "psn_no": f"P{n}", "psn_cert_type": k, "certno": no} for n, (k, no) in enumerate(kinds)
    ]
    came = read(write(tmp_path / "a.csv", rows), "person")
    assert [r["certificate_no"] for r in came.rows] == ["11010519491231002X", None, "E12345678", "X", None]
    assert [(e["source_row"], e["kept"], e["first"]) for e in came.entries] == [(3, 1, 0)]
    assert (came.tally.quarantined, came.tally.noted) == (0, 1)


def test_every_reason_of_a_row_is_told_and_its_money_counts_once(read: Reader, tmp_path: Path) -> None:
    bad = {**LINE, "cnt": "x", "list_type": "999", "fee_ocur_time": "", "pric": "y"}
    came = read(write(tmp_path / "a.csv", [LINE, bad]), "line")
    assert came.wrong() == [
        (3, "value", "kind"),
        (3, "value", "quantity"),
        (3, "value", "unit_price"),
        (3, "empty", "fee"),
    ]
    assert [(e["first"], e["amount_fen"]) for e in came.entries] == [(1, 1100), (0, 0), (0, 0), (0, 0)]
    assert came.tally.quarantined == 1


def test_sums_that_are_a_fen_off(read: Reader, tmp_path: Path) -> None:
    split = {
        "fulamt_ownpay_amt": "1.00",
        "overlmt_selfpay": "0",
        "preselfpay_amt": "2.00",
        "inscp_amt": "8.00",
    }
    rows = [
        {**LINE, **split},
        {**LINE, **split, "bkkp_sn": "L2", "inscp_amt": "8.01"},
        {**LINE, **split, "bkkp_sn": "L3", "inscp_amt": ""},
    ]
    came = read(write(tmp_path / "a.csv", rows), "line")
    assert [r["line_no"] for r in came.rows] == ["L1", "L3"]
    assert came.wrong() == [(3, "line_split", None)]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"psn_pay": "30.01"}, "payer_split"),
        ({"acct_pay": "10.00", "cash_payamt": "20.01"}, "person_split"),
        ({"refd_setl_flag": "1"}, "reversal_sign"),
        ({"medfee_sumamt": "-100.00", "fund_pay_sumamt": "-70.00", "psn_pay": "-30.00"}, "reversal_sign"),
        (
            {"refd_setl_flag": "1", "medfee_sumamt": "-100", "fund_pay_sumamt": "-70", "psn_pay": "-30"},
            "reversal_sign",
        ),
    ],
)
def test_settlements_that_do_not_add_up(
    read: Reader, tmp_path: Path, changed: dict[str, str], code: str
) -> None:
    came = read(
        write(tmp_path / "a.csv", [SETTLEMENT, {**SETTLEMENT, "setl_id": "S2", **changed}]), "settlement"
    )
    assert came.wrong() == [(3, code, None)]


def test_the_borne_part_of_the_hospital_may_be_absent(read: Reader, tmp_path: Path) -> None:
    rows = [
        {**SETTLEMENT, "ownpay_hosp_part": ""},
        {**SETTLEMENT, "setl_id": "S2", "psn_pay": "29", "ownpay_hosp_part": "1"},
    ]
    assert len(read(write(tmp_path / "a.csv", rows), "settlement").rows) == 2


def test_an_encounter_that_ends_before_it_starts(read: Reader, tmp_path: Path) -> None:
    came = read(write(tmp_path / "a.csv", [{**ENCOUNTER, "endtime": "2025-03-01 07:59:00"}]), "encounter")
    assert came.wrong() == [(2, "start_before_end", None)]


def test_words_for_nothing(read: Reader, tmp_path: Path) -> None:
    words = ["NULL", "null", " None ", "\\N", "-", "NaN", "　", "NA", "无"]
    assert values(read, tmp_path, "person", "psn_name", words, "name") == [None] * 7 + ["NA", "无"]


UNUSUAL = st.one_of(
    st.text(
        st.one_of(st.characters(), st.sampled_from(FULL_WIDTH + INVISIBLE + MARGINS + "药aA1 -N\\")),
        max_size=12,
    ),
    st.text(st.sampled_from("（），：；药A1　 "), max_size=12),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(UNUSUAL, min_size=1, max_size=60))
def test_the_normal_form_is_the_kernels(texts: list[str]) -> None:
    kept = [t for t in texts if t.isascii() or all(not 0xD800 <= ord(c) < 0xE000 for c in t)]
    found = run_on(kept, normal("t"))
    assert found == [normalise(t) for t in kept]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.text(max_size=40).filter(lambda t: "\0" not in t), min_size=1, max_size=60),
    st.sampled_from(["person", "item"]),
)
def test_keys_are_the_kernels(texts: list[str], name: str) -> None:
    assert run_on(texts, key_of(name, "t")) == [natural_key(name, t) for t in texts]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=60))
def test_money_reads_as_the_kernel_reads_it(amounts: list[int]) -> None:
    texts = [f"{'-' if a < 0 else ''}{abs(a) // 100}.{abs(a) % 100:02}" for a in amounts]
    assert (
        run_on(texts, f"CAST({decimal('t', 15, 2)} * 100 AS BIGINT)")
        == [parse_fen(t) for t in texts]
        == amounts
    )


def run_on(texts: list[str], sql: str) -> list[object]:
    engine = shared_engine()
    engine.register_arrow("texts", pa.table({"place": range(len(texts)), "t": pa.array(texts, pa.string())}))
    found = engine.execute_native(f"SELECT {sql} AS value FROM texts ORDER BY place")
    assert found is not None
    return list(found.column("value").to_pylist())


@cache
def shared_engine() -> Engine:
    return open_engine("duckdb", memory_mib=256, threads=1)
