-- The same item was billed again to a person at one institution within a time in which it cannot be carried out twice.
WITH kinds AS (
    SELECT
        l.line_id, l.person_id, l.institution_id, l.item_id, l.fee_day, l.fee_minute, l.net_quantity, l.net_fen,
        substr(l.charge, 1, 2) AS root, substr(l.charge, 1, 4) AS branch
    FROM history_line AS l
    LEFT JOIN item AS i ON i.item_id = l.item_id
    WHERE COALESCE(i.unit, '') <> '小时'   -- what is priced by the hour may go on in several lines
        AND l.item_class = 2 AND l.reversed = 0 AND l.self_paid = 0 AND substr(l.charge, 1, 2) IN ('01', '03', '04', '06', '14')
),
judged AS (
    SELECT
        k.line_id, k.person_id, k.institution_id, k.item_id, k.fee_day, k.fee_minute, k.net_quantity, k.net_fen,
        CASE
            WHEN k.root = '01' THEN 0   -- 床位: one a calendar day, whatever the hour
            WHEN k.root = '04' THEN :laboratory_minutes
            WHEN k.root = '06' OR k.branch = '1413' THEN :operation_minutes   -- 手术、麻醉
            ELSE :examination_minutes   -- 检查: 03, MRI, CT, 彩超, 放射
        END AS within
    FROM kinds AS k
    WHERE (k.root <> '14' OR k.branch IN ('1408', '1409', '1410', '1413', '1453'))
        AND (k.root = '01' OR k.fee_minute <> k.fee_day * 1440)   -- a day without a time of day proves no hour
),
ordered AS (
    SELECT
        j.line_id, j.person_id, j.institution_id, j.fee_day, j.fee_minute, j.net_quantity, j.net_fen, j.within,
        lag(j.line_id) OVER (PARTITION BY j.person_id, j.institution_id, j.item_id ORDER BY j.fee_minute, j.line_id) AS earlier_id,
        lag(j.fee_minute) OVER (PARTITION BY j.person_id, j.institution_id, j.item_id ORDER BY j.fee_minute, j.line_id) AS earlier_minute,
        lag(j.fee_day) OVER (PARTITION BY j.person_id, j.institution_id, j.item_id ORDER BY j.fee_minute, j.line_id) AS earlier_day,
        lag(j.net_quantity) OVER (PARTITION BY j.person_id, j.institution_id, j.item_id ORDER BY j.fee_minute, j.line_id) AS earlier_quantity
    FROM judged AS j
),
found AS (
    SELECT o.line_id, o.earlier_id, o.person_id, o.institution_id, o.fee_day, o.net_fen
    FROM ordered AS o
    WHERE CASE WHEN o.within = 0 THEN o.fee_day - o.earlier_day ELSE o.fee_minute - o.earlier_minute END <= o.within
        AND (o.within > 0 OR o.net_quantity + o.earlier_quantity > 10000)   -- two half days of a bed are a day
        AND EXISTS (SELECT 1 FROM subject_line AS s WHERE s.line_id = o.line_id)
)
SELECT
    f.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    f.institution_id, f.person_id, f.fee_day AS day,
    'line' AS evidence, f.line_id AS row_id, 1 AS role,
    2 AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, f.net_fen AS at_stake_fen
FROM found AS f
UNION ALL
SELECT
    f.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    f.institution_id, f.person_id, f.fee_day AS day,
    'line' AS evidence, f.earlier_id AS row_id, 2 AS role,
    2 AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM found AS f
