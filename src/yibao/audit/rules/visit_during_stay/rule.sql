-- While a person was in hospital, the fund paid a visit or a purchase of theirs at another institution.
WITH inside AS (
    SELECT
        v.encounter_id, v.person_id, v.institution_id, v.start_day, s.encounter_id AS stay_id,
        v.start_day - s.start_day AS nth, s.end_day - s.start_day AS days,
        row_number() OVER (PARTITION BY v.encounter_id ORDER BY s.start_minute DESC, s.encounter_id) AS place
    FROM subject_visit AS v
    JOIN history_visit AS s ON s.person_id = v.person_id
    WHERE s.visit_class = 2 AND s.reversed = 0 AND s.institution_id <> v.institution_id
        AND v.visit_class IN (1, 3) AND v.fund_fen > 0   -- of a bill that stands
        AND v.emergency = 0 AND v.referred_from IS NULL
        AND COALESCE(v.main_diagnosis_category, '') NOT IN ('N18', 'Z38', 'Z49')   -- dialysis; a newborn child
        AND substr(COALESCE(v.main_diagnosis_category, ''), 1, 1) <> 'P'           -- a newborn child, on the mother's credential
        AND v.start_minute > s.start_minute
        AND v.start_minute < s.end_minute
        AND (s.start_minute <> s.start_day * 1440 OR v.start_day > s.start_day)   -- no time of day: it may have been before
        AND (v.start_minute <> v.start_day * 1440 OR v.start_day < s.end_day)     -- no time of day: it may have been after
        AND NOT EXISTS (
            SELECT 1 FROM history_absence AS a
            WHERE a.encounter_id = s.encounter_id AND a.left_day <= v.start_day AND a.back_day >= v.start_day
        )
)
SELECT
    i.encounter_id AS key_1, i.stay_id AS key_2, 0 AS key_3, 0 AS key_4,
    i.institution_id, i.person_id, i.start_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    i.nth AS measured, i.days AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM inside AS i
JOIN history_line AS l ON l.encounter_id = i.encounter_id
WHERE i.place = 1 AND l.reversed = 0
UNION ALL
SELECT
    i.encounter_id AS key_1, i.stay_id AS key_2, 0 AS key_3, 0 AS key_4,
    i.institution_id, i.person_id, i.start_day AS day,
    'encounter' AS evidence, i.encounter_id AS row_id, 1 AS role,
    i.nth AS measured, i.days AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM inside AS i
WHERE i.place = 1
UNION ALL
SELECT
    i.encounter_id AS key_1, i.stay_id AS key_2, 0 AS key_3, 0 AS key_4,
    i.institution_id, i.person_id, i.start_day AS day,
    'encounter' AS evidence, i.stay_id AS row_id, 2 AS role,
    i.nth AS measured, i.days AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM inside AS i
WHERE i.place = 1
