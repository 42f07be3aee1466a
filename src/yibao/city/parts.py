"""Parts: a run of chunks that is lived and written on its own, in files of its own, so that parts need not wait.

A small city is one part and its files have plain names; those of a larger one are numbered (``fee_list_d-0001.csv``).
How a city falls into parts is a matter of the plan alone, so that the same plan gives the same files on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from yibao.city.arrays import Ints, dice, in_order, ints, starts
from yibao.city.catalogue import catalogue
from yibao.city.chunk import Chunk, Counted, Ground, live, quota_of
from yibao.city.dirt import write_dirt
from yibao.city.institutions import make_institutions
from yibao.city.plan import CityPlan
from yibao.city.plants import RULES, Shelves
from yibao.city.plants.closed import with_closed
from yibao.city.prices import make_prices
from yibao.city.records import write_chunk
from yibao.city.reports import write_reports
from yibao.city.schemes import COLUMNS
from yibao.city.stock import sold_by_shelf
from yibao.city.write import Files

PLANTS_PER_PART = 100_000
"""More plants of one rule than any part has: each part numbers its own from a round number on."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which chunks are lived together; ``suffix`` is what the names of its files carry."""

    number: int
    chunks: tuple[tuple[int, int, int], ...]
    suffix: str
    last: bool


@dataclass(frozen=True, slots=True)
class Lived:
    """What the rest of the city must know of a part; the sold packs are keyed by shelf and month."""

    people: int
    files: tuple[str, ...]
    truth: pa.Table
    schemes: pa.Table
    counters: dict[str, int]
    visits: int
    settlements: int
    lines: int
    dirty: int
    sold_key: Ints
    sold_packs: Ints
    watched: Shelves


def parts_of(plan: CityPlan, per_chunk: int) -> list[Part]:
    """Cut a city into parts of whole chunks."""
    chunks = [(i, a, min(a + per_chunk, plan.people)) for i, a in enumerate(range(0, plan.people, per_chunk))]
    size = plan.chunks_per_part(len(chunks))
    runs = [tuple(chunks[at : at + size]) for at in range(0, len(chunks), size)]
    return [
        Part(n, run, f"-{n + 1:04d}" if len(runs) > 1 else "", n == len(runs) - 1)
        for n, run in enumerate(runs)
    ]


@lru_cache(maxsize=1)
def ground_of(plan: CityPlan) -> Ground:
    """Found the city: what can be charged, by whom and for how much."""
    known = catalogue()
    houses = with_closed(make_institutions(plan.people, dice(plan.seed, "institutions", plan.year)))
    prices = make_prices(known.items, houses, plan.price_change_day, dice(plan.seed, "prices", plan.year))
    return Ground(plan, known, houses, prices)


def live_part(plan: CityPlan, out: Path, form: str, part: Part) -> Lived:
    """Live a part into files of its own."""
    with Files(out, form, part.suffix) as files:
        lived = live_into(files, plan, part, lambda what, done: None)
    return replace(lived, files=tuple(path.name for path in files.written()))


def live_into(files: Files, plan: CityPlan, part: Part, tell: Callable[[str, int], None]) -> Lived:
    """Let the people of a part live through the year and write what they have lived through into open files."""
    ground = ground_of(plan)
    items, houses = ground.catalogue.items, ground.institutions
    shelves = Shelves.watch(len(items), int(items.drug.sum()), len(houses), quota_of(plan, 0, plan.people))
    counted = Counted(0, 0, dict.fromkeys(RULES, part.number * PLANTS_PER_PART) if part.number else {})
    truths, schemes, sold, lines, dirty = [], [], [], 0, 0
    for index, first, last in part.chunks:
        tell("live", first)
        chunk = live(ground, index, first, last, counted)
        tell("write", first)
        write_chunk(files, ground, chunk, dice(plan.seed, "records", plan.year, index))
        write_reports(files, ground, chunk)
        sold.append(_sell(ground, chunk, shelves))
        truths.append(chunk.truth)
        schemes.append(_as_table(chunk.schemes))
        lines += len(chunk.lines)
        if part.last and last == plan.people and not files.native:
            dirty = write_dirt(files, ground, chunk, dice(plan.seed, "dirt", plan.year))
        del chunk  # before the next one is made: two would need twice the memory
    keys, packs = _added(sold)
    return Lived(
        people=part.chunks[-1][2] - part.chunks[0][1], files=(),
        truth=pa.concat_tables(truths), schemes=pa.concat_tables(schemes), counters=counted.plants, visits=counted.visits,
        settlements=counted.settlements, lines=lines, dirty=dirty, sold_key=keys, sold_packs=packs, watched=shelves,
    )  # fmt: skip


def _as_table(schemes: Sequence[tuple[str, ...]]) -> pa.Table:
    columns = zip(*schemes, strict=True) if schemes else [()] * len(COLUMNS)
    return pa.table([pa.array(column, pa.string()) for column in columns], names=list(COLUMNS))


def _sell(ground: Ground, chunk: Chunk, shelves: Shelves) -> tuple[Ints, Ints]:
    """Tell the shelves what a chunk's people were given, and add it up by shelf and month."""
    rows = ground.catalogue.items.drug[chunk.lines.item].nonzero()[0]
    lines = chunk.lines.take(rows)
    house = chunk.visits.institution[lines.visit]
    numbers, standing = chunk.line_number[rows], chunk.standing[rows]
    shelves.add(house, lines.item, lines.minute, lines.quantity, numbers, standing)
    items = len(ground.catalogue.items)
    return sold_by_shelf(items, house, lines.item, lines.minute, lines.quantity)


def _added(sold: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    keys, packs = (np.concatenate(part) for part in zip(*sold, strict=True))
    order = in_order(keys)
    first = starts(keys[order])
    return keys[order[first]], ints(np.add.reduceat(packs[order], first))
