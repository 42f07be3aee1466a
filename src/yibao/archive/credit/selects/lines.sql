-- Drug lines that stand, by institution.
SELECT l.institution_id AS subject_id, count(*) AS numerator, 1 AS denominator
FROM line AS l
WHERE l.reversed = 0 AND l.item_class = 1 AND l.fee_day >= :first_day AND l.fee_day <= :last_day
GROUP BY l.institution_id
