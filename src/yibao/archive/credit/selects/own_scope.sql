-- Charges within the scope of the policy that a practitioner ordered, in fen. What the fund paid is known of a bill, not
-- of a line.
SELECT
    l.practitioner_id AS subject_id,
    CAST(sum(COALESCE(l.net_in_scope_fen, l.net_fen)) AS BIGINT) AS numerator, 1 AS denominator
FROM line AS l
WHERE l.reversed = 0 AND l.self_paid = 0 AND l.practitioner_id IS NOT NULL
    AND l.fee_day >= :first_day AND l.fee_day <= :last_day
GROUP BY l.practitioner_id
