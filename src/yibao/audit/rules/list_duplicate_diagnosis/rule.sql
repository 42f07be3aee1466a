-- A settlement list has one diagnosis code more than once.
WITH listed AS (
    SELECT s.settlement_id, s.person_id, s.institution_id, s.settled_day, COALESCE(d.kind, '1') AS kind, d.code, d.diagnosis_id
    FROM subject_settlement AS s
    JOIN history_diagnosis AS d ON d.settlement_id = s.settlement_id
),
repeated AS (
    SELECT
        t.settlement_id, t.person_id, t.institution_id, t.settled_day, t.kind, t.code,
        count(*) - 1 AS extra, max(t.diagnosis_id) AS diagnosis_id
    FROM listed AS t
    GROUP BY t.settlement_id, t.person_id, t.institution_id, t.settled_day, t.kind, t.code
    HAVING count(*) > 1
),
wrong AS (
    SELECT
        r.settlement_id, r.person_id, r.institution_id, r.settled_day, min(r.diagnosis_id) AS paper_id,
        CAST(sum(r.extra) AS BIGINT) AS measured, 0 AS threshold
    FROM repeated AS r
    GROUP BY r.settlement_id, r.person_id, r.institution_id, r.settled_day
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
    'diagnosis' AS evidence, b.paper_id AS row_id, 1 AS role,
    b.measured AS measured, b.threshold AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM bill AS b
WHERE b.place = 1
