"""Write ``docs/explanation/city.md``: a built city held against the nation, figure by figure; run by ``make city-page``.

The page is kept in git because building the city takes longer than building the docs; it says which city it is of.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import openpyxl

from tools.city_figures import FIGURES, Figure
from tools.city_page_text import CALENDAR, FOOT, HEAD
from yibao.city import CityBuilt, CityPlan, build_city
from yibao.city.catalogue import read_data
from yibao.city.institutions import make_institutions

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "city.md"
PEOPLE: Final = 150_000
_MILLION: Final = 1_000_000
_STATUS: Final = {"confirmed": "已核实", "secondary": "转引", "derived": "推算", "assumed": "**假定**"}
_LEVELS: Final = {"01": 0, "02": 0, "03": 0, "05": 1, "06": 1, "07": 1}

_VIEWS: Final = """
CREATE TABLE insured AS SELECT p.psn_no, gend, insutype, psn_type,
  date_diff('year', brdy, DATE '2025-12-31') AS age
  FROM psn_info_b p JOIN psn_insu_d i ON i.psn_no = p.psn_no AND psn_insu_stas = '1';
CREATE TABLE visit AS SELECT mdtrt_id, m.psn_no, m.insutype, i.psn_type, i.gend, h.tier, med_type AS kind,
  med_type = '21' AS stay, med_type IN ('11', '13') AS outpatient, med_type = '41' AS purchase,
  m.dscg_maindiag_code AS main, CAST(begntime AS DATE) AS begin_day, CAST(endtime AS DATE) AS end_day,
  refl_old_mdtrt_id IS NOT NULL AS referred
  FROM mdtrt_d m JOIN insured i USING (psn_no) JOIN house h ON h.code = m.fixmedins_code
  WHERE mdtrt_id NOT IN (SELECT mdtrt_id FROM fee_list_d WHERE med_list_codg LIKE 'SYN-P-%'
    OR bkkp_sn IN (SELECT line FROM planted));
CREATE TABLE bill AS SELECT v.*, i.age, medfee_sumamt AS total, inscp_amt AS in_scope, fund_pay_sumamt AS fund,
  acct_pay AS account, date_diff('day', begin_day, end_day) AS nights, l.lines, d.diagnoses,
  coalesce(o.caesarean, false) OR main LIKE 'O82%' AS caesarean,
  coalesce(o.birth, false) OR main LIKE 'O80%' OR main LIKE 'O82%' AS delivery
  FROM setl_d s JOIN visit v USING (mdtrt_id) JOIN insured i ON i.psn_no = v.psn_no
  JOIN (SELECT setl_id, count(*) AS lines FROM fee_list_d GROUP BY 1) l USING (setl_id)
  LEFT JOIN (SELECT "结算ID" AS setl_id, count(*) AS diagnoses FROM setl_list_diag_d GROUP BY 1) d USING (setl_id)
  LEFT JOIN (SELECT setl_id, bool_or(oprn_oprt_code LIKE '74%') AS caesarean,
    bool_or(oprn_oprt_code LIKE '74%' OR oprn_oprt_code LIKE '73%') AS birth FROM setl_list_oprn_d GROUP BY 1) o
    USING (setl_id)
  WHERE refd_setl_flag = 0
    AND setl_id NOT IN (SELECT init_setl_id FROM setl_d WHERE init_setl_id IS NOT NULL)
"""


def main() -> None:
    """Build the city in a folder that is thrown away, measure it, and write the page."""
    given = argparse.ArgumentParser(prog="python -m tools.city_page")
    given.add_argument("--people", type=int, default=PEOPLE)
    given.add_argument("--show", action="store_true", help="print the figures and leave the page alone")
    options = given.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="yibao-city-"))
    try:
        built = build_city(CityPlan(people=options.people, seed=1), folder, form="parquet", workers=2)
        with duckdb.connect() as sql:
            read(sql, folder)
            found = [(figure, value(sql, figure.sql)) for figure in FIGURES]
            calendar = seasons(sql)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.show:
        for figure, city in found:
            sign = " " if fits(figure, city) else "!"
            print(
                f"{sign} {figure.name}  {shown(figure, figure.nation)}  {shown(figure, city)}  {deviation(figure, city)}"
            )
        print(calendar)
    else:
        PAGE.write_text(page(built, found, calendar), encoding="utf-8")


def read(sql: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Read a city's files into the tables of the figures."""
    sql.execute("SET threads = 2")
    for name in (
        "psn_info_b",
        "psn_insu_d",
        "mdtrt_d",
        "setl_d",
        "fee_list_d",
        "setl_list_diag_d",
        "setl_list_oprn_d",
    ):
        sql.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}*.parquet')")
    sql.execute("CREATE TABLE house (code VARCHAR, tier INTEGER)")
    book = openpyxl.load_workbook(folder / "fixmedins_b.xlsx", read_only=True)
    rows = list(book.active.iter_rows(values_only=True))[1:]  # type: ignore[union-attr]
    sql.executemany(
        "INSERT INTO house VALUES (?, ?)",
        [(code, 3 if kind == "2" else _LEVELS.get(str(level), 2)) for code, _, _, kind, level, *_ in rows],
    )
    book.close()
    sql.execute(
        "CREATE TABLE planted AS "
        f"SELECT line FROM read_csv('{folder}/truth.csv') UNION SELECT line FROM read_csv('{folder}/truth_schemes.csv')"
    )
    for statement in _VIEWS.split(";"):
        sql.execute(statement)


def value(sql: duckdb.DuckDBPyConnection, query: str) -> float:
    """Give the one number of a query."""
    if query.startswith("houses "):
        houses = make_institutions(_MILLION, np.random.default_rng(1))
        return float(100_000 * (houses.tier == int(query.split()[1])).sum() / _MILLION)
    row = sql.execute(query).fetchone()
    assert row is not None
    return float(row[0])


def fits(figure: Figure, city: float) -> bool:
    """Say whether the city lies within what is wanted of it."""
    return abs(city / figure.nation - 1) <= figure.within


def deviation(figure: Figure, city: float) -> str:
    """Write how far the city is from the nation."""
    return f"{city / figure.nation - 1:+.1%}"


def shown(figure: Figure, number: float) -> str:
    """Write a number the way its figure is read."""
    if figure.shown == "percent":
        return f"{number:.1%}"
    return f"{number:,.0f} 元" if figure.shown == "yuan" else f"{number:,.2f}"


def seasons(sql: duckdb.DuckDBPyConnection) -> str:
    """Write the month and weekday pattern of each stream beside the one that was asked for."""
    asked = {(r["stream"], r["kind"], r["key"]): float(r["factor"]) for r in read_data("calendar")}
    parts = []
    for kind, part, count, word in (
        ("month", "month", 12, "月 month"),
        ("weekday", "isodow", 7, "星期 weekday"),
    ):
        rows = []
        for stream, where in CALENDAR.items():
            found = dict(
                sql.execute(
                    f"SELECT {part}(d), avg(n) FROM (SELECT d, count(v.mdtrt_id) AS n FROM ("
                    "SELECT CAST(unnest(generate_series(DATE '2025-07-01', DATE '2026-06-30', INTERVAL 1 DAY)) "
                    "AS DATE) AS d) LEFT JOIN "
                    f"(SELECT * FROM visit WHERE {where}) v ON begin_day = d GROUP BY 1) GROUP BY 1"
                ).fetchall()
            )
            mean = sum(found.values()) / count
            rows.append(
                [stream, "目标 target", *(f"{asked[stream, kind, str(k)]:.2f}" for k in range(1, count + 1))]
            )
            rows.append(["", "城市 city", *(f"{found.get(k, 0) / mean:.2f}" for k in range(1, count + 1))])
        parts.append(grid(["流 stream", word, *map(str, range(1, count + 1))], rows))
    return "\n\n".join(parts)


def grid(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table."""
    head = list(header)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(built: CityBuilt, found: list[tuple[Figure, float]], calendar: str) -> str:
    """Write the page."""
    inside = sum(fits(figure, city) for figure, city in found)
    text = [
        HEAD.format(
            people=built.people, lines=built.lines, houses=built.institutions, all=len(found), inside=inside
        )
    ]
    for group in dict.fromkeys(figure.group for figure, _ in found):
        rows = [
            [f.name, shown(f, f.nation), shown(f, city), deviation(f, city), f"±{f.within:.0%}",
             "在内" if fits(f, city) else "**在外**", f"{_STATUS[f.status]}：{f.source}"]
            for f, city in found if f.group == group
        ]  # fmt: skip
        header = ["指标 figure", "全国 nation", "城市 city", "偏差", "允许", "", "全国数字的来源 source"]
        text += [f"## {group}", grid(header, rows)]
    text += ["## 时节 Seasons", calendar, FOOT]
    return "\n\n".join(text) + "\n"


if __name__ == "__main__":
    main()
