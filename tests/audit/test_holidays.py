"""The long holidays that ship as knowledge are those by which the house counts its working days."""

from __future__ import annotations

import csv
import datetime as dt
from importlib import resources
from typing import Any

from yibao.kernel import read_yaml


def test_the_long_holidays_are_those_of_the_calendar() -> None:
    where = "workdays_cn.yaml"
    calendar: Any = read_yaml((resources.files("yibao.kernel") / "data" / where).read_bytes(), where)
    wanted = {
        (name, str(year["year"]), days["first"], days["last"] + dt.timedelta(days=1), year["status"])
        for year in calendar
        for name, days in year["holidays"].items()
        if year["year"] >= 2021 and any(long in name for long in ("春节", "劳动节", "国庆节"))
    }
    file = resources.files("yibao.audit") / "knowledge" / "holidays" / "国务院节假日安排.csv"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    day = dt.date.fromisoformat
    found = {(r["name"], r["release"], day(r["from"]), day(r["until"]), r["status"]) for r in rows}
    assert len(rows) == len(found)
    assert found == wanted
