-- More of a drug was settled than the institution had: what the first stocktake found, plus what came in, less what left.
WITH moves AS (
    SELECT
        m.stock_movement_id, m.institution_id, m.item_id, m.kind, m.moved_minute, m.moved_day, m.signed_quantity,
        CASE WHEN m.moved_minute = m.moved_day * 1440 THEN m.moved_minute + 1440 ELSE m.moved_minute END AS known_minute
    FROM history_stock AS m   -- no time of day: it may have been in the evening
    WHERE m.kind IN ('3501', '3503', '3504')
        OR (m.kind = '3502' AND COALESCE(m.change, '') NOT IN ('107', '109'))   -- what may be a sale, or a 3504 told twice
),
reporting AS (
    SELECT m.institution_id, min(m.known_minute) AS first_minute
    FROM moves AS m
    GROUP BY m.institution_id
),
counts AS (   -- the first stocktake of each drug, lot by lot; later ones count the same packs again
    SELECT
        m.institution_id, m.item_id, m.moved_day, min(m.moved_minute) AS began_minute,
        max(m.known_minute) AS done_minute, CAST(sum(m.signed_quantity) AS BIGINT) AS found
    FROM moves AS m
    JOIN (
        SELECT f.institution_id, f.item_id, min(f.moved_day) AS moved_day FROM moves AS f
        WHERE f.kind = '3501'
        GROUP BY f.institution_id, f.item_id
    ) AS f ON f.institution_id = m.institution_id AND f.item_id = m.item_id AND f.moved_day = m.moved_day
    WHERE m.kind = '3501'
    GROUP BY m.institution_id, m.item_id, m.moved_day
),
placed AS (
    SELECT
        m.institution_id, m.item_id, m.signed_quantity, c.found, c.done_minute,
        flag(m.kind = '3501') AS counting,
        flag(m.kind <> '3501' AND (m.moved_day < c.moved_day OR m.known_minute < c.began_minute)) AS before
    FROM moves AS m
    LEFT JOIN counts AS c ON c.institution_id = m.institution_id AND c.item_id = m.item_id
),
accounts AS (   -- a drug that was counted before anything else is known of it is judged from then on only
    SELECT
        p.institution_id, p.item_id, min(COALESCE(p.found, 0)) AS found, min(p.done_minute) AS done_minute,
        CASE WHEN max(p.before) = 0 THEN min(p.done_minute) END AS judged_from,
        CAST(sum(CASE WHEN p.counting = 0 THEN p.signed_quantity ELSE 0 END) AS BIGINT) AS moved,
        CAST(sum(CASE WHEN p.before = 1 THEN p.signed_quantity ELSE 0 END) AS BIGINT) AS moved_before
    FROM placed AS p
    GROUP BY p.institution_id, p.item_id
),
doubtful AS (   -- sums first: whatever was sold when, of most drugs there was enough for all of it
    SELECT q.institution_id, q.item_id
    FROM (
        SELECT l.institution_id, l.item_id, CAST(sum(l.net_quantity) AS BIGINT) AS quantity
        FROM history_line AS l
        WHERE l.item_class = 1 AND l.reversed = 0
        GROUP BY l.institution_id, l.item_id
    ) AS q
    LEFT JOIN accounts AS a ON a.institution_id = q.institution_id AND a.item_id = q.item_id
    WHERE a.item_id IS NULL
        OR q.quantity * 10000 > (a.moved + greatest2(a.found - greatest2(a.moved_before, 0), 0)) * :tolerance_basis_points
),
sales AS (
    SELECT
        l.line_id, l.institution_id, l.item_id, l.fee_day, l.net_quantity, l.net_fen,
        COALESCE(a.found, 0) AS found, COALESCE(a.moved, 0) AS moved, COALESCE(a.moved_before, 0) AS moved_before,
        CAST(sum(CASE WHEN l.fee_minute < a.done_minute THEN l.net_quantity ELSE 0 END) OVER (
            PARTITION BY l.institution_id, l.item_id
        ) AS BIGINT) AS sold_before,
        CAST(sum(l.net_quantity) OVER (
            PARTITION BY l.institution_id, l.item_id
            ORDER BY l.fee_minute, l.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far,
        CAST(sum(l.net_quantity) OVER (PARTITION BY l.institution_id, l.item_id) AS BIGINT) AS in_all
    FROM doubtful AS d
    JOIN history_line AS l ON l.institution_id = d.institution_id AND l.item_id = d.item_id
    JOIN reporting AS r ON r.institution_id = l.institution_id
    LEFT JOIN accounts AS a ON a.institution_id = l.institution_id AND a.item_id = l.item_id
    WHERE l.item_class = 1 AND l.reversed = 0 AND l.fee_minute >= COALESCE(a.judged_from, r.first_minute)
),
running AS (   -- what a stocktake found beyond the reports so far had been there from the start
    SELECT
        s.line_id, s.institution_id, s.item_id, s.fee_day, s.net_quantity, s.net_fen,
        s.so_far, s.in_all,
        int_div(
            greatest2(s.moved + greatest2(s.found - greatest2(s.moved_before - s.sold_before, 0), 0), 0)
            * :tolerance_basis_points, 10000
        ) AS allowed
    FROM sales AS s
),
over AS (
    SELECT r.line_id, r.institution_id, r.item_id, r.fee_day, r.net_quantity, r.net_fen, r.allowed, r.so_far, r.in_all
    FROM running AS r
    JOIN subject_line AS j ON j.line_id = r.line_id   -- what is judged now; the sales around it only count
    WHERE r.so_far > r.allowed
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
JOIN moves AS m ON m.institution_id = f.institution_id AND m.item_id = f.item_id
LEFT JOIN counts AS c ON c.institution_id = m.institution_id AND c.item_id = m.item_id
WHERE m.kind <> '3501' OR m.moved_day = c.moved_day
