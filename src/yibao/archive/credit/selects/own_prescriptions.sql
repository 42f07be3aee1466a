-- Visits in which a practitioner ordered drugs that stand: the lake knows a prescription by its visit.
SELECT l.practitioner_id AS subject_id, count(DISTINCT l.encounter_id) AS numerator, 1 AS denominator
FROM line AS l
WHERE l.reversed = 0 AND l.item_class IN (1, 4) AND l.practitioner_id IS NOT NULL
    AND l.fee_day >= :first_day AND l.fee_day <= :last_day
GROUP BY l.practitioner_id
