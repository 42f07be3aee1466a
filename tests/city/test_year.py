"""The ordinary year: everything refers to something, nobody is in two places, nothing is sold that was not there."""

from __future__ import annotations

from tests.city.books import Books

from yibao.city.write import FILES
from yibao.kernel import birth_day, check_citizen_id, check_credit_code, listed_regions, sex_of, ymd_of


def test_every_file_is_written(books: Books) -> None:
    assert {path.name.split(".")[0] for path in books.built.files} == set(FILES)
    assert all(path.stat().st_size > 0 for path in books.built.files)


def test_the_size_is_what_was_asked(books: Books) -> None:
    assert books.one("SELECT count(*) FROM psn_info_b") == 2_000
    assert 70_000 < books.built.lines < 150_000
    assert books.one("SELECT count(DISTINCT bkkp_sn) FROM fee_list_d") == books.built.lines


def test_everything_refers_to_something(books: Books) -> None:
    for table, column, target, key in (
        ("fee_list_d", "setl_id", "setl_d", "setl_id"),
        ("fee_list_d", "mdtrt_id", "mdtrt_d", "mdtrt_id"),
        ("fee_list_d", "psn_no", "psn_info_b", "psn_no"),
        ("fee_list_d", "med_list_codg", "hilist_b", "med_list_codg"),
        ("fee_list_d", "bilg_dr_code", "medins_staff_b", "prac_psn_code"),
        ("fee_list_d", "fixmedins_code", "house", "code"),
        ("fee_list_d", "init_feedetl_sn", "fee_list_d", "bkkp_sn"),
        ("setl_d", "mdtrt_id", "mdtrt_d", "mdtrt_id"),
        ("setl_d", "init_setl_id", "setl_d", "setl_id"),
        ("mdtrt_d", "psn_no", "psn_info_b", "psn_no"),
        ("mdtrt_d", "fixmedins_code", "house", "code"),
        ("mdtrt_d", "refl_old_mdtrt_id", "mdtrt_d", "mdtrt_id"),
        ("psn_insu_d", "psn_no", "psn_info_b", "psn_no"),
        ("setl_list_oprn_d", "setl_id", "setl_d", "setl_id"),
        ("drug_trac_d", "feedetl_sn", "fee_list_d", "bkkp_sn"),
        ("video_clip_d", "setl_id", "setl_d", "setl_id"),
        ("inv_chg_d", "med_list_codg", "hilist_b", "med_list_codg"),
        ("truth", "line", "fee_list_d", "bkkp_sn"),
    ):
        lost = books.one(
            f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {target})"
        )
        assert lost == 0, (table, column)


def test_charges_lie_inside_the_visit_and_before_the_settlement(books: Books) -> None:
    assert (
        books.one(
            "SELECT count(*) FROM line l JOIN mdtrt_d m USING (mdtrt_id) JOIN bill b USING (setl_id) "
            "WHERE l.moment > b.moment "
            "OR l.moment NOT BETWEEN CAST(m.begntime AS TIMESTAMP) AND CAST(m.endtime AS TIMESTAMP)"
        )
        == 0
    )
    assert (
        books.one("SELECT count(*) FROM line WHERE day NOT BETWEEN DATE '2025-07-01' AND DATE '2026-06-30'")
        == 0
    )


def test_nobody_ordinary_is_in_two_places(books: Books) -> None:
    within_three_hours = (
        "SELECT DISTINCT a.mdtrt_id FROM mdtrt_d a JOIN mdtrt_d b ON a.psn_no = b.psn_no AND a.mdtrt_id <> b.mdtrt_id "
        "AND a.fixmedins_code <> b.fixmedins_code AND CAST(a.begntime AS TIMESTAMP) < CAST(b.endtime AS TIMESTAMP) + "
        "INTERVAL 3 HOUR AND CAST(b.begntime AS TIMESTAMP) < CAST(a.endtime AS TIMESTAMP) + INTERVAL 3 HOUR"
    )
    rules = "'two_places', 'split_stay', 'visit_during_stay', 'settled_twice'"
    planted = f"SELECT l.mdtrt_id FROM truth t JOIN line l ON l.sn = t.line WHERE t.rule IN ({rules})"
    assert books.one(f"SELECT count(*) FROM ({within_three_hours}) WHERE mdtrt_id NOT IN ({planted})") == 0
    assert (
        books.one(
            "SELECT count(*) FROM stay s JOIN mdtrt_d v ON v.psn_no = s.psn_no AND v.mdtrt_id <> s.mdtrt_id "
            f"AND v.begntime > s.begntime AND v.begntime < s.endtime WHERE v.mdtrt_id NOT IN ({planted})"
        )
        == 0
    )


def test_nobody_is_treated_before_birth_or_after_death(books: Books) -> None:
    assert books.one("SELECT count(*) FROM mdtrt_d JOIN psn_info_b USING (psn_no) WHERE begntime < brdy") == 0
    assert (
        books.one(
            "SELECT count(*) FROM bill JOIN psn_info_b USING (psn_no) WHERE setl_time > die_date || ' 00' "
            "AND setl_id NOT IN (SELECT setl_id FROM truth t JOIN line l ON l.sn = t.line WHERE rule = 'after_death')"
        )
        == 0
    )


def test_honest_shelves_are_never_empty(books: Books) -> None:
    empty = (
        "SELECT DISTINCT house, item FROM (SELECT house, item, sum(cnt) OVER (PARTITION BY house, item "
        "ORDER BY moment, cnt DESC) AS there FROM (SELECT house, item, moment, cnt FROM moved UNION ALL "
        "SELECT house, item, moment, -cnt FROM standing LEFT JOIN counted USING (house, item) WHERE list_type LIKE '1%' "
        "AND house IN (SELECT house FROM moved) AND (since IS NULL OR moment >= since))) "
        "WHERE there < 0"
    )
    planted = (
        "SELECT DISTINCT house, item FROM truth t JOIN line l ON l.sn = t.line "
        "WHERE rule = 'stock_against_settlement' AND label = 'violation'"
    )
    assert set(books.rows(empty)) == set(books.rows(planted))


def test_pharmacies_report_stock_and_carry_every_kind_of_movement(books: Books) -> None:
    assert (
        books.one("SELECT count(*) FROM house WHERE kind = '2' AND code NOT IN (SELECT house FROM moved)")
        == 0
    )
    assert (
        books.one("SELECT count(*) FROM house WHERE kind = '1' AND code NOT IN (SELECT house FROM moved)") > 0
    )
    assert books.rows("SELECT DISTINCT inv_data_type, inv_chg_type FROM inv_chg_d ORDER BY ALL") == [
        ("3501", None),
        ("3502", "101"),
        ("3502", "105"),
        ("3503", None),
        ("3504", None),
    ]


def test_ids_check_and_belong_to_nobody(books: Books) -> None:
    people = books.rows("SELECT psn_no, certno, gend, replace(brdy, '-', '') FROM psn_info_b")
    assert len({certificate for _, certificate, _, _ in people}) == len(people)
    counties = {region.code for region in listed_regions() if region.code.startswith("9901")}
    for number, certificate, sex, born in people:
        assert check_citizen_id(str(certificate)) == certificate
        assert str(certificate)[:6] in counties and len(str(number)) == 20
        assert sex_of(str(certificate)) == ("男" if sex == "1" else "女")
        assert ymd_of(birth_day(str(certificate))) == int(str(born))
    for code, _, credit, *_ in books.rows("SELECT * FROM house"):
        assert check_credit_code(str(credit)) == credit and len(str(code)) == 12


def test_a_pack_has_one_code_unless_it_was_split(books: Books) -> None:
    assert (
        books.one(
            "SELECT count(*) FROM (SELECT drug_trac_codg FROM drug_trac_d WHERE feedetl_sn NOT IN (SELECT line FROM truth "
            "WHERE rule = 'code_sold_twice') GROUP BY 1 HAVING count(*) > 1)"
        )
        == 0
    )
    assert books.one("SELECT count(*) FROM drug_trac_d WHERE trdn_flag = '1'") > 0
    assert books.one("SELECT count(*) FROM drug_trac_d WHERE length(drug_trac_codg) <> 20") == 0
