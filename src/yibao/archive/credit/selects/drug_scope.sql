-- Drug charges within the scope of the policy, in fen, by institution. What the fund paid is known of a bill, not of a line.
SELECT
    l.institution_id AS subject_id,
    CAST(sum(COALESCE(l.net_in_scope_fen, l.net_fen)) AS BIGINT) AS numerator, 1 AS denominator
FROM line AS l
WHERE l.reversed = 0 AND l.self_paid = 0 AND l.item_class IN (1, 4)
    AND l.fee_day >= :first_day AND l.fee_day <= :last_day
GROUP BY l.institution_id
