-- Stays in hospital that ended and whose bill stands, by institution.
SELECT s.institution_id AS subject_id, count(*) AS numerator, 1 AS denominator
FROM stay AS s
WHERE s.reversed = 0 AND s.discharge_day >= :first_day AND s.discharge_day <= :last_day
GROUP BY s.institution_id
