"""Building: the same seed gives the same bytes, another gives others; chunks, dirt, forms and refusals."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import openpyxl
import pytest
from tests.city.books import Books, open_books

from yibao.city import CityBuilt, CityPlan, build_city
from yibao.claims import tables
from yibao.kernel import Refused


def _digests(built: CityBuilt) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in built.files}


def test_a_seed_is_a_city(books: Books, tmp_path: Path) -> None:
    first = _digests(books.built)
    assert _digests(build_city(CityPlan(people=2_000, seed=3), tmp_path / "again")) == first
    other = _digests(build_city(CityPlan(people=2_000, seed=4), tmp_path / "other"))
    same = {name for name in first if first[name] == other[name] and not name.startswith("knowledge_")}
    assert same == {"hilist_b.csv", "hilist_pric_uplmt_d.csv", "fixmedins_b.xlsx"}


def test_chunks_make_one_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yibao.city.build.PEOPLE_PER_CHUNK", 700)
    monkeypatch.setattr("yibao.city.plan.CHUNKS_PER_PART", 9)
    seen: list[tuple[str, int, int]] = []
    built = build_city(CityPlan(people=2_000, seed=5), tmp_path, lambda *step: seen.append(step))
    assert [done for what, done, _ in seen if what == "live"] == [0, 700, 1_400]
    assert seen[-1] == ("done", 2_000, 2_000)
    books = open_books(built, tmp_path)
    for table, key in (
        ("fee_list_d", "bkkp_sn"),
        ("setl_d", "setl_id"),
        ("mdtrt_d", "mdtrt_id"),
        ("psn_info_b", "psn_no"),
    ):
        assert books.one(f"SELECT count(*) - count(DISTINCT {key}) FROM {table}") == 0, table
    assert books.one("SELECT count(DISTINCT plant) FROM truth WHERE label = 'violation'") == sum(
        built.planted.values()
    )
    assert books.one("SELECT count(*) - count(DISTINCT certno) FROM psn_info_b") == 0
    books.sql.close()


def test_workers_make_the_same_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yibao.city.build.PEOPLE_PER_CHUNK", 350)  # three chunks, so two parts
    plan = CityPlan(people=1_000, seed=5)
    one, two = build_city(plan, tmp_path / "one"), build_city(plan, tmp_path / "two", workers=2)
    assert _digests(one) == _digests(two)
    assert {"fee_list_d-0001.csv", "fee_list_d-0002.csv", "truth.csv"} <= set(_digests(one))
    files = f"{tmp_path}/one/fee_list_d-*.csv"
    with duckdb.connect() as sql:
        read = f"read_csv('{files}', all_varchar = true, ignore_errors = true)"
        row = sql.execute(f"SELECT count(DISTINCT bkkp_sn) FROM {read}").fetchone()
    assert row is not None and one.lines <= row[0] <= one.lines + 40


def test_parquet_holds_the_same_city(books: Books, tmp_path: Path) -> None:
    built = build_city(CityPlan(people=2_000, seed=3), tmp_path, form="parquet")
    assert (built.lines, built.planted, built.dirty) == (books.built.lines, books.built.planted, 0)
    names = {path.name.split(".")[0]: path for path in built.files}
    for name in ("fee_list_d", "setl_d", "mdtrt_d", "psn_info_b"):
        columns = [str(column) for column, *_ in books.rows(f"DESCRIBE {name}")]
        native = ", ".join(f'CAST("{column}" AS VARCHAR)' for column in columns)
        there = f"(SELECT {native} FROM '{names[name]}' EXCEPT ALL SELECT * FROM {name})"
        assert books.one(f"SELECT count(*) FROM {there}") == 0, name
    assert books.one(f"SELECT typeof(fee_ocur_time) FROM '{names['fee_list_d']}' LIMIT 1").startswith(
        "TIMESTAMP"
    )


def test_a_leap_year_is_a_year(tmp_path: Path) -> None:
    built = build_city(CityPlan(people=1_000, seed=1, year=2023), tmp_path)
    books = open_books(built, tmp_path)
    assert (
        books.one("SELECT count(*) FROM line WHERE day NOT BETWEEN DATE '2023-07-01' AND DATE '2024-06-30'")
        == 0
    )
    assert books.one("SELECT count(*) FROM line WHERE day = DATE '2024-02-29'") > 0
    books.sql.close()


def test_dirty_rows_are_where_the_truth_says(books: Books) -> None:
    told = books.rows('SELECT "file", CAST("row" AS INTEGER), "column", why, verdict FROM truth_dirty')
    assert len(told) == books.built.dirty >= 55
    names = {str(name) for name, *_ in told}
    lines = {name: (books.out / name).read_text("utf-8").splitlines() for name in names}
    signs = {
        "amount_not_a_number": ",12.3.4,",
        "number_spoiled_by_a_spreadsheet": "9.90E+19",
        "no_such_day": ",2025-02-30,",
        "unknown_kind_of_item": ",999,",
        "no_such_moment": ",2025-13-45 10:00:00,",
        "too_many_decimals": ",1.23456,",
        "unknown_settlement": ",990100000000000000,",
        "unknown_code_of_sex": ",7,",
        "unknown_scheme": ",999,",
    }
    for name, row, _, why, verdict in told:
        rows = lines[str(name)]
        line = rows[int(str(row)) - 1]
        assert signs.get(str(why), "") in line
        assert (verdict == "accepted") == (why == "full_width_digits")
        if why == "a_field_too_many":
            assert line.count(",") == rows[0].count(",") + 1
        if why == "full_width_digits":
            assert any(c in line for c in "０１２３４５６７８９")
    assert set(signs) <= {why for *_, why, _ in told}
    planted = {line for (line,) in books.rows("SELECT line FROM truth")}
    dirty = {lines[str(n)][int(str(r)) - 1].split(",")[0] for n, r, *_ in told if n == "fee_list_d.csv"}
    assert not dirty & planted


def test_files_come_in_the_forms_of_a_bureau(books: Books) -> None:
    with pytest.raises(UnicodeDecodeError):
        (books.out / "setl_list_diag_d.csv").read_bytes().decode("utf-8")
    header = (books.out / "setl_list_diag_d.csv").read_text("gb18030").splitlines()[0]
    assert header == "结算清单诊断ID,结算ID,就诊ID,诊断类别,主诊断标志,诊断代码,诊断名称"
    assert "\t" in (books.out / "drug_trac_d.tsv").read_text("utf-8").splitlines()[0]
    assert books.one("SELECT count(*) FROM (DESCRIBE inv_chg_d) WHERE column_type <> 'VARCHAR'") == 0


@pytest.mark.parametrize(("people", "seed", "year"), [(10, 1, 2025), (2_000, -1, 2025), (2_000, 1, 1925)])
def test_a_plan_that_cannot_be_is_refused(people: int, seed: int, year: int) -> None:
    with pytest.raises(Refused, match=r"city\.plan"):
        CityPlan(people=people, seed=seed, year=year)


def test_a_file_is_no_place_for_a_city(tmp_path: Path) -> None:
    place = tmp_path / "city"
    place.write_text("")
    with pytest.raises(Refused, match=r"city\.out"):
        build_city(CityPlan(people=1_000), place)


def test_headers_are_those_of_the_claims_contract(books: Books) -> None:
    headers: dict[str, list[str]] = {}
    for path in books.built.files:
        name = path.name.split(".")[0]
        if path.suffix == ".parquet":
            headers[name] = [str(column) for column, *_ in books.rows("DESCRIBE inv_chg_d")]
        elif path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path, read_only=True)
            headers[name] = [str(cell) for cell in next(book.active.iter_rows(values_only=True))]  # type: ignore[union-attr]
            book.close()
        else:
            with path.open(encoding="gb18030" if "diag" in name else "utf-8") as file:
                first = file.readline().strip()
            headers[name] = first.split("\t" if path.suffix == ".tsv" else ",")
    seen = set()
    unsaid = ("updated", "restriction", "diagnosis_name")  # not every sender says them
    for own, table in tables().items():
        name = table.extract or own
        if name in headers:
            seen.add(name)
            wanted = [c for c in table.columns if c.name not in unsaid]
            for column in wanted:
                assert {column.field, column.zh} & set(headers[name]), (name, column.field)
    assert set(headers) - seen == {"truth", "truth_schemes", "truth_dirty"}  # our own are in no contract
