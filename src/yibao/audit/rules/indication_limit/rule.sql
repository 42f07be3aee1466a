-- A drug that is paid for certain diseases was billed to a person of whom no diagnosis fits.
WITH limited AS (
    SELECT
        l.line_id, l.encounter_id, l.person_id, l.institution_id, l.item_id, l.fee_day, l.net_fen,
        min(k.knowledge_id) AS knowledge_id
    FROM knowledge_indication AS k
    JOIN subject_line AS l ON l.item_id = k.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    WHERE l.item_class IN (1, 4) AND l.reversed = 0 AND l.self_paid = 0
    GROUP BY l.line_id, l.encounter_id, l.person_id, l.institution_id, l.item_id, l.fee_day, l.net_fen
),
persons AS (
    SELECT DISTINCT l.person_id
    FROM limited AS l
),
told AS (   -- what is known of these persons' diseases, from the visit itself and from the settlement list
    SELECT v.person_id, v.encounter_id, v.start_day, v.main_diagnosis AS code, v.main_diagnosis_category AS category
    FROM persons AS p
    JOIN history_visit AS v ON v.person_id = p.person_id
    WHERE v.main_diagnosis IS NOT NULL
    UNION ALL
    SELECT v.person_id, v.encounter_id, v.start_day, d.code, d.code_category AS category
    FROM persons AS p
    JOIN history_visit AS v ON v.person_id = p.person_id
    JOIN history_diagnosis AS d ON d.encounter_id = v.encounter_id AND d.person_id = v.person_id
),
fitting AS (
    SELECT DISTINCT l.line_id
    FROM limited AS l
    JOIN knowledge_indication AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    JOIN told AS t ON t.person_id = l.person_id AND t.category = k.diagnosis_category
    WHERE k.diagnosis IN (t.category, substr(t.code, 1, 5), substr(t.code, 1, 7), t.code)   -- 类目、亚目、细目, or the code itself
        AND (
            t.encounter_id = l.encounter_id
            OR (t.start_day <= l.fee_day AND l.fee_day - t.start_day <= :look_back_days)
        )
),
found AS (
    SELECT
        l.line_id, l.encounter_id, l.person_id, l.institution_id, l.item_id, l.net_fen,
        min(l.fee_day) OVER (PARTITION BY l.encounter_id, l.person_id, l.institution_id, l.item_id) AS day,
        min(l.knowledge_id) OVER (PARTITION BY l.encounter_id, l.person_id, l.institution_id, l.item_id) AS knowledge_id
    FROM limited AS l
    WHERE NOT EXISTS (SELECT 1 FROM fitting AS f WHERE f.line_id = l.line_id)
        AND EXISTS (   -- a visit of which no diagnosis is known proves nothing
            SELECT 1 FROM told AS t WHERE t.encounter_id = l.encounter_id AND t.person_id = l.person_id
        )
)
SELECT
    f.encounter_id AS key_1, f.item_id AS key_2, f.institution_id AS key_3, f.person_id AS key_4,
    f.institution_id, f.person_id, f.day,
    'line' AS evidence, f.line_id AS row_id, 1 AS role,
    0 AS measured, 1 AS threshold, f.knowledge_id, f.net_fen AS at_stake_fen
FROM found AS f
UNION ALL
SELECT DISTINCT
    f.encounter_id AS key_1, f.item_id AS key_2, f.institution_id AS key_3, f.person_id AS key_4,
    f.institution_id, f.person_id, f.day,
    'encounter' AS evidence, f.encounter_id AS row_id, 2 AS role,
    0 AS measured, 1 AS threshold, f.knowledge_id, 0 AS at_stake_fen
FROM found AS f
