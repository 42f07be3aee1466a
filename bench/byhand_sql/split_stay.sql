WITH stays AS (
    SELECT encounter_id, start_day, start_ymd, main_diagnosis_category AS category,
        start_day - lag(end_day) OVER w AS gap, lag(main_diagnosis_category) OVER w AS earlier_category
    FROM encounter
    WHERE left(kind, 2) IN ('21', '22', '23', '52') AND end_day IS NOT NULL
        AND encounter_id IN (
            SELECT encounter_id FROM settlement
            WHERE settlement_id NOT IN (SELECT settlement_id FROM fallen)
        )
    WINDOW w AS (PARTITION BY person_id, institution_id ORDER BY start_day, encounter_id)
),
splits AS (
    SELECT encounter_id FROM stays
    WHERE start_day >= :from_day AND gap BETWEEN 0 AND :gap_days AND category = earlier_category AND category <> 'Z51'
        AND NOT (start_ymd % 10000 = 101 AND gap <= 1)
)
SELECT l.line_id, l.amount_fen + COALESCE(r.fen, 0) AS fen
FROM line AS l
JOIN splits AS p ON p.encounter_id = l.encounter_id
LEFT JOIN returned AS r ON r.encounter_id = l.encounter_id AND r.line_no = l.line_no
WHERE l.reverses IS NULL
    AND l.amount_fen + COALESCE(r.fen, 0) > 0 AND l.quantity + COALESCE(r.quantity, 0) > 0
    AND l.settlement_id NOT IN (SELECT settlement_id FROM fallen)
