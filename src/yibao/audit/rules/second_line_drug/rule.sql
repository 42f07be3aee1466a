-- A drug that is paid as second line was billed to a person of whom no first-line drug is on record before its use began.
WITH persons AS (
    SELECT DISTINCT l.person_id, l.item_id
    FROM knowledge_second_line AS k
    JOIN subject_line AS l ON l.item_id = k.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    WHERE l.reversed = 0 AND l.self_paid = 0
),
taken AS (
    SELECT
        l.line_id, l.person_id, l.item_id, l.fee_day, l.fee_minute,
        lag(l.fee_day) OVER (PARTITION BY l.person_id, l.item_id ORDER BY l.fee_minute, l.line_id) AS last_day
    FROM persons AS p
    JOIN history_line AS l ON l.person_id = p.person_id AND l.item_id = p.item_id
    WHERE l.reversed = 0
),
courses AS (   -- use that goes on without a long gap is one course
    SELECT
        t.line_id,
        max(CASE WHEN t.last_day IS NULL OR t.fee_day - t.last_day > :look_back_days THEN t.fee_day END) OVER (
            PARTITION BY t.person_id, t.item_id ORDER BY t.fee_minute, t.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS began_day
    FROM taken AS t
),
limited AS (
    SELECT
        l.line_id, l.encounter_id, l.person_id, l.institution_id, l.item_id, l.fee_day, l.net_fen, c.began_day,
        min(k.knowledge_id) AS knowledge_id
    FROM courses AS c
    JOIN subject_line AS l ON l.line_id = c.line_id
    JOIN knowledge_second_line AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    WHERE l.reversed = 0 AND l.self_paid = 0
    GROUP BY l.line_id, l.encounter_id, l.person_id, l.institution_id, l.item_id, l.fee_day, l.net_fen, c.began_day
),
tried AS (   -- a first-line drug of the same day has not been tried yet
    SELECT DISTINCT l.line_id
    FROM limited AS l
    JOIN knowledge_second_line AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    JOIN history_line AS f ON f.person_id = l.person_id AND f.item_id = k.first_id
    WHERE f.reversed = 0 AND f.fee_day < l.fee_day AND l.began_day - f.fee_day <= :look_back_days
),
found AS (
    SELECT
        l.line_id, l.encounter_id, l.person_id, l.institution_id, l.item_id, l.net_fen,
        min(l.fee_day) OVER (PARTITION BY l.encounter_id, l.person_id, l.institution_id, l.item_id) AS day,
        min(l.knowledge_id) OVER (PARTITION BY l.encounter_id, l.person_id, l.institution_id, l.item_id) AS knowledge_id
    FROM limited AS l
    WHERE NOT EXISTS (SELECT 1 FROM tried AS t WHERE t.line_id = l.line_id)
)
SELECT
    f.encounter_id AS key_1, f.item_id AS key_2, f.institution_id AS key_3, f.person_id AS key_4,
    f.institution_id, f.person_id, f.day,
    'line' AS evidence, f.line_id AS row_id, 1 AS role,
    0 AS measured, 1 AS threshold, f.knowledge_id, f.net_fen AS at_stake_fen
FROM found AS f
