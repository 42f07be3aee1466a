-- A hospital took in more patients a day in a long holiday than on the ordinary days before it.
WITH admissions AS (   -- 急诊、分娩不择日 emergencies and deliveries choose no day
    SELECT s.institution_id, s.admit_day, count(*) AS stays
    FROM history_stay AS s
    WHERE s.reversed = 0 AND s.emergency = 0 AND substr(COALESCE(s.main_diagnosis_category, '-'), 1, 1) <> 'O'
    GROUP BY s.institution_id, s.admit_day
),
known AS (
    SELECT a.institution_id, min(a.admit_day) AS first_day
    FROM admissions AS a
    GROUP BY a.institution_id
),
compared AS (
    SELECT
        a.institution_id, k.knowledge_id, k.from_day, k.until_day,
        CAST(sum(CASE WHEN a.admit_day >= k.from_day THEN a.stays ELSE 0 END) AS BIGINT) AS inside,
        CAST(sum(CASE WHEN a.admit_day < k.from_day THEN a.stays ELSE 0 END) AS BIGINT) AS before
    FROM admissions AS a
    JOIN known AS n ON n.institution_id = a.institution_id
    JOIN knowledge_holiday AS k ON a.admit_day >= k.from_day - :compare_days AND a.admit_day < k.until_day
        AND n.first_day <= k.from_day - :compare_days   -- 整个比较期都有数据 the whole comparison is known
    GROUP BY a.institution_id, k.knowledge_id, k.from_day, k.until_day
),
crowded AS (
    SELECT
        c.institution_id, c.knowledge_id, c.from_day, c.until_day, c.inside,
        int_div(c.before * (c.until_day - c.from_day) * :ratio_basis_points, :compare_days * 10000) AS allowed
    FROM compared AS c
    WHERE c.inside >= :stays_at_least
),
shared AS (   -- 只计超出部分，按住院均摊 only the excess, shared out over the stays
    SELECT
        c.institution_id, c.knowledge_id, c.from_day, c.inside, c.allowed, l.line_id,
        share_fen(l.net_fen, c.inside - c.allowed, c.inside) AS excess_fen
    FROM crowded AS c
    JOIN subject_stay AS j ON j.institution_id = c.institution_id
    JOIN history_line AS l ON l.encounter_id = j.encounter_id
    WHERE c.inside > c.allowed   -- 超出部分须大于数倍的偶然波动（人次的标准差近似其平方根） more than chance brings
        AND (c.inside - c.allowed) * (c.inside - c.allowed) > :deviations * :deviations * c.allowed
        AND j.admit_day >= c.from_day AND j.admit_day < c.until_day
        AND j.reversed = 0 AND j.emergency = 0 AND substr(COALESCE(j.main_diagnosis_category, '-'), 1, 1) <> 'O'
        AND l.reversed = 0
)
SELECT
    s.institution_id AS key_1, s.from_day AS key_2, 0 AS key_3, 0 AS key_4,
    s.institution_id, CAST(NULL AS BIGINT) AS person_id, s.from_day AS day,
    'line' AS evidence, s.line_id AS row_id, 1 AS role,
    s.inside AS measured, s.allowed AS threshold, s.knowledge_id, s.excess_fen AS at_stake_fen
FROM shared AS s
WHERE s.excess_fen > 0
