-- The traceability code of one pack was settled on two charge lines, and not as a split pack.
WITH repeated AS (   -- nearly every code is used once: only the others are put in order
    SELECT t.trace_code, count(*) AS uses
    FROM history_trace AS t
    WHERE t.reversed = 0
    GROUP BY t.trace_code
    HAVING count(*) > 1
),
uses AS (
    SELECT
        t.trace_code_use_id, t.line_id, t.person_id, t.institution_id, t.used_day, t.split_pack, r.uses,
        lag(t.line_id) OVER (PARTITION BY t.trace_code ORDER BY t.used_minute, t.trace_code_use_id) AS earlier_line_id,
        lag(t.institution_id) OVER (PARTITION BY t.trace_code ORDER BY t.used_minute, t.trace_code_use_id) AS earlier_institution_id,
        lag(t.split_pack) OVER (PARTITION BY t.trace_code ORDER BY t.used_minute, t.trace_code_use_id) AS earlier_split
    FROM history_trace AS t
    JOIN repeated AS r ON r.trace_code = t.trace_code
    WHERE t.reversed = 0
),
again AS (
    SELECT u.line_id, u.earlier_line_id, u.person_id, u.institution_id, u.used_day, u.uses
    FROM uses AS u
    WHERE u.earlier_line_id IS NOT NULL
        AND NOT (u.split_pack = 1 AND u.earlier_split = 1 AND u.institution_id = u.earlier_institution_id)
        AND EXISTS (SELECT 1 FROM subject_trace AS j WHERE j.trace_code_use_id = u.trace_code_use_id)
),
lines AS (
    SELECT
        a.line_id, a.person_id, a.institution_id, l.net_fen, l.net_quantity,
        min(a.used_day) AS day, max(a.uses) AS uses, count(*) AS codes
    FROM again AS a
    JOIN history_line AS l ON l.line_id = a.line_id
    WHERE l.self_paid = 0
    GROUP BY a.line_id, a.person_id, a.institution_id, l.net_fen, l.net_quantity
)
SELECT
    l.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    l.uses AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id,
    share_fen(l.net_fen, least2(l.codes * 10000, l.net_quantity), l.net_quantity) AS at_stake_fen
FROM lines AS l
UNION ALL
SELECT
    e.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    e.institution_id, e.person_id, e.day,
    'line' AS evidence, e.earlier_line_id AS row_id, 2 AS role,
    e.uses AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM (
    SELECT DISTINCT l.line_id, l.institution_id, l.person_id, l.day, l.uses, a.earlier_line_id
    FROM lines AS l
    JOIN again AS a ON a.line_id = l.line_id
) AS e
