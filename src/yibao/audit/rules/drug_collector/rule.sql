-- Within half a year one person obtained one drug at several institutions, in more packs than one person uses.
WITH candidates AS (   -- cheap and wide: at two places at least, and enough in all the time known
    SELECT l.person_id, l.item_id
    FROM history_line AS l
    WHERE l.item_class = 1 AND l.reversed = 0 AND l.self_paid = 0
    GROUP BY l.person_id, l.item_id
    HAVING min(l.institution_id) <> max(l.institution_id) AND CAST(sum(l.net_quantity) AS BIGINT) > :packs * 10000
),
supplies AS (
    SELECT l.line_id, l.person_id, l.item_id, l.institution_id, l.fee_day, l.net_quantity, l.net_fen
    FROM candidates AS c
    JOIN history_line AS l ON l.person_id = c.person_id AND l.item_id = c.item_id
    JOIN history_settlement AS s ON s.settlement_id = l.settlement_id AND s.person_id = l.person_id
    WHERE l.reversed = 0 AND l.self_paid = 0 AND s.visit_class IN (1, 3)
),
windows AS (
    SELECT a.line_id, count(DISTINCT b.institution_id) AS institutions, CAST(sum(b.net_quantity) AS BIGINT) AS quantity
    FROM supplies AS a
    JOIN supplies AS b ON b.person_id = a.person_id AND b.item_id = a.item_id
        AND b.fee_day <= a.fee_day AND b.fee_day > a.fee_day - :window_days
    GROUP BY a.line_id
),
hits AS (
    SELECT
        s.line_id, s.person_id, s.item_id, s.institution_id, s.fee_day, s.net_fen,
        max(w.quantity) OVER (PARTITION BY s.person_id, s.item_id, s.institution_id) AS most
    FROM supplies AS s
    JOIN windows AS w ON w.line_id = s.line_id
    WHERE w.institutions >= :institutions AND w.quantity > :packs * 10000
),
blamed AS (
    SELECT h.line_id, h.person_id, h.item_id, h.institution_id, h.fee_day, h.net_fen, h.most
    FROM hits AS h
    WHERE EXISTS (SELECT 1 FROM subject_line AS j WHERE j.line_id = h.line_id)
)
SELECT
    b.person_id AS key_1, b.item_id AS key_2, b.institution_id AS key_3, 0 AS key_4,
    b.institution_id, b.person_id, b.fee_day AS day,
    'line' AS evidence, b.line_id AS row_id, 1 AS role,
    b.most AS measured, :packs * 10000 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, b.net_fen AS at_stake_fen
FROM blamed AS b
UNION ALL
SELECT
    f.person_id AS key_1, f.item_id AS key_2, f.institution_id AS key_3, 0 AS key_4,
    f.institution_id, f.person_id, f.last_day AS day,
    'line' AS evidence, s.line_id AS row_id, 2 AS role,
    f.most AS measured, :packs * 10000 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM (
    SELECT b.person_id, b.item_id, b.institution_id, b.most, min(b.fee_day) AS first_day, max(b.fee_day) AS last_day
    FROM blamed AS b
    GROUP BY b.person_id, b.item_id, b.institution_id, b.most
) AS f
JOIN supplies AS s ON s.person_id = f.person_id AND s.item_id = f.item_id
    AND s.fee_day <= f.last_day AND s.fee_day > f.first_day - :window_days
WHERE NOT EXISTS (SELECT 1 FROM blamed AS m WHERE m.line_id = s.line_id AND m.institution_id = f.institution_id)
