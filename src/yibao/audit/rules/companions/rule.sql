-- The same people were taken in together, at one hospital, on one day, for one disease, again and again.
WITH stays AS (
    SELECT s.institution_id, s.admit_day, s.main_diagnosis_category, s.person_id
    FROM history_stay AS s
    WHERE s.reversed = 0
        AND s.main_diagnosis_category NOT IN ('Z51', 'Z49', 'N18')   -- 放化疗、透析按计划同日 planned courses share their days
),
parties AS (
    SELECT s.institution_id, s.admit_day, s.main_diagnosis_category
    FROM stays AS s
    GROUP BY s.institution_id, s.admit_day, s.main_diagnosis_category
    HAVING count(DISTINCT s.person_id) >= :persons_at_least AND count(DISTINCT s.person_id) <= :party_at_most
),
members AS (
    SELECT DISTINCT s.institution_id, s.admit_day, s.main_diagnosis_category, s.person_id
    FROM parties AS p
    JOIN stays AS s ON s.institution_id = p.institution_id AND s.admit_day = p.admit_day
        AND s.main_diagnosis_category = p.main_diagnosis_category
),
pairs AS (
    SELECT m.institution_id, m.person_id AS one_id, n.person_id AS other_id
    FROM members AS m
    JOIN members AS n ON n.institution_id = m.institution_id AND n.admit_day = m.admit_day
        AND n.main_diagnosis_category = m.main_diagnosis_category
    WHERE m.person_id <> n.person_id
    GROUP BY m.institution_id, m.person_id, n.person_id
    HAVING count(DISTINCT m.admit_day) >= :times_at_least
),
bound AS (   -- 同次入院者中，有足够多的老同伴 with enough old companions in the same party
    SELECT m.institution_id, m.admit_day, m.main_diagnosis_category, m.person_id
    FROM pairs AS q
    JOIN members AS m ON m.institution_id = q.institution_id AND m.person_id = q.one_id
    JOIN members AS n ON n.institution_id = q.institution_id AND n.person_id = q.other_id
        AND n.admit_day = m.admit_day AND n.main_diagnosis_category = m.main_diagnosis_category
    GROUP BY m.institution_id, m.admit_day, m.main_diagnosis_category, m.person_id
    HAVING count(*) >= :persons_at_least - 1
),
crowds AS (
    SELECT b.institution_id, b.admit_day, b.main_diagnosis_category, count(*) AS persons
    FROM bound AS b
    GROUP BY b.institution_id, b.admit_day, b.main_diagnosis_category
    HAVING count(*) >= :persons_at_least
),
blamed AS (
    SELECT
        c.institution_id, c.admit_day, c.persons, j.encounter_id, j.person_id,
        min(j.encounter_id) OVER (PARTITION BY c.institution_id, c.admit_day, c.main_diagnosis_category) AS party_id
    FROM crowds AS c
    JOIN bound AS b ON b.institution_id = c.institution_id AND b.admit_day = c.admit_day
        AND b.main_diagnosis_category = c.main_diagnosis_category
    JOIN subject_stay AS j ON j.institution_id = b.institution_id AND j.admit_day = b.admit_day
        AND j.main_diagnosis_category = b.main_diagnosis_category AND j.person_id = b.person_id
    WHERE j.reversed = 0
)
SELECT
    b.institution_id AS key_1, b.admit_day AS key_2, b.party_id AS key_3, 0 AS key_4,
    b.institution_id, CAST(NULL AS BIGINT) AS person_id, b.admit_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    b.persons AS measured, :persons_at_least AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM blamed AS b
JOIN history_line AS l ON l.encounter_id = b.encounter_id
WHERE l.reversed = 0
UNION ALL
SELECT
    b.institution_id AS key_1, b.admit_day AS key_2, b.party_id AS key_3, 0 AS key_4,
    b.institution_id, CAST(NULL AS BIGINT) AS person_id, b.admit_day AS day,
    'encounter' AS evidence, b.encounter_id AS row_id, 1 AS role,
    b.persons AS measured, :persons_at_least AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM blamed AS b
