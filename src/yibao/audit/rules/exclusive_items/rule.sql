-- Two items that exclude each other were both billed to a person on one day or in one visit; the lesser one is at stake.
WITH pairs AS (
    SELECT
        k.knowledge_id, least2(k.first_id, k.second_id) AS one_id, greatest2(k.first_id, k.second_id) AS other_id,
        k.span, k.from_day, k.until_day
    FROM knowledge_exclusive_pair AS k
    WHERE k.first_id <> k.second_id
),
sides AS (
    SELECT k.knowledge_id, k.span, k.one_id AS item_id, 1 AS side, k.from_day, k.until_day
    FROM pairs AS k
    UNION ALL
    SELECT k.knowledge_id, k.span, k.other_id AS item_id, 2 AS side, k.from_day, k.until_day
    FROM pairs AS k
),
charged AS (
    SELECT
        k.knowledge_id, l.person_id, l.institution_id, k.side, l.line_id, l.fee_minute, l.fee_day, l.net_quantity, l.net_fen,
        CASE WHEN k.span = '单日' THEN l.fee_day ELSE l.encounter_id END AS window_no
    FROM sides AS k
    JOIN history_line AS l ON l.item_id = k.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
    WHERE l.reversed = 0 AND l.self_paid = 0
),
totals AS (
    SELECT
        c.knowledge_id, c.person_id, c.institution_id, c.window_no, min(c.fee_day) AS day,
        CAST(sum(c.net_quantity) AS BIGINT) AS quantity,
        CAST(sum(CASE WHEN c.side = 1 THEN c.net_fen ELSE 0 END) AS BIGINT) AS one_fen,
        CAST(sum(CASE WHEN c.side = 2 THEN c.net_fen ELSE 0 END) AS BIGINT) AS other_fen,
        min(CASE WHEN c.side = 1 THEN c.fee_minute END) AS one_minute,
        min(CASE WHEN c.side = 2 THEN c.fee_minute END) AS other_minute
    FROM charged AS c
    GROUP BY c.knowledge_id, c.person_id, c.institution_id, c.window_no
),
found AS (   -- the item of the lesser sum goes; of equal sums the one that was charged later
    SELECT
        t.knowledge_id, t.person_id, t.institution_id, t.window_no, t.day,
        CASE
            WHEN t.one_fen < t.other_fen THEN 1
            WHEN t.one_fen > t.other_fen THEN 2
            WHEN t.one_minute > t.other_minute THEN 1
            ELSE 2
        END AS excluded
    FROM totals AS t
    WHERE t.one_fen > 0 AND t.other_fen > 0
        AND t.quantity > 10000   -- halves of one unit are one charge
),
blame AS (
    SELECT
        f.knowledge_id, f.person_id, f.institution_id, f.window_no, f.day, c.line_id, c.net_fen,
        CASE WHEN c.side = f.excluded AND s.line_id IS NOT NULL THEN 1 ELSE 2 END AS role
    FROM found AS f
    JOIN charged AS c
        ON c.knowledge_id = f.knowledge_id AND c.person_id = f.person_id AND c.institution_id = f.institution_id
        AND c.window_no = f.window_no
    LEFT JOIN subject_line AS s ON s.line_id = c.line_id
),
placed AS (   -- a line that two pairs exclude, or a pair published twice, is at stake once
    SELECT
        b.knowledge_id, b.person_id, b.institution_id, b.window_no, b.day, b.line_id, b.net_fen, b.role,
        row_number() OVER (PARTITION BY b.line_id, b.role ORDER BY b.window_no, b.knowledge_id) AS place
    FROM blame AS b
),
kept AS (
    SELECT
        p.knowledge_id, p.person_id, p.institution_id, p.window_no, p.day, p.line_id, p.net_fen, p.role, p.place,
        CAST(sum(CASE WHEN p.role = 1 AND p.place = 1 THEN 1 ELSE 0 END) OVER (
            PARTITION BY p.knowledge_id, p.person_id, p.institution_id, p.window_no
        ) AS BIGINT) AS blamed
    FROM placed AS p
)
SELECT
    p.knowledge_id AS key_1, p.person_id AS key_2, p.institution_id AS key_3, p.window_no AS key_4,
    p.institution_id, p.person_id, p.day,
    'line' AS evidence, p.line_id AS row_id, p.role,
    2 AS measured, 1 AS threshold, p.knowledge_id,
    CASE WHEN p.role = 1 THEN p.net_fen ELSE 0 END AS at_stake_fen
FROM kept AS p
WHERE p.blamed > 0 AND (p.role = 2 OR p.place = 1)
