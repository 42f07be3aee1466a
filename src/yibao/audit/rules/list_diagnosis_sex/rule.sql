-- The main diagnosis of a settlement list is one that only the other sex can have.
WITH named AS (   -- 同一代码有多个版本的，以结算当日有效的最新版本为准 the latest release of the day speaks
    SELECT
        s.settlement_id, s.person_id, s.institution_id, s.settled_day, d.diagnosis_id, k.knowledge_id, k.sex,
        row_number() OVER (PARTITION BY s.settlement_id, d.diagnosis_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS newest
    FROM subject_settlement AS s
    JOIN history_diagnosis AS d ON d.settlement_id = s.settlement_id
    JOIN knowledge_diagnosis_code AS k ON k.code = d.code AND k.from_day <= s.settled_day AND s.settled_day < k.until_day
    WHERE d.main = 1
),
wrong AS (
    SELECT
        n.settlement_id, n.person_id, n.institution_id, n.settled_day, min(n.diagnosis_id) AS paper_id, min(n.knowledge_id) AS knowledge_id,
        CASE WHEN p.sex = '1' THEN 1 ELSE 2 END AS measured, CASE WHEN p.sex = '1' THEN 2 ELSE 1 END AS threshold
    FROM named AS n
    JOIN person AS p ON p.person_id = n.person_id
    WHERE n.newest = 1
        AND p.sex IN ('1', '2') AND n.sex IN ('1', '2')   -- an unknown sex is no evidence
        AND p.sex <> n.sex
    GROUP BY n.settlement_id, n.person_id, n.institution_id, n.settled_day, p.sex
),
bill AS (   -- 清单所依据的费用 what was billed on the list: its lines that stand and were put to the fund
    SELECT
        w.settlement_id, w.person_id, w.institution_id, w.settled_day, w.paper_id, w.measured, w.threshold, w.knowledge_id,
        l.line_id, l.net_fen, row_number() OVER (PARTITION BY w.settlement_id ORDER BY l.line_id) AS place
    FROM wrong AS w
    JOIN history_line AS l ON l.settlement_id = w.settlement_id
    WHERE l.reversed = 0 AND l.self_paid = 0
)
SELECT
    b.settlement_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    b.institution_id, b.person_id, b.settled_day AS day,
    'line' AS evidence, b.line_id AS row_id, 1 AS role,
    b.measured AS measured, b.threshold AS threshold, b.knowledge_id AS knowledge_id, b.net_fen AS at_stake_fen
FROM bill AS b
UNION ALL
SELECT
    b.settlement_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    b.institution_id, b.person_id, b.settled_day AS day,
    'diagnosis' AS evidence, b.paper_id AS row_id, 1 AS role,
    b.measured AS measured, b.threshold AS threshold, b.knowledge_id AS knowledge_id, 0 AS at_stake_fen
FROM bill AS b
WHERE b.place = 1
