"""The law read plainly for the plants of stories, by the name of the plant's rule; each gives numbers of lines.

Like those of `books` they are the shortest SQL that says what the law or the published point says, over the city's own
files. They know nothing of the rules and take no number from them.
"""

from __future__ import annotations

from yibao.city.plants import orders, points, tracing, wares


def _in(*codes: str) -> str:
    return ", ".join(f"'{code}'" for code in codes)


_KIND = "JOIN mdtrt_d m USING (mdtrt_id)"
_SUSPENDED = """fund_status_d f ON f.stas <> 'NORMAL' AND s.day >= CAST(f.begndate AS DATE)
    AND s.day < CAST(f.enddate AS DATE)"""


def _without_reason(codes: tuple[str, ...]) -> str:
    told = " OR ".join(
        f"(s.item = '{code}' AND m.dscg_maindiag_code NOT LIKE '{wares.INDICATED[code]}%' AND NOT EXISTS (SELECT 1 FROM "
        f"listed d WHERE d.mdtrt_id = s.mdtrt_id AND d.code LIKE '{wares.INDICATED[code]}%'))"
        for code in codes
    )
    return f"SELECT s.sn FROM covered s {_KIND} WHERE {told}"


STORIES = {
    "institution_level_limit": f"""
        SELECT s.sn FROM covered s JOIN graded h ON h.code = s.house
        WHERE h.grade = '1' AND s.item IN ({_in(*points.FROM_SECONDARY, points.FROM_TERTIARY)})""",
    "visit_type_limit": f"""
        SELECT s.sn FROM covered s {_KIND} WHERE m.med_type NOT LIKE '2%' AND (s.item IN ({_in(*points.WARD_ONLY)})
            OR (s.item = '{points.WARD_OR_EMERGENCY}' AND m.med_type <> '13'))""",
    "insurance_type_limit": f"""
        SELECT s.sn FROM covered s JOIN bill b USING (setl_id)
        WHERE b.insutype IN ('310', '390') AND s.item IN ({_in(*points.INJURY, *points.MATERNITY)})""",
    "age_range_limit": f"""
        SELECT s.sn FROM covered s JOIN born p USING (psn_no) WHERE s.item = '{points.WORK_TRAINING}'
            AND (s.ymd - p.ymd < 160000 OR s.ymd - p.ymd >= 640000)""",
    "course_limit": f"""
        SELECT sn FROM (SELECT sn, row_number() OVER (PARTITION BY psn_no, item ORDER BY day) AS turn FROM covered
            WHERE item IN ({_in(*points.COURSES)})) WHERE turn > 30""",
    "period_limit": " UNION ALL ".join(
        f"SELECT b.sn FROM covered a JOIN covered b ON a.psn_no = b.psn_no AND a.item = b.item AND a.day < b.day "
        f"AND b.day - a.day < {days} WHERE b.item = '{code}'"
        for code, days in points.PERIODS.items()
    ),
    "out_of_scope_settled": f"""
        SELECT s.sn FROM standing s WHERE s.scope > 0 AND (s.item IN ({_in(*wares.NOT_PAID)})
            OR (s.item = '{wares.FALLEN_OUT}' AND s.day >= DATE '2026-01-01'))""",
    "exclusive_items": f"""
        SELECT b.sn FROM covered a JOIN covered b USING (psn_no)
        WHERE (a.item = '{wares.EXCLUSIVE_ON_A_DAY[0]}' AND b.item = '{wares.EXCLUSIVE_ON_A_DAY[1]}' AND a.day = b.day)
            OR (a.item = '{wares.EXCLUSIVE_IN_A_STAY[0]}' AND b.item = '{wares.EXCLUSIVE_IN_A_STAY[1]}'
                AND a.mdtrt_id = b.mdtrt_id)""",
    "indication_limit": _without_reason(("SYN-P-0151", "SYN-P-0152")),
    "treatment_without_indication": _without_reason(("SYN-P-0153", "SYN-P-0154")),
    "second_line_drug": f"""
        SELECT s.sn FROM covered s WHERE s.item = '{wares.SECOND_LINE}' AND NOT EXISTS (
            SELECT 1 FROM standing f WHERE f.psn_no = s.psn_no AND f.day < s.day
                AND f.item IN ({_in(*wares.FIRST_LINE)}))""",
    "over_quantity": f"""
        SELECT s.sn FROM covered s JOIN (
            SELECT mdtrt_id, item, sum(cnt) * {orders.PACK_DAYS} AS days FROM covered
            WHERE item IN ({_in(*orders.SUPPLIED)}) GROUP BY ALL
        ) x USING (mdtrt_id, item) {_KIND}
        WHERE x.days > CASE WHEN m.med_type IN ('11', '13') THEN {orders.ORDINARY_DAYS} ELSE {orders.LONG_DAYS} END""",
    "visit_during_stay": f"""
        SELECT s.sn FROM standing s {_KIND} JOIN stay y ON y.psn_no = s.psn_no AND y.mdtrt_id <> s.mdtrt_id
            AND m.begntime > y.begntime AND m.endtime < y.endtime WHERE m.med_type NOT LIKE '2%'""",
    "institution_suspended": f"""
        SELECT s.sn FROM covered s {_KIND} JOIN {_SUSPENDED} AND f.subj_type = 'institution' AND f.subj_codg = s.house
        WHERE m.med_type <> '13'""",
    "person_suspended": f"""
        SELECT s.sn FROM covered s {_KIND} JOIN {_SUSPENDED} AND f.subj_type = 'person' AND f.subj_codg = s.psn_no
        WHERE m.med_type <> '13'""",
    "prescriber_suspended": f"""
        SELECT s.sn FROM covered s {_KIND} JOIN fee_list_d l ON l.bkkp_sn = s.sn
        JOIN {_SUSPENDED} AND f.subj_type = 'practitioner' AND f.subj_codg = l.bilg_dr_code WHERE m.med_type <> '13'""",
    "after_death": """
        SELECT s.sn FROM covered s JOIN psn_info_b p USING (psn_no) WHERE s.day > CAST(p.die_date AS DATE) + 1""",
    "no_trace_code": f"""
        SELECT s.sn FROM covered s WHERE s.list_type IN ('101', '102') AND s.item <> '{tracing.NO_CODE}'
            AND (s.house LIKE 'P%' OR s.day >= DATE '2026-01-01') AND s.sn NOT IN (SELECT feedetl_sn FROM drug_trac_d)""",
    "code_sold_twice": """
        SELECT s.sn FROM standing s JOIN drug_trac_d c ON c.feedetl_sn = s.sn AND c.trdn_flag = '0'
        JOIN drug_trac_d d ON d.drug_trac_codg = c.drug_trac_codg AND d.trdn_flag = '0' AND d.feedetl_sn <> c.feedetl_sn
        JOIN standing b ON b.sn = d.feedetl_sn AND b.moment < s.moment""",
    "code_of_another_drug": """
        SELECT s.sn FROM standing s JOIN drug_trac_d c ON c.feedetl_sn = s.sn
        JOIN knowledge_trace_product k ON k.prefix = substr(c.drug_trac_codg, 1, 7) WHERE k.code <> s.item""",
    "list_total": """
        SELECT l.sn FROM line l JOIN bill b USING (setl_id) JOIN (
            SELECT setl_id, sum(CAST(amt AS DECIMAL(18,2))) AS told FROM setl_list_chrgitm_d GROUP BY ALL
        ) c USING (setl_id) WHERE c.told <> b.total AND NOT b.undone""",
    "list_missing": """
        SELECT l.sn FROM line l JOIN bill b USING (setl_id)
        WHERE b.med_type = '21' AND NOT b.undone AND b.setl_id NOT IN (SELECT setl_id FROM setl_list_d)""",
    "list_person": """
        SELECT l.sn FROM line l JOIN bill b USING (setl_id) JOIN setl_list_d s USING (setl_id)
        JOIN psn_info_b p ON p.psn_no = b.psn_no WHERE NOT b.undone AND (s.gend <> p.gend OR s.brdy <> p.brdy)""",
    "list_main_diagnosis": """
        SELECT l.sn FROM line l JOIN bill b USING (setl_id) JOIN (
            SELECT setl_id, count(*) FILTER (main = '1') AS mains FROM listed GROUP BY ALL
        ) d USING (setl_id) WHERE b.med_type = '21' AND NOT b.undone AND d.mains <> 1""",
}
