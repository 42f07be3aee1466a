WITH standing AS (
    SELECT encounter_id, sum(fund_fen)::BIGINT AS fund_fen
    FROM settlement
    WHERE settlement_id NOT IN (SELECT settlement_id FROM fallen)
    GROUP BY encounter_id
),
stays AS (
    SELECT encounter_id, person_id, institution_id, start_day, start_minute, end_day, end_minute
    FROM encounter
    WHERE left(kind, 2) IN ('21', '22', '23', '52') AND encounter_id IN (SELECT encounter_id FROM standing)
),
visits AS (
    SELECT e.encounter_id, e.person_id, e.institution_id, e.start_day, e.start_minute
    FROM encounter AS e
    JOIN standing AS b ON b.encounter_id = e.encounter_id AND b.fund_fen > 0
    WHERE left(e.kind, 2) NOT IN ('21', '22', '23', '52') AND e.kind NOT IN ('13', '120', '210104', '9902', '9914')
        AND e.start_day >= :from_day AND e.referred_from IS NULL
        AND COALESCE(e.main_diagnosis_category, '') NOT IN ('N18', 'Z38', 'Z49')
        AND COALESCE(e.main_diagnosis_category, '') NOT LIKE 'P%'
),
inside AS (
    SELECT DISTINCT v.encounter_id
    FROM visits AS v
    JOIN stays AS s ON s.person_id = v.person_id AND s.institution_id <> v.institution_id
        AND v.start_minute > s.start_minute AND v.start_minute < s.end_minute
    WHERE (s.start_minute % 1440 <> 0 OR v.start_day > s.start_day)
        AND (v.start_minute % 1440 <> 0 OR v.start_day < s.end_day)
        AND NOT EXISTS (
            SELECT 1 FROM absence AS a
            WHERE a.encounter_id = s.encounter_id AND v.start_day BETWEEN a.left_day AND a.back_day
        )
)
SELECT l.line_id, l.amount_fen + COALESCE(r.fen, 0) AS fen
FROM line AS l
JOIN inside AS i ON i.encounter_id = l.encounter_id
LEFT JOIN returned AS r ON r.encounter_id = l.encounter_id AND r.line_no = l.line_no
WHERE l.reverses IS NULL
    AND l.amount_fen + COALESCE(r.fen, 0) > 0 AND l.quantity + COALESCE(r.quantity, 0) > 0
    AND l.settlement_id NOT IN (SELECT settlement_id FROM fallen)
