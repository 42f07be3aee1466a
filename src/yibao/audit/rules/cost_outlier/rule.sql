-- A stay costs far more than the other stays of the same disease at the hospital.
WITH operated AS (
    SELECT DISTINCT o.encounter_id
    FROM history_procedure AS o
),
stays AS (   -- 以元计，平方不致溢出 whole yuan, so that squares stay within 64 bits
    SELECT
        s.encounter_id, s.person_id, s.institution_id, s.admit_day, s.total_fen, s.main_diagnosis_category,
        CASE WHEN o.encounter_id IS NULL THEN 0 ELSE 1 END AS operated, int_div(s.total_fen, 100) AS yuan
    FROM history_stay AS s
    LEFT JOIN operated AS o ON o.encounter_id = s.encounter_id
    WHERE s.reversed = 0
        AND s.discharge_day - s.admit_day <= :longest_days   -- 超长住院多按床日结算 paid by the day
        AND s.main_diagnosis_category IS NOT NULL
),
means AS (
    SELECT
        t.institution_id, t.main_diagnosis_category, t.operated, count(*) AS peers,
        int_div(CAST(sum(t.yuan) AS BIGINT), count(*)) AS mean_yuan
    FROM stays AS t
    GROUP BY t.institution_id, t.main_diagnosis_category, t.operated
    HAVING count(*) >= :peers_at_least
),
apart AS (
    SELECT
        t.encounter_id, t.person_id, t.institution_id, t.admit_day, t.total_fen, m.peers, m.mean_yuan, t.yuan - m.mean_yuan AS above,
        CAST(sum((t.yuan - m.mean_yuan) * (t.yuan - m.mean_yuan)) OVER (
            PARTITION BY t.institution_id, t.main_diagnosis_category, t.operated
        ) AS BIGINT) AS squares
    FROM stays AS t
    JOIN means AS m ON m.institution_id = t.institution_id AND m.main_diagnosis_category = t.main_diagnosis_category
        AND m.operated = t.operated
),
outliers AS (   -- 高出平均的平方 × 次数 > 倍数的平方 × 离差平方和 the squares are compared, no root is drawn
    SELECT a.encounter_id, a.person_id, a.institution_id, a.admit_day, a.total_fen, a.mean_yuan * 100 AS mean_fen
    FROM apart AS a
    WHERE a.above > 0 AND a.above * a.above * a.peers > :deviations * :deviations * a.squares
        AND EXISTS (SELECT 1 FROM subject_stay AS j WHERE j.encounter_id = a.encounter_id)
),
shared AS (   -- 只计超出平均的部分 only what lies above the mean
    SELECT
        o.encounter_id, o.person_id, o.institution_id, o.admit_day, o.total_fen, o.mean_fen, l.line_id,
        share_fen(l.net_fen, o.total_fen - o.mean_fen, o.total_fen) AS excess_fen
    FROM outliers AS o
    JOIN history_line AS l ON l.encounter_id = o.encounter_id
    WHERE l.reversed = 0
)
SELECT
    s.encounter_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    s.institution_id, s.person_id, s.admit_day AS day,
    'line' AS evidence, s.line_id AS row_id, 1 AS role,
    s.total_fen AS measured, s.mean_fen AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, s.excess_fen AS at_stake_fen
FROM shared AS s
WHERE s.excess_fen > 0
UNION ALL
SELECT
    o.encounter_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    o.institution_id, o.person_id, o.admit_day AS day,
    'encounter' AS evidence, o.encounter_id AS row_id, 1 AS role,
    o.total_fen AS measured, o.mean_fen AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM outliers AS o
