"""Organised schemes: there, in order line by line, apart from the plants, and neither for nor against a rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.city.books import Books

from yibao.city.measuring import _measured, read_schemes
from yibao.kernel import Refused

pytestmark = pytest.mark.xdist_group("schemes")


@pytest.fixture(scope="module")
def schemes(books: Books) -> str:
    return f"read_csv('{books.out}/truth_schemes.csv', all_varchar = true)"


def test_every_kind_is_there_and_every_line_is_a_line(books: Books, schemes: str) -> None:
    kinds = dict(books.rows(f"SELECT kind, count(DISTINCT person) FROM {schemes} GROUP BY 1"))
    assert set(kinds) == {"drug_resale_ring", "ghost_inpatients", "seasonal_upcoding"}
    assert kinds["drug_resale_ring"] >= 8 and kinds["ghost_inpatients"] >= 20
    assert (
        books.one(f"SELECT count(*) FROM {schemes} WHERE line NOT IN (SELECT bkkp_sn FROM fee_list_d)") == 0
    )
    wrong = f"SELECT count(*) FROM {schemes} s JOIN fee_list_d f ON f.bkkp_sn = s.line WHERE f.setl_id <> s.settlement"
    assert books.one(wrong) == 0
    assert books.one(f"SELECT count(*) - count(DISTINCT line) FROM {schemes}") == 0


def test_no_plant_lies_in_a_bill_of_a_scheme(books: Books, schemes: str) -> None:
    bills = "rule <> 'stock_against_settlement'"  # its plants are made of shelves, and touch any bill
    plants = f"SELECT line FROM truth WHERE {bills}"
    assert books.one(f"SELECT count(*) FROM {schemes} WHERE line IN ({plants})") == 0


def test_a_ring_draws_the_same_two_drugs_at_several_houses_every_month(books: Books, schemes: str) -> None:
    cards = books.rows(
        "SELECT s.person, count(DISTINCT s.institution), count(DISTINCT f.med_list_codg), "
        "count(DISTINCT f.fee_ocur_time[:7]) "
        f"FROM {schemes} s JOIN fee_list_d f ON f.bkkp_sn = s.line WHERE kind = 'drug_resale_ring' GROUP BY 1"
    )
    assert all(houses >= 2 and drugs == 2 for _, houses, drugs, _ in cards)
    assert sum(months >= 5 for *_, months in cards) > 0.8 * len(cards)


def test_ghosts_come_together_and_do_not_overlap(books: Books, schemes: str) -> None:
    stays = (
        f"SELECT DISTINCT m.* FROM {schemes} s JOIN setl_d b ON b.setl_id = s.settlement "
        "JOIN mdtrt_d m USING (mdtrt_id) WHERE kind = 'ghost_inpatients'"
    )
    together = books.rows(f"SELECT begntime[:10], count(*) FROM ({stays}) GROUP BY 1")
    assert max(int(str(n)) for _, n in together) >= 5
    assert (
        books.one(
            f"SELECT max(date_diff('day', CAST(begntime AS DATE), CAST(endtime AS DATE))) FROM ({stays})"
        )
        <= 3
    )
    overlap = (
        f"SELECT count(*) FROM ({stays}) g JOIN mdtrt_d m ON m.psn_no = g.psn_no AND m.mdtrt_id <> g.mdtrt_id "
        "AND m.begntime < g.endtime AND g.begntime < m.endtime"
    )
    assert books.one(overlap) == 0


def test_a_finding_in_a_scheme_counts_neither_for_nor_against() -> None:
    planted, found = {"p-1": {"a"}}, {1: {"a"}, 2: {"s", "t"}}
    told = _measured("rule", "suspicious", planted, found, {"s"})
    assert (told.found, told.correct, told.precision, told.recall) == (1, 1, 1.0, 1.0)
    against = _measured("rule", "suspicious", planted, found, set())
    assert (against.found, against.precision) == (2, 0.5)
    both = _measured("rule", "suspicious", planted, {1: {"a", "s"}}, {"s"})
    assert (both.found, both.correct) == (1, 1)


def test_a_city_without_schemes_has_none_and_another_file_is_refused(tmp_path: Path) -> None:
    assert read_schemes(tmp_path / "truth_schemes.csv") == set()
    (tmp_path / "truth_schemes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Refused, match="no_truth"):
        read_schemes(tmp_path / "truth_schemes.csv")
