-- The unit price billed is above the highest price for this item, level of institution and day.
WITH limits AS (
    SELECT
        l.line_id, l.institution_id, l.person_id, l.fee_day, l.unit_price, l.net_quantity, l.net_fen,
        p.highest,
        row_number() OVER (   -- the limit of the own level before the one for every level, the newest before older ones
            PARTITION BY l.line_id ORDER BY p.level_group DESC, p.from_day DESC, p.highest, p.price_limit_id
        ) AS place
    FROM subject_line AS l
    JOIN institution AS i ON i.institution_id = l.institution_id
    JOIN price_limit AS p ON p.item_id = l.item_id AND l.fee_day >= p.from_day AND l.fee_day < p.until_day
    WHERE l.reversed = 0 AND p.level_group IN ('0', i.level_group)
)
SELECT
    l.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.fee_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    l.unit_price AS measured, l.highest AS threshold, CAST(NULL AS BIGINT) AS knowledge_id,
    least2(l.net_fen, price_times_quantity_fen(l.unit_price - l.highest, l.net_quantity)) AS at_stake_fen
FROM limits AS l
WHERE l.place = 1 AND l.unit_price > l.highest
