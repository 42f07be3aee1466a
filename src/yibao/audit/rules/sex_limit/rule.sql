-- A drug or service limited to one sex was billed to a person of the other.
WITH points AS (   -- of two points on one item, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.sex, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_sex_limit AS k
)
SELECT
    l.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.fee_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    CASE WHEN p.sex = '1' THEN 1 ELSE 2 END AS measured,
    CASE WHEN k.sex = '1' THEN 1 ELSE 2 END AS threshold,
    k.knowledge_id, l.net_fen AS at_stake_fen
FROM subject_line AS l
JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
JOIN person AS p ON p.person_id = l.person_id
WHERE l.reversed = 0 AND l.self_paid = 0
    AND p.sex IN ('1', '2') AND k.sex IN ('1', '2')   -- an unknown sex is no evidence
    AND p.sex <> k.sex
