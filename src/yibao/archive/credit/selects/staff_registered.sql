-- Lines that stand whose practitioner is registered and was not suspended or ended that day, of all that name one, by
-- institution. Emergencies are left out.
WITH periods AS (   -- of two periods that overlap, the one that began later speaks
    SELECT
        s.subject_id, s.status, s.from_day, s.until_day,
        lead(s.from_day) OVER (PARTITION BY s.subject_id ORDER BY s.from_day, s.status_period_id) AS replaced_day
    FROM status AS s
    WHERE s.subject_kind = 'practitioner'
)
SELECT
    l.institution_id AS subject_id,
    CAST(sum(CASE WHEN p.practitioner_id IS NULL OR x.subject_id IS NOT NULL THEN 0 ELSE 1 END) AS BIGINT) AS numerator,
    count(*) AS denominator
FROM line AS l
JOIN visit AS v ON v.encounter_id = l.encounter_id AND v.emergency = 0
LEFT JOIN practitioner AS p ON p.practitioner_id = l.practitioner_id
LEFT JOIN periods AS x ON x.subject_id = l.practitioner_id AND x.status IN ('SUSPENDED', 'TERMINATED')
    AND l.fee_day >= x.from_day AND l.fee_day < x.until_day AND (x.replaced_day IS NULL OR l.fee_day < x.replaced_day)
WHERE l.reversed = 0 AND l.practitioner_id IS NOT NULL AND l.fee_day >= :first_day AND l.fee_day <= :last_day
GROUP BY l.institution_id
