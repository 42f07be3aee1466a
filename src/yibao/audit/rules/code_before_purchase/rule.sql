-- A pack was settled before its traceability code came into the institution's stock, or the code never came in.
WITH received AS (   -- counted, transferred or bought; what a customer brings back does not come in by that
    SELECT p.institution_id, p.item_id, p.trace_code, p.received_day, p.is_case
    FROM history_purchased_code AS p
    WHERE p.kind IN ('3501', '3502', '3503')
),
reporting AS (
    SELECT r.institution_id, min(r.received_day) AS first_day
    FROM received AS r
    GROUP BY r.institution_id
),
by_case AS (
    SELECT DISTINCT r.institution_id, r.item_id
    FROM received AS r
    WHERE r.is_case = 1
),
first_received AS (
    SELECT r.institution_id, r.trace_code, min(r.received_day) AS received_day
    FROM received AS r
    GROUP BY r.institution_id, r.trace_code
),
early AS (
    SELECT
        t.line_id, t.person_id, t.institution_id, t.used_day,
        flag(f.received_day IS NULL) AS never,
        CASE WHEN f.received_day IS NULL THEN t.used_day - g.first_day ELSE f.received_day - t.used_day END AS measured,
        CASE WHEN f.received_day IS NULL THEN :reporting_days ELSE :late_days END AS threshold
    FROM subject_trace AS t
    JOIN reporting AS g ON g.institution_id = t.institution_id
    LEFT JOIN first_received AS f ON f.institution_id = t.institution_id AND f.trace_code = t.trace_code
    LEFT JOIN by_case AS c ON c.institution_id = t.institution_id AND c.item_id = t.item_id
    WHERE t.reversed = 0
        AND t.used_day >= g.first_day
        AND (f.received_day IS NOT NULL OR c.item_id IS NULL)
),
lines AS (
    SELECT
        e.line_id, e.person_id, e.institution_id, e.never, e.threshold, l.net_fen, l.net_quantity,
        min(e.used_day) AS day, max(e.measured) AS measured, count(*) AS codes
    FROM early AS e
    JOIN history_line AS l ON l.line_id = e.line_id
    WHERE e.measured > e.threshold AND l.self_paid = 0
    GROUP BY e.line_id, e.person_id, e.institution_id, e.never, e.threshold, l.net_fen, l.net_quantity
)
SELECT
    l.line_id AS key_1, l.never AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    l.measured, l.threshold, CAST(NULL AS BIGINT) AS knowledge_id,
    share_fen(l.net_fen, least2(l.codes * 10000, l.net_quantity), l.net_quantity) AS at_stake_fen
FROM lines AS l
