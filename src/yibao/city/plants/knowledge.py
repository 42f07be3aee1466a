"""The bureau's own points: what the national batches do not say, delivered as files beside the bills.

They are the city's own lists, adopted by its own (made-up) paper. A kind that nobody asks for is not written: the
files are those whose form the claims contract knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from yibao.city.catalogue import Items
from yibao.city.institutions import DEPARTMENTS
from yibao.city.plan import CityPlan
from yibao.city.plants import cards, orders, tracing, wares
from yibao.city.text import Texts
from yibao.kernel import ymd_of

Row = dict[str, str | None]
_FROM: Final = "2025-01-01"
_DAY, _VISIT = "单日", "单次就诊"


def points(plan: CityPlan, items: Items) -> dict[str, dict[str, Texts]]:
    """Give the files of points by their names, each as columns of text."""
    names = dict(zip(items.column("code"), items.column("name"), strict=True))
    tables: dict[str, list[Row]] = {
        "knowledge_exclusive_pair": _exclusive(names),
        "knowledge_package_component": _packages(names),
        "knowledge_period_frequency": _frequencies(names),
        "knowledge_per_day_item": _days(items, names),
        "knowledge_payment_scope": _scope(plan, names),
        "knowledge_indication": _indications(names),
        "knowledge_second_line": _second_lines(names),
        "knowledge_drug_supply": _supplies(names),
        "knowledge_no_code_item": [{"code": tracing.NO_CODE, "name": names[tracing.NO_CODE]}],
        "knowledge_practice_scope": _scopes(names),
        "knowledge_trace_product": _products(items),
    }
    return {name: _columns([_said(plan, row) for row in rows]) for name, rows in tables.items()}


def _said(plan: CityPlan, row: Row) -> Row:
    paper = {
        "release": f"示例市{plan.year}年第1批", "status": "confirmed", "from": _FROM, "until": None,
        "source": f"示例医保发〔{plan.year}〕7号（虚构）",
    }  # fmt: skip
    return row | {name: row.get(name) or value for name, value in paper.items()}


def _columns(rows: Sequence[Row]) -> dict[str, Texts]:
    return {name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}


def _pair(names: dict[str, str], one: str, other: str, labels: tuple[str, str]) -> Row:
    first, second = labels
    return {
        f"{first}_code": one, f"{first}_name": names[one], f"{second}_code": other, f"{second}_name": names[other],
    }  # fmt: skip


def _exclusive(names: dict[str, str]) -> list[Row]:
    pairs = ((wares.EXCLUSIVE_ON_A_DAY, _DAY), (wares.EXCLUSIVE_IN_A_STAY, _VISIT))
    return [_pair(names, *pair, ("first", "second")) | {"span": span} for pair, span in pairs]


def _packages(names: dict[str, str]) -> list[Row]:
    rest: Row = {"span": _DAY, "least": str(len(wares.COMPONENTS)), "price": "160.00"}
    labels = ("package", "component")
    return [_pair(names, wares.PACKAGE, component, labels) | rest for component in wares.COMPONENTS]


def _frequencies(names: dict[str, str]) -> list[Row]:
    limits = (
        (wares.MONTHLY, wares.TIMES_A_MONTH, "自然月"), (wares.YEARLY, wares.TIMES_A_YEAR, "自然年"),
        (wares.ONCE, 1, "当次就诊"),
    )  # fmt: skip
    return [{"code": c, "name": names[c], "limit": str(n), "period": period} for c, n, period in limits]


def _days(items: Items, names: dict[str, str]) -> list[Row]:
    codes = items.column("code")
    families = {
        "床位": [*(codes[i] for i in items.role("bed")), *wares.BEDS],
        "护理": [*(codes[i] for i in items.role("nursing", "newborn_nursing")), wares.NURSING],
    }
    return [{"code": c, "name": names[c], "family": f} for f, own in families.items() for c in own]


def _scope(plan: CityPlan, names: dict[str, str]) -> list[Row]:
    out = str(ymd_of(plan.price_change_day))
    last = str(ymd_of(plan.price_change_day - 1))
    rows: list[Row] = [{"code": c, "name": names[c], "chrgitm_lv": "03"} for c in wares.NOT_PAID]
    fallen = wares.FALLEN_OUT
    rows.append({"code": fallen, "name": names[fallen], "chrgitm_lv": "02", "until": _dashed(last)})
    rows.append({"code": fallen, "name": names[fallen], "chrgitm_lv": "03", "from": _dashed(out)})
    return rows


def _dashed(ymd: str) -> str:
    return f"{ymd[:4]}-{ymd[4:6]}-{ymd[6:]}"


def _indications(names: dict[str, str]) -> list[Row]:
    return [
        {"code": code, "name": names[code], "diag_code": category}
        for code, category in wares.INDICATED.items()
    ]


def _second_lines(names: dict[str, str]) -> list[Row]:
    second = wares.SECOND_LINE
    return [
        {"code": second, "name": names[second], "first_code": first, "first_name": names[first]}
        for first in wares.FIRST_LINE
    ]


def _supplies(names: dict[str, str]) -> list[Row]:
    days: Row = {
        "unit_days": str(orders.PACK_DAYS), "ordinary_days": str(orders.ORDINARY_DAYS), "long_days": str(orders.LONG_DAYS),
    }  # fmt: skip
    rows: list[Row] = []
    for code in orders.SUPPLIED:
        own: Row = {"code": code, "name": names[code], "substance": names[code].removesuffix("(示例)")}
        rows.append(own | days)
    return rows


def _scopes(names: dict[str, str]) -> list[Row]:
    """Who may not order what: a psychotropic drug, a dentist; training of low vision, a surgeon."""
    told = ((cards.NARCOTIC, cards.DENTISTRY), (cards.LOW_VISION, cards.SURGERY))
    return [
        {
            "point": f"SYN-Z-{place:03d}", "code": code, "med_chrgitm_type": None, "name": names[code],
            "prac_psn_type": None, "dept_codg": DEPARTMENTS[department][0],
        }
        for place, (code, department) in enumerate(told, start=1)
    ]  # fmt: skip


def _products(items: Items) -> list[Row]:
    return [
        {"prefix": str(tracing.FIRST_PREFIX + i), "code": row["code"], "name": row["name"]}
        for i, row in enumerate(items.rows)
        if items.packed[i]
    ]
