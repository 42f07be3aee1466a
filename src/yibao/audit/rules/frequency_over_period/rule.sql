-- More of an item was billed to a person in one visit, week, month, quarter or year at one institution than its limit.
WITH points AS (   -- of two points on one item and period, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.highest, k.period, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id, k.period ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_period_frequency AS k
),
charged AS (
    SELECT
        l.line_id, l.person_id, l.institution_id, l.fee_minute, l.fee_day, l.net_quantity, l.net_fen, k.knowledge_id, k.highest,
        CASE
            WHEN k.period = '当次就诊' THEN l.encounter_id
            WHEN k.period = '自然周' THEN int_div(l.fee_day + 3, 7)   -- day 0 was a Thursday; weeks begin on Monday
            WHEN k.period = '自然月' THEN l.fee_month
            WHEN k.period = '自然季度' THEN int_div(l.fee_month, 100) * 4 + int_div(l.fee_month % 100 - 1, 3)
            ELSE int_div(l.fee_month, 100)
        END AS period_no
    FROM points AS k
    JOIN history_line AS l ON l.item_id = k.item_id
    WHERE l.reversed = 0 AND l.self_paid = 0
        AND l.fee_day >= k.from_day AND l.fee_day < k.until_day AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
),
running AS (
    SELECT
        c.line_id, c.person_id, c.institution_id, c.knowledge_id, c.period_no, c.net_quantity, c.net_fen, c.highest,
        min(c.fee_day) OVER (PARTITION BY c.knowledge_id, c.person_id, c.institution_id, c.period_no) AS day,
        CAST(sum(c.net_quantity) OVER (
            PARTITION BY c.knowledge_id, c.person_id, c.institution_id, c.period_no
            ORDER BY c.fee_minute, c.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far,
        CAST(sum(c.net_quantity) OVER (
            PARTITION BY c.knowledge_id, c.person_id, c.institution_id, c.period_no
        ) AS BIGINT) AS in_all
    FROM charged AS c
),
excess AS (
    SELECT
        r.line_id, r.person_id, r.institution_id, r.knowledge_id, r.period_no, r.day, r.net_fen, r.net_quantity, r.highest, r.in_all,
        CASE
            WHEN r.so_far > r.highest AND s.line_id IS NOT NULL THEN least2(r.net_quantity, r.so_far - r.highest)
            ELSE 0
        END AS over
    FROM running AS r
    LEFT JOIN subject_line AS s ON s.line_id = r.line_id
    WHERE r.in_all > r.highest
),
placed AS (   -- a line beyond two limits is at stake once, with the greater part
    SELECT
        e.line_id, e.person_id, e.institution_id, e.knowledge_id, e.period_no, e.day, e.net_fen, e.net_quantity, e.highest, e.in_all, e.over,
        row_number() OVER (PARTITION BY e.line_id ORDER BY e.over DESC, e.knowledge_id) AS place
    FROM excess AS e
),
kept AS (
    SELECT
        p.line_id, p.person_id, p.institution_id, p.knowledge_id, p.period_no, p.day, p.net_fen, p.net_quantity, p.highest, p.in_all,
        p.over, p.place,
        CAST(sum(CASE WHEN p.over > 0 AND p.place = 1 THEN 1 ELSE 0 END) OVER (
            PARTITION BY p.knowledge_id, p.person_id, p.institution_id, p.period_no
        ) AS BIGINT) AS blamed
    FROM placed AS p
)
SELECT
    p.person_id AS key_1, p.knowledge_id AS key_2, p.institution_id AS key_3, p.period_no AS key_4,
    p.institution_id, p.person_id, p.day,
    'line' AS evidence, p.line_id AS row_id,
    CASE WHEN p.over > 0 THEN 1 ELSE 2 END AS role,
    p.in_all AS measured, p.highest AS threshold, p.knowledge_id,
    CASE WHEN p.over > 0 THEN share_fen(p.net_fen, p.over, p.net_quantity) ELSE 0 END AS at_stake_fen
FROM kept AS p
WHERE p.blamed > 0 AND (p.over = 0 OR p.place = 1)
