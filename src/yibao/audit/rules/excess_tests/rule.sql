-- Tests (examinations and laboratory) make up more of the costs of a stay than the share that is thought credible.
WITH stays AS (
    SELECT s.encounter_id, s.person_id, s.institution_id, s.admit_day
    FROM subject_stay AS s
    WHERE s.reversed = 0 AND s.discharge_day - s.admit_day >= :nights
        AND substr(COALESCE(s.main_diagnosis_category, ''), 1, 1) <> 'C'                                -- staging of a tumour
        AND substr(COALESCE(s.main_diagnosis_category, ''), 1, 2) NOT IN ('D0', 'D1', 'D2', 'D3', 'D4')
        AND COALESCE(s.main_diagnosis_category, '') NOT IN ('Z52', 'Z94')                               -- donors and transplants
),
costs AS (
    SELECT
        l.encounter_id, share_fen(CAST(sum(l.net_fen) AS BIGINT), :share, 10000) AS allowed_fen,
        CAST(sum(CASE
            WHEN substr(l.charge, 1, 2) IN ('03', '04') OR l.charge IN ('1408', '1409', '1410', '145301') THEN l.net_fen
            ELSE 0
        END) AS BIGINT) AS tests_fen
    FROM stays AS s
    JOIN history_line AS l ON l.encounter_id = s.encounter_id
    WHERE l.reversed = 0
    GROUP BY l.encounter_id
),
excess AS (
    SELECT s.encounter_id, s.person_id, s.institution_id, s.admit_day, c.tests_fen, c.allowed_fen
    FROM costs AS c
    JOIN stays AS s ON s.encounter_id = c.encounter_id
    WHERE c.tests_fen > c.allowed_fen
),
charges AS (
    SELECT
        e.encounter_id, e.person_id, e.institution_id, e.admit_day, e.tests_fen, e.allowed_fen, l.line_id, l.net_fen,
        flag(substr(l.charge, 1, 2) = '03' OR substr(l.charge, 1, 2) = '04') AS test,
        flag(l.charge = '1408' OR l.charge = '1409' OR l.charge = '1410' OR l.charge = '145301') AS image
    FROM excess AS e
    JOIN history_line AS l ON l.encounter_id = e.encounter_id
    WHERE l.reversed = 0
)
SELECT
    c.encounter_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    c.institution_id, c.person_id, c.admit_day AS day,
    'line' AS evidence, c.line_id AS row_id, 1 AS role,
    c.tests_fen AS measured, c.allowed_fen AS threshold, CAST(NULL AS BIGINT) AS knowledge_id,
    share_fen(c.net_fen, c.tests_fen - c.allowed_fen, c.tests_fen) AS at_stake_fen
FROM charges AS c
WHERE c.test + c.image > 0
UNION ALL
SELECT
    e.encounter_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    e.institution_id, e.person_id, e.admit_day AS day,
    'encounter' AS evidence, e.encounter_id AS row_id, 1 AS role,
    e.tests_fen AS measured, e.allowed_fen AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM excess AS e
