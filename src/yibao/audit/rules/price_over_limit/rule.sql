-- The unit price billed is above the highest price for this item, level of institution and day, and the fund bore it.
WITH lowest AS (   -- most prices are not above any limit of their item, and need not be held against each
    SELECT p.item_id, min(p.highest) AS highest
    FROM price_limit AS p
    GROUP BY p.item_id
),
limits AS (
    SELECT
        l.line_id, l.institution_id, l.person_id, l.fee_day, l.unit_price, l.net_quantity, p.highest,
        l.net_fen - l.net_over_limit_fen AS borne_fen,   -- what the person paid as 超限价自费 was not put to the fund
        row_number() OVER (   -- the limit of the own level before the one for every level, the newest before older ones
            PARTITION BY l.line_id ORDER BY p.level_group DESC, p.from_day DESC, p.highest DESC, p.price_limit_id
        ) AS place
    FROM subject_line AS l
    JOIN lowest AS b ON b.item_id = l.item_id AND l.unit_price > b.highest
    JOIN institution AS i ON i.institution_id = l.institution_id
    JOIN price_limit AS p ON p.item_id = l.item_id AND l.fee_day >= p.from_day AND l.fee_day < p.until_day
    WHERE l.reversed = 0 AND l.self_paid = 0 AND p.level_group IN ('0', i.level_group)
),
excesses AS (   -- by unit price, and by what was really charged: a rebate may undo a unit price
    SELECT
        l.line_id, l.institution_id, l.person_id, l.fee_day, l.unit_price, l.highest,
        least2(
            price_times_quantity_fen(l.unit_price - l.highest, l.net_quantity),
            l.borne_fen - price_times_quantity_fen(l.highest, l.net_quantity)
        ) AS excess_fen
    FROM limits AS l
    WHERE l.place = 1
)
SELECT
    e.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    e.institution_id, e.person_id, e.fee_day AS day,
    'line' AS evidence, e.line_id AS row_id, 1 AS role,
    e.unit_price AS measured, e.highest AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, e.excess_fen AS at_stake_fen
FROM excesses AS e
WHERE e.excess_fen > 0
