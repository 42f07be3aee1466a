-- A pharmacy has a day of round sums, or a night busier than its nights are.
WITH bills AS (
    SELECT
        s.settlement_id, s.institution_id, s.settled_day,
        CASE WHEN s.total_fen > 0 AND s.total_fen % :round_fen = 0 THEN 1 ELSE 0 END AS round_sum,
        CASE WHEN s.settled_minute - s.settled_day * 1440 BETWEEN 1 AND 359 THEN 1 ELSE 0 END AS at_night   -- 零时整多是只有日期
    FROM history_settlement AS s
    WHERE s.reversed = 0 AND s.visit_class = 3
),
days AS (
    SELECT
        b.institution_id, b.settled_day, count(*) AS bills,
        CAST(sum(b.round_sum) AS BIGINT) AS rounds, CAST(sum(b.at_night) AS BIGINT) AS nights
    FROM bills AS b
    GROUP BY b.institution_id, b.settled_day
),
usual AS (
    SELECT d.institution_id, count(*) AS days, CAST(sum(d.nights) AS BIGINT) AS nights
    FROM days AS d
    GROUP BY d.institution_id
),
odd AS (
    SELECT
        d.institution_id, d.settled_day, 1 AS pattern, d.rounds AS measured,
        greatest2(:round_at_least, int_div(d.bills * :round_basis_points + 9999, 10000)) AS threshold
    FROM days AS d
    WHERE d.rounds >= :round_at_least AND d.rounds * 10000 >= d.bills * :round_basis_points
    UNION ALL
    SELECT
        d.institution_id, d.settled_day, 2 AS pattern, d.nights AS measured,
        greatest2(:night_at_least, int_div(:night_times * u.nights + u.days - 1, u.days)) AS threshold
    FROM days AS d
    JOIN usual AS u ON u.institution_id = d.institution_id
    WHERE d.nights >= :night_at_least AND d.nights * u.days >= :night_times * u.nights
),
blamed AS (
    SELECT o.institution_id, o.settled_day, o.pattern, o.measured, o.threshold, b.settlement_id
    FROM odd AS o
    JOIN bills AS b ON b.institution_id = o.institution_id AND b.settled_day = o.settled_day
    JOIN subject_settlement AS j ON j.settlement_id = b.settlement_id
    WHERE (o.pattern = 1 AND b.round_sum = 1) OR (o.pattern = 2 AND b.at_night = 1)
)
SELECT
    b.institution_id AS key_1, b.settled_day AS key_2, b.pattern AS key_3, 0 AS key_4,
    b.institution_id, CAST(NULL AS BIGINT) AS person_id, b.settled_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    b.measured, b.threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM blamed AS b
JOIN history_line AS l ON l.settlement_id = b.settlement_id
WHERE l.reversed = 0
UNION ALL
SELECT
    b.institution_id AS key_1, b.settled_day AS key_2, b.pattern AS key_3, 0 AS key_4,
    b.institution_id, CAST(NULL AS BIGINT) AS person_id, b.settled_day AS day,
    'settlement' AS evidence, b.settlement_id AS row_id, 1 AS role,
    b.measured, b.threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM blamed AS b
