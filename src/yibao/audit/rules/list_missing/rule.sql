-- A stay was settled, the hospital sent the lists of later bills, and of this one it sent none.
WITH reporting AS (   -- 各机构报送过的清单，其结算最早与最近的一日
    SELECT g.institution_id, min(s.settled_day) AS first_day, max(s.settled_day) AS last_day
    FROM history_settlement_list AS g
    JOIN history_settlement AS s ON s.settlement_id = g.settlement_id
    GROUP BY g.institution_id
),
wrong AS (
    SELECT
        s.settlement_id, s.person_id, s.institution_id, s.settled_day, s.settlement_id AS paper_id,
        r.last_day - s.settled_day AS measured, :grace_days AS threshold
    FROM subject_settlement AS s
    JOIN reporting AS r ON r.institution_id = s.institution_id
    WHERE s.visit_class = 2
        AND s.settled_day >= r.first_day
        AND r.last_day - s.settled_day > :grace_days
        AND NOT EXISTS (SELECT 1 FROM history_settlement_list AS g WHERE g.settlement_id = s.settlement_id)
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
    'settlement' AS evidence, b.paper_id AS row_id, 1 AS role,
    b.measured AS measured, b.threshold AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM bill AS b
WHERE b.place = 1
