-- A hospital billed its own inpatient as an outpatient during the stay, or billed the tests for it in the days before.
WITH near AS (
    SELECT
        v.encounter_id, v.person_id, v.institution_id, v.start_day, s.encounter_id AS stay_id,
        greatest2(s.start_day - v.start_day, 0) AS days,
        flag(v.start_day > s.start_day) AS within,
        row_number() OVER (
            PARTITION BY v.encounter_id ORDER BY flag(v.start_day > s.start_day) DESC, s.start_minute, s.encounter_id
        ) AS place
    FROM subject_visit AS v
    JOIN history_visit AS s ON s.person_id = v.person_id AND s.institution_id = v.institution_id
    WHERE s.visit_class = 2 AND s.reversed = 0
        AND v.visit_class = 1 AND v.reversed = 0 AND v.kind NOT IN ('28', '71')
        AND COALESCE(v.main_diagnosis_category, '') <> 'Z38' AND substr(COALESCE(v.main_diagnosis_category, ''), 1, 1) <> 'P'
        AND v.start_day < s.end_day
        AND (
            v.start_day > s.start_day
            OR (
                v.start_day >= s.start_day - :days_before
                AND v.emergency = 0
                AND substr(v.kind, 1, 2) <> '14' AND v.kind NOT IN ('16', '9901', '9904', '991702', '992102')
                AND (
                    v.main_diagnosis_category = s.main_diagnosis_category
                    OR (COALESCE(v.main_diagnosis_category, 'Z01') = 'Z01' AND v.department = s.department)   -- Z01: examined
                )
            )
        )
),
shifted AS (
    SELECT
        n.encounter_id, n.stay_id, n.institution_id, n.person_id, n.start_day, n.days, l.line_id, l.net_fen
    FROM near AS n
    JOIN history_line AS l ON l.encounter_id = n.encounter_id
    WHERE n.place = 1 AND l.reversed = 0
        AND (n.within = 1 OR substr(l.charge, 1, 2) IN ('03', '04') OR l.charge IN ('1408', '1409', '1410', '145301'))
)
SELECT
    s.encounter_id AS key_1, s.stay_id AS key_2, 0 AS key_3, 0 AS key_4,
    s.institution_id, s.person_id, s.start_day AS day,
    'line' AS evidence, s.line_id AS row_id, 1 AS role,
    s.days AS measured, :days_before AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, s.net_fen AS at_stake_fen
FROM shifted AS s
UNION ALL
SELECT DISTINCT
    s.encounter_id AS key_1, s.stay_id AS key_2, 0 AS key_3, 0 AS key_4,
    s.institution_id, s.person_id, s.start_day AS day,
    'encounter' AS evidence, s.stay_id AS row_id, 2 AS role,
    s.days AS measured, :days_before AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM shifted AS s
