"""The bills of a stay: what is charged day after day from admission to the day before discharge, and what is not.

The day of admission counts and the day of discharge does not (计入不计出). A stay has a plan (its drugs, doses and
nursing grade), drawn once; a stay that continues another one has the other's plan and hardly any tests on arrival.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from yibao.city.arrays import Bools, Dice, Ints, firsts, full, ints
from yibao.city.catalogue import CHILD, Catalogue
from yibao.city.institutions import TERTIARY, Institutions
from yibao.city.lines import DAY_MINUTES, Lines, drawn, repeated, who_is_it_for, whole
from yibao.city.people import People
from yibao.city.plan import DAY_HOURS, UNIT
from yibao.city.visits import STAY, Visits

_TESTS_ON_ARRIVAL: Final = (16, 11, 5)
_ARRIVAL_IF_CONTINUED: Final = 3
_NURSING: Final = {"severe": 0, "cardiac": 0, "surgical": 1, "birth": 1, "chemo": 1}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a stay is treated with, day after day; the rows are the stays."""

    stay: Ints
    injected: tuple[Ints, Ints]
    vials: tuple[Ints, Ints]
    taken: tuple[Ints, Ints]
    fluid: Ints
    nursing: Ints
    hours: Ints


def ward_lines(
    people: People, visits: Visits, catalogue: Catalogue, institutions: Institutions, throw: Dice
) -> Lines:
    """Charge every stay."""
    stays = np.flatnonzero(visits.kind == STAY)
    who = who_is_it_for(people, visits)
    plan = _plans(visits, stays, who, catalogue, throw)
    parts = [
        *_daily(visits, plan, who, catalogue, throw),
        *_tests(visits, stays, institutions, catalogue, throw),
        *_special(visits, stays, who, catalogue, throw),
        *_operations(visits, stays, catalogue, throw),
    ]
    lines = Lines.joined(parts)
    last = visits.end[lines.visit]
    earliest = visits.start[lines.visit] + 10
    lines.minute = np.minimum(np.maximum(lines.minute, earliest), last)
    return lines.take(
        firsts(lines.visit, lines.item, lines.minute // DAY_MINUTES - int(visits.start.min()) // DAY_MINUTES)
    )


def nights(visits: Visits) -> Ints:
    """Give the days charged of each stay: the day of admission counts, the day of discharge does not."""
    return visits.end // DAY_MINUTES - visits.start // DAY_MINUTES


def _plans(visits: Visits, stays: Ints, who: Ints, catalogue: Catalogue, throw: Dice) -> _Plan:
    n = len(stays)
    diagnoses, items = catalogue.diagnoses, catalogue.items
    which = visits.diagnosis[stays] * 3 + who[stays]
    grades = items.role("nursing")
    style = diagnoses.column("style")
    grade = ints([_NURSING.get(s, 2) for s in style])[visits.diagnosis[stays]]
    newborn = diagnoses.styled("newborn")[visits.diagnosis[stays]]
    nursing = np.where(newborn, items.role("newborn_nursing")[0], grades[grade])
    columns = [
        diagnoses.injected.draw(which, throw.random(n)), diagnoses.injected.draw(which, throw.random(n)),
        throw.integers(1, 4, n), throw.integers(1, 3, n),
        diagnoses.taken_home.draw(which, throw.random(n)), diagnoses.taken_home.draw(which, throw.random(n)),
        drawn(items.role("fluid"), throw.random(n)), ints(nursing), throw.integers(2, DAY_HOURS + 1, n),
    ]  # fmt: skip
    row_of = full(len(visits), -1)
    row_of[stays] = np.arange(n)
    model = visits.continues[stays]
    own = np.where(model >= 0, row_of[np.maximum(model, 0)], np.arange(n))
    first, second, vials, vials_2, third, fourth, fluid, care, hours = (ints(c)[own] for c in columns)
    return _Plan(stays, (first, second), (vials, vials_2), (third, fourth), fluid, care, hours)


def _daily(visits: Visits, plan: _Plan, who: Ints, catalogue: Catalogue, throw: Dice) -> list[Lines]:
    items, diagnoses = catalogue.items, catalogue.diagnoses
    long = nights(visits)[plan.stay]
    row = repeated(np.arange(len(plan.stay), dtype=np.int64), long)
    stay = plan.stay[row]
    turn = ints(np.arange(len(row)) - repeated(np.cumsum(long) - long, long))
    midnight = (visits.start[stay] // DAY_MINUTES + turn) * DAY_MINUTES
    style = visits.diagnosis[stay]
    on_drip = diagnoses.styled("medical", "severe", "surgical", "cardiac", "chemo", "birth", "newborn")[style]
    on_drip &= turn < 12
    chemo = diagnoses.styled("chemo")[style]
    small = who[stay] == CHILD
    newborn = diagnoses.styled("newborn")[style]
    watched = diagnoses.styled("severe", "cardiac")[style] & (turn < 4)
    breathless = ints([c[0] in "JI" for c in diagnoses.category]).astype(np.bool_)[style] & (turn < 6)

    def at(hour: int, minute: int, where: Bools, item: Ints | int, quantity: Ints | int) -> Lines:
        rows = np.flatnonzero(where)
        what = full(len(rows), item) if isinstance(item, int | np.integer) else item[rows]
        much = quantity if isinstance(quantity, int) else quantity[rows]
        jitter = throw.integers(0, 25, len(rows))
        return Lines.charged(stay[rows], what, midnight[rows] + hour * 60 + minute + jitter, much)

    always = np.ones(len(row), dtype=np.bool_)
    tube, needle, syringe = items.role("infusion_material")
    push = items.role("injection_service")[1]
    drip = np.where(small & ~newborn, items.role("child_infusion")[0], items.role("infusion")[0])
    given = ~chemo | (turn < 2)
    late = turn >= np.where(
        diagnoses.styled("rehab", "psych")[style], 20, 12
    )  # no day of a long stay is an empty bed
    return [
        at(0, 5, always, int(items.role("bed")[0]), UNIT),
        at(8, 0, always, int(items.role("visit_inpatient")[0]), UNIT),
        at(7, 0, always, plan.nursing[row], UNIT),
        at(9, 0, on_drip, ints(drip), UNIT),
        at(9, 1, on_drip, plan.fluid[row], ints(whole(1 + turn % 2))),
        at(9, 2, on_drip & given, plan.injected[0][row], ints(whole(plan.vials[0][row]))),
        at(9, 3, on_drip & given & (turn < 5), plan.injected[1][row], ints(whole(plan.vials[1][row]))),
        at(9, 4, on_drip, int(tube), UNIT),
        at(9, 5, on_drip & (turn % 4 == 0), int(needle), UNIT),
        at(10, 0, (on_drip & (turn % 2 == 0)) | late, int(push), UNIT),
        at(10, 2, late, plan.injected[0][row], UNIT),
        at(10, 1, on_drip & (turn % 4 == 0), int(syringe), ints(whole(1 + turn % 3))),
        at(11, 0, ~newborn & (turn % 7 == 1), plan.taken[0][row], UNIT),
        at(11, 1, ~newborn & (turn % 7 == 2), plan.taken[1][row], UNIT),
        at(12, 0, watched, int(items.role("monitor")[0]), ints(whole(plan.hours[row]))),
        at(12, 1, watched & (turn < 2), int(items.role("monitor")[1]), ints(whole(plan.hours[row]))),
        at(12, 2, breathless, int(items.role("oxygen")[0]), ints(whole(plan.hours[row]))),
        at(15, 0, breathless & (turn < 5), int(items.role("nebulise")[0]), ints(whole(1 + turn % 2))),
    ]


def _tests(
    visits: Visits, stays: Ints, institutions: Institutions, catalogue: Catalogue, throw: Dice
) -> list[Lines]:
    items = catalogue.items
    tier = institutions.tier[visits.institution[stays]]
    long = nights(visits)[stays]
    arrival = throw.poisson(np.array(_TESTS_ON_ARRIVAL)[np.minimum(tier, 2)])
    arrival = np.where(visits.continues[stays] >= 0, _ARRIVAL_IF_CONTINUED, arrival)
    parts = []
    for role, counts, earliest in (
        ("lab", arrival, 0),
        ("lab", throw.poisson(long * 0.5), 2),
        (
            "exam",
            np.minimum(throw.poisson(2.6 + 0.4 * (tier == TERTIARY)), 6) * (visits.continues[stays] < 0),
            0,
        ),
    ):
        row = repeated(np.arange(len(stays), dtype=np.int64), counts)
        room = np.maximum(long[row] - earliest, 1)
        turn = earliest + (throw.random(len(row)) * room * (earliest > 0)).astype(np.int64)
        turn = np.minimum(turn, long[row] - 1)
        visit = stays[row]
        minute = (visits.start[visit] // DAY_MINUTES + turn) * DAY_MINUTES + throw.integers(
            380, 700, len(row)
        )
        parts.append(Lines.charged(visit, drawn(items.role(role), throw.random(len(row))), minute, UNIT))
    return parts


def _special(visits: Visits, stays: Ints, who: Ints, catalogue: Catalogue, throw: Dice) -> list[Lines]:
    """Charge what a style of ward does every day or every other day, and the drugs to take home."""
    items, diagnoses = catalogue.items, catalogue.diagnoses
    parts = []
    for style, roles, every, most, hours in (
        ("rehab", ("rehab",), 1, 20, False), ("rehab", ("tcm",), 1, 20, False), ("psych", ("psych_daily",), 1, 40, False),
        ("psych", ("psych",), 7, 40, False), ("dialysis", ("dialysis",), 3, 40, False),
        ("dialysis", ("dialysis_material",), 3, 40, False), ("radiotherapy", ("radiotherapy",), 1, 25, False),
        ("surgical", ("dressing",), 2, 9, False), ("newborn", ("newborn",), 1, 10, True),
        ("severe", ("ventilation",), 1, 4, True), ("severe", ("catheter",), 2, 10, False),
    ):  # fmt: skip
        rows = stays[diagnoses.styled(style)[visits.diagnosis[stays]]]
        counts = np.minimum((nights(visits)[rows] + every - 1) // every, most)
        visit = repeated(rows, counts)
        turn = ints(np.arange(len(visit)) - repeated(np.cumsum(counts) - counts, counts)) * every
        item = drawn(items.role(*roles), throw.random(len(visit)))
        unit = ints([u == "小时" for u in items.column("unit")]).astype(np.bool_)
        much = np.where(hours & unit[item], throw.integers(4, DAY_HOURS + 1, len(visit)), 1)
        minute = (visits.start[visit] // DAY_MINUTES + turn) * DAY_MINUTES + throw.integers(
            780, 980, len(visit)
        )
        parts.append(Lines.charged(visit, item, minute, ints(whole(much))))
    home = repeated(stays, throw.integers(0, 4, len(stays)))
    home = home[~diagnoses.styled("newborn")[visits.diagnosis[home]]]
    which = visits.diagnosis[home] * 3 + who[home]
    item = diagnoses.taken_home.draw(which, throw.random(len(home)))
    packs = whole(throw.integers(1, 4, len(home)))
    parts.append(Lines.charged(home, item, visits.end[home] - 15, ints(packs)))
    return parts


def _operations(visits: Visits, stays: Ints, catalogue: Catalogue, throw: Dice) -> list[Lines]:
    items = catalogue.items
    rows, turn = operated(visits, catalogue)
    charged = catalogue.diagnoses.operation[visits.diagnosis[rows]] >= 0  # the others are done at the bedside
    rows, turn = rows[charged], turn[charged]
    minute = (visits.start[rows] // DAY_MINUTES + turn) * DAY_MINUTES + 13 * 60
    item = catalogue.diagnoses.operation[visits.diagnosis[rows]]
    parts = [Lines.charged(rows, item, minute, UNIT)]
    parts.append(
        Lines.charged(rows, drawn(items.role("anaesthesia"), throw.random(len(rows))), minute + 1, UNIT)
    )
    for each in items.role("lab_surgery"):
        parts.append(Lines.charged(rows, full(len(rows), int(each)), minute - 120, UNIT))
    visit = repeated(rows, throw.integers(1, 5, len(rows)))
    at = repeated(minute, np.bincount(np.searchsorted(rows, visit), minlength=len(rows)))
    parts.append(
        Lines.charged(visit, drawn(items.role("surgery_material"), throw.random(len(visit))), at + 2, UNIT)
    )
    stented = rows[_hearts(visits, rows, catalogue)]
    parts.append(
        Lines.charged(
            stented, full(len(stented), int(items.role("stent")[0])), visits.start[stented] + 600, UNIT
        )
    )
    return parts


def _hearts(visits: Visits, rows: Ints, catalogue: Catalogue) -> Bools:
    coronary = ints([c in ("I20", "I21") for c in catalogue.diagnoses.category]).astype(np.bool_)
    return coronary[visits.diagnosis[rows]]


def operated(visits: Visits, catalogue: Catalogue) -> tuple[Ints, Ints]:
    """Give the stays in which something was operated, and on which day of the stay.

    Whether it was is a matter of the stay's own numbers and of no dice, so that the procedure list tells the same.
    """
    diagnoses = catalogue.diagnoses
    rows = np.flatnonzero((visits.kind == STAY) & (visits.continues < 0))
    luck = (visits.start[rows] * 7_919 + visits.person[rows] * 104_729) % 100
    rows = rows[luck < diagnoses.operation_percent[visits.diagnosis[rows]]]
    return rows, np.minimum(2, nights(visits)[rows] - 1)
