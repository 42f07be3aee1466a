"""The institutions of the city: hospitals of three tiers, pharmacies, and the people who work there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from yibao.city.arrays import Bools, Columns, Dice, Floats, Ints, chance, ints
from yibao.city.people import COUNTIES

TERTIARY, SECONDARY, COMMUNITY, PHARMACY = range(4)
"""The tiers; the first three group price limits as 3, 2 and 1. What pharmacies ask goes with the lowest."""

COUNTY_NAMES: Final = ("东区", "西区", "南区", "北区", "中区", "示例县")
LEVELS: Final = (("02", "03", "02"), ("05", "06", "05"), ("08", "11", "09"), ("",))
UNGRADED: Final = ("", "11")
"""No level at all, and the level that says there is none (11 无等级): limits by level bind neither."""

BENT_PERCENT: Final = 15
"""So many of a hundred institutions have bad habits; most plants happen there, as inspections find."""

_FEWEST: Final = (3, 6, 14, 30)
_PEOPLE_EACH: Final = (365_000, 94_000, 15_900, 2_970)
"""People per institution of each tier in the nation, and how many of each the smallest city has."""

_TERTIARY_NAMES: Final = (
    "第一人民医院",
    "中医医院",
    "第二人民医院",
    "妇幼保健院",
    "肿瘤医院",
    "第三人民医院",
)
_COMMUNITY_NAMES: Final = (
    "幸福",
    "和平",
    "青山",
    "滨河",
    "文昌",
    "新华",
    "南湖",
    "柳荫",
    "长乐",
    "安康",
    "丰收",
    "临江",
)
_PHARMACY_NAMES: Final = ("示例大药房", "康宁大药房", "百草堂药店", "同心大药房", "益民药房")
_ORG_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"

DEPARTMENTS: Final = (
    ("A03", "内科"),
    ("A04", "外科"),
    ("A05", "妇产科"),
    ("A07", "儿科"),
    ("A10", "眼科"),
    ("A11", "耳鼻咽喉科"),
    ("A12", "口腔科"),
    ("A15", "精神科"),
    ("A19", "肿瘤科"),
    ("A20", "急诊医学科"),
    ("A21", "康复医学科"),
    ("A02", "全科医疗科"),
)
GENERAL_PRACTICE: Final = 11
DEPARTMENT_OF_STYLE: Final = {
    "medical": 0, "general": 0, "severe": 0, "cardiac": 0, "dialysis": 0,
    "surgical": 1, "andro": 1, "injury": 1, "birth": 2, "gynae": 2, "antenatal": 2, "newborn": 3,
    "eye": 4, "ent": 5, "dental": 6, "psych": 7, "chemo": 8, "radiotherapy": 8, "rehab": 10, "physio": 10,
}  # fmt: skip
EMERGENCY_DEPARTMENT: Final = 9
DOCTORS: Final = (5, 3, 6, 2)
"""Doctors per department in the two upper tiers, per community centre, and pharmacists per pharmacy."""


@dataclass(slots=True)
class Staff(Columns):
    """One row per practitioner; ``department`` is -1 in a pharmacy."""

    institution: Ints
    department: Ints
    name: Ints


@dataclass(frozen=True)
class Institutions:
    """The institutions as columns, in the order of their tiers; ``county`` counts from 0."""

    code: list[str]
    name: list[str]
    credit_code: list[str]
    level: list[str]
    tier: Ints
    county: Ints
    weight: Floats
    dearness: Floats
    bent: Bools
    reports_stock: Bools
    staff: Staff

    def __len__(self) -> int:
        return len(self.code)

    @cached_property
    def group(self) -> Ints:
        """Give the place of each institution's level group in price limits: 0 for 3, 1 for 2, 2 for 1."""
        return np.minimum(self.tier, 2)

    @cached_property
    def graded(self) -> Bools:
        """Say which institutions have a level, so that price limits by level bind them."""
        return np.array([level not in UNGRADED for level in self.level], dtype=np.bool_)

    @cached_property
    def plant_weight(self) -> Floats:
        """Give how readily each institution is chosen for a plant: six times as readily where habits are bad."""
        return np.where(self.bent, 6.0, 1.0)

    @cached_property
    def first_staff(self) -> Ints:
        """Give the row of each institution's first practitioner."""
        return ints(np.searchsorted(self.staff.institution, np.arange(len(self))))

    def of(self, tier: int, county: int | None = None) -> Ints:
        """Give the institutions of a tier, in one county or in all."""
        here = self.tier == tier
        return np.flatnonzero(here if county is None else here & (self.county == county))

    def doctor(self, institution: Ints, department: Ints, luck: Ints) -> Ints:
        """Give a practitioner of the department, or of the house where it has no departments."""
        tier = self.tier[institution]
        size = ints(DOCTORS)[tier]
        within = np.where(tier <= SECONDARY, np.minimum(department, GENERAL_PRACTICE - 1) * size, 0)
        return self.first_staff[institution] + within + luck % size


def make_institutions(people: int, throw: Dice) -> Institutions:
    """Found the institutions that a city of so many people has."""
    counts = tuple(max(few, round(people / each)) for few, each in zip(_FEWEST, _PEOPLE_EACH, strict=True))
    tier = np.repeat(np.arange(4, dtype=np.int64), counts)
    rank = np.concatenate([np.arange(c, dtype=np.int64) for c in counts])
    county = rank % len(COUNTIES)
    county[tier == TERTIARY] = ints([4, 0, 2])[rank[tier == TERTIARY] % 3]
    n = len(tier)
    spread = throw.lognormal(0, 0.35, n)
    reports = np.where(tier == PHARMACY, True, chance(throw, n, 75.0))
    reports[np.isin(tier, (TERTIARY, SECONDARY)) & (rank == 0)] = True
    bent = chance(throw, n, BENT_PERCENT)
    for each in range(4):  # every tier has at least one house with bad habits
        bent[np.flatnonzero(tier == each)[-1]] = True
    houses = [(int(t), int(c), int(r)) for t, c, r in zip(tier, county, rank, strict=True)]
    return Institutions(
        code=[_code(*house) for house in houses],
        name=[_name(*house) for house in houses],
        credit_code=[_credit_code(*house) for house in houses],
        level=[LEVELS[t][r % len(LEVELS[t])] for t, _, r in houses],
        tier=tier,
        county=county,
        weight=spread,
        dearness=0.61 + 0.2 * throw.random(n),
        bent=bent,
        reports_stock=np.asarray(reports, dtype=np.bool_),
        staff=_staff(tier, throw),
    )


def _code(tier: int, county: int, rank: int) -> str:
    return f"{'P' if tier == PHARMACY else 'H'}{COUNTIES[county]}{tier}{rank + 1:04d}"


def _name(tier: int, county: int, rank: int) -> str:
    place = COUNTY_NAMES[county]
    city = place if place.startswith("示例") else f"示例市{place}"
    turn = rank // len(COUNTIES)
    if tier == TERTIARY:
        return f"示例市{_TERTIARY_NAMES[rank]}" if rank < 6 else f"示例市第{rank + 1}医院"
    if tier == SECONDARY:
        return f"{city}人民医院" if turn == 0 else f"{city}第{turn + 1}医院"
    if tier == COMMUNITY:
        word = _COMMUNITY_NAMES[rank % len(_COMMUNITY_NAMES)]
        more = "" if rank < len(_COMMUNITY_NAMES) else str(rank // len(_COMMUNITY_NAMES) + 1)
        return f"{city}{word}{more}{'镇卫生院' if county == 5 else '社区卫生服务中心'}"
    return f"{_PHARMACY_NAMES[rank % len(_PHARMACY_NAMES)]}{place}{turn + 1}店"


def _credit_code(tier: int, county: int, rank: int) -> str:
    """Write a credit code with both check characters right (GB 32100, GB 11714); the body is made up."""
    body = f"MA{tier}{rank + 1:05d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(w * _ORG_ALPHABET.index(c) for w, c in zip(weights, body, strict=True)) % 11
    own = {10: "X", 11: "0"}.get(rest, str(rest))
    code = f"{'91' if tier == PHARMACY else '12'}{COUNTIES[county]}{body}{own}"
    total = sum(pow(3, i, 31) * _CREDIT_ALPHABET.index(c) for i, c in enumerate(code))
    return code + _CREDIT_ALPHABET[-total % 31]


def _staff(tier: Ints, throw: Dice) -> Staff:
    institution: list[int] = []
    department: list[int] = []
    for house, t in enumerate(tier):
        if t <= SECONDARY:
            own = [d for d in range(GENERAL_PRACTICE) for _ in range(DOCTORS[t])]
        else:
            own = [GENERAL_PRACTICE if t == COMMUNITY else -1] * DOCTORS[t]
        institution += [house] * len(own)
        department += own
    return Staff(ints(institution), ints(department), throw.integers(0, 2**40, len(institution)))
