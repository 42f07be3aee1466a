-- Visits of any kind with a bill that stands, by institution.
SELECT v.institution_id AS subject_id, count(*) AS numerator, 1 AS denominator
FROM visit AS v
WHERE v.reversed = 0 AND v.start_day >= :first_day AND v.start_day <= :last_day
GROUP BY v.institution_id
