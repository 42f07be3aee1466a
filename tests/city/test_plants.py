"""The plants: as many as promised, told in the truth, and nothing else in the city breaks the law read plainly."""

from __future__ import annotations

import csv
import os
from itertools import pairwise
from pathlib import Path

import pytest
from tests.city.books import READINGS, Books
from tests.city.readings import STORIES

from yibao.city.catalogue import catalogue
from yibao.city.plants import RULES
from yibao.city.plants.charges import BUNDLES
from yibao.city.plants.marks import Quota


def _own_knowledge(books: Books) -> None:
    """What the generator itself knows of its items."""
    items = catalogue().items
    books.sql.execute("CREATE OR REPLACE TABLE suits (item VARCHAR, suits VARCHAR)")
    books.sql.executemany(
        "INSERT INTO suits VALUES (?, ?)", [(r["code"], r["suits"]) for r in items.rows if r["suits"]]
    )
    books.sql.execute("CREATE OR REPLACE TABLE pair (main VARCHAR, contained VARCHAR, within VARCHAR)")
    books.sql.executemany("INSERT INTO pair VALUES (?, ?, '单日')", [(b.main, b.contained) for b in BUNDLES])
    daily = {"bed", "visit_inpatient", "nursing", "newborn_nursing"}
    most = [(r["code"], 1) for r in items.rows if r["roles"] in daily]
    most += [(r["code"], 24) for r in items.rows if r["unit"] == "小时"]
    books.sql.execute("CREATE OR REPLACE TABLE most (item VARCHAR, highest INTEGER)")
    books.sql.executemany("INSERT INTO most VALUES (?, ?)", most)


def _official_knowledge(books: Books, folder: Path) -> None:
    """What the national points say, read from the shared copy of the official lists."""
    points, drugs = folder / "limit_points.csv", folder / "drug_codes.csv"
    said = [
        "'女'",
        "'female'",
        "'男'",
        "'male'",
        "'儿童'",
        "'child'",
        "'婴幼儿'",
        "'infant'",
        "'新生儿'",
        "'newborn'",
    ]
    case = " ".join(f"WHEN {a} THEN {b}" for a, b in zip(said[::2], said[1::2], strict=True))
    rules = "rule_type IN ('限定性别对象', '限定年龄对象')"
    books.sql.execute(
        f"CREATE OR REPLACE TABLE suits AS SELECT DISTINCT item, CASE said {case} END AS suits FROM ("
        f"SELECT national_code AS item, limit_value AS said FROM read_csv('{points}', all_varchar = true) "
        f"WHERE {rules} AND national_code IS NOT NULL UNION ALL SELECT d.national_drug_code, p.limit_value "
        f"FROM read_csv('{drugs}', all_varchar = true) d JOIN read_csv('{points}', all_varchar = true) p "
        f"ON p.name = d.generic_name AND p.rule_type = d.rule_type WHERE d.{rules})"
    )
    books.sql.execute(
        "CREATE OR REPLACE TABLE pair AS SELECT DISTINCT main_code AS main, sub_code AS contained, frequency AS within "
        f"FROM read_csv('{folder}/duplicate_charge_pairs.csv', all_varchar = true)"
    )
    with (folder / "frequency_limits.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            (row["item_code"], int(row["max_qty"]))
            for row in csv.DictReader(file)
            if row["rule_type"] == "限定频次" and row["item_code"]
        ]
    books.sql.execute("CREATE OR REPLACE TABLE most (item VARCHAR, highest INTEGER)")
    books.sql.executemany("INSERT INTO most VALUES (?, ?)", rows)


def _agrees(books: Books, rule: str) -> None:
    """The plain reading finds every violation, no innocent, and no line that the truth does not speak of."""
    found = {line for (line,) in books.rows((READINGS | STORIES)[rule])}
    found -= {
        line
        for (line,) in books.rows(
            f"SELECT line FROM truth_schemes WHERE line NOT IN (SELECT line FROM truth WHERE rule = '{rule}')"
        )
    }
    truth = books.rows(f"SELECT plant, label, line FROM truth WHERE rule = '{rule}'")
    by_plant: dict[tuple[object, object], set[object]] = {}
    for plant, label, line in truth:
        by_plant.setdefault((plant, label), set()).add(line)
    violations = {plant for (plant, label) in by_plant if label == "violation"}
    hit = {plant for (plant, label), lines in by_plant.items() if lines & found}
    assert hit == violations
    assert found <= {line for _, _, line in truth}


@pytest.mark.parametrize("rule", [*READINGS, *STORIES])
def test_the_law_read_plainly_finds_the_violations_and_nothing_else(books: Books, rule: str) -> None:
    _own_knowledge(books)
    _agrees(books, rule)


@pytest.mark.shared
@pytest.mark.parametrize("rule", RULES[:4])
def test_clean_bills_break_none_of_the_official_points(books: Books, rule: str) -> None:
    default = Path(__file__).parents[3] / "shared"
    folder = Path(os.environ.get("YIBAO_SHARED", default)) / "data" / "cn_rules" / "nhsa_two_library"
    if not folder.is_dir():
        pytest.skip("set YIBAO_SHARED to the folder of the shared reference data")
    _official_knowledge(books, folder)
    _agrees(books, rule)


def test_every_rule_has_violations_and_innocents_in_several_disguises(books: Books) -> None:
    assert set(books.built.planted) == set(books.built.innocent) == set(RULES)
    few = {"card_cluster", "pharmacy_pattern", "cost_outlier", "companions", "holiday_stays"}
    for plants in (books.built.planted, books.built.innocent):
        assert min(count for rule, count in plants.items() if rule not in few) >= 5
        assert min(plants[rule] for rule in few) >= 1, "a small city has crowds too"
    counted = books.rows(
        "SELECT rule, label, count(DISTINCT plant), count(DISTINCT disguise) FROM truth GROUP BY ALL ORDER BY ALL"
    )
    told = books.built.planted, books.built.innocent
    for rule, label, plants, disguises in counted:
        assert plants == told[label == "innocent"][str(rule)]
        assert int(str(disguises)) >= min(2, int(str(plants))), (rule, label)
    assert (
        books.one(
            "SELECT count(*) FROM (SELECT plant FROM truth GROUP BY plant HAVING count(DISTINCT label) > 1)"
        )
        == 0
    )


def test_no_two_plants_of_bills_share_a_bill(books: Books) -> None:
    assert (
        books.one(
            "SELECT count(*) FROM (SELECT setl_id FROM truth t JOIN line l ON l.sn = t.line "
            "WHERE rule <> 'stock_against_settlement' GROUP BY setl_id HAVING count(DISTINCT plant) > 1)"
        )
        == 0
    )


def test_every_plant_has_a_violating_line(books: Books) -> None:
    alone = books.one(
        "SELECT count(*) FROM (SELECT plant FROM truth WHERE label = 'violation' GROUP BY plant "
        "HAVING count(*) FILTER (role = 'violating') = 0)"
    )
    assert alone == 0


def test_borderline_cases_lie_on_the_border(books: Books) -> None:
    lines = "truth t JOIN line l ON l.sn = t.line JOIN born p USING (psn_no)"
    age = f"SELECT min(l.ymd - p.ymd), max(l.ymd - p.ymd) FROM {lines}"
    assert books.rows(f"{age} WHERE disguise = 'eighteenth_birthday'") == [(180_000, 180_000)]
    youngest, oldest = books.rows(f"{age} WHERE disguise = 'last_day_of_seventeen'")[0]
    assert 170_000 < int(str(youngest)) <= int(str(oldest)) < 180_000
    gaps = books.rows(
        "SELECT DISTINCT b.came - a.went FROM truth t JOIN line l ON l.sn = t.line JOIN stay b ON b.mdtrt_id = l.mdtrt_id "
        "JOIN stay a ON a.psn_no = b.psn_no AND a.fixmedins_code = b.fixmedins_code AND a.begntime < b.begntime "
        "AND b.came - a.went <= 60 WHERE t.rule = 'split_stay' AND t.label = 'violation' AND t.role = 'violating'"
    )
    assert gaps and all(0 <= int(str(gap)) <= 15 for (gap,) in gaps)


def test_prices_are_planted_where_a_limit_binds_and_innocent_where_none_does(books: Books) -> None:
    grades = (
        "SELECT count(*) FROM truth t JOIN line l ON l.sn = t.line JOIN graded h ON h.code = l.house WHERE "
    )
    assert books.one(f"{grades} rule = 'price_over_limit' AND label = 'violation' AND h.grade IS NULL") == 0
    assert books.one(f"{grades} disguise = 'no_level_and_no_limit' AND h.grade IS NULL") > 0
    assert books.one(f"{grades} disguise = 'no_level_and_no_limit' AND h.grade IS NOT NULL") == 0


def test_the_fund_has_a_part_in_what_is_planted_and_none_in_what_she_pays_herself(books: Books) -> None:
    lines = "SELECT count(*) FROM truth t JOIN line l ON l.sn = t.line WHERE"
    assert books.one(f"{lines} disguise = 'his_drug_at_her_own_cost' AND l.own = l.amount") > 0
    assert books.one(f"{lines} disguise = 'his_drug_at_her_own_cost' AND l.own < l.amount") == 0
    rules = "'sex_limit', 'child_limit', 'price_over_limit', 'frequency_per_day', 'duplicate_charge_pair'"
    assert (
        books.one(
            f"{lines} rule IN ({rules}) AND label = 'violation' AND role = 'violating' AND own = amount"
        )
        == 0
    )


@pytest.mark.parametrize("people", [1_000, 2_000, 25_000, 1_000_000])
def test_chunks_plant_exactly_the_citys_share(people: int) -> None:
    whole = Quota(people, 0, people)
    edges = [*range(0, people, 700), people]
    parts = [Quota(people, a, b) for a, b in pairwise(edges)]
    assert sum(p.violations() for p in parts) == whole.violations()
    assert sum(p.innocents() for p in parts) == whole.innocents()
    assert whole.violations() >= (60 if people >= 25_000 else 5)
