-- Settlements that stand and in which a credential was recorded, of all that stand, by institution.
SELECT
    s.institution_id AS subject_id,
    CAST(sum(CASE WHEN c.credential IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS numerator, count(*) AS denominator
FROM settlement AS s
JOIN credential AS c ON c.settlement_id = s.settlement_id
WHERE s.reversed = 0 AND s.settled_day >= :first_day AND s.settled_day <= :last_day
GROUP BY s.institution_id
