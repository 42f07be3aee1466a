"""What a hospital's own system tells of its wards: executions of orders, and leave."""

from __future__ import annotations

from pathlib import Path

from tests.collect.conftest import Desk
from tests.collect.extracts import write, write_city

EXECUTION = {
    "drord_exe_id": "E1", "mdtrt_id": "M1", "fixmedins_code": "H1", "drord_no": "D1", "med_list_codg": "X1",
    "exe_time": "2025-03-02 10:00:00", "exe_cnt": "1.5", "drord_ptr_name": "李四", "vali_flag": "",
}  # fmt: skip
LEAVE = {
    "请假记录ID": "Q1",
    "就诊ID": "M1",
    "定点医药机构编号": "H1",
    "离院时间": "2025-03-03 08:00:00",
    "返院时间": "2025-03-04 18:00:00",
}


def test_executions_are_collected_and_what_cannot_be_is_told(desk: Desk, tmp_path: Path) -> None:
    city = write_city(tmp_path / "city")
    write(
        city / "drord_exe_d.csv",
        [
            EXECUTION,
            {**EXECUTION, "drord_exe_id": "E2", "vali_flag": "0"},
            {**EXECUTION, "drord_exe_id": "E3", "exe_cnt": "-1"},
            {**EXECUTION, "drord_exe_id": "E4", "mdtrt_id": "M9"},
            {**EXECUTION, "drord_exe_id": "E5", "exe_time": ""},
        ],
    )
    desk.collect(city)
    stored = {r["execution_no"]: (r["quantity"], r["valid"]) for r in desk.stored("execution")}
    assert stored == {"E1": (15000, 1), "E2": (15000, 0)}
    assert sorted(row for _, row, _, _ in desk.refused()) == [4, 5, 6]


def test_leave_is_collected_and_nobody_comes_back_before_leaving(desk: Desk, tmp_path: Path) -> None:
    city = write_city(tmp_path / "city")
    write(
        city / "住院请假.csv",
        [LEAVE, {**LEAVE, "请假记录ID": "Q2", "返院时间": "2025-03-03 07:59:00"}],
    )
    desk.collect(city)
    assert [r["absence_no"] for r in desk.stored("absence")] == ["Q1"]
    assert [code for _, _, code, _ in desk.refused()] == ["left_before_back"]
