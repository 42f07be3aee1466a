-- A charge is dated after the day on which the insured person died.
SELECT
    l.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.fee_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    l.fee_day - p.death_day AS measured, :grace_days AS threshold,
    CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM subject_line AS l
JOIN person AS p ON p.person_id = l.person_id
WHERE p.death_day IS NOT NULL
    AND l.fee_day - p.death_day > :grace_days
    AND l.reversed = 0 AND l.self_paid = 0
