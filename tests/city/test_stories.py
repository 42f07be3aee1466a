"""The stories: people of their own, an ordinary year that stays honest beside them, and files that the house knows."""

from __future__ import annotations

from tests.city.books import Books

from yibao.city.plants import RULES
from yibao.collect.sources import load_source

FIRST = (
    "'sex_limit', 'child_limit', 'duplicate_charge_pair', 'frequency_per_day', 'price_over_limit', 'split_stay', "
    "'two_places', 'stock_against_settlement'"
)
"""Rules whose plants sit in bills of the ordinary year."""


def test_nobody_is_in_two_stories(books: Books) -> None:
    assert (
        books.one(
            "SELECT count(*) FROM (SELECT psn_no FROM truth t JOIN line l ON l.sn = t.line "
            f"WHERE rule NOT IN ({FIRST}) GROUP BY psn_no HAVING count(DISTINCT plant) > 1)"
        )
        == 0
    )


def test_every_rule_of_the_house_is_planted(books: Books) -> None:
    told = {str(rule) for (rule,) in books.rows("SELECT DISTINCT rule FROM truth")}
    assert told == set(RULES)
    assert len(RULES) == len(set(RULES)) > 60


def test_ordinary_stays_have_something_done_on_every_day(books: Books) -> None:
    planted = "SELECT l.mdtrt_id FROM truth t JOIN line l ON l.sn = t.line"
    idle = (
        "SELECT l.mdtrt_id, l.day FROM line l JOIN stay s USING (mdtrt_id) JOIN fee_list_d f ON f.bkkp_sn = l.sn "
        f"WHERE l.mdtrt_id NOT IN ({planted}) GROUP BY ALL "
        "HAVING count(*) FILTER (f.med_chrgitm_type NOT IN ('01', '02', '07')) = 0"
    )
    assert books.one(f"SELECT count(*) FROM ({idle})") == 0


def test_every_stay_has_its_list_and_the_list_its_sums(books: Books) -> None:
    planted = "SELECT l.setl_id FROM truth t JOIN line l ON l.sn = t.line"
    assert (
        books.one(
            "SELECT count(*) FROM bill b WHERE b.med_type LIKE '2%' AND b.refd_setl_flag = '0' "
            f"AND b.setl_id NOT IN (SELECT setl_id FROM setl_list_d) AND b.setl_id NOT IN ({planted})"
        )
        == 0
    )
    sums = "SELECT setl_id, sum(CAST(amt AS DECIMAL(18,2))) AS told FROM setl_list_chrgitm_d GROUP BY ALL"
    assert (
        books.one(
            f"SELECT count(*) FROM bill b JOIN ({sums}) c USING (setl_id) "
            f"WHERE c.told <> b.total AND b.setl_id NOT IN ({planted})"
        )
        == 0
    )


def test_every_pack_of_a_pharmacy_has_a_code_that_came_in_before(books: Books) -> None:
    planted = "SELECT line FROM truth UNION ALL SELECT line FROM truth_schemes"
    came = (
        f"SELECT fixmedins_code, drug_trac_codg, min(purc_retn_stoin_time) AS came "
        f"FROM read_csv('{books.out}/drug_trac_stoin_d.csv', all_varchar = true) GROUP BY ALL"
    )
    late = (
        f"SELECT count(*) FROM drug_trac_d d LEFT JOIN ({came}) c USING (fixmedins_code, drug_trac_codg) "
        f"WHERE d.fixmedins_code LIKE 'P%' AND coalesce(c.came >= d.sel_retn_time, true) AND d.feedetl_sn NOT IN ({planted})"
    )
    assert books.one(late) == 0


def test_the_house_knows_every_file_of_the_city(books: Books) -> None:
    source = load_source("national")
    unknown = [p.name for p in books.built.files if not source.maps(p.name) and not source.ignores(p.name)]
    assert not unknown
