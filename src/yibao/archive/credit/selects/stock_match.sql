-- Drug-months in which no more was settled so far than had come in so far, of all with a settlement, by institution. Who
-- reports no stock at all is not in it.
WITH moves AS (
    SELECT m.institution_id, m.item_id, m.moved_day, m.signed_quantity
    FROM stock AS m
    WHERE m.kind IN ('3501', '3503', '3504')
        OR (m.kind = '3502' AND COALESCE(m.change, '') NOT IN ('107', '109'))
),
reporting AS (
    SELECT m.institution_id, min(m.moved_day) AS first_day FROM moves AS m GROUP BY m.institution_id
),
sold AS (
    SELECT
        l.institution_id, l.item_id, l.fee_month, max(l.fee_day) AS last_day,
        CAST(sum(l.net_quantity) AS BIGINT) AS quantity
    FROM line AS l
    JOIN reporting AS r ON r.institution_id = l.institution_id AND l.fee_day >= r.first_day
    WHERE l.item_class = 1 AND l.reversed = 0 AND l.fee_day <= :last_day
    GROUP BY l.institution_id, l.item_id, l.fee_month
),
running AS (
    SELECT
        s.institution_id, s.item_id, s.fee_month, s.last_day,
        CAST(sum(s.quantity) OVER (
            PARTITION BY s.institution_id, s.item_id ORDER BY s.fee_month
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far
    FROM sold AS s
),
held AS (
    SELECT
        r.institution_id, r.item_id, r.fee_month, min(r.so_far) AS so_far,
        CAST(sum(COALESCE(m.signed_quantity, 0)) AS BIGINT) AS held
    FROM running AS r
    LEFT JOIN moves AS m ON m.institution_id = r.institution_id AND m.item_id = r.item_id AND m.moved_day <= r.last_day
    WHERE r.last_day >= :first_day
    GROUP BY r.institution_id, r.item_id, r.fee_month
)
SELECT
    h.institution_id AS subject_id,
    CAST(sum(CASE WHEN h.so_far <= h.held THEN 1 ELSE 0 END) AS BIGINT) AS numerator, count(*) AS denominator
FROM held AS h
GROUP BY h.institution_id
