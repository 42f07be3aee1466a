-- Tests (examinations and laboratory) make up more of the costs of a stay than the share that is thought credible.
WITH stays AS (
    SELECT s.encounter_id, s.person_id, s.institution_id, s.admit_day
    FROM subject_stay AS s
    WHERE s.reversed = 0 AND s.discharge_day - s.admit_day >= :nights
        AND substr(COALESCE(s.main_diagnosis_category, ''), 1, 1) <> 'C'                                -- staging of a tumour
        AND substr(COALESCE(s.main_diagnosis_category, ''), 1, 2) NOT IN ('D0', 'D1', 'D2', 'D3', 'D4')
        AND COALESCE(s.main_diagnosis_category, '') NOT IN ('Z52', 'Z94')                               -- donors and transplants
),
charges AS (
    SELECT
        s.encounter_id, s.person_id, s.institution_id, s.admit_day, l.line_id, l.net_fen,
        flag(substr(l.charge, 1, 2) IN ('03', '04') OR l.charge IN ('1408', '1409', '1410', '145301')) AS test
    FROM stays AS s
    JOIN history_line AS l ON l.encounter_id = s.encounter_id
    WHERE l.reversed = 0
),
costs AS (
    SELECT
        c.encounter_id, c.person_id, c.institution_id, c.admit_day,
        share_fen(CAST(sum(c.net_fen) AS BIGINT), :share, 10000) AS allowed_fen,
        CAST(sum(c.test * c.net_fen) AS BIGINT) AS tests_fen
    FROM charges AS c
    GROUP BY c.encounter_id, c.person_id, c.institution_id, c.admit_day
)
SELECT
    e.encounter_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    e.institution_id, e.person_id, e.admit_day AS day,
    'line' AS evidence, c.line_id AS row_id, 1 AS role,
    e.tests_fen AS measured, e.allowed_fen AS threshold, CAST(NULL AS BIGINT) AS knowledge_id,
    share_fen(c.net_fen, e.tests_fen - e.allowed_fen, e.tests_fen) AS at_stake_fen
FROM costs AS e
JOIN charges AS c ON c.encounter_id = e.encounter_id
WHERE e.tests_fen > e.allowed_fen AND c.test = 1
UNION ALL
SELECT
    e.encounter_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    e.institution_id, e.person_id, e.admit_day AS day,
    'encounter' AS evidence, e.encounter_id AS row_id, 1 AS role,
    e.tests_fen AS measured, e.allowed_fen AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM costs AS e
WHERE e.tests_fen > e.allowed_fen
