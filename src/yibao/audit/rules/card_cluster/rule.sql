-- Many cards were used at one pharmacy within minutes, each for the same sum.
WITH busy AS (   -- 先看当日同额笔数够不够 the rare condition first
    SELECT s.institution_id, s.settled_day, s.total_fen
    FROM history_settlement AS s
    WHERE s.reversed = 0 AND s.visit_class = 3 AND s.total_fen >= :least_fen
    GROUP BY s.institution_id, s.settled_day, s.total_fen
    HAVING count(*) >= :cards_at_least
),
cards AS (   -- 一人一日同额只算一张卡 a card counts once a day and sum
    SELECT s.institution_id, s.settled_day, s.total_fen, s.person_id, min(s.settled_minute) AS at_minute
    FROM busy AS b
    JOIN history_settlement AS s ON s.institution_id = b.institution_id AND s.settled_day = b.settled_day AND s.total_fen = b.total_fen
    WHERE s.reversed = 0 AND s.visit_class = 3
        AND s.settled_minute <> s.settled_day * 1440   -- a day without a time of day proves nothing
    GROUP BY s.institution_id, s.settled_day, s.total_fen, s.person_id
),
counted AS (
    SELECT
        c.institution_id, c.settled_day, c.total_fen, c.person_id, c.at_minute,
        count(*) OVER (
            PARTITION BY c.institution_id, c.settled_day, c.total_fen ORDER BY c.at_minute
            RANGE BETWEEN :within_minutes PRECEDING AND CURRENT ROW
        ) AS so_far
    FROM cards AS c
),
crowded AS (
    SELECT
        c.institution_id, c.settled_day, c.total_fen, c.person_id, c.at_minute,
        max(c.so_far) OVER (
            PARTITION BY c.institution_id, c.settled_day, c.total_fen ORDER BY c.at_minute
            RANGE BETWEEN CURRENT ROW AND :within_minutes FOLLOWING
        ) AS most
    FROM counted AS c
),
members AS (
    SELECT
        c.institution_id, c.settled_day, c.total_fen, c.person_id, c.at_minute,
        lag(c.at_minute) OVER (PARTITION BY c.institution_id, c.settled_day, c.total_fen ORDER BY c.at_minute, c.person_id) AS earlier_minute
    FROM crowded AS c
    WHERE c.most >= :cards_at_least
),
numbered AS (
    SELECT
        m.institution_id, m.settled_day, m.total_fen, m.person_id, m.at_minute,
        CAST(sum(CASE WHEN m.at_minute - m.earlier_minute <= :within_minutes THEN 0 ELSE 1 END) OVER (
            PARTITION BY m.institution_id, m.settled_day, m.total_fen ORDER BY m.at_minute, m.person_id
        ) AS BIGINT) AS cluster_no
    FROM members AS m
),
clusters AS (
    SELECT
        n.institution_id, n.settled_day, n.total_fen, n.person_id, n.at_minute, n.cluster_no,
        count(*) OVER (PARTITION BY n.institution_id, n.settled_day, n.total_fen, n.cluster_no) AS cards
    FROM numbered AS n
),
blamed AS (
    SELECT k.institution_id, k.settled_day, k.total_fen, k.cluster_no, k.cards, s.settlement_id
    FROM clusters AS k
    JOIN subject_settlement AS s ON s.institution_id = k.institution_id AND s.person_id = k.person_id
        AND s.settled_minute = k.at_minute AND s.total_fen = k.total_fen
    WHERE s.reversed = 0
)
SELECT
    b.institution_id AS key_1, b.settled_day AS key_2, b.total_fen AS key_3, b.cluster_no AS key_4,
    b.institution_id, CAST(NULL AS BIGINT) AS person_id, b.settled_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    b.cards AS measured, :cards_at_least AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM blamed AS b
JOIN history_line AS l ON l.settlement_id = b.settlement_id
WHERE l.reversed = 0
UNION ALL
SELECT
    b.institution_id AS key_1, b.settled_day AS key_2, b.total_fen AS key_3, b.cluster_no AS key_4,
    b.institution_id, CAST(NULL AS BIGINT) AS person_id, b.settled_day AS day,
    'settlement' AS evidence, b.settlement_id AS row_id, 1 AS role,
    b.cards AS measured, :cards_at_least AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM blamed AS b
