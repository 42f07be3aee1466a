-- A drug was settled without a traceability code although it is not on the list of drugs that have none.
SELECT
    l.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.fee_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    0 AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM subject_line AS l
JOIN institution AS i ON i.institution_id = l.institution_id
LEFT JOIN knowledge_no_code_item AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
LEFT JOIN history_trace AS t ON t.line_id = l.line_id
WHERE l.item_class = 1   -- bought by the pack
    AND l.reversed = 0 AND l.self_paid = 0
    AND (i.kind = '2' OR :bound_institutions = 2)
    AND k.knowledge_id IS NULL
    AND t.line_id IS NULL   -- joined, not asked by NOT EXISTS: many times faster over many lines
