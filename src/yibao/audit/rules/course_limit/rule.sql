-- A service was charged to a person on more days of one course than the fund pays for.
WITH points AS (   -- of two points on one item, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.days, k.counting, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_course_limit AS k
),
charged AS (   -- the fund pays a person's days, wherever they were charged
    SELECT DISTINCT l.person_id, l.item_id, l.fee_day, k.knowledge_id, k.days, k.counting
    FROM history_line AS l
    JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
        AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
    WHERE l.reversed = 0 AND l.self_paid = 0
),
spaced AS (
    SELECT
        c.person_id, c.item_id, c.fee_day, c.knowledge_id, c.days, c.counting,
        lag(c.fee_day) OVER (PARTITION BY c.knowledge_id, c.person_id ORDER BY c.fee_day) AS before_day
    FROM charged AS c
),
courses AS (
    SELECT
        s.person_id, s.item_id, s.fee_day, s.knowledge_id, s.days, s.counting,
        CAST(sum(CASE WHEN s.before_day IS NULL OR s.fee_day - s.before_day > :new_course_after_days THEN 1 ELSE 0 END) OVER (
            PARTITION BY s.knowledge_id, s.person_id
            ORDER BY s.fee_day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS course
    FROM spaced AS s
),
placed AS (
    SELECT
        c.person_id, c.item_id, c.fee_day, c.knowledge_id, c.days, c.counting, c.course,
        row_number() OVER (PARTITION BY c.knowledge_id, c.person_id, c.course ORDER BY c.fee_day) AS paid_days,
        min(c.fee_day) OVER (PARTITION BY c.knowledge_id, c.person_id, c.course) AS first_day
    FROM courses AS c
),
reached AS (
    SELECT
        p.person_id, p.item_id, p.fee_day, p.knowledge_id, p.days, p.course, p.first_day,
        CASE WHEN p.counting = '起止日数' THEN p.fee_day - p.first_day ELSE p.paid_days END AS reached
    FROM placed AS p
),
beyond AS (
    SELECT
        r.person_id, r.item_id, r.fee_day, r.knowledge_id, r.days, r.first_day, r.reached,
        max(r.reached) OVER (PARTITION BY r.knowledge_id, r.person_id, r.course) AS in_all
    FROM reached AS r
),
hits AS (
    SELECT
        l.line_id, l.person_id, l.institution_id, l.fee_day, l.net_fen, b.knowledge_id, b.item_id, b.days, b.first_day, b.in_all
    FROM beyond AS b
    JOIN subject_line AS l ON l.person_id = b.person_id AND l.item_id = b.item_id AND l.fee_day = b.fee_day
    WHERE b.reached > b.days AND l.reversed = 0 AND l.self_paid = 0
),
overdone AS (
    SELECT
        h.person_id, h.institution_id, h.knowledge_id, h.item_id, h.days, h.first_day, h.in_all, min(h.fee_day) AS day
    FROM hits AS h
    GROUP BY h.person_id, h.institution_id, h.knowledge_id, h.item_id, h.days, h.first_day, h.in_all
)
SELECT
    h.person_id AS key_1, h.institution_id AS key_2, h.knowledge_id AS key_3, h.first_day AS key_4,
    h.institution_id, h.person_id, o.day,
    'line' AS evidence, h.line_id AS row_id, 1 AS role,
    h.in_all AS measured, h.days AS threshold, h.knowledge_id, h.net_fen AS at_stake_fen
FROM hits AS h
JOIN overdone AS o ON o.person_id = h.person_id AND o.institution_id = h.institution_id
    AND o.knowledge_id = h.knowledge_id AND o.first_day = h.first_day
UNION ALL
SELECT
    o.person_id AS key_1, o.institution_id AS key_2, o.knowledge_id AS key_3, o.first_day AS key_4,
    o.institution_id, o.person_id, o.day,
    'line' AS evidence, l.line_id AS row_id, 2 AS role,
    o.in_all AS measured, o.days AS threshold, o.knowledge_id, 0 AS at_stake_fen
FROM overdone AS o
JOIN history_line AS l ON l.person_id = o.person_id AND l.item_id = o.item_id AND l.fee_day = o.first_day
WHERE l.reversed = 0 AND l.self_paid = 0
