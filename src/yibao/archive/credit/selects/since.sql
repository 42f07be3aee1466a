-- The first day of a settlement in the lake, by institution: since when it settles, as far as is known. No window.
SELECT s.institution_id AS subject_id, min(s.settled_day) AS numerator, 1 AS denominator
FROM settlement AS s
WHERE s.settled_day <= :last_day AND :first_day <= :last_day
GROUP BY s.institution_id
