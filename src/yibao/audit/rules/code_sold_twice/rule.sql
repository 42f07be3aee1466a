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
        lag(t.trace_code_use_id) OVER (PARTITION BY t.trace_code ORDER BY t.used_minute, t.trace_code_use_id) AS earlier_id,
        lag(t.line_id) OVER (PARTITION BY t.trace_code ORDER BY t.used_minute, t.trace_code_use_id) AS earlier_line_id,
        lag(t.institution_id) OVER (PARTITION BY t.trace_code ORDER BY t.used_minute, t.trace_code_use_id) AS earlier_institution_id,
        lag(t.split_pack) OVER (PARTITION BY t.trace_code ORDER BY t.used_minute, t.trace_code_use_id) AS earlier_split
    FROM history_trace AS t
    JOIN repeated AS r ON r.trace_code = t.trace_code
    WHERE t.reversed = 0
),
again AS (
    SELECT
        u.trace_code_use_id, u.earlier_id, u.earlier_line_id, u.line_id, u.person_id, u.institution_id, u.used_day, u.uses,
        share_fen(l.net_fen, least2(l.net_quantity, 10000), l.net_quantity) AS pack_fen
    FROM uses AS u
    JOIN history_line AS l ON l.line_id = u.line_id
    WHERE u.earlier_id IS NOT NULL
        AND NOT (u.split_pack = 1 AND u.earlier_split = 1 AND u.institution_id = u.earlier_institution_id)
        AND l.self_paid = 0
        AND EXISTS (SELECT 1 FROM subject_trace AS j WHERE j.trace_code_use_id = u.trace_code_use_id)
)
SELECT
    a.earlier_id AS key_1, a.trace_code_use_id AS key_2, 0 AS key_3, 0 AS key_4,
    a.institution_id, a.person_id, a.used_day AS day,
    'line' AS evidence, a.line_id AS row_id, 1 AS role,
    a.uses AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, a.pack_fen AS at_stake_fen
FROM again AS a
UNION ALL
SELECT
    a.earlier_id AS key_1, a.trace_code_use_id AS key_2, 0 AS key_3, 0 AS key_4,
    a.institution_id, a.person_id, a.used_day AS day,
    'line' AS evidence, a.earlier_line_id AS row_id, 2 AS role,
    a.uses AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM again AS a
