-- A patient came back to the same hospital soon after discharge, for the same disease, on a bill of its own.
WITH stays AS (
    SELECT
        s.encounter_id, s.person_id, s.institution_id, s.admit_day, s.admit_ymd, s.main_diagnosis_category,
        lag(s.encounter_id) OVER (PARTITION BY s.person_id, s.institution_id ORDER BY s.admit_day, s.encounter_id) AS earlier_id,
        lag(s.discharge_day) OVER (PARTITION BY s.person_id, s.institution_id ORDER BY s.admit_day, s.encounter_id) AS earlier_discharge_day,
        lag(s.main_diagnosis_category) OVER (PARTITION BY s.person_id, s.institution_id ORDER BY s.admit_day, s.encounter_id) AS earlier_category
    FROM history_stay AS s
    WHERE s.reversed = 0
),
splits AS (
    SELECT
        s.encounter_id, s.person_id, s.institution_id, s.admit_day, s.earlier_id,
        s.admit_day - s.earlier_discharge_day AS gap
    FROM stays AS s
    WHERE s.admit_day - s.earlier_discharge_day >= 0
        AND s.admit_day - s.earlier_discharge_day <= :gap_days
        AND s.main_diagnosis_category = s.earlier_category
        AND s.main_diagnosis_category <> 'Z51'   -- planned courses of chemotherapy and radiotherapy
        AND NOT (s.admit_ymd % 10000 = 101 AND s.admit_day - s.earlier_discharge_day <= 1)   -- settled at the turn of the year
        AND EXISTS (SELECT 1 FROM subject_stay AS j WHERE j.encounter_id = s.encounter_id)
)
SELECT
    p.earlier_id AS key_1, p.encounter_id AS key_2, 0 AS key_3, 0 AS key_4,
    p.institution_id, p.person_id, p.admit_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    p.gap AS measured, :gap_days AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM splits AS p
JOIN history_line AS l ON l.encounter_id = p.encounter_id
WHERE l.reversed = 0
UNION ALL
SELECT
    p.earlier_id AS key_1, p.encounter_id AS key_2, 0 AS key_3, 0 AS key_4,
    p.institution_id, p.person_id, p.admit_day AS day,
    'encounter' AS evidence, p.encounter_id AS row_id, 1 AS role,
    p.gap AS measured, :gap_days AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM splits AS p
UNION ALL
SELECT
    p.earlier_id AS key_1, p.encounter_id AS key_2, 0 AS key_3, 0 AS key_4,
    p.institution_id, p.person_id, p.admit_day AS day,
    'encounter' AS evidence, p.earlier_id AS row_id, 2 AS role,
    p.gap AS measured, :gap_days AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM splits AS p
