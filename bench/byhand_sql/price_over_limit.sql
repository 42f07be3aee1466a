WITH cheapest AS (SELECT item_id, min(highest) AS highest FROM price_limit GROUP BY item_id),
dear AS (   -- no other line can be above its limit
    SELECT l.*
    FROM line AS l
    JOIN cheapest AS c ON c.item_id = l.item_id AND l.unit_price > c.highest
    WHERE l.fee_day >= :from_day AND l.reverses IS NULL AND (l.self_paid_fen IS NULL OR l.self_paid_fen < l.amount_fen)
),
limits AS (
    SELECT l.line_id, l.unit_price, p.highest,
        l.quantity + COALESCE(r.quantity, 0) AS quantity,
        l.amount_fen + COALESCE(r.fen, 0) - COALESCE(l.over_limit_fen, 0) - COALESCE(r.over_limit_fen, 0) AS borne_fen
    FROM dear AS l
    JOIN institution AS i ON i.institution_id = l.institution_id
    JOIN price_limit AS p ON p.item_id = l.item_id AND l.fee_day >= p.from_day AND l.fee_day < p.until_day
        AND p.level_group IN (
            '0',
            CASE
                WHEN i.level IN ('01', '02', '03', '04', '12') THEN '3'
                WHEN i.level IN ('05', '06', '07', '13') THEN '2'
                WHEN i.level IN ('08', '09', '10', '14') THEN '1'
            END
        )
    LEFT JOIN returned AS r ON r.encounter_id = l.encounter_id AND r.line_no = l.line_no
    WHERE p.highest IS NOT NULL
        AND l.amount_fen + COALESCE(r.fen, 0) > 0 AND l.quantity + COALESCE(r.quantity, 0) > 0
        AND l.settlement_id NOT IN (SELECT settlement_id FROM fallen)
    QUALIFY row_number() OVER (
        PARTITION BY l.line_id ORDER BY p.level_group DESC, p.from_day DESC, p.highest DESC, p.price_limit_id
    ) = 1
)
SELECT line_id,
    least(
        ((unit_price - highest) * quantity + 50000000) // 100000000,
        borne_fen - (highest * quantity + 50000000) // 100000000
    ) AS fen
FROM limits
WHERE unit_price > highest AND fen > 0
