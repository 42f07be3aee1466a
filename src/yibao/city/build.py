"""Building: the people part by part into the files, on several processors where asked, then the stock of the year."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from yibao.city.arrays import dice
from yibao.city.chunk import Ground, quota_of
from yibao.city.parts import Lived, ground_of, live_into, live_part, parts_of
from yibao.city.plan import PEOPLE_PER_CHUNK, CityBuilt, CityPlan, Progress
from yibao.city.plants import RULES, Marks, Shelves
from yibao.city.registers import write_registers
from yibao.city.schemes import COLUMNS
from yibao.city.stock import KINDS, OPENING, Movements, Sales, stock_up
from yibao.city.text import chosen, decimals, moments, numbered
from yibao.city.write import FILES, Files
from yibao.kernel import Refused, Text


def build_city(
    plan: CityPlan, out: Path, progress: Progress | None = None, *, form: Literal["csv", "parquet"] = "csv",
    workers: int = 1,
) -> CityBuilt:  # fmt: skip
    """Build a city into a directory; the same plan gives the same bytes, however many workers build it.

    ``progress`` is called with what is being done and how many of how many people are done. ``form`` parquet writes
    typed Parquet files, into which nothing broken can be written: such a city has no dirt. More than one of the
    ``workers`` are processes of their own, so that a script which asks for them must be importable. Raises `Refused`
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
    ground = ground_of(plan)
    items, houses = ground.catalogue.items, ground.institutions
    sales = Sales.none(len(houses), len(items))
    shelves = Shelves.watch(len(items), int(items.drug.sum()), len(houses), quota_of(plan, 0, plan.people))
    counts = dict.fromkeys(("visits", "settlements", "lines", "dirty"), 0)
    names: set[str] = set()
    planted = _Planted()
    counters: dict[str, int] = {}
    with Files(out, form) as files:
        write_registers(files, plan, ground.catalogue, houses, ground.prices)
        for lived in _lived(files, plan, form, workers, tell):
            planted.add(files, lived.truth)
            files.add("truth_schemes", dict(zip(COLUMNS, lived.schemes.columns, strict=True)))
            sales.packs.reshape(-1)[lived.sold_key] += lived.sold_packs
            shelves.sold += lived.watched.sold
            counts = {name: count + getattr(lived, name) for name, count in counts.items()}
            names |= set(lived.files)
            counters = counters or lived.counters  # what is planted at the end counts on from the first part
        tell("stock", plan.people, plan.people)
        marks = Marks(counters)
        stocked, truth = shelves.plant(
            plan,
            houses,
            items.packed,
            marks,
            quota_of(plan, 0, plan.people),
            dice(plan.seed, "shelves", plan.year),
        )
        planted.add(files, truth)
        for movements in stock_up(plan, sales, items, houses, stocked):
            _write_stock(files, ground, movements)
        tell("done", plan.people, plan.people)
        names |= {path.name for path in files.written()}
    return CityBuilt(
        files=sorted((out / name for name in names), key=_turn), people=plan.people, institutions=len(houses),
        encounters=counts["visits"], settlements=counts["settlements"], lines=counts["lines"],
        planted=planted.count("violation"), innocent=planted.count("innocent"), dirty=counts["dirty"],
    )  # fmt: skip


def _turn(path: Path) -> tuple[int, str]:
    return list(FILES).index(path.name.split(".")[0].split("-")[0]), path.name


def _lived(files: Files, plan: CityPlan, form: str, workers: int, tell: Progress) -> Iterator[Lived]:
    """Live the parts and give them in their order; a single one is written into the files that are open already."""
    parts = parts_of(plan, PEOPLE_PER_CHUNK)
    if len(parts) == 1:
        yield live_into(files, plan, parts[0], lambda what, done: tell(what, done, plan.people))
        return
    out = files.out
    if workers <= 1:
        for part in parts:
            tell("live", part.chunks[0][1], plan.people)
            yield live_part(plan, out, form, part)
        return
    done = 0
    with ProcessPoolExecutor(min(workers, len(parts)), mp_context=get_context("spawn")) as pool:
        tell("live", 0, plan.people)
        for lived in pool.map(live_part, *zip(*((plan, out, form, part) for part in parts), strict=True)):
            done += lived.people
            tell("live", done, plan.people)
            yield lived


class _Planted:
    """Writes the truth and counts the plants by rule and label."""

    def __init__(self) -> None:
        self._plants: dict[str, tuple[str, str]] = {}

    def add(self, files: Files, truth: pa.Table) -> None:
        files.add("truth", dict(zip(truth.column_names, truth.columns, strict=True)))
        each = truth.group_by(["plant", "rule", "label"]).aggregate([])
        named = zip(*(each.column(n).to_pylist() for n in ("plant", "rule", "label")), strict=True)
        self._plants |= {plant: (rule, label) for plant, rule, label in named}

    def count(self, label: str) -> dict[str, int]:
        found = list(self._plants.values())
        return {rule: found.count((rule, label)) for rule in RULES}


def _write_stock(files: Files, ground: Ground, movements: Movements) -> None:
    n = len(movements)
    house, item = movements.institution, movements.item
    cost = ground.prices.asked[house, item] * 4 // 5 // 100 * 100
    serial = 10**9 + files.rows.get("inv_chg_d", 0) + np.arange(n, dtype=np.int64)
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
