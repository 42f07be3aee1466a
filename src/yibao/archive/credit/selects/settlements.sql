-- Settlements that stand, by institution.
SELECT s.institution_id AS subject_id, count(*) AS numerator, 1 AS denominator
FROM settlement AS s
WHERE s.reversed = 0 AND s.settled_day >= :first_day AND s.settled_day <= :last_day
GROUP BY s.institution_id
