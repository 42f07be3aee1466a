-- The traceability code on a charge line is of another drug than the one that was settled.
WITH wrong AS (
    SELECT
        t.trace_code_use_id, t.line_id, t.person_id, t.institution_id, t.used_day, k.knowledge_id,
        row_number() OVER (PARTITION BY t.trace_code_use_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS place
    FROM subject_trace AS t
    JOIN knowledge_trace_product AS k ON k.prefix = t.prefix AND t.used_day >= k.from_day AND t.used_day < k.until_day
    WHERE t.reversed = 0
        AND NOT EXISTS (   -- a product may have several drug codes
            SELECT 1 FROM knowledge_trace_product AS m
            WHERE m.prefix = t.prefix AND m.item_id = t.item_id AND t.used_day >= m.from_day AND t.used_day < m.until_day
        )
),
lines AS (
    SELECT
        w.line_id, w.person_id, w.institution_id, l.net_fen, l.net_quantity,
        min(w.used_day) AS day, min(w.knowledge_id) AS knowledge_id, count(*) AS codes
    FROM wrong AS w
    JOIN history_line AS l ON l.line_id = w.line_id
    WHERE w.place = 1 AND l.self_paid = 0
    GROUP BY w.line_id, w.person_id, w.institution_id, l.net_fen, l.net_quantity
)
SELECT
    l.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    0 AS measured, 1 AS threshold, l.knowledge_id,
    share_fen(l.net_fen, least2(l.codes * 10000, l.net_quantity), l.net_quantity) AS at_stake_fen
FROM lines AS l
