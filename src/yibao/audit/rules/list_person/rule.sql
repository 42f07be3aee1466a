-- A settlement list has another sex or birthday than the register of the insured.
WITH compared AS (
    SELECT
        s.settlement_id, s.person_id, s.institution_id, s.settled_day, g.settlement_list_id AS paper_id,
        flag(g.sex IN ('1', '2') AND p.sex IN ('1', '2') AND g.sex <> p.sex) + flag(g.birth_day <> p.birth_day) AS faults
    FROM subject_settlement AS s
    JOIN history_settlement_list AS g ON g.settlement_id = s.settlement_id
    JOIN person AS p ON p.person_id = s.person_id
),
wrong AS (
    SELECT c.settlement_id, c.person_id, c.institution_id, c.settled_day, c.paper_id, c.faults AS measured, 0 AS threshold
    FROM compared AS c
    WHERE c.faults > 0
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
    'settlement_list' AS evidence, b.paper_id AS row_id, 1 AS role,
    b.measured AS measured, b.threshold AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, 0 AS at_stake_fen
FROM bill AS b
WHERE b.place = 1
