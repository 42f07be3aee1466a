WITH periods AS (
    SELECT i.institution_id, s.status, s.from_day,
        least(s.until_day, lead(s.from_day, 1, 99999) OVER (PARTITION BY s.subject ORDER BY s.from_day, s.status_period_id)) AS until_day
    FROM status_period AS s
    JOIN institution AS i ON i.institution_no = s.subject
    WHERE s.subject_kind = 'institution'
)
SELECT l.line_id, l.amount_fen + COALESCE(r.fen, 0) AS fen
FROM line AS l
JOIN periods AS p ON p.institution_id = l.institution_id AND l.fee_day >= p.from_day AND l.fee_day < p.until_day
    AND p.status IN ('SUSPENDED', 'TERMINATED')
LEFT JOIN returned AS r ON r.encounter_id = l.encounter_id AND r.line_no = l.line_no
WHERE l.fee_day >= :from_day AND l.reverses IS NULL
    AND (l.self_paid_fen IS NULL OR l.self_paid_fen < l.amount_fen)
    AND l.amount_fen + COALESCE(r.fen, 0) > 0 AND l.quantity + COALESCE(r.quantity, 0) > 0
    AND l.settlement_id NOT IN (SELECT settlement_id FROM fallen)
    AND l.encounter_id NOT IN (SELECT encounter_id FROM encounter WHERE kind IN ('13', '120', '210104', '9902', '9914'))
