-- Drug lines that stand and have a traceability code, of all that need one, by institution: from the
-- day on which the region binds such institutions.
WITH scanned AS (
    SELECT DISTINCT t.line_id FROM trace AS t
)
SELECT
    l.institution_id AS subject_id,
    CAST(sum(CASE WHEN t.line_id IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS numerator, count(*) AS denominator
FROM line AS l
JOIN institution AS i ON i.institution_id = l.institution_id
LEFT JOIN knowledge_no_code_item AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
LEFT JOIN scanned AS t ON t.line_id = l.line_id
WHERE l.item_class = 1 AND l.reversed = 0 AND l.self_paid = 0 AND k.knowledge_id IS NULL
    AND (l.fee_day >= :all_from OR (i.kind = '2' AND l.fee_day >= :pharmacies_from))
    AND l.fee_day >= :first_day AND l.fee_day <= :last_day
GROUP BY l.institution_id
