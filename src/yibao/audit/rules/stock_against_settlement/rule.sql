-- More of a drug was settled than the institution had: opening stock plus purchases, less what went back to suppliers.
WITH reporting AS (
    SELECT m.institution_id, min(m.moved_day) AS first_day
    FROM history_stock AS m
    GROUP BY m.institution_id
),
movements AS (
    SELECT m.stock_movement_id, m.institution_id, m.item_id, m.signed_quantity
    FROM history_stock AS m
    JOIN reporting AS r ON r.institution_id = m.institution_id
    WHERE m.kind IN ('3502', '3503', '3504') OR (m.kind = '3501' AND m.moved_day = r.first_day)
),
available AS (
    SELECT m.institution_id, m.item_id, CAST(sum(m.signed_quantity) AS BIGINT) AS quantity
    FROM movements AS m
    GROUP BY m.institution_id, m.item_id
),
touched AS (
    SELECT l.institution_id, l.item_id, min(l.fee_day) AS first_day, max(l.fee_day) AS last_day
    FROM subject_line AS l
    WHERE l.item_class = 1 AND l.reversed = 0
    GROUP BY l.institution_id, l.item_id
),
running AS (
    SELECT
        l.line_id, l.institution_id, l.item_id, l.fee_day, l.net_quantity, l.net_fen, t.first_day, t.last_day,
        int_div(greatest2(COALESCE(a.quantity, 0), 0) * :tolerance_basis_points, 10000) AS allowed,
        CAST(sum(l.net_quantity) OVER (
            PARTITION BY l.institution_id, l.item_id
            ORDER BY l.fee_minute, l.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far,
        CAST(sum(l.net_quantity) OVER (PARTITION BY l.institution_id, l.item_id) AS BIGINT) AS in_all
    FROM history_line AS l
    JOIN touched AS t ON t.institution_id = l.institution_id AND t.item_id = l.item_id
    JOIN reporting AS r ON r.institution_id = l.institution_id AND l.fee_day >= r.first_day
    LEFT JOIN available AS a ON a.institution_id = l.institution_id AND a.item_id = l.item_id
    WHERE l.item_class = 1 AND l.reversed = 0
),
over AS (
    SELECT r.line_id, r.institution_id, r.item_id, r.fee_day, r.net_quantity, r.net_fen, r.allowed, r.so_far, r.in_all
    FROM running AS r
    WHERE r.so_far > r.allowed
        AND r.fee_day >= r.first_day AND r.fee_day <= r.last_day   -- what is judged now; the days around it only count
)
SELECT
    o.institution_id AS key_1, o.item_id AS key_2, 0 AS key_3, 0 AS key_4,
    o.institution_id, CAST(NULL AS BIGINT) AS person_id, o.fee_day AS day,
    'line' AS evidence, o.line_id AS row_id, 1 AS role,
    o.in_all AS measured, o.allowed AS threshold, CAST(NULL AS BIGINT) AS knowledge_id,
    share_fen(o.net_fen, least2(o.net_quantity, o.so_far - o.allowed), o.net_quantity) AS at_stake_fen
FROM over AS o
UNION ALL
SELECT
    f.institution_id AS key_1, f.item_id AS key_2, 0 AS key_3, 0 AS key_4,
    f.institution_id, CAST(NULL AS BIGINT) AS person_id, f.fee_day AS day,
    'stock_movement' AS evidence, m.stock_movement_id AS row_id, 2 AS role,
    f.in_all AS measured, f.allowed AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM (
    SELECT o.institution_id, o.item_id, min(o.fee_day) AS fee_day, min(o.in_all) AS in_all, min(o.allowed) AS allowed
    FROM over AS o
    GROUP BY o.institution_id, o.item_id
) AS f
JOIN movements AS m ON m.institution_id = f.institution_id AND m.item_id = f.item_id
