"""One chunk of the city's people through the whole year: visits, plants, bills, corrections, money, numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yibao.city.amounts import BillMoney, LineMoney, bill_money, line_money
from yibao.city.arrays import Ints, dice, full, in_order, ints, ranks
from yibao.city.bills import walk_in_lines
from yibao.city.catalogue import Catalogue
from yibao.city.corrections import Reversals, Settlements, ordinary_reversals, settle, ward_returns
from yibao.city.dear import dear_lines
from yibao.city.institutions import Institutions
from yibao.city.lines import Lines
from yibao.city.names import person_numbers
from yibao.city.people import People, make_people
from yibao.city.plan import PLANTED_PEOPLE, CityPlan
from yibao.city.plants import (
    Marks,
    Quota,
    Said,
    Site,
    Stage,
    plant_charges,
    plant_journeys,
    plant_persons,
    plant_stories,
)
from yibao.city.plants.honest import evened, not_twice, treated_every_day
from yibao.city.prices import Prices
from yibao.city.schemes import Schemes, plant_schemes
from yibao.city.visits import Visits, make_visits
from yibao.city.wards import operated, ward_lines

LINES_PER_BILL = 4_000
BILLS_PER_CHUNK = 250_000
"""More lines than a bill has and more visits or bills than a chunk: every chunk numbers its own from a round number on."""

_BILLS = 1_000_000_000
_MINUTES = 2_000_000
"""More minutes than lie between any two lines."""


@dataclass(slots=True)
class Ground:
    """What all chunks share: the plan, what can be charged, who charges it and for how much."""

    plan: CityPlan
    catalogue: Catalogue
    institutions: Institutions
    prices: Prices


@dataclass(slots=True)
class Chunk:
    """A finished chunk; lines are sorted by settlement and moment, ``bill`` is the settlement of each line.

    ``number`` of visits, settlements and lines counts through the city and is what the files write; ``reverses`` of a
    line is the number of the line taken back, 0 for none; ``standing`` is 0 for what was taken back or takes back.
    """

    index: int
    people: People
    visits: Visits
    settlements: Settlements
    lines: Lines
    bill: Ints
    line_money: LineMoney
    bill_money: BillMoney
    visit_number: Ints
    settlement_number: Ints
    line_number: Ints
    reverses: Ints
    standing: Ints
    truth: pa.Table
    said: Said
    schemes: list[tuple[str, ...]]


@dataclass(slots=True)
class Counted:
    """How many visits and settlements there have been, and the plants of each rule."""

    visits: int
    settlements: int
    plants: dict[str, int]


def quota_of(plan: CityPlan, first: int, last: int) -> Quota:
    """Give how many plants the people numbered ``first`` to ``last`` - 1 get."""
    size = min(plan.people, PLANTED_PEOPLE)
    return Quota(size, first * size // plan.people, last * size // plan.people)


def live(ground: Ground, index: int, first: int, last: int, counted: Counted) -> Chunk:
    """Let the people numbered ``first`` to ``last`` - 1 live through the year."""
    plan, catalogue, institutions = ground.plan, ground.catalogue, ground.institutions
    throws = {name: dice(plan.seed, name, plan.year, index) for name in _PURPOSES}
    quota = quota_of(plan, first, last)
    marks = Marks(counted.plants)
    people = make_people(plan, throws["people"], first, last - first)
    visits = make_visits(plan, people, catalogue, institutions, throws["visits"])
    visits, undone = plant_journeys(
        plan, people, catalogue, institutions, visits, marks, quota, throws["journeys"]
    )
    stage = Stage(
        plan, people, catalogue, institutions, ground.prices, visits, marks, quota,
        dice(plan.seed, "stories", plan.year, index),
    )  # fmt: skip
    plant_stories(stage)
    visits, undone = stage.close(undone)
    visits, schemes = plant_schemes(plan, people, catalogue, institutions, visits, throws["schemes"])
    stage.visits = visits
    stage.said.besides.extend(schemes.besides)
    lost = visits.person[np.maximum(visits.referred, 0)] != visits.person  # a story took the visit away
    visits.referred[lost] = -1
    lines = Lines.joined(
        [
            walk_in_lines(people, visits, catalogue, institutions, throws["bills"]),
            ward_lines(people, visits, catalogue, institutions, throws["wards"]),
        ]
    )
    lines = schemes.billed(lines)
    dear = dear_lines(people, visits, lines, catalogue, institutions, ground.prices, throws["dear"])
    lines = stage.cleared(Lines.joined([lines, dear]))
    lines = not_twice(visits, lines, catalogue)
    asked = ground.prices.asked[visits.institution[lines.visit], lines.item]
    level = institutions.group[visits.institution]
    lines = evened(
        visits, lines, catalogue, asked, operated(visits, catalogue)[0], (visits.institution, level)
    )
    lines = treated_every_day(visits, lines, catalogue, ints(sorted(stage.bare)))
    site = Site(
        plan, people, catalogue, institutions, ground.prices, visits, lines, marks, quota, throws["plants"],
        undone=undone,
    )  # fmt: skip
    stage.bill(site)
    plant_persons(site)
    plant_charges(site)
    lines = _priced(ground, visits, site.lines_with_plants())
    lines = Lines.joined([lines, ward_returns(visits, lines, catalogue, throws["returns"])])
    planted = ints(sorted(site.undone)).reshape(-1, 2)
    reversals = Reversals.joined(
        [
            ordinary_reversals(visits, lines, throws["reversals"]),
            Reversals(planted[:, 0], planted[:, 1], np.zeros(len(planted), dtype=np.bool_)),
        ]
    )
    settlements, lines, bill = settle(visits, lines, reversals, throws["reversals"])
    return _numbered(
        ground, index, people, visits, settlements, lines, bill, marks, counted, stage.said, schemes
    )


_PURPOSES = (
    "people",
    "visits",
    "journeys",
    "bills",
    "wards",
    "dear",
    "schemes",
    "plants",
    "returns",
    "reversals",
)


def _priced(ground: Ground, visits: Visits, lines: Lines) -> Lines:
    asked = ground.prices.asked[visits.institution[lines.visit], lines.item]
    lines.price = np.where(lines.price > 0, lines.price, asked)
    return lines


def _numbered(
    ground: Ground, index: int, people: People, visits: Visits, settlements: Settlements, lines: Lines, bill: Ints,
    marks: Marks, counted: Counted, said: Said, schemes: Schemes,
) -> Chunk:  # fmt: skip
    """Sort the lines into their bills, reckon the money, and give every row its number."""
    order = in_order(bill * _MINUTES + lines.minute)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    lines, bill = lines.take(order), bill[order]
    stem = 990_100 + ground.plan.year % 100
    settlement_number = np.arange(len(settlements), dtype=np.int64) + index * BILLS_PER_CHUNK + 1
    line_number = stem * 10**12 + settlement_number[bill] * LINES_PER_BILL + ranks(bill) + 1
    back = np.flatnonzero(lines.reverses >= 0)
    taken_back = place[lines.reverses[back]]
    reverses, standing = full(len(lines), 0), full(len(lines), 1)
    reverses[back], standing[back], standing[taken_back] = line_number[taken_back], 0, 0
    items = ground.catalogue.items
    money = line_money(items, lines.item, lines.quantity, lines.price)
    said.settled(lines, place, money)
    house = visits.institution[settlements.visit]
    bills = bill_money(
        money, bill, visits.kind[settlements.visit], people.group[visits.person[settlements.visit]],
        ground.institutions.group[house],
    )  # fmt: skip
    chunk = Chunk(
        index=index, people=people, visits=visits, settlements=settlements, lines=lines, bill=bill, line_money=money,
        bill_money=bills, visit_number=stem * 10**12 + _BILLS * 2 + index * BILLS_PER_CHUNK + 1 + np.arange(len(visits)),
        settlement_number=stem * 10**12 + _BILLS + settlement_number, line_number=line_number, reverses=reverses,
        standing=standing,
        truth=marks.truth(lines.visit, place, line_number), said=said, schemes=[],
    )  # fmt: skip
    said.numbered(place)
    chunk.schemes = schemes.truth(
        person_numbers(people.number).to_pylist() if schemes.parts else [], ground.institutions.code, visits, bill,
        lines.visit, chunk.settlement_number, line_number,
    )  # fmt: skip
    counted.visits += len(visits)
    counted.settlements += len(settlements)
    return chunk
