-- A service that may be charged so often in a period was charged to a person again before the period was over.
WITH points AS (   -- of two points on one item, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.highest, k.days, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_period_limit AS k
),
charged AS (
    SELECT
        l.line_id, l.person_id, l.institution_id, l.fee_minute, l.fee_day, l.net_quantity, l.net_fen,
        k.knowledge_id, k.highest, k.days,
        lag(l.fee_day) OVER (
            PARTITION BY k.knowledge_id, l.person_id, l.institution_id ORDER BY l.fee_minute, l.line_id
        ) AS before_day
    FROM history_line AS l
    JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
        AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
    WHERE l.reversed = 0 AND l.self_paid = 0
),
chained AS (   -- a chain goes on as long as the next charge comes before a whole period is over
    SELECT
        c.line_id, c.person_id, c.institution_id, c.fee_minute, c.fee_day, c.net_quantity, c.net_fen,
        c.knowledge_id, c.highest, c.days,
        CAST(sum(CASE WHEN c.before_day IS NULL OR c.fee_day - c.before_day >= c.days THEN 1 ELSE 0 END) OVER (
            PARTITION BY c.knowledge_id, c.person_id, c.institution_id
            ORDER BY c.fee_minute, c.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS chain
    FROM charged AS c
),
running AS (
    SELECT
        c.line_id, c.person_id, c.institution_id, c.fee_minute, c.fee_day, c.net_quantity, c.net_fen,
        c.knowledge_id, c.highest, c.days, c.chain,
        min(c.fee_day) OVER (PARTITION BY c.knowledge_id, c.person_id, c.institution_id, c.chain) AS first_day,
        lag(c.line_id) OVER (
            PARTITION BY c.knowledge_id, c.person_id, c.institution_id, c.chain ORDER BY c.fee_minute, c.line_id
        ) AS before_id,
        CAST(sum(c.net_quantity) OVER (
            PARTITION BY c.knowledge_id, c.person_id, c.institution_id, c.chain
            ORDER BY c.fee_minute, c.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far
    FROM chained AS c
),
counted AS (   -- since the first charge of a chain every whole period allows as many again
    SELECT
        r.line_id, r.person_id, r.institution_id, r.fee_minute, r.fee_day, r.net_quantity, r.net_fen,
        r.knowledge_id, r.chain, r.before_id, r.so_far,
        r.highest * (1 + int_div(r.fee_day - r.first_day, r.days)) AS allowed
    FROM running AS r
),
marked AS (
    SELECT
        c.line_id, c.person_id, c.institution_id, c.fee_day, c.net_quantity, c.net_fen,
        c.knowledge_id, c.before_id, c.so_far, c.allowed,
        max(c.so_far - c.allowed) OVER (
            PARTITION BY c.knowledge_id, c.person_id, c.institution_id, c.chain
            ORDER BY c.fee_minute, c.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS known_excess
    FROM counted AS c
),
hits AS (   -- what exceeded before was at stake there; only what comes on top is at stake here
    SELECT
        m.line_id, m.person_id, m.institution_id, m.fee_day, m.net_quantity, m.net_fen,
        m.knowledge_id, m.before_id, m.so_far, m.allowed,
        m.so_far - m.allowed - greatest2(COALESCE(m.known_excess, 0), 0) AS excess
    FROM marked AS m
    JOIN subject_line AS s ON s.line_id = m.line_id
    WHERE m.so_far - m.allowed > greatest2(COALESCE(m.known_excess, 0), 0)
)
SELECT
    h.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    h.institution_id, h.person_id, h.fee_day AS day,
    'line' AS evidence, h.line_id AS row_id, 1 AS role,
    h.so_far AS measured, h.allowed AS threshold, h.knowledge_id,
    share_fen(h.net_fen, least2(h.net_quantity, h.excess), h.net_quantity) AS at_stake_fen
FROM hits AS h
UNION ALL
SELECT
    h.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    h.institution_id, h.person_id, h.fee_day AS day,
    'line' AS evidence, h.before_id AS row_id, 2 AS role,
    h.so_far AS measured, h.allowed AS threshold, h.knowledge_id, 0 AS at_stake_fen
FROM hits AS h
WHERE h.before_id IS NOT NULL
