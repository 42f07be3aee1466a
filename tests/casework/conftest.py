from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from tests.casework.findings.outputs import small
from tests.conftest import copied_register, empty_register

from yibao.audit import Rule
from yibao.bootstrap import House
from yibao.casework.findings import Order, RunOutcome, audit_lake
from yibao.city import CityPlan, build_city
from yibao.collect import Outcome, collect, load_source, read_source
from yibao.store import Home, Register

PEOPLE = 1_000


@pytest.fixture(scope="session")
def small_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    build_city(CityPlan(people=PEOPLE, seed=7), folder)
    return folder


class Desk:
    """A house with the verbs of a test: collect a folder, audit, look at the open findings."""

    def __init__(self, register: Register) -> None:
        self.house = House(register.home, register, "test")
        self.rules: list[str] | None = None
        """The rules by which this desk audits; None: all."""

    def collect(self, *paths: Path) -> Outcome:
        outcome = self.house.collect(paths, load_source("national"), lambda *_: None, lambda: None)
        assert not outcome.problems
        return outcome

    def audit(
        self,
        engine: str = "duckdb",
        *,
        since: int | None = None,
        rules: list[str] | None = None,
        region: str | None = None,
        as_known: int | None = None,
        sql_log: Path | None = None,
    ) -> RunOutcome:
        self.house.load_official_knowledge(lambda *_: None, only_if_none=True)
        return self.house.audit(
            engine=engine, rules=rules or self.rules, region=region, since=since, as_known=as_known, memory_mib=1024,
            progress=lambda *_: None, on_wait=lambda: None, sql_log=sql_log,
        )  # fmt: skip

    def audit_by(self, rules: Sequence[Rule], *, since: int | None = None) -> RunOutcome:
        """Audit by rules that are not those of the catalogue, as a later version of the house would."""
        order = Order(rules=rules, policy=self.house.policy(), since=since, memory_mib=1024)
        return audit_lake(self.house.home, self.house.register, order, actor="test")

    def open_findings(self) -> set[tuple[object, ...]]:
        columns = (
            "finding_id, rule, result, institution_id, person_id, day, measured, threshold, knowledge_id, "
            "at_stake_fen, attributed_fen, rows"
        )
        with self.house.register.engine.connect() as connection:
            found = connection.exec_driver_sql(f"SELECT {columns} FROM finding WHERE state = 'open'")
            return {tuple(row) for row in found}


@pytest.fixture
def desk(fresh_register: Register) -> Desk:
    return Desk(fresh_register)


@pytest.fixture(scope="session")
def small_home(
    register: Register, _migrated_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Register:
    """A closed home in which the small delivery and its knowledge lie, audited once by its rules."""
    folder = tmp_path_factory.mktemp("small")
    with empty_register(register, _migrated_database, folder / "home", kept=True) as opened:
        desk = Desk(opened)
        house = desk.house
        knowledge = read_source(small.SOURCE_OF_KNOWLEDGE, where="small")
        points = small.write(folder / "k", small.KNOWLEDGE)
        collect(house.home, house.register, [points], knowledge, actor="test")
        files = {name: rows for name, rows in small.FILES.items() if "_bad" not in name}
        desk.collect(small.write(folder / "first", files))
        desk.rules = list(small.RULES)
        assert set(desk.audit().by_rule.values()) == {1}
        return opened


@pytest.fixture
def small_desk(register: Register, small_home: Register, tmp_path: Path) -> Iterator[Desk]:
    """A desk on which the small delivery and its knowledge lie, audited once by its rules: each has one finding."""
    with copied_register(register, small_home, tmp_path / "fresh-home") as opened:
        desk = Desk(opened)
        desk.rules = list(small.RULES)
        yield desk


@pytest.fixture
def home(fresh_register: Register) -> Home:
    return fresh_register.home


Keep = Callable[[dict[str, str]], bool]


def rewrite(
    source: Path, target: Path, keep: Keep, change: Callable[[dict[str, str]], None] | None = None
) -> int:
    """Copy a CSV extract, keeping only some rows and changing others; give the number of rows kept."""
    kept = 0
    with (
        source.open(encoding="utf-8", newline="") as stream,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        reader: Iterator[dict[str, str]] = csv.DictReader(stream)
        writer = csv.DictWriter(sink, reader.fieldnames or [], extrasaction="ignore")  # type: ignore[attr-defined]
        writer.writeheader()
        for row in reader:
            if keep(row):
                if change is not None:
                    change(row)
                writer.writerow(row)
                kept += 1
    return kept


def split_deliveries(city: Path, folder: Path) -> tuple[Path, Path]:
    """Two deliveries of one city: what was settled in the first half year, and everything."""
    first, whole = folder / "first", folder / "whole"
    shutil.copytree(city, whole)
    shutil.copytree(city, first)
    with (city / "setl_d.csv").open(encoding="utf-8", newline="") as stream:
        settled = {row["setl_id"]: row["setl_time"] for row in csv.DictReader(stream)}
    middle = sorted(settled.values())[len(settled) // 2]
    early = {settlement for settlement, at in settled.items() if at < middle}
    rewrite(city / "setl_d.csv", first / "setl_d.csv", lambda row: row["setl_id"] in early)
    rewrite(city / "fee_list_d.csv", first / "fee_list_d.csv", lambda row: row["setl_id"] in early)
    for name in ("setl_list_diag_d.csv", "setl_list_oprn_d.csv", "drug_trac_d.tsv", "video_clip_d.csv"):
        (first / name).unlink()
        (whole / name).unlink()
    return first, whole
