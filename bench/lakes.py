"""Lakes for the measurements: one city collected once, and many copies of it side by side in one lake.

A lake of 10⁸ lines is a hundred small cities: every copy has its own people, institutions and bills (their keys are
moved by the number of the copy), and all share the catalogue, the prices and the knowledge points.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from bench.collect import LINES_PER_PERSON
from yibao.bootstrap import House
from yibao.casework.findings import RunOutcome
from yibao.city import CityPlan, build_city
from yibao.claims import Table, tables
from yibao.collect import known_files, load_source
from yibao.engine import open_engine, parquet_files
from yibao.store import Home, open_register

MEMORY_MIB: Final = 6144
"""What the engine may keep in memory; the rest of the eight GiB is Python's and the findings'."""

CITY_LINES: Final = 1_000_000
_SHIFT: Final = 1 << 40
_SHARED: Final = ("item", "price_limit")
_TEXTS: Final = ("person_no", "institution_no", "practitioner_no", "subject", "trace_code")
"""Natural ids by which relations find each other; every copy gets its own."""


@contextmanager
def lake_of(lines: int, root: Path) -> Iterator[House]:
    """Give an audited-to-be house whose lake holds about so many lines."""
    copies = max(1, round(lines / CITY_LINES))
    with ExitStack() as houses:
        house = houses.enter_context(_collected(min(lines, CITY_LINES), root))
        if copies > 1:
            home = Home(root / f"{copies}-cities")
            register = houses.enter_context(open_register(home, linger=0.0))
            large = House(home, register, "bench")
            _copy_all(house, large, copies)
            house = large
        yield house


def lines_in(house: House) -> int:
    """Count the charge lines of a lake."""
    return sum(file.rows for file in house.lake.files("line"))


def audit(house: House, rules: list[str] | None = None, since: int | None = None) -> RunOutcome:
    """Run the audit as the command does."""
    return house.audit(
        engine="duckdb", rules=rules, region=None, since=since, as_known=None, memory_mib=MEMORY_MIB,
        progress=lambda *_: None, on_wait=lambda: None, sql_log=None,
    )  # fmt: skip


@contextmanager
def _collected(lines: int, root: Path) -> Iterator[House]:
    people = max(lines // LINES_PER_PERSON, 1000)
    build_city(CityPlan(people=people, seed=1), root / "city")
    home = Home(root / "home")
    with open_register(home, linger=0.0) as register:
        house = House(home, register, "bench")
        house.collect([root / "city"], load_source("national"), lambda *_: None, lambda: None)
        house.load_official_knowledge(lambda *_: None, only_if_none=True)
        yield house


def _copy_all(small: House, large: House, copies: int) -> None:
    with (
        open_engine("duckdb", memory_mib=MEMORY_MIB, spill=large.home.path) as engine,
        large.lake.batch(kind="collect", source="national") as batch,
    ):
        for name, files in known_files(small.lake, None).items():
            if files:
                times = 1 if name in _SHARED or tables()[name].kind is not None else copies
                engine.execute_native(
                    f"COPY ({_copies(tables()[name], parquet_files(files), times)}) "
                    f"TO '{batch.stage(name)}' (FORMAT parquet, COMPRESSION zstd)"
                )
        with large.register.unit_of_work(actor="bench") as unit:
            batch.publish(unit)


def _copies(table: Table, files: str, times: int) -> str:
    columns = [_copied(table, name) for name in table.stored().names]
    return f"SELECT {', '.join(columns)} FROM {files} AS t, range({times}) AS copy(n)"


def _copied(table: Table, name: str) -> str:
    shared = {"item_id", *(f"{c.name}_id" for c in table.columns if c.of == "item")}
    if name in _TEXTS:
        return f"CASE WHEN n = 0 THEN t.{name} ELSE t.{name} || ':' || n END AS {name}"
    if name.endswith("_id") and name not in shared:
        return f"xor(t.{name}, n * {_SHIFT}) AS {name}"
    return f"t.{name}"
