"""Houses and doctors that the ordinary year keeps away from, because their agreement or qualification is suspended.

They are added to the institutions of every city: a centre and a pharmacy whose agreement is suspended for three
months, and a centre three of whose doctors are. Their weight is nothing, so that only stories lead there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from yibao.city.arrays import full, ints
from yibao.city.institutions import COMMUNITY, GENERAL_PRACTICE, PHARMACY, Institutions, Staff
from yibao.city.plan import CityPlan
from yibao.city.text import Texts, days

SUSPENDED_FROM: Final = 150
SUSPENDED_DAYS: Final = 92
_CODES: Final = ("H99010629001", "P99010639001", "H99010529001")
_NAMES: Final = ("示例县停业镇卫生院", "百草堂药店示例县停业店", "示例市中区和睦社区卫生服务中心")
_CREDIT: Final = ("12990106MA2900017", "91990106MA3900018", "12990105MA2900019")
_DOCTORS: Final = 6
PAUSED_DOCTORS: Final = 3


@dataclass(frozen=True, slots=True)
class Closed:
    """Where the added houses are among the institutions."""

    centre: int
    pharmacy: int
    calm: int


def closed_houses(houses: Institutions) -> Closed:
    """Give the places of the added houses: they are the last three."""
    last = len(houses)
    return Closed(last - 3, last - 2, last - 1)


def with_closed(houses: Institutions) -> Institutions:
    """Add the houses."""
    tier = ints([COMMUNITY, PHARMACY, COMMUNITY])
    place = len(houses) + np.repeat(np.arange(3, dtype=np.int64), _DOCTORS)
    department = np.where(tier[place - len(houses)] == PHARMACY, -1, GENERAL_PRACTICE)
    names = 7_919 * (1 + np.arange(len(place), dtype=np.int64)) + 3_000_000
    yes = np.ones(3, dtype=np.bool_)
    return Institutions(
        code=[*houses.code, *_CODES], name=[*houses.name, *_NAMES],
        credit_code=[*houses.credit_code, *(checked(body) for body in _CREDIT)],
        level=[*houses.level, "08", "", "08"], tier=np.r_[houses.tier, tier],
        county=np.r_[houses.county, ints([5, 5, 4])], weight=np.r_[houses.weight, np.zeros(3)],
        dearness=np.r_[houses.dearness, full(3, 1) * 0.5], bent=np.r_[houses.bent, yes],
        reports_stock=np.r_[houses.reports_stock, tier == PHARMACY],
        staff=Staff.joined([houses.staff, Staff(place, ints(department), names)]),
    )  # fmt: skip


def checked(body: str) -> str:
    """Write a credit code with its check character over a body of seventeen."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(pow(3, i, 31) * alphabet.index(c) for i, c in enumerate(body))
    return body + alphabet[-total % 31]


def paused_doctors(houses: Institutions) -> list[int]:
    """Give the doctors of the last house whose qualification is suspended."""
    first = int(houses.first_staff[closed_houses(houses).calm])
    return [first + each for each in range(PAUSED_DOCTORS)]


def statuses(plan: CityPlan, rows: Iterable[tuple[str, str, str, int, int, str]]) -> dict[str, Texts]:
    """Give rows of fund_status_d: kind of subject, its code, status, first and last day, reason."""
    kept = list(rows)
    kind, code, status, first, last, reason = zip(*kept, strict=True) if kept else ((),) * 6
    return {
        "subj_type": pa.array(kind, pa.string()), "subj_codg": pa.array(code, pa.string()),
        "stas": pa.array(status, pa.string()), "begndate": days(ints(first)), "enddate": days(ints(last)),
        "chg_rea": pa.array(reason, pa.string()),
    }  # fmt: skip


def standing_statuses(plan: CityPlan, houses: Institutions, staff: list[str]) -> dict[str, Texts]:
    """Give the suspensions of the added houses and doctors."""
    closed = closed_houses(houses)
    first = plan.first_day + SUSPENDED_FROM
    last = first + SUSPENDED_DAYS - 1
    rows = [
        ("institution", houses.code[h], "SUSPENDED", first, last, "医保服务协议暂停三个月（虚构）")
        for h in (closed.centre, closed.pharmacy)
    ]
    rows += [
        ("practitioner", staff[d], "SUSPENDED", first, last, "年度记分达到9分（虚构）")
        for d in paused_doctors(houses)
    ]
    return statuses(plan, rows)
