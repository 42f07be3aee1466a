"""The books of a built city, read back from its files, and the law read plainly over them.

This is an oracle of its own: each reading is the shortest SQL that says what the law says. It knows the generator's
files and nothing of the rules, so that generator, rules and oracle can only agree by being right.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import openpyxl

from yibao.city import CityBuilt

TABLES = (
    "psn_info_b",
    "psn_insu_d",
    "medins_staff_b",
    "hilist_b",
    "hilist_pric_uplmt_d",
    "mdtrt_d",
    "setl_d",
    "fee_list_d",
    "setl_list_oprn_d",
    "video_clip_d",
    "fund_status_d",
    "setl_list_d",
    "setl_list_chrgitm_d",
    "knowledge_trace_product",
    "truth",
    "truth_dirty",
    "truth_schemes",
)
DIRTY = ("psn_info_b", "mdtrt_d", "setl_d", "fee_list_d")
"""Files that end with dirty rows, which the books leave out."""


@dataclass(frozen=True)
class Books:
    """A city with its files as tables of text (``fee_list_d`` …) and as values (``line``, ``bill``, ``standing``)."""

    built: CityBuilt
    out: Path
    sql: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Run a query."""
        return self.sql.execute(query).fetchall()

    def one(self, query: str) -> object:
        """Run a query that gives one value."""
        return self.rows(query)[0][0]


def open_books(built: CityBuilt, out: Path) -> Books:
    """Read a city back."""
    sql = duckdb.connect()
    sql.execute("SET threads = 1")
    clean = {
        "psn_info_b": built.people,
        "mdtrt_d": built.encounters,
        "setl_d": built.settlements,
        "fee_list_d": built.lines,
    }
    for name in TABLES:
        limit = f"LIMIT {clean[name]}" if name in clean else ""
        sql.execute(
            f"CREATE TABLE {name} AS SELECT * FROM "
            f"read_csv('{out}/{name}.csv', all_varchar = true, ignore_errors = true, header = true, delim = ',') {limit}"
        )
    sql.execute(f"CREATE TABLE inv_chg_d AS SELECT * FROM read_parquet('{out}/inv_chg_d.parquet')")
    sql.execute(
        f"CREATE TABLE drug_trac_d AS SELECT * FROM read_csv('{out}/drug_trac_d.tsv', all_varchar = true)"
    )
    text = (out / "setl_list_diag_d.csv").read_text("gb18030")
    copy = out / "setl_list_diag_d.utf8"
    copy.write_text(text, "utf-8")
    sql.execute(f"CREATE TABLE setl_list_diag_d AS SELECT * FROM read_csv('{copy}', all_varchar = true)")
    copy.unlink()
    _institutions(sql, out)
    for statement in _VALUES.split(";"):
        sql.execute(statement)
    return Books(built, out, sql)


def _institutions(sql: duckdb.DuckDBPyConnection, out: Path) -> None:
    book = openpyxl.load_workbook(out / "fixmedins_b.xlsx", read_only=True)
    rows = list(book.active.iter_rows(values_only=True))  # type: ignore[union-attr]
    book.close()
    sql.execute(
        "CREATE TABLE house (code VARCHAR, name VARCHAR, credit VARCHAR, kind VARCHAR, level VARCHAR, county VARCHAR)"
    )
    sql.executemany("INSERT INTO house VALUES (?, ?, ?, ?, ?, ?)", rows[1:])
    sql.execute(
        "CREATE TABLE graded AS SELECT *, CASE WHEN level IN ('01','02','03','04','12') THEN '3' "
        "WHEN level IN ('05','06','07','13') THEN '2' "
        "WHEN level IN ('08','09','10','14') THEN '1' END AS grade FROM house"
    )


_VALUES = """
CREATE TABLE listed AS SELECT "就诊ID" AS mdtrt_id, "结算ID" AS setl_id, "诊断代码" AS code, "主诊断标志" AS main
FROM setl_list_diag_d;
CREATE TABLE bill AS SELECT *, CAST(medfee_sumamt AS DECIMAL(18,2)) AS total, CAST(setl_time AS TIMESTAMP) AS moment,
    refd_setl_flag = '1' OR setl_id IN (SELECT init_setl_id FROM setl_d WHERE init_setl_id IS NOT NULL) AS undone
FROM setl_d;
CREATE TABLE line AS SELECT bkkp_sn AS sn, init_feedetl_sn AS of, setl_id, mdtrt_id, psn_no, fixmedins_code AS house,
    CAST(fee_ocur_time AS TIMESTAMP) AS moment, CAST(CAST(fee_ocur_time AS TIMESTAMP) AS DATE) AS day,
    CAST(strftime(CAST(fee_ocur_time AS TIMESTAMP), '%Y%m%d') AS BIGINT) AS ymd,
    med_list_codg AS item, list_type, CAST(cnt AS DECIMAL(18,4)) AS cnt, CAST(pric AS DECIMAL(18,6)) AS pric,
    CAST(det_item_fee_sumamt AS DECIMAL(18,2)) AS amount, CAST(fulamt_ownpay_amt AS DECIMAL(18,2)) AS own,
    CAST(overlmt_selfpay AS DECIMAL(18,2)) AS over, CAST(preselfpay_amt AS DECIMAL(18,2)) AS first,
    CAST(inscp_amt AS DECIMAL(18,2)) AS scope
FROM fee_list_d;
CREATE TABLE standing AS SELECT l.* REPLACE (l.cnt + coalesce(r.cnt, 0) AS cnt)
FROM line l JOIN bill b USING (setl_id)
LEFT JOIN (SELECT of, sum(cnt) AS cnt FROM line WHERE of IS NOT NULL GROUP BY of) r ON r.of = l.sn
WHERE NOT b.undone AND l.of IS NULL AND l.cnt + coalesce(r.cnt, 0) > 0;
CREATE TABLE covered AS SELECT * FROM standing WHERE own < amount;
CREATE TABLE born AS SELECT psn_no, gend, CAST(brdy AS DATE) AS birth, CAST(replace(brdy, '-', '') AS BIGINT) AS ymd
FROM psn_info_b;
CREATE TABLE stay AS SELECT m.*, CAST(CAST(begntime AS TIMESTAMP) AS DATE) AS came,
    CAST(CAST(endtime AS TIMESTAMP) AS DATE) AS went, substr(dscg_maindiag_code, 1, 3) AS category
FROM mdtrt_d m WHERE med_type = '21' AND mdtrt_id IN (SELECT mdtrt_id FROM bill WHERE NOT undone);
CREATE TABLE moved AS SELECT fixmedins_code AS house, med_list_codg AS item, CAST(inv_chg_time AS TIMESTAMP) AS moment,
    inv_data_type = '3501' AS counting,
    CASE WHEN inv_data_type = '3504' OR inv_chg_type = '105' THEN -1 ELSE 1 END * CAST(cnt AS DECIMAL(18,4)) AS cnt
FROM inv_chg_d;
CREATE TABLE counted AS SELECT house, item, min(moment) + INTERVAL 1 DAY AS since FROM moved
GROUP BY ALL HAVING min(moment) = min(moment) FILTER (counting)
"""

READINGS = {
    "sex_limit": """
        SELECT s.sn FROM covered s JOIN suits i USING (item) JOIN born p USING (psn_no)
        WHERE (i.suits = 'female' AND p.gend = '1') OR (i.suits = 'male' AND p.gend = '2')""",
    "child_limit": """
        SELECT s.sn FROM covered s JOIN suits i USING (item) JOIN born p USING (psn_no)
        WHERE (i.suits = 'child' AND s.ymd - p.ymd >= 180000) OR (i.suits = 'infant' AND s.ymd - p.ymd >= 30000)
            OR (i.suits = 'newborn' AND s.day - p.birth >= 28)""",
    "duplicate_charge_pair": """
        SELECT b.sn FROM pair p JOIN standing a ON a.item = p.main JOIN covered b ON b.item = p.contained
            AND b.psn_no = a.psn_no AND b.house = a.house AND b.sn <> a.sn
            AND ((p.within = '单日' AND a.day = b.day) OR (p.within = '单次就诊' AND a.mdtrt_id = b.mdtrt_id)
                OR (p.within = '6小时' AND abs(date_diff('minute', a.moment, b.moment)) <= 360)
                OR (p.within = '同一小时' AND abs(date_diff('minute', a.moment, b.moment)) < 60))""",
    "frequency_per_day": """
        SELECT s.sn FROM covered s JOIN (
            SELECT psn_no, house, item, day FROM covered JOIN most USING (item)
            GROUP BY ALL HAVING sum(cnt) > max(most.highest)
        ) x USING (psn_no, house, item, day)""",
    "price_over_limit": """
        SELECT s.sn FROM covered s JOIN graded h ON h.code = s.house JOIN hilist_pric_uplmt_d u
            ON u.med_list_codg = s.item AND u.lmtpric_hosp_lv IN (h.grade, '0') AND CAST(u.begndate AS DATE) <= s.day
            AND s.day <= coalesce(CAST(u.enddate AS DATE), DATE '9999-01-01')
        WHERE s.pric > CAST(u.pric_uplmt_amt AS DECIMAL(18,6))""",
    "split_stay": """
        SELECT l.sn FROM stay a JOIN stay b ON a.psn_no = b.psn_no AND a.fixmedins_code = b.fixmedins_code
            AND a.category = b.category AND b.begntime > a.begntime AND b.came - a.went BETWEEN 0 AND 15
        JOIN line l ON l.mdtrt_id = b.mdtrt_id WHERE a.dscg_maindiag_code NOT LIKE 'Z51.1%'""",
    "two_places": """
        SELECT l.sn FROM bill a JOIN graded ha ON ha.code = a.fixmedins_code
        JOIN bill b ON a.psn_no = b.psn_no AND a.setl_id <> b.setl_id AND b.moment >= a.moment
            AND date_diff('minute', a.moment, b.moment) <= 30
        JOIN graded hb ON hb.code = b.fixmedins_code AND hb.county <> ha.county
        JOIN line l ON l.setl_id = b.setl_id WHERE NOT a.undone AND NOT b.undone""",
    "stock_against_settlement": """
        SELECT s.sn FROM standing s JOIN (
            SELECT house, item, sum(cnt) AS cnt FROM standing LEFT JOIN counted USING (house, item)
            WHERE list_type IN ('101', '102') AND house IN (SELECT house FROM moved)
                AND (since IS NULL OR moment >= since) GROUP BY ALL
        ) x USING (house, item)
        LEFT JOIN (SELECT house, item, sum(cnt) AS cnt FROM moved GROUP BY ALL) m USING (house, item)
        WHERE x.cnt > coalesce(m.cnt, 0)""",
}
"""The law read plainly, by the name of the plant's rule; each gives the numbers of lines it speaks of.

They need three small tables: ``suits`` (item, suits), ``pair`` (main, contained, within), ``most`` (item, highest).
"""
