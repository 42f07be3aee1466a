-- A bill holds, line by line and to the minute, what an earlier bill of the same person at the same institution settled already.
WITH alike AS (   -- most bills are the only one of their sum
    SELECT s.person_id, s.institution_id, s.total_fen
    FROM history_settlement AS s
    WHERE s.reversed = 0 AND s.total_fen > 0
    GROUP BY s.person_id, s.institution_id, s.total_fen
    HAVING min(s.settlement_id) <> max(s.settlement_id)
),
contents AS (
    SELECT
        s.settlement_id, s.encounter_id, s.person_id, s.institution_id, s.settled_minute, s.settled_day,
        min(l.fee_minute) AS first_minute, max(l.fee_minute) AS last_minute,
        count(*) AS lines, CAST(sum(l.net_fen) AS BIGINT) AS fen, flag(min(l.item_id) <> max(l.item_id)) AS several
    FROM alike AS a
    JOIN history_settlement AS s
        ON s.person_id = a.person_id AND s.institution_id = a.institution_id AND s.total_fen = a.total_fen
    JOIN history_line AS l ON l.settlement_id = s.settlement_id
    WHERE l.reversed = 0
    GROUP BY s.settlement_id, s.encounter_id, s.person_id, s.institution_id, s.settled_minute, s.settled_day
),
again AS (
    SELECT
        c.settlement_id, c.encounter_id, c.person_id, c.institution_id, c.settled_minute, c.settled_day, c.lines, c.several,
        lag(c.settlement_id) OVER (
            PARTITION BY c.person_id, c.institution_id, c.first_minute, c.last_minute, c.lines, c.fen
            ORDER BY c.settled_minute, c.settlement_id
        ) AS earlier_id,
        lag(c.settled_minute) OVER (
            PARTITION BY c.person_id, c.institution_id, c.first_minute, c.last_minute, c.lines, c.fen
            ORDER BY c.settled_minute, c.settlement_id
        ) AS earlier_minute,
        row_number() OVER (
            PARTITION BY c.person_id, c.institution_id, c.first_minute, c.last_minute, c.lines, c.fen
            ORDER BY c.settled_minute, c.settlement_id
        ) AS nth
    FROM contents AS c
    WHERE c.first_minute % 1440 <> 0   -- a day without a time of day: the same was perhaps done twice on it
),
suspects AS (
    SELECT a.settlement_id, a.person_id, a.institution_id, a.settled_day, a.lines, a.earlier_id, a.nth
    FROM again AS a
    JOIN history_visit AS v ON v.encounter_id = a.encounter_id
    WHERE a.nth > 1 AND a.settled_minute > a.earlier_minute
        AND (a.several = 1 OR a.settled_minute - a.earlier_minute >= 1440)   -- of a single item there may be two prescriptions
        AND substr(COALESCE(v.main_diagnosis_category, ''), 1, 1) <> 'P'   -- newborn twins, on the mother's credential
        AND COALESCE(v.main_diagnosis_category, '') <> 'Z38'
        AND EXISTS (SELECT 1 FROM subject_settlement AS j WHERE j.settlement_id = a.settlement_id)
),
matched AS (
    SELECT DISTINCT s.settlement_id, l.line_id
    FROM suspects AS s
    JOIN history_line AS l ON l.settlement_id = s.settlement_id
    JOIN history_line AS e ON e.settlement_id = s.earlier_id AND e.item_id = l.item_id AND e.fee_minute = l.fee_minute
        AND e.net_quantity = l.net_quantity AND e.net_fen = l.net_fen
    WHERE l.reversed = 0 AND e.reversed = 0
),
same AS (
    SELECT m.settlement_id, count(*) AS lines
    FROM matched AS m
    GROUP BY m.settlement_id
),
other_packs AS (   -- another traceability code is another pack
    SELECT DISTINCT s.settlement_id
    FROM suspects AS s
    JOIN history_trace AS t ON t.settlement_id = s.settlement_id
    LEFT JOIN history_trace AS e ON e.settlement_id = s.earlier_id AND e.trace_code = t.trace_code
    WHERE e.trace_code IS NULL
),
twice AS (
    SELECT s.settlement_id, s.person_id, s.institution_id, s.settled_day, s.earlier_id, s.nth
    FROM suspects AS s
    JOIN same AS m ON m.settlement_id = s.settlement_id AND m.lines = s.lines
    WHERE NOT EXISTS (SELECT 1 FROM other_packs AS o WHERE o.settlement_id = s.settlement_id)
)
SELECT
    t.earlier_id AS key_1, t.settlement_id AS key_2, 0 AS key_3, 0 AS key_4,
    t.institution_id, t.person_id, t.settled_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    t.nth AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM twice AS t
JOIN history_line AS l ON l.settlement_id = t.settlement_id
WHERE l.reversed = 0
UNION ALL
SELECT
    t.earlier_id AS key_1, t.settlement_id AS key_2, 0 AS key_3, 0 AS key_4,
    t.institution_id, t.person_id, t.settled_day AS day,
    'settlement' AS evidence, t.settlement_id AS row_id, 1 AS role,
    t.nth AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM twice AS t
UNION ALL
SELECT
    t.earlier_id AS key_1, t.settlement_id AS key_2, 0 AS key_3, 0 AS key_4,
    t.institution_id, t.person_id, t.settled_day AS day,
    'settlement' AS evidence, t.earlier_id AS row_id, 2 AS role,
    t.nth AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM twice AS t
