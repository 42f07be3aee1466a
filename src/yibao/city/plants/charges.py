"""Plants made of what is billed: contained items, more than a day holds, dearer than allowed (条例 Art. 38(3))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from yibao.city.arrays import Bools, pick
from yibao.city.lines import DAY_MINUTES
from yibao.city.plan import ADULT_YEARS, CENT, DAY_HOURS, ONCE_A_DAY, UNIT
from yibao.city.plants.site import Site
from yibao.city.visits import EMERGENCY, STAY, VISIT


@dataclass(frozen=True, slots=True)
class _Bundle:
    """A main item that by its own description contains another one, and on whose bills the two meet."""

    main: str
    contained: str
    place: str


BUNDLES: Final = (
    _Bundle("001103000010000", "001102000030000", "emergency"),  # 急诊监护费 含 诊查
    _Bundle("001202000010000", "001202000020000", "stay"),  # 大抢救 高于 中抢救
    _Bundle("002101010020000", "002101010010100", "visit"),  # 食管钡餐透视 含 胸部透视
    _Bundle("003106040010000", "003101000040000", "visit"),  # 睡眠呼吸监测 含 脑电
    _Bundle("001201000010000", "001201000140100", "stay"),  # 重症监护 含 护理
    _Bundle("003106010120000", "003106010010000", "visit"),  # 支气管舒张试验 含 通气功能
    _Bundle("004100000080000", "004800000030000", "visit"),  # 中药塌渍治疗 含 药物调配
    _Bundle("003110000100000", "003110000060100", "stay"),  # 血液灌流 含 透析
    _Bundle("004200000070000", "004200000010000", "visit"),  # 骨折夹板外固定术 含 整复
    _Bundle("003316020030000", "003114000300000", "visit"),  # 胼胝病变切除修复术 含 鸡眼切除
    _Bundle("003205000070000", "003205000010000", "stay"),  # 冠脉内超声 含 术前造影
    _Bundle("001303000010000", "001309000010000", "visit"),  # 家庭巡诊 含 健康咨询
    _Bundle("003313060030000", "003112010130000", "woman"),  # 宫腔镜检查 含 活检
)
"""Medical facts read from the items' descriptions; the list is the generator's own."""


_WHERE_BUNDLES_MEET: Final = {
    "emergency": "contained_in_emergency_care",
    "visit": "contained_beside_main",
    "woman": "contained_beside_main",
    "stay": "hours_apart_in_one_stay",
}


def plant_charges(site: Site) -> None:
    """Plant wrong charges and what looks like them."""
    _bundles(site)
    _days(site)
    _prices(site)


def _places(site: Site) -> dict[str, Bools]:
    grown = site.age >= ADULT_YEARS
    styled = site.catalogue.diagnoses.styled
    plain = (
        styled("medical", "rehab")[site.visits.diagnosis] & (site.visits.kind == STAY) & (site.nights >= 3)
    )
    seen = (site.visits.kind == VISIT) & grown
    return {
        "visit": seen & ~styled("physio")[site.visits.diagnosis],
        "woman": seen & (site.sex == 2),
        "emergency": site.visits.kind == EMERGENCY,
        "stay": plain & grown,
    }


def _bundles(site: Site) -> None:
    places, items = _places(site), site.catalogue.items
    by_name = {f"{b.main}+{b.contained}": b for b in BUNDLES}
    for name, host in site.deal(site.quota.violations(), {n: places[b.place] for n, b in by_name.items()}):
        bundle = by_name[name]
        main, contained = items.coded(bundle.main), items.coded(bundle.contained)
        way = _WHERE_BUNDLES_MEET[bundle.place]
        plant = site.marks.add("duplicate_charge_pair", violation=True, disguise=way)
        if bundle.place == "stay":
            turn = int(site.throw.integers(1, site.nights[host]))
            at = (site.in_day(host, turn, 9), site.in_day(host, turn, 15))
        else:
            at = (site.near_the_end(host), site.near_the_end(host))
        there = [r for r in site.lines_of(host) if site.lines.item[r] == contained]
        row = int(there[0]) if there else site.charge(host, contained, at[1])
        site.marks.line(plant, row, violating=True)
        site.marks.line(plant, site.charge(host, main, at[0]), violating=False)
    ways = {
        "consecutive_days": places["stay"],
        "contained_item_returned": places["stay"],
        "main_item_alone": places["visit"],
    }
    for way, host in site.deal(site.quota.innocents(), ways):
        where = "visit" if way == "main_item_alone" else "stay"
        choice = [b for b in BUNDLES if b.place == where]
        bundle = choice[int(site.throw.integers(0, len(choice)))]
        main, contained = items.coded(bundle.main), items.coded(bundle.contained)
        plant = site.marks.add("duplicate_charge_pair", violation=False, disguise=way)
        minute = site.near_the_end(host) if where == "visit" else site.in_day(host, 1, 9)
        site.marks.line(plant, site.charge(host, main, minute), violating=False)
        if way == "main_item_alone":
            continue
        row = site.charge(host, contained, site.in_day(host, 2 if way == "consecutive_days" else 1, 14))
        site.marks.line(plant, row, violating=True)
        if way == "contained_item_returned":
            site.give_back(row)


def _days(site: Site) -> None:
    items = site.catalogue.items
    daily = np.r_[items.role("bed", "visit_inpatient", "nursing")]
    by_person = items.role(
        "visit_inpatient", "nursing"
    )  # a second bed is a matter of repeated charges as well
    hourly = items.role("hourly")
    ward = (site.visits.kind == STAY) & (site.nights >= 2) & (site.age >= 1)
    over = dict.fromkeys(
        ("one_line_of_two", "second_line", "hours_over_a_day", "half_an_hour_over", "two_lines_over_a_day"),
        ward,
    )
    under = dict.fromkeys(
        ("exactly_a_day", "two_lines_of_a_day", "second_line_returned", "once_each_day"), ward
    )
    hours = {
        "hours_over_a_day": (DAY_HOURS + 2,), "half_an_hour_over": (DAY_HOURS + 0.5,), "two_lines_over_a_day": (14, 12),
        "exactly_a_day": (DAY_HOURS,), "two_lines_of_a_day": (13, 11),
    }  # fmt: skip
    for violation, ways, wanted in (
        (True, over, site.quota.violations()),
        (False, under, site.quota.innocents()),
    ):
        for way, host in site.deal(wanted, ways):
            plant = site.marks.add("frequency_per_day", violation=violation, disguise=way)
            turn = int(site.throw.integers(0, site.nights[host]))
            hour_item = int(site.throw.choice(hourly))
            if way in hours:
                for each, much in enumerate(hours[way]):
                    row = site.charge(
                        host, hour_item, site.in_day(host, turn, 17 + 3 * each), round(much * UNIT)
                    )
                    site.marks.line(plant, row, violating=True)
            elif way == "once_each_day":
                for turn in (0, 1):
                    row = site.charge(host, hour_item, site.in_day(host, turn, 18), DAY_HOURS * UNIT)
                    site.marks.line(plant, row, violating=True)
            else:
                _second(
                    site,
                    plant,
                    host,
                    way,
                    [
                        r
                        for r in site.lines_of(host)
                        if site.lines.item[r] in (daily if way == "one_line_of_two" else by_person)
                    ],
                )


def _second(site: Site, plant: int, host: int, way: str, there: list[int]) -> None:
    """Charge something that has been charged for the day once more."""
    first = int(there[int(site.throw.integers(0, len(there)))])
    if way == "one_line_of_two":
        site.lines.quantity[first] = (ONCE_A_DAY + 1) * UNIT
    else:
        again = site.charge(
            host, int(site.lines.item[first]), _same_day(site, host, int(site.lines.minute[first]))
        )
        site.marks.line(plant, again, violating=True)
        if way == "second_line_returned":
            site.give_back(again)
    site.marks.line(plant, first, violating=True)


def _same_day(site: Site, host: int, minute: int) -> int:
    evening = minute // DAY_MINUTES * DAY_MINUTES + 20 * 60 + 30
    return min(evening, int(site.visits.end[host]))


def _prices(site: Site) -> None:
    visits, items = site.visits, site.catalogue.items
    usable = (items.covered & items.limited)[site.lines.item] & ~visits.taken[site.lines.visit]
    place = np.flatnonzero(usable & (site.lines.quantity >= UNIT) & (site.lines.price == 0))
    lines = site.lines.take(place)
    house = visits.institution[lines.visit]
    day, group = lines.minute // DAY_MINUTES, site.institutions.group[house]
    limit = site.prices.limit(lines.item, group, day)
    changed = np.where(day >= site.plan.price_change_day, items.change[lines.item], 0)
    usable, weight = site.institutions.graded[house], site.institutions.plant_weight[house]
    free = ~usable
    old_limit = site.prices.before[lines.item, group]
    over = {
        "over_by_a_cent": (usable, limit + CENT),
        "over_by_a_twentieth": (usable, limit + np.maximum(limit // 20 // CENT, 1) * CENT),
        "over_by_half": (usable, limit * 3 // 2 // CENT * CENT + CENT),
        "old_price_after_the_cut": (usable & (changed < 0), old_limit),
    }
    at = {
        "exactly_at_the_limit": (usable, limit),
        "new_price_after_the_rise": (usable & (changed > 0), limit),
        "no_level_and_no_limit": (free, limit * 3 // 2 // CENT * CENT + CENT),
    }
    for violation, ways, wanted in (
        (True, over, site.quota.violations()),
        (False, at, site.quota.innocents()),
    ):
        counts = np.bincount(np.arange(wanted) % len(ways), minlength=len(ways))
        for (way, (where, price)), count in zip(ways.items(), counts, strict=True):
            rows = np.flatnonzero(where & ~visits.taken[lines.visit])
            if len(rows) == 0:
                continue
            chosen = pick(site.throw, rows, 4 * int(count), weight[rows])
            _, firsts = np.unique(lines.visit[chosen], return_index=True)
            for row in chosen[np.sort(firsts)][: int(count)]:
                visits.taken[lines.visit[row]] = True
                site.lines.price[place[row]] = int(price[row])
                plant = site.marks.add("price_over_limit", violation=violation, disguise=way)
                site.marks.line(plant, int(place[row]), violating=True)
