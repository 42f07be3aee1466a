"""Plants of traceability codes (条例 Art. 38(4), (5), Art. 39(3)): none, sold twice, of another drug, never bought.

The seven digits a code begins with say of which drug the pack is; the thirteen after them are the pack's own.
"""

from __future__ import annotations

from typing import Final

from yibao.city.institutions import PHARMACY, SECONDARY
from yibao.city.lines import DAY_MINUTES
from yibao.city.plants.stage import Stage
from yibao.city.visits import CHRONIC, PURCHASE

FIRST_PREFIX: Final = 8_900_000
SERIAL_DIGITS: Final = 13
NO_CODE: Final = "SYN-P-0312"
DEAR: Final = "SYN-P-0302"
CHEAP: Final = "SYN-P-0311"
SOLD: Final = ("SYN-P-0301", "SYN-P-0302", "SYN-P-0303", "SYN-P-0304")
_UNKNOWN_PREFIX: Final = 7_100_000
_FROM_DUTY: Final = 185
"""The day of the year from which hospitals collect codes as well (2026-01-01 is the 184th)."""


def plant_tracing(stage: Stage) -> None:
    """Plant what is wrong with codes."""
    _none(stage)
    _twice(stage)
    _another_drug(stage)
    _before_purchase(stage)


def code_of(stage: Stage, item: int, person: int, turn: int, *, prefix: int = 0) -> str:
    """Make up a code that no ordinary pack has."""
    number = int(stage.people.number[person]) * 100 + turn
    return f"{prefix or FIRST_PREFIX + item}{9 * 10**12 + number}"


def _sale(stage: Stage, person: int, house: int, day: int, code: str, **said: object) -> tuple[int, int]:
    visit = stage.visit(person, house, stage.minute(day), kind=PURCHASE)
    return visit, stage.charge(visit, stage.item(code), **said)  # type: ignore[arg-type]


def _none(stage: Stage) -> None:
    """A drug is settled and no code was scanned (无码结算)."""
    who = stage.grown(25, 85)
    wrong = dict.fromkeys(("nothing_scanned", "one_of_two_scanned", "hospital_after_the_duty"), who)
    right = dict.fromkeys(("has_no_code", "hospital_before_the_duty", "line_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("no_trace_code", violation, ways):
            if way.startswith("hospital"):
                low, high = (_FROM_DUTY + 2, 340) if violation else (20, 180)
                visit = stage.visit(
                    person, stage.house(SECONDARY), stage.minute(stage.day(low, high)), kind=CHRONIC
                )
                stage.consult(visit)
            else:
                visit = stage.visit(person, stage.house(PHARMACY), stage.minute(stage.day()), kind=PURCHASE)
            code = NO_CODE if way == "has_no_code" else SOLD[turn % 4]
            place = stage.charge(visit, stage.item(code), plant=plant, back=way == "line_returned")
            stage.said.codes[place] = []
            if way == "one_of_two_scanned":
                stage.charge(visit, stage.item(SOLD[(turn + 1) % 4]))


def _twice(stage: Stage) -> None:
    """One pack is sold twice (追溯码重复结算)."""
    who = stage.grown(25, 85)
    wrong = dict.fromkeys(("another_shop_weeks_later", "same_shop_next_month", "after_half_a_year"), who)
    right = dict.fromkeys(("split_pack", "first_sale_reversed", "first_sale_returned"), who)
    gaps = {"another_shop_weeks_later": 26, "same_shop_next_month": 31, "after_half_a_year": 150}
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (one, other), turn in stage.cast("code_sold_twice", violation, ways, each=2):
            house, day, ware = stage.house(PHARMACY), stage.day(10, 150), SOLD[turn % 4]
            second = stage.house(PHARMACY, other_than=house) if way == "another_shop_weeks_later" else house
            split = way == "split_pack"
            code = code_of(stage, stage.item(ware), one, 1)
            part = 0.25 if split else 1
            visit, first = _sale(
                stage, one, house, day, ware, plant=plant, violating=not violation, packs=part,
                back=way == "first_sale_returned",
            )  # fmt: skip
            _, again = _sale(stage, other, second, day + gaps.get(way, 9), ware, plant=plant, packs=part)
            stage.said.codes[first] = [(code, int(split))]
            stage.said.codes[again] = [(code, int(split))]
            if way == "first_sale_reversed":
                stage.undone.append((visit, 20))


def _another_drug(stage: Stage) -> None:
    """The code is of a cheap drug, the settlement of a dear one (追溯码与结算药品不符)."""
    who = stage.grown(25, 85)
    wrong = dict.fromkeys(("cheaper_strength", "another_drug_altogether"), who)
    right = dict.fromkeys(("its_own_code", "maker_not_on_the_list", "line_returned"), who)
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), _ in stage.cast("code_of_another_drug", violation, ways):
            house, day = stage.house(PHARMACY), stage.day()
            _, place = _sale(stage, person, house, day, DEAR, plant=plant, back=way == "line_returned")
            product = {"its_own_code": DEAR, "another_drug_altogether": "SYN-P-0304"}.get(way, CHEAP)
            prefix = _UNKNOWN_PREFIX if way == "maker_not_on_the_list" else 0
            code = code_of(stage, stage.item(product), person, 2, prefix=prefix)
            stage.said.codes[place] = [(code, 0)]
            if way == "maker_not_on_the_list":
                came = (day - 20) * DAY_MINUTES + 7 * 60
                stage.said.inbound.append((house, stage.item(DEAR), code, came, "3503"))


def _before_purchase(stage: Stage) -> None:
    """A pack is sold that had not come in (先售后购)."""
    who = stage.grown(25, 85)
    wrong = dict.fromkeys(("came_in_a_week_later", "never_came_in", "came_in_a_month_later"), who)
    right = dict.fromkeys(
        ("came_in_that_morning", "reported_a_day_late", "counted_in_stock", "long_before"), who
    )
    later = {
        "came_in_a_week_later": 7, "came_in_a_month_later": 30, "reported_a_day_late": 1, "came_in_that_morning": 0,
        "counted_in_stock": -30, "long_before": -60,
    }  # fmt: skip
    for violation, ways in ((True, wrong), (False, right)):
        for way, plant, (person,), turn in stage.cast("code_before_purchase", violation, ways):
            house, ware = stage.house(PHARMACY), SOLD[turn % 4]
            day = stage.day(235, 330)  # the shop has reported what comes in for long enough
            _, place = _sale(stage, person, house, day, ware, plant=plant)
            code = code_of(stage, stage.item(ware), person, 3)
            stage.said.codes[place] = [(code, 0)]
            if way == "never_came_in":
                stage.said.never_bought.append(code)
                continue
            moment = (day + later[way]) * DAY_MINUTES + 7 * 60
            kind = "3501" if way == "counted_in_stock" else "3503"
            stage.said.inbound.append((house, stage.item(ware), code, moment, kind))
