"""Into the lake: whole or not at all, twice changes nothing, what is newer stands and what is older stays."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from tests.collect.conftest import Desk
from tests.collect.extracts import CITY, ENCOUNTER, LINE, PERSON, SETTLEMENT, lines, write, write_city

from yibao.collect import collections
from yibao.kernel import Refused, natural_key

CLEAN = {"person": 1, "institution": 1, "item": 1, "encounter": 1, "settlement": 1, "line": 3}
REVERSAL = {
    **SETTLEMENT, "setl_id": "S1R", "init_setl_id": "S1", "refd_setl_flag": "1", "medfee_sumamt": "-100.00",
    "fund_pay_sumamt": "-70.00", "psn_pay": "-30.00",
}  # fmt: skip


def accepted(desk: Desk, *paths: Path) -> dict[str, int]:
    return {name: t["accepted"] for name, t in desk.collect(*paths).tables.items() if t["accepted"]}


def test_a_city_goes_in_and_twice_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    folder = write_city(tmp_path / "in")
    first = desk.collect(folder)
    assert first.batch is not None
    assert {name: t["accepted"] for name, t in first.tables.items()} == CLEAN
    assert (first.quarantined, first.problems) == (0, [])
    [line, *_] = desk.standing("line")
    assert (
        line["settlement_id"]
        == natural_key("settlement", "S1")
        == desk.standing("settlement")[0]["settlement_id"]
    )
    assert (line["batch"], line["source_row"], line["amount_fen"]) == (first.batch, 2, 1100)

    again = desk.collect(folder)
    assert again.batch is None
    assert {name: t["known"] for name, t in again.tables.items()} == CLEAN
    assert [b.number for b in desk.lake.batches()] == [first.batch]
    assert desk.lake.verify() == []
    with desk.register.engine.begin() as connection:
        [told] = collections(connection)
    assert (told.batch, told.source, len(told.files)) == (first.batch, "national", 6)
    assert list(desk.home.work.iterdir()) == []


def test_what_is_refused_once_is_not_stored_twice(desk: Desk, tmp_path: Path) -> None:
    rows = [*lines(range(3)), {**LINE, "bkkp_sn": "L9", "cnt": "x"}, {**LINE, "bkkp_sn": "L1", "pric": "6"}]
    people = [PERSON, {**PERSON, "psn_no": "P2", "psn_cert_type": "01", "certno": "123"}]
    folder = write_city(tmp_path / "in", fee_list_d=rows, psn_info_b=people)
    with (folder / "fee_list_d.csv").open("a", encoding="utf-8") as sink:
        sink.write("no,row\n")
    first = desk.collect(folder)
    wanted = {
        ("fee_list_d.csv", 5, "value", "quantity"),
        ("fee_list_d.csv", 6, "repeated", None),
        ("fee_list_d.csv", 7, "ragged", None),
        ("psn_info_b.csv", 3, "value", "certificate_no"),
    }
    assert set(desk.refused()) == wanted
    assert (first.quarantined, first.quarantined_fen) == (3, 2200)
    again = desk.collect(folder)
    assert again.batch is None
    assert (again.quarantined, again.quarantined_fen) == (3, 2200)
    assert len(desk.refused()) == 4
    assert len(desk.lake.batches()) == 1
    numbers = [e["quarantine_id"] for e in desk.stored("quarantine")]
    assert len(set(numbers)) == 4


def test_a_new_reason_for_a_known_row_is_told_with_all_its_reasons(desk: Desk, tmp_path: Path) -> None:
    bad = {**LINE, "bkkp_sn": "L9", "cnt": "x"}
    folder = write_city(tmp_path / "in", fee_list_d=[bad, LINE])
    desk.collect(folder)
    write(folder / "fee_list_d.csv", [{**bad, "pric": "y"}, LINE])
    assert desk.collect(folder).batch is not None
    assert [c for *_, c in desk.refused()] == ["quantity", "quantity", "unit_price"]


def test_a_corrected_file_settles_what_was_refused(desk: Desk, tmp_path: Path) -> None:
    folder = write_city(tmp_path / "in", fee_list_d=[{**LINE, "cnt": "x"}])
    assert desk.collect(folder).quarantined == 1
    write(folder / "fee_list_d.csv", [LINE])
    mended = desk.collect(folder)
    assert (mended.tables["line"]["accepted"], mended.quarantined) == (1, 0)
    write(folder / "fee_list_d.csv", [{**LINE, "cnt": "x"}])
    assert desk.collect(folder).batch is not None, "after it was settled, the same fault is news"
    assert desk.collect(folder).batch is None
    assert len(desk.refused()) == 2
    assert [r["quantity"] for r in desk.standing("line")] == [20_000]


def test_a_correction_stands_and_the_older_row_stays(desk: Desk, tmp_path: Path) -> None:
    folder = write_city(tmp_path / "in")
    first = desk.collect(folder)
    write(
        folder / "fee_list_d.csv",
        [LINE, {**LINE, "bkkp_sn": "L2", "pric": "6", "det_item_fee_sumamt": "12.00"}],
    )
    write(folder / "psn_info_b.csv", [{**PERSON, "psn_name": "张叁"}])
    second = desk.collect(folder)
    assert (second.tables["line"]["corrected"], second.tables["line"]["known"]) == (1, 1)
    assert second.tables["person"]["corrected"] == 1
    now = {r["line_no"]: r for r in desk.standing("line")}
    then = {r["line_no"]: r for r in desk.standing("line", as_known=1)}
    assert (then["L2"]["amount_fen"], now["L2"]["amount_fen"]) == (1100, 1200)
    assert then["L2"]["line_id"] == now["L2"]["line_id"]
    assert (then["L2"]["batch"], now["L2"]["batch"]) == (first.batch, second.batch)
    assert len(desk.stored("line")) == 4
    assert [r["name"] for r in desk.standing("person")] == ["张叁"]
    assert desk.collect(folder).batch is None
    write(folder / "psn_info_b.csv", [PERSON])
    assert desk.collect(folder).batch is None, "an older file sent again takes no correction back"
    assert [r["name"] for r in desk.standing("person")] == ["张叁"]


def test_a_refused_bill_takes_what_hangs_on_it_along(desk: Desk, tmp_path: Path) -> None:
    bills = [SETTLEMENT, {**SETTLEMENT, "setl_id": "S2", "psn_pay": "30.01"}]
    folder = write_city(tmp_path / "in", setl_d=bills, fee_list_d=[LINE, *lines([8, 9], setl_id="S2")])
    outcome = desk.collect(folder)
    assert desk.refused() == [
        ("setl_d.csv", 3, "payer_split", None),
        ("fee_list_d.csv", 3, "reference", "settlement"),
        ("fee_list_d.csv", 4, "reference", "settlement"),
    ]
    assert desk.stored("quarantine")[1]["came"] == "S2"
    assert outcome.quarantined_fen == 10_000 + 2 * 1100
    assert accepted(desk, write(tmp_path / "setl_d.csv", bills[:1])) == {}
    write(folder / "setl_d.csv", [{**bills[1], "psn_pay": "30.00"}])
    assert accepted(desk, folder) == {"settlement": 1, "line": 2}


def test_reversals(desk: Desk, tmp_path: Path) -> None:
    alone = {**REVERSAL, "setl_id": "S7R", "init_setl_id": "S7"}
    chain = {**REVERSAL, "setl_id": "S8R", "init_setl_id": "S7R"}
    folder = write_city(tmp_path / "in", setl_d=[chain, SETTLEMENT, alone])
    assert desk.collect(folder).tables["settlement"]["accepted"] == 1
    assert set(desk.refused()) == {
        ("setl_d.csv", 2, "reference", "reverses"), ("setl_d.csv", 4, "reference", "reverses"),
    }  # fmt: skip
    assert accepted(desk, write(tmp_path / "later" / "setl_d.csv", [REVERSAL])) == {"settlement": 1}
    [original, reversal] = desk.standing("settlement")
    assert (reversal["reverses_id"], reversal["total_fen"]) == (original["settlement_id"], -10_000)


def test_one_key_in_two_files(desk: Desk, tmp_path: Path) -> None:
    folder = write_city(tmp_path / "in", fee_list_d=[])
    write(folder / "fee_list_d_01.csv", [LINE, {**LINE, "bkkp_sn": "L2"}])
    write(folder / "fee_list_d_02.csv", [LINE, {**LINE, "bkkp_sn": "L2", "pric": "6"}])
    (folder / "fee_list_d.csv").unlink()
    outcome = desk.collect(folder)
    assert (outcome.tables["line"]["accepted"], outcome.tables["line"]["known"]) == (2, 1)
    assert desk.refused() == [("fee_list_d_02.csv", 3, "repeated", None)]
    assert desk.stored("quarantine")[0]["came"] == "M1|L2"


def test_files_that_cannot_be_taken_are_named_and_the_others_go_through(desk: Desk, tmp_path: Path) -> None:
    folder = write_city(tmp_path / "in")
    write(folder / "setl_d_2.csv", [{"setl_id": "S9"}])
    write(folder / "weather.csv", [{"a": "b"}])
    (folder / "mdtrt_d.dbf").write_bytes(b"\x03")
    (folder / "psn_info_b_2.csv").write_text("", encoding="utf-8")
    (folder / "box.zip").write_bytes(b"PK no archive")
    write(folder / "truth.csv", [{"a": "b"}])
    outcome = desk.collect(folder)
    assert {(p.code, p.where) for p in outcome.problems} == {
        ("collect.missing_column", "setl_d_2.csv"), ("collect.unknown_file", "weather.csv"),
        ("collect.unknown_form", "mdtrt_d.dbf"), ("collect.empty_file", "psn_info_b_2.csv"),
        ("collect.broken_zip", "box.zip"),
    }  # fmt: skip
    assert {name: t["accepted"] for name, t in outcome.tables.items()} == CLEAN
    assert all(p.text.zh and p.text.en for p in outcome.problems)


def test_nothing_at_all_to_collect(desk: Desk, tmp_path: Path) -> None:
    for path, code in [
        (write(tmp_path / "weather.csv", [{"a": "b"}]), "collect.unknown_file"),
        (write(tmp_path / "truth.csv", [{"a": "b"}]), "collect.nothing"),
        (write(tmp_path / "setl_d.csv", [{"setl_id": "S1"}]), "collect.missing_column"),
        (tmp_path / "missing.csv", "collect.no_such_path"),
    ]:
        with pytest.raises(Refused) as refused:
            desk.collect(path)
        assert refused.value.code == code
    assert desk.lake.batches() == []
    assert list(desk.home.work.iterdir()) == []


def test_files_without_a_good_row(desk: Desk, tmp_path: Path) -> None:
    write(tmp_path / "in" / "psn_info_b.csv", [{**PERSON, "gend": "?"}])
    outcome = desk.collect(tmp_path / "in")
    assert (outcome.tables["person"]["accepted"], outcome.quarantined) == (0, 1)
    assert [f.table for f in desk.lake.files("quarantine")] == ["quarantine"]
    assert desk.lake.files("person") == []
    header_only = write(tmp_path / "mdtrt_d.csv", [], header=ENCOUNTER)
    assert desk.collect(header_only).batch is None


def test_two_files_of_one_name_in_two_folders(desk: Desk, tmp_path: Path) -> None:
    for n, name in enumerate(["张三", "李四"], start=1):
        write(
            tmp_path / "in" / name / "psn_info_b.csv",
            [{**PERSON, "psn_no": f"P{n}", "psn_name": name}],
            encoding="gb18030",
        )
    broken = {**PERSON, "psn_no": "P3", "gend": "丙"}
    write(
        tmp_path / "in" / "李四" / "psn_info_b.csv",
        [{**PERSON, "psn_no": "P2", "psn_name": "李四"}, broken],
        encoding="gb18030",
    )
    outcome = desk.collect(tmp_path / "in")
    assert [(r["person_no"], r["name"]) for r in desk.standing("person")] == [("P1", "张三"), ("P2", "李四")]
    assert [f["encoding"] for f in outcome.files] == ["gb18030", "gb18030"]
    assert [(e["file"], e["came"]) for e in desk.stored("quarantine")] == [("李四/psn_info_b.csv", "丙")]


def test_an_archive_brings_what_a_folder_brings(desk: Desk, tmp_path: Path) -> None:
    folder = write_city(tmp_path / "in")
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"数据/{path.name}")
    outcome = desk.collect(tmp_path / "in.zip")
    assert {name: t["accepted"] for name, t in outcome.tables.items()} == CLEAN
    assert {f["file"] for f in outcome.files} == {f"in.zip/数据/{name}.csv" for name in CITY}
    assert desk.collect(folder).batch is None


def test_what_nobody_sent_rides_along_in_the_bills(desk: Desk, tmp_path: Path) -> None:
    riders = {"psn_name": "张三", "gend": "女", "brdy": "1980-01-02", "fixmedins_name": "二院"}
    visits = [{**ENCOUNTER, **riders}, {**ENCOUNTER, **riders, "mdtrt_id": "M2", "psn_name": "张叁"}]
    write(tmp_path / "in" / "mdtrt_d.csv", visits)
    write(tmp_path / "in" / "setl_d.csv", [SETTLEMENT])
    write(
        tmp_path / "in" / "fee_list_d.csv",
        [{**LINE, "hilist_name": "阿莫西林", "bilg_dr_code": "D1"}, *lines([2])],
    )
    outcome = desk.collect(tmp_path / "in")
    counts = {name: t["accepted"] for name, t in outcome.tables.items()}
    assert counts == {
        "person": 1,
        "institution": 1,
        "encounter": 2,
        "settlement": 1,
        "item": 1,
        "practitioner": 1,
        "line": 2,
    }
    assert outcome.quarantined == 0
    [person] = desk.standing("person")
    assert (person["name"], person["sex"], person["source_row"]) == ("张三", "2", 2)
    assert desk.collect(tmp_path / "in").batch is None
    later = desk.collect(write(tmp_path / "psn_info_b.csv", [{**PERSON, "psn_name": "张三丰"}]))
    assert later.tables["person"]["corrected"] == 1
    assert desk.collect(tmp_path / "in").batch is None, (
        "what rides along never overrules what was sent as a row"
    )


def test_a_rider_with_a_fault_is_no_rider(desk: Desk, tmp_path: Path) -> None:
    write(tmp_path / "in" / "fixmedins_b.csv", CITY["fixmedins_b"])
    write(tmp_path / "in" / "mdtrt_d.csv", [{**ENCOUNTER, "gend": "?", "brdy": "1980-01-02"}])
    assert desk.collect(tmp_path / "in").tables["encounter"] == {
        "accepted": 0, "quarantined": 1, "corrected": 0, "known": 0, "old": 0, "noted": 0,
    }  # fmt: skip
    assert desk.refused() == [("mdtrt_d.csv", 2, "reference", "person")]


def test_a_file_bad_from_its_first_row_to_its_last(desk: Desk, tmp_path: Path) -> None:
    rows = [{**PERSON, "psn_no": f"P{n}", "gend": "1990-03-07", "brdy": "1"} for n in range(5000)]
    outcome = desk.collect(write(tmp_path / "psn_info_b.csv", rows))
    assert outcome.quarantined == 5000
    assert len(desk.refused()) == 10_000
    assert desk.refused()[-1] == ("psn_info_b.csv", 5001, "value", "birth")
