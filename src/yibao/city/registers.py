"""The standing registers of the city as columns of text: institutions, staff, catalogue, price limits, status."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from yibao.city.arrays import Ints, full, ints
from yibao.city.catalogue import Catalogue
from yibao.city.institutions import DEPARTMENTS, PHARMACY, Institutions
from yibao.city.names import full_names
from yibao.city.people import COUNTIES
from yibao.city.plan import CityPlan
from yibao.city.plants.closed import standing_statuses
from yibao.city.plants.knowledge import points
from yibao.city.prices import Prices
from yibao.city.text import Texts, blank, chosen, days, decimals, numbered
from yibao.city.write import Files

_STAFF_BASE = 99_010_000_000
_STAFF_STEP = 3
NO_LIMIT = 999_999_000_000
"""999999 yuan stands for «no limit» in the national interface."""


def staff_codes(count: int) -> Texts:
    """Give the codes of the practitioners in their order."""
    return numbered("D", _STAFF_BASE + np.arange(count, dtype=np.int64) * _STAFF_STEP)


def write_registers(
    files: Files,
    plan: CityPlan,
    catalogue: Catalogue,
    institutions: Institutions,
    prices: Prices,
) -> None:
    """Write every register that does not grow with the people."""
    files.add("fixmedins_b", _institutions(institutions))
    files.add("medins_staff_b", _staff(institutions))
    files.add("hilist_b", _items(catalogue))
    files.add("hilist_pric_uplmt_d", _limits(plan, catalogue, prices))
    files.add("fund_status_d", _status(plan, institutions))
    staff = staff_codes(len(institutions.staff)).to_pylist()
    files.add("fund_status_d", standing_statuses(plan, institutions, staff))
    for name, columns in points(plan, catalogue.items).items():
        files.add(name, columns)


def _institutions(houses: Institutions) -> dict[str, Texts]:
    return {
        "定点医药机构编号": pa.array(houses.code),
        "定点医药机构名称": pa.array(houses.name),
        "统一社会信用代码": pa.array(houses.credit_code),
        "定点医疗服务机构类型": chosen(["1", "2"], (houses.tier == PHARMACY).astype(np.int64)),
        "医院等级": pa.array([level or None for level in houses.level]),
        "定点归属医保区划": chosen(COUNTIES, houses.county),
    }


def _staff(houses: Institutions) -> dict[str, Texts]:
    staff = houses.staff
    return {
        "prac_psn_code": staff_codes(len(staff)),
        "prac_psn_name": full_names(staff.name),
        "prac_psn_type": chosen(["1", "3"], (houses.tier[staff.institution] == PHARMACY).astype(np.int64)),
        "fixmedins_code": chosen(houses.code, staff.institution),
        "dept_codg": department_codes(staff.department),
    }


def department_codes(department: Ints) -> Texts:
    """Give the codes of departments; pharmacies have none."""
    return chosen([*(code for code, _ in DEPARTMENTS), None], department % (len(DEPARTMENTS) + 1))


def _items(catalogue: Catalogue) -> dict[str, Texts]:
    items = catalogue.items
    names = {
        "med_list_codg": "code", "hilist_name": "name", "list_type": "list_type", "chrgitm_lv": "level",
        "spec": "spec", "dosform_name": "form", "prcunt": "unit",
    }  # fmt: skip
    return {field: pa.array([value or None for value in items.column(name)]) for field, name in names.items()}


def _limits(plan: CityPlan, catalogue: Catalogue, prices: Prices) -> dict[str, Texts]:
    items = catalogue.items
    item, group = np.nonzero(np.repeat(items.limited[:, None], 3, axis=1))
    changed = items.change[item] != 0
    free = np.flatnonzero(~items.limited & items.drug)[
        ::9
    ]  # a few rows that say in figures that there is no limit
    what = np.r_[item, item[changed], free]
    level = np.r_[group, group[changed], full(len(free), 3)]
    highest = np.r_[prices.before[item, group], prices.after[item, group][changed], full(len(free), NO_LIMIT)]
    old, new = plan.first_day - 365, prices.change_day
    begin = np.r_[full(len(item), old), full(int(changed.sum()), new), full(len(free), old)]
    open_end = np.r_[~changed, np.ones(int(changed.sum()) + len(free), dtype=np.bool_)]
    later = np.arange(len(what)) >= len(item)
    paper = [f"示例医保发〔{plan.year - 1}〕12号", f"示例医保发〔{plan.year}〕31号"]
    return {
        "med_list_codg": chosen(items.column("code"), ints(what)),
        "lmtpric_hosp_lv": chosen(["3", "2", "1", "0"], level),
        "pric_uplmt_amt": decimals(highest, 6),
        "begndate": days(begin),
        "enddate": blank(days(full(len(what), new - 1)), open_end),
        "docno": chosen(paper, later.astype(np.int64)),
    }


def _status(plan: CityPlan, houses: Institutions) -> dict[str, Texts]:
    n = len(houses)
    return {
        "subj_type": pa.array(["institution"] * n),
        "subj_codg": pa.array(houses.code),
        "stas": pa.array(["NORMAL"] * n),
        "begndate": days(full(n, plan.first_day - 700)),
        "enddate": pa.array([None] * n, pa.string()),
        "chg_rea": pa.array([None] * n, pa.string()),
    }
