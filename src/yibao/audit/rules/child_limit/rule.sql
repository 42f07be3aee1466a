-- An item for children, infants or newborns was billed to a person beyond that age.
WITH points AS (   -- of two points on one item, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.audience, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_age_limit AS k
)
SELECT
    l.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, l.person_id, l.fee_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    CASE WHEN k.audience = '新生儿' THEN l.fee_day - p.birth_day ELSE int_div(l.fee_ymd - p.birth_ymd, 10000) END AS measured,
    CASE
        WHEN k.audience = '新生儿' THEN :newborn_days_below
        WHEN k.audience = '婴幼儿' THEN :infant_age_below
        ELSE :child_age_below
    END AS threshold,
    k.knowledge_id, l.net_fen AS at_stake_fen
FROM subject_line AS l
JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
JOIN person AS p ON p.person_id = l.person_id
WHERE l.reversed = 0 AND l.self_paid = 0
    AND l.fee_ymd >= p.birth_ymd
    AND (
        (k.audience = '儿童' AND l.fee_ymd - p.birth_ymd >= :child_age_below * 10000)
        OR (k.audience = '婴幼儿' AND l.fee_ymd - p.birth_ymd >= :infant_age_below * 10000)
        OR (k.audience = '新生儿' AND l.fee_day - p.birth_day >= :newborn_days_below)
    )
    AND NOT (   -- a newborn that has no number of its own yet is billed on its mother's stay
        k.audience = '新生儿' AND p.sex = '2'
        AND EXISTS (
            SELECT 1 FROM history_stay AS s
            WHERE s.encounter_id = l.encounter_id AND substr(s.main_diagnosis_category, 1, 1) = 'O'
        )
    )
