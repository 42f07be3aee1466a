-- The first day on which a practitioner ordered something, as far as the lake knows. No window.
SELECT l.practitioner_id AS subject_id, min(l.fee_day) AS numerator, 1 AS denominator
FROM line AS l
WHERE l.practitioner_id IS NOT NULL AND l.fee_day <= :last_day AND :first_day <= :last_day
GROUP BY l.practitioner_id
