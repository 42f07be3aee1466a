-- Two basic schemes paid for one person at one time in which both enrolments stood, or paid for one and the same bill.
WITH paid AS (
    SELECT
        s.settlement_id, s.encounter_id, s.person_id, s.institution_id, s.settled_day, s.total_fen,
        CASE WHEN s.scheme = '310' THEN 1 ELSE 2 END AS scheme_class
    FROM history_settlement AS s
    WHERE s.reversed = 0 AND s.fund_fen > 0 AND s.scheme IN ('310', '380', '390', '391')   -- employees; residents
),
both_paid AS (   -- few people are left after this
    SELECT p.person_id
    FROM paid AS p
    GROUP BY p.person_id
    HAVING min(p.scheme_class) <> max(p.scheme_class)
),
overlapping AS (
    SELECT e.enrolment_id, e.person_id, greatest2(e.from_day, r.from_day) AS from_day, least2(e.until_day, r.until_day) AS until_day
    FROM both_paid AS b
    JOIN enrolment AS e ON e.person_id = b.person_id AND e.scheme = '310'
    JOIN enrolment AS r ON r.person_id = e.person_id AND r.scheme IN ('380', '390', '391')
        AND r.from_day < e.until_day AND e.from_day < r.until_day
),
bills AS (
    SELECT
        p.settlement_id, p.person_id, p.institution_id, p.settled_day, p.total_fen, p.scheme_class,
        v.start_day, v.end_day
    FROM both_paid AS b
    JOIN paid AS p ON p.person_id = b.person_id
    LEFT JOIN history_visit AS v ON v.encounter_id = p.encounter_id AND v.person_id = p.person_id
),
pairs AS (
    SELECT r.settlement_id, e.settlement_id AS other_id, e.institution_id AS other_institution_id
    FROM bills AS r
    JOIN overlapping AS o ON o.person_id = r.person_id AND r.settled_day >= o.from_day AND r.settled_day < o.until_day
    JOIN bills AS e ON e.person_id = o.person_id AND e.settled_day >= o.from_day AND e.settled_day < o.until_day
    WHERE r.scheme_class = 2 AND e.scheme_class = 1
    UNION ALL
    SELECT r.settlement_id, e.settlement_id AS other_id, e.institution_id AS other_institution_id
    FROM bills AS r
    JOIN bills AS e ON e.person_id = r.person_id AND e.institution_id = r.institution_id
        AND e.total_fen = r.total_fen AND e.start_day = r.start_day
    WHERE r.scheme_class = 2 AND e.scheme_class = 1
),
doubled AS (
    SELECT j.settlement_id, j.person_id, j.institution_id, j.settled_day, min(p.other_id) AS other_id
    FROM pairs AS p
    JOIN subject_settlement AS j ON j.settlement_id = p.settlement_id
    GROUP BY j.settlement_id, j.person_id, j.institution_id, j.settled_day
)
SELECT
    d.settlement_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    d.institution_id, d.person_id, d.settled_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    2 AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM doubled AS d
JOIN history_line AS l ON l.settlement_id = d.settlement_id
WHERE l.reversed = 0 AND l.self_paid = 0
UNION ALL
SELECT
    d.settlement_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    d.institution_id, d.person_id, d.settled_day AS day,
    'settlement' AS evidence, d.other_id AS row_id, 2 AS role,
    2 AS measured, 1 AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM doubled AS d
WHERE EXISTS (
    SELECT 1 FROM history_line AS l WHERE l.settlement_id = d.settlement_id AND l.reversed = 0 AND l.self_paid = 0
)
