-- A pack was settled before its traceability code came into the institution's stock, or the code never came in.
WITH reporting AS (
    SELECT r.institution_id, min(r.received_day) AS first_day
    FROM history_purchased_code AS r
    GROUP BY r.institution_id
),
by_case AS (
    SELECT DISTINCT r.institution_id, r.item_id
    FROM history_purchased_code AS r
    WHERE r.is_case = 1
),
unbought AS (   -- nothing came in by the day of the sale, nor soon enough after it; few uses are left
    SELECT t.trace_code_use_id, t.trace_code, t.line_id, t.person_id, t.institution_id, t.item_id, t.used_day, g.first_day
    FROM subject_trace AS t
    JOIN reporting AS g ON g.institution_id = t.institution_id
    LEFT JOIN history_purchased_code AS r ON r.institution_id = t.institution_id AND r.trace_code = t.trace_code
        AND r.received_day <= t.used_day + :late_days
    WHERE t.reversed = 0
        AND t.used_day >= g.first_day
        AND r.trace_code IS NULL
),
bought_later AS (
    SELECT u.trace_code_use_id, min(r.received_day) AS received_day
    FROM unbought AS u
    JOIN history_purchased_code AS r ON r.institution_id = u.institution_id AND r.trace_code = u.trace_code
    GROUP BY u.trace_code_use_id
),
early AS (
    SELECT
        u.line_id, u.person_id, u.institution_id, u.used_day,
        flag(f.received_day IS NULL) AS never,
        CASE WHEN f.received_day IS NULL THEN u.used_day - u.first_day ELSE f.received_day - u.used_day END AS measured,
        CASE WHEN f.received_day IS NULL THEN :reporting_days ELSE :late_days END AS threshold
    FROM unbought AS u
    LEFT JOIN bought_later AS f ON f.trace_code_use_id = u.trace_code_use_id
    LEFT JOIN by_case AS c ON c.institution_id = u.institution_id AND c.item_id = u.item_id
    WHERE f.received_day IS NOT NULL OR c.item_id IS NULL
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
