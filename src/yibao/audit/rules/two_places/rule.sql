-- One credential was used in two different counties within minutes.
WITH uses AS (
    SELECT
        s.settlement_id, s.person_id, s.institution_id, s.settled_minute, s.settled_day, i.region,
        lag(s.settlement_id) OVER (PARTITION BY s.person_id ORDER BY s.settled_minute, s.settlement_id) AS earlier_id,
        lag(s.settled_minute) OVER (PARTITION BY s.person_id ORDER BY s.settled_minute, s.settlement_id) AS earlier_minute,
        lag(s.institution_id) OVER (PARTITION BY s.person_id ORDER BY s.settled_minute, s.settlement_id) AS earlier_institution_id,
        lag(i.region) OVER (PARTITION BY s.person_id ORDER BY s.settled_minute, s.settlement_id) AS earlier_region
    FROM history_settlement AS s
    JOIN institution AS i ON i.institution_id = s.institution_id
    WHERE s.reversed = 0 AND s.visit_class IN (1, 3)
        AND s.settled_minute <> s.settled_day * 1440          -- a day without a time of day proves nothing
        AND substr(i.region, 5, 2) NOT IN ('00', '99')        -- a city-level code contains all its counties
),
clashes AS (
    SELECT u.settlement_id, u.earlier_id, u.person_id, u.institution_id, u.settled_day, u.settled_minute - u.earlier_minute AS gap
    FROM uses AS u
    WHERE u.institution_id <> u.earlier_institution_id
        AND u.region <> u.earlier_region
        AND u.settled_minute - u.earlier_minute <= :within_minutes
        AND EXISTS (SELECT 1 FROM subject_settlement AS j WHERE j.settlement_id = u.settlement_id)
)
SELECT
    c.earlier_id AS key_1, c.settlement_id AS key_2, 0 AS key_3, 0 AS key_4,
    c.institution_id, c.person_id, c.settled_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    c.gap AS measured, :within_minutes AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM clashes AS c
JOIN history_line AS l ON l.settlement_id = c.settlement_id
WHERE l.reversed = 0
UNION ALL
SELECT
    c.earlier_id AS key_1, c.settlement_id AS key_2, 0 AS key_3, 0 AS key_4,
    c.institution_id, c.person_id, c.settled_day AS day,
    'settlement' AS evidence, c.settlement_id AS row_id, 1 AS role,
    c.gap AS measured, :within_minutes AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM clashes AS c
UNION ALL
SELECT
    c.earlier_id AS key_1, c.settlement_id AS key_2, 0 AS key_3, 0 AS key_4,
    c.institution_id, c.person_id, c.settled_day AS day,
    'settlement' AS evidence, c.earlier_id AS row_id, 2 AS role,
    c.gap AS measured, :within_minutes AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM clashes AS c
