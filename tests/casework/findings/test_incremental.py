"""Whatever comes late, and however it is cut, an incremental run leaves what a full run leaves."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.casework.conftest import Desk
from tests.casework.findings.test_life import bill_back
from tests.conftest import empty_register

from yibao.audit import Rule, judge, needed_relations, rules
from yibao.casework.findings.incremental import BILLS, SUMS
from yibao.claims import SUPERSEDED, bind, relations, tables
from yibao.collect import known_files
from yibao.engine import Engine, open_engine
from yibao.store import Register

Stored = dict[str, pa.Table]
"""The rows of a lake, by table."""

LATE, ALONE = 0.1, 0.02
"""How many encounters come late with all their rows, and how many rows come late by themselves."""
APART = ("trace_code_use", "stock_movement", "trace_code_purchase")
"""Tables whose rows belong to no encounter and come when they like."""


@pytest.fixture(scope="session")
def stored_city(
    register: Register, _migrated_database: str, small_city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Stored:
    """The small city and its knowledge as a lake holds them."""
    with empty_register(register, _migrated_database, tmp_path_factory.mktemp("stored") / "home") as opened:
        desk = Desk(opened)
        desk.collect(small_city)
        desk.house.load_official_knowledge(lambda *_: None, only_if_none=True)
        return {
            name: pa.concat_tables(pq.read_table(file, schema=tables()[name].stored()) for file in files)
            for name, files in known_files(desk.house.lake).items()
            if files
        }


def cut(city: Stored, dice: random.Random, apart: bool) -> tuple[Stored, Stored]:
    """Part the rows of a city in those that come first and those that come late, row by row."""
    encounters = city["encounter"].column("encounter_id").to_pylist()
    late_ones = {one for one in encounters if dice.random() < LATE}
    first, late = {}, {}
    for name, rows in city.items():
        if "encounter_id" in rows.column_names:
            mine = [
                one in late_ones or dice.random() < ALONE for one in rows.column("encounter_id").to_pylist()
            ]
        elif name == APART[0] or (apart and name in APART):
            mine = [dice.random() < LATE for _ in range(rows.num_rows)]
        else:
            mine = [False] * rows.num_rows
        first[name] = rows.filter(pa.array([not one for one in mine]))
        late[name] = rows.filter(pa.array(mine))
    return first, {name: rows for name, rows in late.items() if rows.num_rows}


def lay(desk: Desk, rows: Stored, known: int | None = None) -> int:
    """Lay rows into the lake as one batch; those that batch ``known`` has already replace what it had."""
    lake = desk.house.lake
    with lake.batch(kind="collect", source="nhsa") as batch:
        replaced = []
        for name, part in rows.items():
            pq.write_table(part.cast(tables()[name].stored()), batch.stage(name))
            if known is not None:
                [before] = [file.path for file in lake.files(name) if file.batch == known] or [None]
                had = pq.read_table(before).column(tables()[name].id).to_pylist() if before else []
                again = {*part.column(tables()[name].id).to_pylist()} & {*had}
                replaced += [(name, one, known, batch.number) for one in sorted(again)]
        if replaced:
            columns = zip(SUPERSEDED.names, zip(*replaced, strict=True), strict=True)
            pq.write_table(
                pa.table({n: pa.array(v) for n, v in columns}, SUPERSEDED), batch.stage("superseded")
            )
        with desk.house.register.unit_of_work(actor="test") as unit:
            batch.publish(unit)
        return batch.number


LOOKERS = [rule for rule in rules().values() if rule.takes_lines_last or rule.sums_lines]


@pytest.mark.slow
@pytest.mark.parametrize("rule", LOOKERS, ids=lambda rule: rule.id)
def test_what_stands_in_for_lines_finds_no_less(rule: Rule, stored_city: Stored, desk: Desk) -> None:
    """Every line of evidence is one that a bill or a sum pointed at; the rule need not read the others."""
    lists = stored_city["settlement_list"]
    some = lists.take(
        [at for at in range(lists.num_rows) if at % 5]
    )  # a rule asks for the lists that are missing
    with open_engine("duckdb", memory_mib=1024) as engine:
        bind(engine, {**stored_city, "settlement_list": some}, needed_relations([rule]), materialise=True)
        for name in ("settlement", "line"):
            engine.bind(f"all_{name}", arrow=stored_city[name])
        filled = {one.name: one.of in stored_city for one in relations().values()}
        found = judge(engine, rule, desk.house.policy(), touched=False, filled=filled)
        assert found.evidence.num_rows, "the city must give the rule something to find"
        engine.bind("found", arrow=found.evidence)
        pointed = "encounter_id" if rule.takes_lines_last else "institution_id, item_id"
        wanted = _pairs(engine, pointed, "all_line")
        engine.materialise("line", BILLS if rule.takes_lines_last else SUMS)
        first = judge(engine, rule, desk.house.policy(), touched=False, filled=filled)
        engine.bind("found", arrow=first.evidence)
        assert wanted <= _pairs(engine, pointed, "line")


def _pairs(engine: Engine, columns: str, lines: str) -> set[tuple[int, ...]]:
    named = ", ".join(f"l.{one}" for one in columns.split(", "))
    rows = engine.run(
        f"SELECT DISTINCT {named} FROM found AS f JOIN {lines} AS l ON l.line_id = f.row_id WHERE f.evidence = 'line'"
    )
    return {tuple(row.values()) for row in rows.to_pylist()}


def test_every_engine_runs_incrementally(small_desk: Desk, tmp_path: Path) -> None:
    before = bill_back(small_desk, tmp_path, "S2")
    told = small_desk.audit("sqlite", since=before)
    left = small_desk.open_findings()
    assert told.self_corrected == 1
    small_desk.audit("duckdb")
    assert small_desk.open_findings() == left


Change = Callable[[dict[str, object], random.Random, Stored], None]


def _dearer(row: dict[str, object], dice: random.Random, city: Stored) -> None:
    row["amount_fen"] = int(str(row["amount_fen"])) * 2


def _of_another(key: str, table: str) -> Change:
    def change(row: dict[str, object], dice: random.Random, city: Stored) -> None:
        row[key] = dice.choice(city[table].column(key).to_pylist())

    return change


def _a_day_later(row: dict[str, object], dice: random.Random, city: Stored) -> None:
    row["settled_day"] = int(str(row["settled_day"])) + 1
    row["settled_minute"] = int(str(row["settled_minute"])) + 1440


CORRECTIONS: tuple[tuple[str, int, Change], ...] = (
    ("line", 60, _dearer),
    ("line", 20, _of_another("item_id", "item")),
    ("settlement", 20, _a_day_later),
    ("encounter", 10, _of_another("institution_id", "institution")),
    ("encounter", 10, _of_another("person_id", "person")),
)


def corrected(first: Stored, city: Stored, dice: random.Random) -> Stored:
    """Change some rows of those that came first."""
    found: dict[str, dict[object, dict[str, object]]] = {}
    for name, times, change in CORRECTIONS:
        rows = first[name].to_pylist()
        for row in dice.sample(rows, min(times, len(rows))):
            change(row, dice, city)
            found.setdefault(name, {})[row[tables()[name].id]] = row
    return {
        name: pa.Table.from_pylist([*rows.values()], tables()[name].stored()) for name, rows in found.items()
    }


def taken_back(first: Stored, dice: random.Random) -> Stored:
    """Take back some bills that came first, each by an encounter of its own as by that of the bill."""
    bills = [row for row in first["settlement"].to_pylist() if row["refund"] == 0]
    taken = []
    for at, row in enumerate(dice.sample(bills, 30)):
        taken.append(
            {
                **row,
                "settlement_id": -1000 - at,
                "reverses_id": row["settlement_id"],
                "refund": 1,
                "encounter_id": row["encounter_id"] if at % 2 else -1000 - at,
                **{name: -row[name] for name in ("total_fen", "fund_fen")},
            }
        )
    return {"settlement": pa.Table.from_pylist(taken, tables()["settlement"].stored())}


def together(*parts: Stored) -> Stored:
    names = {name for part in parts for name in part}
    return {name: pa.concat_tables([part[name] for part in parts if name in part]) for name in sorted(names)}


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "apart"), [(1, False), (2, True), (3, False)])
def test_late_and_corrected_rows_leave_what_a_full_run_leaves(
    desk: Desk, stored_city: Stored, seed: int, apart: bool
) -> None:
    dice = random.Random(seed)
    first, late = cut(stored_city, dice, apart)
    known = lay(desk, first)
    desk.audit()
    early = desk.open_findings()
    lay(desk, together(late, corrected(first, stored_city, dice), taken_back(first, dice)), known)
    incremental = desk.audit(since=known)
    left = desk.open_findings()
    assert (set(incremental.widened) == {"cost_outlier"}) != apart
    full = desk.audit()
    assert left == desk.open_findings() != early
    assert (full.withdrawn, full.self_corrected, full.findings) == (0, 0, incremental.findings)
    assert incremental.amount_by_rule == full.amount_by_rule


@pytest.mark.slow
def test_one_late_bill_changes_the_credit_of_its_neighbours_only(desk: Desk, stored_city: Stored) -> None:
    """A day's few bills: money that moves between findings moves for the touched, and nobody else's changes."""
    day = max(stored_city["settlement"].column("settled_day").to_pylist()) - 40
    bills = stored_city["settlement"].to_pylist()
    mine = {row["encounter_id"] for row in bills if row["settled_day"] == day}
    assert 0 < len(mine) < 40

    def part(of_day: bool) -> Stored:
        found = {}
        for name, rows in stored_city.items():
            if "encounter_id" in rows.column_names:
                kept = [(one in mine) == of_day for one in rows.column("encounter_id").to_pylist()]
                found[name] = rows.filter(pa.array(kept, pa.bool_()))
            elif not of_day:
                found[name] = rows
        return {name: rows for name, rows in found.items() if rows.num_rows}

    known = lay(desk, part(False))
    desk.audit()
    lay(desk, part(True))
    incremental = desk.audit(since=known)
    left = desk.open_findings()
    full = desk.audit()
    assert left == desk.open_findings()
    assert (set(incremental.widened), incremental.findings) == ({"cost_outlier"}, full.findings)
