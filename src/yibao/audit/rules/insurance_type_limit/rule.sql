-- A drug of the work-injury or maternity list was put to the basic medical insurance fund.
WITH points AS (   -- of two points on one item, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.insurance, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_insurance_limit AS k
),
charged AS (
    SELECT l.line_id, l.encounter_id, l.person_id, l.institution_id, l.fee_day, l.net_fen, k.knowledge_id, k.insurance
    FROM subject_line AS l
    JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
        AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
    JOIN history_settlement AS s ON s.settlement_id = l.settlement_id AND s.person_id = l.person_id
    WHERE l.reversed = 0 AND l.self_paid = 0
        AND s.scheme IN ('310', '380', '390', '391')   -- the basic medical insurance of employees and of residents
),
hits AS (
    SELECT c.line_id, c.person_id, c.institution_id, c.fee_day, c.net_fen, c.knowledge_id, 2 AS insurance
    FROM charged AS c
    WHERE c.insurance = '工伤'
    UNION ALL
    SELECT c.line_id, c.person_id, c.institution_id, c.fee_day, c.net_fen, c.knowledge_id, 3 AS insurance
    FROM charged AS c
    JOIN history_visit AS v ON v.encounter_id = c.encounter_id AND v.person_id = c.person_id
    WHERE c.insurance = '生育'
        AND v.kind NOT IN ('51', '52', '54', '2106', '2107', '9921', '9931', '9932')
        AND substr(v.main_diagnosis_category, 1, 1) <> 'O' AND substr(v.main_diagnosis_category, 1, 2) <> 'Z3'
        AND NOT EXISTS (
            SELECT 1 FROM history_diagnosis AS d
            WHERE d.encounter_id = c.encounter_id AND d.person_id = c.person_id
                AND (substr(d.code_category, 1, 1) = 'O' OR substr(d.code_category, 1, 2) = 'Z3')
        )
)
SELECT
    h.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    h.institution_id, h.person_id, h.fee_day AS day,
    'line' AS evidence, h.line_id AS row_id, 1 AS role,
    1 AS measured, h.insurance AS threshold, h.knowledge_id, h.net_fen AS at_stake_fen
FROM hits AS h
