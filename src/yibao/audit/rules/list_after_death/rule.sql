-- A settlement list says that the patient died, and there are visits of that person afterwards.
WITH dead AS (
    SELECT
        s.settlement_id, s.encounter_id, s.person_id, s.institution_id, s.settled_day, g.settlement_list_id AS paper_id,
        COALESCE(g.discharged_day, g.end_day) AS died_day
    FROM subject_settlement AS s
    JOIN history_settlement_list AS g ON g.settlement_id = s.settlement_id
    WHERE g.discharge_way = '5'   -- 死亡
),
wrong AS (
    SELECT
        d.settlement_id, d.person_id, d.institution_id, d.settled_day, d.paper_id, v.encounter_id AS later_id,
        v.start_day - d.died_day AS measured, :grace_days AS threshold
    FROM dead AS d
    JOIN history_visit AS v ON v.person_id = d.person_id
    WHERE v.reversed = 0 AND v.start_day - d.died_day > :grace_days
    QUALIFY row_number() OVER (PARTITION BY d.settlement_id ORDER BY v.start_day, v.encounter_id) = 1
),
bill AS (   -- 清单所依据的费用 what was billed on the list: its lines that stand and were put to the fund
    SELECT
        w.settlement_id, w.person_id, w.institution_id, w.settled_day, w.paper_id, w.later_id, w.measured, w.threshold,
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
UNION ALL
SELECT
    b.settlement_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    b.institution_id, b.person_id, b.settled_day AS day,
    'encounter' AS evidence, b.later_id AS row_id, 2 AS role,
    b.measured AS measured, b.threshold AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM bill AS b
WHERE b.place = 1
