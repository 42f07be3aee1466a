-- A drug limited to inpatients was settled on an outpatient visit or in a pharmacy.
WITH points AS (   -- of two points on one item, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.visit, COALESCE(k.wording, k.visit) AS wording, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_visit_limit AS k
)
SELECT
    l.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.fee_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    v.visit_class AS measured, 2 AS threshold,
    k.knowledge_id, l.net_fen AS at_stake_fen
FROM subject_line AS l
JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
JOIN history_visit AS v ON v.encounter_id = l.encounter_id AND v.person_id = l.person_id
WHERE l.reversed = 0 AND l.self_paid = 0
    AND k.visit = '住院' AND v.visit_class <> 2
    AND substr(v.kind, 1, 2) NOT IN ('28', '71')   -- day surgery and a bed at home are settled as stays
    AND v.kind <> '9931'   -- a stay, by its local code
    AND NOT (k.wording = '急诊或住院' AND v.emergency = 1)
