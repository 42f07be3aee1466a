from __future__ import annotations

from pathlib import Path

import openpyxl
from tests.casework.findings.outputs import small
from tests.casework.findings.outputs.conftest import Audited

from yibao.casework.findings.outputs import backlog, quarantine_rows, write_quarantine
from yibao.collect import collect, load_source
from yibao.store import Register


def test_what_a_later_delivery_settled_is_not_open(audited: Audited) -> None:
    rows = quarantine_rows(audited.home, audited.register)
    assert [(row.table.zh, row.file, row.source_row, row.header) for row in rows] == [
        ("费用明细", "fee_list_again.csv", 2, "cnt"),
        ("参保人", "psn_info_bad.csv", 2, "gend"),
        ("参保人", "psn_info_bad.csv", 2, "certno"),
    ]
    everything = quarantine_rows(audited.home, audited.register, open_only=False)
    assert {(row.file, row.source_row, row.settled) for row in everything} == {
        ("fee_list_again.csv", 2, False),
        ("fee_list_bad.csv", 2, True),  # came again, and was still bad
        ("fee_list_bad.csv", 3, True),  # came again, and was good
        ("psn_info_bad.csv", 2, False),
    }
    assert {row.batch for row in quarantine_rows(audited.home, audited.register, batch=2)} == {2}
    assert len(quarantine_rows(audited.home, audited.register, limit=1)) == 1


def test_money_counts_a_row_once(audited: Audited) -> None:
    rows = quarantine_rows(audited.home, audited.register)
    assert sum(row.amount_fen for row in rows) == backlog(audited.home, audited.register).fen == 30_000
    assert not any(row.kept for row in rows), "a value left out of a refused row is no accepted row"


def test_terminals_see_personal_values_masked(audited: Audited) -> None:
    rows = {row.header: row for row in quarantine_rows(audited.home, audited.register)}
    assert rows["certno"].came == "1****************1"
    assert rows["cnt"].came == "二"
    assert "钱多多" not in str([row.as_json() for row in rows.values()])


def test_the_sender_gets_the_whole_rows_and_is_told_so(audited: Audited, tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    assert write_quarantine(audited.home, audited.register, path) == 3
    book = openpyxl.load_workbook(path)
    guide = "\n".join(str(row[0]) for row in book["说明"].iter_rows(values_only=True))
    assert "未作脱敏" in guide and "300.00 元" in guide and "2 行" in guide
    head, *rows = book["未接收的行"].iter_rows(values_only=True)
    table = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["涉及金额(元)"] for row in table] == [300, 0, None]
    assert table[1]["实际"] == "7" and "psn_name=钱多多" in table[1]["整行内容"]
    assert {row["处理"] for row in table} == {"整行未接收"}


def test_what_the_same_delivery_brings_right_is_settled_but_not_what_it_contradicts(
    fresh_register: Register, tmp_path: Path
) -> None:
    head, good = small.PERSONS[0], small.PERSONS[1]
    bad_sex, bad_number = good.replace(",1,1990", ",7,1990"), good.replace("071233", "071231")
    folder = small.write(
        tmp_path / "in",
        {
            "psn_info_1.csv": [
                head,
                bad_sex.replace("071233", "071231"),
            ],  # two faults, one of a value left out
            "psn_info_2.csv": [head, good],
            "psn_info_3.csv": [head, good.replace("张三丰", "张三")],
            "psn_info_4.csv": [head, bad_number.replace("P1", "P5")],
        },
    )
    for _ in range(2):
        collect(fresh_register.home, fresh_register, [folder], load_source("national"), actor="test")
        rows = quarantine_rows(fresh_register.home, fresh_register, open_only=False)
        assert {(row.file, row.header, row.settled) for row in rows} == {
            ("psn_info_1.csv", "gend", True),
            ("psn_info_1.csv", "certno", True),
            ("psn_info_3.csv", None, False),
            ("psn_info_4.csv", "certno", False),
        }
        assert len(rows) == 4
    told = backlog(fresh_register.home, fresh_register)
    assert (told.rows, told.notes) == (1, 1)


def test_an_empty_lake_has_an_empty_quarantine(fresh_register: Register, tmp_path: Path) -> None:
    home = fresh_register.home
    assert quarantine_rows(home, fresh_register) == []
    assert write_quarantine(home, fresh_register, tmp_path / "q.xlsx") == 0
    assert backlog(home, fresh_register).rows == 0
    assert openpyxl.load_workbook(tmp_path / "q.xlsx").sheetnames == ["说明", "未接收的行"]
