WITH points AS (
    SELECT item_id, sex, from_day,
        least(until_day, lead(from_day, 1, 99999) OVER (PARTITION BY item_id ORDER BY from_day, knowledge_id)) AS until_day
    FROM knowledge_sex_limit
)
SELECT l.line_id, l.amount_fen + COALESCE(r.fen, 0) AS fen
FROM line AS l
JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
JOIN person AS p ON p.person_id = l.person_id AND p.sex IN ('1', '2') AND k.sex IN ('1', '2') AND p.sex <> k.sex
LEFT JOIN returned AS r ON r.encounter_id = l.encounter_id AND r.line_no = l.line_no
WHERE l.fee_day >= :from_day AND l.reverses IS NULL
    AND (l.self_paid_fen IS NULL OR l.self_paid_fen < l.amount_fen)
    AND l.amount_fen + COALESCE(r.fen, 0) > 0 AND l.quantity + COALESCE(r.quantity, 0) > 0
    AND l.settlement_id NOT IN (SELECT settlement_id FROM fallen)
