-- What the fund paid in settlements that stand, in fen, by institution.
SELECT s.institution_id AS subject_id, CAST(sum(s.fund_fen) AS BIGINT) AS numerator, 1 AS denominator
FROM settlement AS s
WHERE s.reversed = 0 AND s.settled_day >= :first_day AND s.settled_day <= :last_day
GROUP BY s.institution_id
