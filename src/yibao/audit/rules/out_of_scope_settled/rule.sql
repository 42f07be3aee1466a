-- The cost of an item outside the scope of payment (class 丙) was counted as within it and so put to the fund.
WITH points AS (   -- of two points on one item, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.level, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_payment_scope AS k
)
SELECT
    l.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.fee_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    l.net_in_scope_fen AS measured, 0 AS threshold, k.knowledge_id, least2(l.net_in_scope_fen, l.net_fen) AS at_stake_fen
FROM points AS k
JOIN subject_line AS l
    ON l.item_id = k.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
WHERE k.level = '03' AND (l.level IS NULL OR l.level <> '04')   -- 04 is what the region pays for all the same
    AND l.reversed = 0 AND l.self_paid = 0 AND l.net_in_scope_fen > 0
UNION ALL
SELECT
    l.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.fee_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    l.net_in_scope_fen AS measured, 0 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id,
    least2(l.net_in_scope_fen, l.net_fen) AS at_stake_fen
FROM subject_line AS l
WHERE l.level = '03' AND l.reversed = 0 AND l.self_paid = 0 AND l.net_in_scope_fen > 0
    AND NOT EXISTS (   -- where the catalogue of the day speaks of the item, it decides
        SELECT 1 FROM knowledge_payment_scope AS k
        WHERE k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    )
