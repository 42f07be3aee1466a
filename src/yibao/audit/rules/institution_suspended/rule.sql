-- A charge was settled for an institution on a day on which its agreement was suspended or terminated.
WITH periods AS (   -- of two periods that overlap, the one that began later speaks
    SELECT
        s.subject_id, s.status, s.from_day, s.until_day,
        lead(s.from_day) OVER (PARTITION BY s.subject_id ORDER BY s.from_day, s.status_period_id) AS replaced_day
    FROM status AS s
    WHERE s.subject_kind = 'institution'
)
SELECT
    l.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.fee_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    CASE WHEN p.status = 'SUSPENDED' THEN 2 ELSE 3 END AS measured,
    1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM subject_line AS l
JOIN periods AS p ON p.subject_id = l.institution_id AND l.fee_day >= p.from_day AND l.fee_day < p.until_day
    AND (p.replaced_day IS NULL OR l.fee_day < p.replaced_day)
WHERE l.reversed = 0 AND l.self_paid = 0
    AND p.status IN ('SUSPENDED', 'TERMINATED')
    AND NOT EXISTS (SELECT 1 FROM history_visit AS v WHERE v.encounter_id = l.encounter_id AND v.emergency = 1)
