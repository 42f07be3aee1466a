-- The charges of a settlement list do not add up to what was settled.
WITH added AS (
    SELECT
        s.settlement_id, s.person_id, s.institution_id, s.settled_day, s.total_fen,
        CAST(sum(c.amount_fen) AS BIGINT) AS listed_fen, min(c.settlement_list_charge_id) AS paper_id
    FROM subject_settlement AS s
    JOIN history_settlement_list_charge AS c ON c.settlement_id = s.settlement_id
    GROUP BY s.settlement_id, s.person_id, s.institution_id, s.settled_day, s.total_fen
),
wrong AS (
    SELECT
        a.settlement_id, a.person_id, a.institution_id, a.settled_day, a.paper_id,
        greatest2(a.listed_fen, 0) AS measured, a.total_fen AS threshold
    FROM added AS a
    WHERE a.listed_fen <> a.total_fen
),
bill AS (   -- 清单所依据的费用 what was billed on the list: its lines that stand and were put to the fund
    SELECT
        w.settlement_id, w.person_id, w.institution_id, w.settled_day, w.paper_id, w.measured, w.threshold,
        l.line_id, l.net_fen, row_number() OVER (PARTITION BY w.settlement_id ORDER BY l.line_id) AS place
    FROM wrong AS w
    JOIN history_line AS l ON l.settlement_id = w.settlement_id
    WHERE l.reversed = 0 AND l.self_paid = 0
)
SELECT
    b.settlement_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    b.institution_id, b.person_id, b.settled_day AS day,
    'line' AS evidence, b.line_id AS row_id, 1 AS role,
    b.measured AS measured, b.threshold AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, b.net_fen AS at_stake_fen
FROM bill AS b
UNION ALL
SELECT
    b.settlement_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    b.institution_id, b.person_id, b.settled_day AS day,
    'settlement_list_charge' AS evidence, b.paper_id AS row_id, 1 AS role,
    b.measured AS measured, b.threshold AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM bill AS b
WHERE b.place = 1
