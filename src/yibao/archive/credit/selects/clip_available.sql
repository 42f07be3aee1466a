-- Settlements that stand and of which one clip runs from three minutes before to three minutes after, by institution.
WITH covered AS (
    SELECT DISTINCT s.settlement_id
    FROM settlement AS s
    JOIN clip AS c ON c.settlement_id = s.settlement_id
        AND c.start_minute <= s.settled_minute - 3 AND c.end_minute >= s.settled_minute + 3
)
SELECT
    s.institution_id AS subject_id,
    CAST(sum(CASE WHEN c.settlement_id IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS numerator, count(*) AS denominator
FROM settlement AS s
LEFT JOIN covered AS c ON c.settlement_id = s.settlement_id
WHERE s.reversed = 0 AND s.settled_day >= :first_day AND s.settled_day <= :last_day
GROUP BY s.institution_id
