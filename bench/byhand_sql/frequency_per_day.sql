WITH points AS (
    SELECT item_id, highest, from_day,
        least(until_day, lead(from_day, 1, 99999) OVER (PARTITION BY item_id ORDER BY from_day, knowledge_id)) AS until_day
    FROM knowledge_frequency_limit
),
charged AS MATERIALIZED (
    SELECT l.line_id, l.person_id, l.institution_id, l.item_id, l.fee_day, l.fee_minute, l.settlement_id, l.encounter_id, l.line_no,
        l.amount_fen, l.quantity, k.highest
    FROM line AS l
    JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    WHERE l.fee_day >= :from_day AND l.reverses IS NULL
        AND (l.self_paid_fen IS NULL OR l.self_paid_fen < l.amount_fen)
),
over_gross AS (
    SELECT person_id, institution_id, item_id, fee_day FROM charged
    GROUP BY person_id, institution_id, item_id, fee_day, highest HAVING sum(quantity) > highest
),
net AS (
    SELECT l.line_id, l.amount_fen + COALESCE(r.fen, 0) AS fen, l.quantity + COALESCE(r.quantity, 0) AS quantity, l.highest,
        sum(l.quantity + COALESCE(r.quantity, 0)) OVER (
            PARTITION BY l.person_id, l.institution_id, l.item_id, l.fee_day ORDER BY l.fee_minute, l.line_id
            ROWS UNBOUNDED PRECEDING
        ) AS so_far
    FROM charged AS l
    SEMI JOIN over_gross USING (person_id, institution_id, item_id, fee_day)
    LEFT JOIN returned AS r ON r.encounter_id = l.encounter_id AND r.line_no = l.line_no
    WHERE l.amount_fen + COALESCE(r.fen, 0) > 0 AND l.quantity + COALESCE(r.quantity, 0) > 0
        AND l.settlement_id NOT IN (SELECT settlement_id FROM fallen)
)
SELECT line_id, ((2 * fen * least(quantity, so_far - highest) + quantity) // (2 * quantity))::BIGINT AS fen
FROM net
WHERE so_far > highest
