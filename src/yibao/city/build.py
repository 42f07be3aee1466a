"""Building: chunk after chunk into the files, the dirt after the last one, then the stock of the year."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from yibao.city.arrays import dice
from yibao.city.catalogue import catalogue
from yibao.city.chunk import Chunk, Counted, Ground, live
from yibao.city.dirt import write_dirt
from yibao.city.institutions import make_institutions
from yibao.city.plan import PEOPLE_PER_CHUNK, CityBuilt, CityPlan, Progress
from yibao.city.plants import RULES, Marks, Quota, Shelves
from yibao.city.plants.closed import with_closed
from yibao.city.plants.reports import write_reports
from yibao.city.prices import make_prices
from yibao.city.records import write_chunk
from yibao.city.registers import write_registers
from yibao.city.stock import KINDS, OPENING, Movements, Sales, stock_up
from yibao.city.text import chosen, decimals, moments, numbered
from yibao.city.write import Files
from yibao.kernel import Refused, Text

TRUTH_COLUMNS = ("plant", "rule", "label", "disguise", "role", "line")


def build_city(plan: CityPlan, out: Path, progress: Progress | None = None) -> CityBuilt:
    """Build a city into a directory; the same plan gives the same bytes.

    ``progress`` is called with what is being done and how many of how many people are done. Raises `Refused`
    (``city.out``) when ``out`` is there and is no directory.
    """
    if out.exists() and not out.is_dir():
        raise Refused(
            "city.out",
            zh="输出位置不是目录",
            en="the output is not a directory",
            where=str(out),
            wanted="目录 / a directory",
            came="文件 / a file",
            todo=Text(zh="请换一个 --out", en="choose another --out"),
        )
    tell = progress or (lambda what, done, of: None)
    ground = _ground(plan)
    items, houses = ground.catalogue.items, ground.institutions
    whole_city = Quota(plan.people, 0, plan.people)
    sales = Sales.none(len(houses), len(items))
    shelves = Shelves.watch(len(items), int(items.drug.sum()), len(houses), whole_city)
    counted, lines, dirty, planted = Counted(0, 0, {}), 0, 0, _Planted()
    with Files(out) as files:
        write_registers(files, plan, ground.catalogue, houses, ground.prices)
        for index, first in enumerate(range(0, plan.people, PEOPLE_PER_CHUNK)):
            last = min(first + PEOPLE_PER_CHUNK, plan.people)
            tell("live", first, plan.people)
            chunk = live(ground, index, first, last, counted)
            tell("write", first, plan.people)
            write_chunk(files, ground, chunk, dice(plan.seed, "records", plan.year, index))
            write_reports(files, ground, chunk)
            _sell(ground, chunk, sales, shelves)
            planted.add(files, chunk.truth)
            lines += len(chunk.lines)
            if last == plan.people:
                dirty = write_dirt(files, ground, chunk, dice(plan.seed, "dirt", plan.year))
            del chunk  # before the next one is made: two would need twice the memory
        tell("stock", plan.people, plan.people)
        marks = Marks(counted.plants)
        stocked, truth = shelves.plant(
            plan, houses, items.packed, marks, whole_city, dice(plan.seed, "shelves", plan.year)
        )
        planted.add(files, truth)
        movements = stock_up(plan, sales, items, houses, stocked, dice(plan.seed, "stock", plan.year))
        _write_stock(files, ground, movements)
        tell("done", plan.people, plan.people)
    return CityBuilt(
        files=files.written(), people=plan.people, institutions=len(houses), encounters=counted.visits,
        settlements=counted.settlements, lines=lines, planted=planted.count("violation"),
        innocent=planted.count("innocent"), dirty=dirty,
    )  # fmt: skip


def _ground(plan: CityPlan) -> Ground:
    known = catalogue()
    houses = with_closed(make_institutions(plan.people, dice(plan.seed, "institutions", plan.year)))
    prices = make_prices(known.items, houses, plan.price_change_day, dice(plan.seed, "prices", plan.year))
    return Ground(plan, known, houses, prices)


class _Planted:
    """Writes the truth and counts the plants by rule and label."""

    def __init__(self) -> None:
        self._plants: dict[str, tuple[str, str]] = {}

    def add(self, files: Files, truth: Sequence[tuple[str, ...]]) -> None:
        columns = zip(*truth, strict=True) if truth else [()] * len(TRUTH_COLUMNS)
        files.add("truth", dict(zip(TRUTH_COLUMNS, (pa.array(c, pa.string()) for c in columns), strict=True)))
        self._plants |= {row[0]: (row[1], row[2]) for row in truth}

    def count(self, label: str) -> dict[str, int]:
        found = list(self._plants.values())
        return {rule: found.count((rule, label)) for rule in RULES}


def _sell(ground: Ground, chunk: Chunk, sales: Sales, shelves: Shelves) -> None:
    """Tell the shelves what a chunk's people were given."""
    rows = ground.catalogue.items.drug[chunk.lines.item].nonzero()[0]
    lines = chunk.lines.take(rows)
    house = chunk.visits.institution[lines.visit]
    sales.add(house, lines.item, lines.minute, lines.quantity)
    numbers, standing = chunk.line_number[rows], chunk.standing[rows]
    shelves.add(house, lines.item, lines.minute, lines.quantity, numbers, standing)


def _write_stock(files: Files, ground: Ground, movements: Movements) -> None:
    n = len(movements)
    house, item = movements.institution, movements.item
    cost = ground.prices.asked[house, item] * 4 // 5 // 100 * 100
    serial = 10**9 + np.arange(n, dtype=np.int64)
    bought = [f"示例医药配送有限公司{i}部" for i in range(1, 6)]
    opening = movements.kind == OPENING
    files.add(
        "inv_chg_d",
        {
            "inv_chg_sn": numbered("INV", serial),
            "fixmedins_code": chosen(ground.institutions.code, house),
            "med_list_codg": chosen(ground.catalogue.items.column("code"), item),
            "inv_data_type": chosen([kind for kind, _ in KINDS], movements.kind),
            "inv_chg_type": chosen([change for _, change in KINDS], movements.kind),
            "inv_chg_time": moments(movements.moment),
            "cnt": decimals(movements.quantity, 4),
            "pric": decimals(cost, 6),
            "manu_lotnum": numbered("L", serial % 9_973 + 10_000),
            "spler_name": chosen([*bought, None], (house % len(bought)) * ~opening + len(bought) * opening),
            "purc_invo_no": numbered("FP", serial % 99_991 + 100_000),
        },
    )
