-- A stay costs many times what the stays of its disease cost at hospitals of that level in the city.
WITH operated AS (
    SELECT DISTINCT o.encounter_id
    FROM history_procedure AS o
),
stays AS (   -- 以元计，平方不致溢出 whole yuan, so that squares stay within 64 bits
    SELECT
        s.encounter_id, s.person_id, s.institution_id, s.admit_day, s.total_fen, s.main_diagnosis_category,
        i.level_group, substr(i.region, 1, 4) AS city, CASE WHEN o.encounter_id IS NULL THEN 0 ELSE 1 END AS operated,
        int_div(s.total_fen, 100) AS yuan, greatest2(s.discharge_day - s.admit_day, 1) AS days
    FROM history_stay AS s
    JOIN institution AS i ON i.institution_id = s.institution_id
    LEFT JOIN operated AS o ON o.encounter_id = s.encounter_id
    WHERE s.reversed = 0
),
means AS (
    SELECT
        t.main_diagnosis_category, t.level_group, t.city, t.operated, count(*) AS peers,
        CAST(sum(t.yuan) AS BIGINT) AS yuan, CAST(sum(t.days) AS BIGINT) AS days, int_div(CAST(sum(t.yuan) AS BIGINT), count(*)) AS mean_yuan
    FROM stays AS t
    GROUP BY t.main_diagnosis_category, t.level_group, t.city, t.operated
    HAVING count(*) >= :peers_at_least
),
apart AS (
    SELECT
        t.encounter_id, t.person_id, t.institution_id, t.admit_day, t.total_fen, t.yuan, t.days,
        m.peers, m.mean_yuan, m.yuan AS group_yuan, m.days AS group_days, t.yuan - m.mean_yuan AS above,
        CAST(sum((t.yuan - m.mean_yuan) * (t.yuan - m.mean_yuan)) OVER (
            PARTITION BY t.main_diagnosis_category, t.level_group, t.city, t.operated
        ) AS BIGINT) AS squares
    FROM stays AS t
    JOIN means AS m ON m.main_diagnosis_category = t.main_diagnosis_category AND m.level_group = t.level_group
        AND m.city = t.city AND m.operated = t.operated
),
outliers AS (   -- 高出平均的平方 × 次数 > 倍数的平方 × 离差平方和 the squares are compared, no root is drawn
    SELECT a.encounter_id, a.person_id, a.institution_id, a.admit_day, a.total_fen, a.mean_yuan * 100 AS mean_fen
    FROM apart AS a
    WHERE a.yuan * a.peers > :times * a.group_yuan
        AND a.yuan * a.group_days > :times * a.group_yuan * a.days   -- 按日计也超出，不因住院日长 by the day as well
        AND a.above * a.above * a.peers > :deviations * :deviations * a.squares
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
