-- A settlement list uses codes that the national versions did not hold on the day of settlement.
WITH unknown_code AS (
    SELECT s.settlement_id, s.person_id, s.institution_id, s.settled_day, 'diagnosis' AS evidence, d.diagnosis_id AS row_id
    FROM subject_settlement AS s
    JOIN history_diagnosis AS d ON d.settlement_id = s.settlement_id
    WHERE COALESCE(d.kind, '1') NOT IN ('2', '3')   -- 中医主病、主证另有编码 Chinese medicine has codes of its own
        AND NOT EXISTS (
            SELECT 1
            FROM knowledge_diagnosis_code AS k
            WHERE k.code = d.code AND k.from_day <= s.settled_day AND s.settled_day < k.until_day
        )
    UNION ALL
    SELECT s.settlement_id, s.person_id, s.institution_id, s.settled_day, 'procedure' AS evidence, o.procedure_id AS row_id
    FROM subject_settlement AS s
    JOIN history_procedure AS o ON o.settlement_id = s.settlement_id
    WHERE NOT EXISTS (
        SELECT 1
        FROM knowledge_procedure_code AS k
        WHERE k.code = o.code AND s.settled_day >= k.from_day AND k.until_day > s.settled_day
    )
),
wrong AS (
    SELECT
        u.settlement_id, u.person_id, u.institution_id, u.settled_day,
        CAST(count(*) AS BIGINT) AS measured, 0 AS threshold
    FROM unknown_code AS u
    GROUP BY u.settlement_id, u.person_id, u.institution_id, u.settled_day
),
bill AS (   -- 清单所依据的费用 what was billed on the list: its lines that stand and were put to the fund
    SELECT
        w.settlement_id, w.person_id, w.institution_id, w.settled_day, w.measured, w.threshold,
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
    u.evidence, u.row_id, 1 AS role,
    b.measured AS measured, b.threshold AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM bill AS b
JOIN unknown_code AS u ON u.settlement_id = b.settlement_id
WHERE b.place = 1
