-- A drug limited to institutions of a level and above was billed by one below that level.
WITH points AS (   -- of two points on one item, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.name, k.level, COALESCE(k.wording, '每次') AS wording, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_level_limit AS k
),
graded AS (   -- 11 无等级 is below level 1; no level at all is no evidence, and a pharmacy fills others' prescriptions
    SELECT
        i.institution_id,
        CASE WHEN i.level = '11' THEN 0 WHEN i.level_group = '1' THEN 1 WHEN i.level_group = '2' THEN 2 WHEN i.level_group = '3' THEN 3 END AS grade
    FROM institution AS i
    WHERE COALESCE(i.kind, '1') <> '2'
),
charged AS (
    SELECT
        l.line_id, l.person_id, l.institution_id, l.fee_day, l.net_fen, k.knowledge_id, k.name, k.wording, g.grade,
        CASE WHEN k.level = '3' AND k.wording <> '或二级专科' THEN 3 ELSE 2 END AS lowest
    FROM subject_line AS l
    JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
        AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
    JOIN graded AS g ON g.institution_id = l.institution_id
    WHERE l.reversed = 0 AND l.self_paid = 0
),
begun AS (   -- when each person was first given a drug of which only the first prescription is limited, under any of its codes
    SELECT l.person_id, k.name, min(l.fee_day) AS first_day
    FROM history_line AS l
    JOIN points AS k ON k.item_id = l.item_id
    WHERE k.wording = '首次处方' AND l.reversed = 0
    GROUP BY l.person_id, k.name
),
hits AS (
    SELECT c.line_id, c.person_id, c.institution_id, c.fee_day, c.net_fen, c.knowledge_id, c.grade, c.lowest
    FROM charged AS c
    WHERE c.grade < c.lowest AND c.wording <> '首次处方'
    UNION ALL
    SELECT c.line_id, c.person_id, c.institution_id, c.fee_day, c.net_fen, c.knowledge_id, c.grade, c.lowest
    FROM charged AS c
    JOIN begun AS b ON b.person_id = c.person_id AND b.name = c.name AND b.first_day = c.fee_day
    WHERE c.grade < c.lowest AND c.wording = '首次处方'
        AND EXISTS (   -- the person was seen long enough before to know that there was none earlier
            SELECT 1 FROM history_visit AS v
            WHERE v.person_id = c.person_id AND v.start_day <= c.fee_day - :first_look_back_days
        )
)
SELECT
    h.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    h.institution_id, h.person_id, h.fee_day AS day,
    'line' AS evidence, h.line_id AS row_id, 1 AS role,
    h.grade AS measured, h.lowest AS threshold, h.knowledge_id, h.net_fen AS at_stake_fen
FROM hits AS h
