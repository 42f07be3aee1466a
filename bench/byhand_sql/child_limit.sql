WITH points AS (
    SELECT item_id, audience, from_day,
        least(until_day, lead(from_day, 1, 99999) OVER (PARTITION BY item_id ORDER BY from_day, knowledge_id)) AS until_day
    FROM knowledge_age_limit
)
SELECT l.line_id, l.amount_fen + COALESCE(r.fen, 0) AS fen
FROM line AS l
JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
JOIN person AS p ON p.person_id = l.person_id
LEFT JOIN returned AS r ON r.encounter_id = l.encounter_id AND r.line_no = l.line_no
WHERE l.fee_day >= :from_day AND l.reverses IS NULL
    AND (l.self_paid_fen IS NULL OR l.self_paid_fen < l.amount_fen)
    AND l.fee_ymd >= p.birth_ymd
    AND CASE k.audience
        WHEN '儿童' THEN l.fee_ymd - p.birth_ymd >= :child_age_below * 10000
        WHEN '婴幼儿' THEN l.fee_ymd - p.birth_ymd >= :infant_age_below * 10000
        WHEN '新生儿' THEN l.fee_day - p.birth_day >= :newborn_days_below
    END
    AND l.amount_fen + COALESCE(r.fen, 0) > 0 AND l.quantity + COALESCE(r.quantity, 0) > 0
    AND l.settlement_id NOT IN (SELECT settlement_id FROM fallen)
    AND NOT (
        k.audience = '新生儿' AND p.sex = '2' AND l.encounter_id IN (
            SELECT encounter_id FROM encounter
            WHERE end_day IS NOT NULL AND left(main_diagnosis_category, 1) = 'O' AND left(kind, 2) IN ('21', '22', '23', '52')
        )
    )
