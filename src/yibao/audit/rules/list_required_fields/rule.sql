-- A settlement list leaves fields empty that it must fill in.
WITH counted AS (   -- grouped, one list a group: Spark would multiply out a condition on a bare sum of so many flags
    SELECT
        s.settlement_id, s.person_id, s.institution_id, s.settled_day, g.settlement_list_id AS paper_id,
        CAST(sum(flag(g.insured_no IS NULL) + flag(g.case_no IS NULL) + flag(g.sex IS NULL) +
        flag(g.birth_day IS NULL) + flag(g.stay_kind IS NULL) + flag(g.treatment IS NULL) +
        flag(g.admission_department IS NULL) + flag(g.discharged_day IS NULL) +
        flag(g.discharge_department IS NULL) + flag(g.bill_code IS NULL) + flag(g.bill_no IS NULL) +
        flag(g.business_no IS NULL) + flag(g.doctor IS NULL) + flag(g.nurse IS NULL) +
        flag(g.period_from_day IS NULL) + flag(g.period_until_day IS NULL) + flag(g.payment IS NULL) +
        flag(g.filling_department IS NULL) + flag(g.filled_by IS NULL) +
        flag(g.blood IS NOT NULL AND (g.blood_quantity IS NULL OR g.blood_unit IS NULL)) +   -- 输血：品种、量、单位应齐全
        flag(g.blood IS NULL AND g.blood_quantity IS NOT NULL)) AS BIGINT) AS missing
    FROM subject_settlement AS s
    JOIN history_settlement_list AS g ON g.settlement_id = s.settlement_id
    GROUP BY s.settlement_id, s.person_id, s.institution_id, s.settled_day, g.settlement_list_id
),
wrong AS (
    SELECT
        c.settlement_id, c.person_id, c.institution_id, c.settled_day, c.paper_id,
        c.missing AS measured, :missing_at_least AS threshold
    FROM counted AS c
    WHERE c.missing >= :missing_at_least
),
bill AS (   -- 清单所依据的费用 what was billed on the list: its lines that stand and were put to the fund
    SELECT
        w.settlement_id, w.person_id, w.institution_id, w.settled_day, w.paper_id, w.measured, w.threshold,
        l.line_id, l.net_fen, row_number() OVER (PARTITION BY w.settlement_id ORDER BY l.line_id) AS place
    FROM wrong AS w
    JOIN history_line AS l ON l.settlement_id = w.settlement_id
    WHERE l.reversed = 0 AND l.self_paid = 0
)
SELECT
    b.settlement_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    b.institution_id, b.person_id, b.settled_day AS day,
    'line' AS evidence, b.line_id AS row_id, 1 AS role,
    b.measured AS measured, b.threshold AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, b.net_fen AS at_stake_fen
FROM bill AS b
UNION ALL
SELECT
    b.settlement_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    b.institution_id, b.person_id, b.settled_day AS day,
    'settlement_list' AS evidence, b.paper_id AS row_id, 1 AS role,
    b.measured AS measured, b.threshold AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM bill AS b
WHERE b.place = 1
