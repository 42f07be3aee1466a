-- More of an item was billed to a person in one day at one institution than the official limit of that item.
WITH points AS (   -- of two points on one item, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.highest, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_frequency_limit AS k
),
over AS (   -- sums first: only the lines of the few days that hold too much are put in order
    SELECT
        l.person_id, l.institution_id, l.item_id, l.fee_day, k.knowledge_id,
        min(k.highest) AS highest, CAST(sum(l.net_quantity) AS BIGINT) AS in_all
    FROM history_line AS l
    JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
        AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
    WHERE l.reversed = 0 AND l.self_paid = 0
    GROUP BY l.person_id, l.institution_id, l.item_id, l.fee_day, k.knowledge_id
    HAVING CAST(sum(l.net_quantity) AS BIGINT) > min(k.highest)
),
running AS (
    SELECT
        l.line_id, l.person_id, l.institution_id, l.item_id, l.fee_day, l.net_quantity, l.net_fen,
        o.knowledge_id, o.highest, o.in_all,
        CAST(sum(l.net_quantity) OVER (
            PARTITION BY o.knowledge_id, l.person_id, l.institution_id, l.item_id, l.fee_day
            ORDER BY l.fee_minute, l.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far
    FROM over AS o
    JOIN history_line AS l
        ON l.person_id = o.person_id AND l.institution_id = o.institution_id AND l.item_id = o.item_id AND l.fee_day = o.fee_day
    WHERE l.reversed = 0 AND l.self_paid = 0
)
SELECT
    r.person_id AS key_1, r.item_id AS key_2, r.institution_id AS key_3, r.fee_day AS key_4,
    r.institution_id, r.person_id, r.fee_day AS day,
    'line' AS evidence, r.line_id AS row_id,
    CASE WHEN r.so_far > r.highest THEN 1 ELSE 2 END AS role,
    r.in_all AS measured, r.highest AS threshold, r.knowledge_id,
    CASE
        WHEN r.so_far > r.highest
            THEN share_fen(r.net_fen, least2(r.net_quantity, r.so_far - r.highest), r.net_quantity)
        ELSE 0
    END AS at_stake_fen
FROM running AS r
WHERE EXISTS (   -- a day on which nothing is judged now only counts
    SELECT 1 FROM subject_line AS j
    WHERE j.person_id = r.person_id AND j.institution_id = r.institution_id AND j.item_id = r.item_id AND j.fee_day = r.fee_day
        AND j.reversed = 0 AND j.self_paid = 0
)
