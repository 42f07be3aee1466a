-- A stay in name only: days of nothing but bed and nursing, leave for over half of it, or days of treatment elsewhere.
WITH stays AS (
    SELECT
        s.encounter_id, s.person_id, s.institution_id, s.admit_day, s.discharge_day,
        s.discharge_day - s.admit_day AS nights, s.main_diagnosis_category AS category
    FROM subject_stay AS s
    WHERE s.reversed = 0 AND s.discharge_day - s.admit_day >= 2   -- there is a whole day
),
days AS (   -- whole days: neither that of admission nor that of discharge
    SELECT
        s.encounter_id, l.fee_day,
        max(flag(
            l.charge IS NULL OR (substr(l.charge, 1, 2) NOT IN ('01', '02', '07', '12', '13') AND l.charge <> '14')
        )) AS treated
    FROM stays AS s
    JOIN history_line AS l ON l.encounter_id = s.encounter_id AND l.fee_day > s.admit_day AND l.fee_day < s.discharge_day
    WHERE l.reversed = 0
        AND substr(COALESCE(s.category, ''), 1, 1) NOT IN ('F', 'P')   -- little is charged by nature: psychiatry, newborn,
        AND COALESCE(s.category, '') NOT IN ('Z38', 'Z51')             -- palliative care
    GROUP BY s.encounter_id, l.fee_day
),
idle AS (   -- consecutive days less their number in the row are one and the same
    SELECT d.encounter_id, d.fee_day, d.fee_day - row_number() OVER (PARTITION BY d.encounter_id ORDER BY d.fee_day) AS run
    FROM days AS d
    WHERE d.treated = 0 AND NOT EXISTS (
        SELECT 1 FROM history_absence AS a
        WHERE a.encounter_id = d.encounter_id AND a.left_day <= d.fee_day AND a.back_day >= d.fee_day
    )
),
runs AS (
    SELECT i.encounter_id, i.run, count(*) AS days, min(i.fee_day) AS first_day, max(i.fee_day) AS last_day
    FROM idle AS i
    GROUP BY i.encounter_id, i.run
    HAVING count(*) >= :idle_days
),
leaves AS (
    SELECT
        s.encounter_id, int_div(s.nights * :leave, 10000) + 1 AS too_many,
        CAST(sum(least2(a.back_day, s.discharge_day) - greatest2(a.left_day, s.admit_day)) AS BIGINT) AS days
    FROM stays AS s
    JOIN history_absence AS a ON a.encounter_id = s.encounter_id
    WHERE a.left_day < s.discharge_day AND a.back_day > s.admit_day
    GROUP BY s.encounter_id, s.nights
),
elsewhere AS (
    SELECT DISTINCT s.encounter_id, v.encounter_id AS visit_id, v.start_day
    FROM stays AS s
    JOIN history_visit AS v ON v.person_id = s.person_id
    WHERE v.visit_class IN (1, 3) AND v.institution_id <> s.institution_id
        AND v.start_day > s.admit_day AND v.start_day < s.discharge_day
        AND v.fund_fen > 0 AND v.emergency = 0 AND v.referred_from IS NULL
        AND COALESCE(v.main_diagnosis_category, '') NOT IN ('N18', 'Z38', 'Z49')
        AND substr(COALESCE(v.main_diagnosis_category, ''), 1, 1) <> 'P'
        AND NOT EXISTS (
            SELECT 1 FROM history_absence AS a
            WHERE a.encounter_id = s.encounter_id AND a.left_day <= v.start_day AND a.back_day >= v.start_day
        )
),
signs AS (
    SELECT l.encounter_id, 1 AS sign, l.days, l.too_many AS threshold
    FROM leaves AS l
    WHERE l.days >= l.too_many
    UNION ALL
    SELECT e.encounter_id, 2 AS sign, count(DISTINCT e.start_day) AS days, :days_elsewhere AS threshold
    FROM elsewhere AS e
    GROUP BY e.encounter_id
    HAVING count(DISTINCT e.start_day) >= :days_elsewhere
    UNION ALL
    SELECT
        r.encounter_id, 3 AS sign, CAST(sum(r.days) AS BIGINT) AS days,
        greatest2(:idle_days, int_div((s.nights - 1) * :idle_share + 9999, 10000)) AS threshold
    FROM runs AS r
    JOIN stays AS s ON s.encounter_id = r.encounter_id
    GROUP BY r.encounter_id, s.nights
    HAVING CAST(sum(r.days) AS BIGINT) * 10000 >= (s.nights - 1) * :idle_share   -- not the quiet end of a long stay
),
weighed AS (   -- the sign that speaks of the whole stay first
    SELECT
        g.encounter_id, g.sign, g.days, g.threshold,
        row_number() OVER (PARTITION BY g.encounter_id ORDER BY g.sign) AS place
    FROM signs AS g
),
nominal AS (
    SELECT s.encounter_id, s.person_id, s.institution_id, s.admit_day, w.sign, w.days, w.threshold
    FROM weighed AS w
    JOIN stays AS s ON s.encounter_id = w.encounter_id
    WHERE w.place = 1
)
SELECT
    n.encounter_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    n.institution_id, n.person_id, n.admit_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    n.days AS measured, n.threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM nominal AS n
JOIN history_line AS l ON l.encounter_id = n.encounter_id
LEFT JOIN runs AS r ON r.encounter_id = l.encounter_id AND r.first_day <= l.fee_day AND r.last_day >= l.fee_day
WHERE l.reversed = 0
    AND (n.sign < 3 OR r.encounter_id IS NOT NULL)   -- of idle days only what was charged on them
UNION ALL
SELECT
    n.encounter_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    n.institution_id, n.person_id, n.admit_day AS day,
    'encounter' AS evidence, n.encounter_id AS row_id, 1 AS role,
    n.days AS measured, n.threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM nominal AS n
UNION ALL
SELECT
    n.encounter_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    n.institution_id, n.person_id, n.admit_day AS day,
    'encounter' AS evidence, e.visit_id AS row_id, 2 AS role,
    n.days AS measured, n.threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM nominal AS n
JOIN elsewhere AS e ON e.encounter_id = n.encounter_id
WHERE n.sign = 2
