-- A severe complication stands on the list, and the stay cost no more than such stays cost without any.
WITH mains AS (
    SELECT s.encounter_id, max(k.main_exclusion) AS main_exclusion
    FROM history_stay AS s
    JOIN history_diagnosis AS d ON d.encounter_id = s.encounter_id
    JOIN knowledge_diagnosis_code AS k ON k.code = d.code AND k.from_day <= s.discharge_day AND s.discharge_day < k.until_day
    WHERE d.main = 1
    GROUP BY s.encounter_id
),
complications AS (   -- 其他诊断中未被主要诊断排除的 MCC、CC of the other diagnoses, what the main one does not exclude
    SELECT
        s.encounter_id, max(CASE WHEN k.severity = 'MCC' THEN 1 ELSE 0 END) AS severe,
        min(CASE WHEN k.severity = 'MCC' THEN k.knowledge_id END) AS knowledge_id,
        min(CASE WHEN k.severity = 'MCC' THEN d.diagnosis_id END) AS diagnosis_id
    FROM history_stay AS s
    JOIN history_diagnosis AS d ON d.encounter_id = s.encounter_id
    JOIN knowledge_diagnosis_code AS k ON k.code = d.code AND s.discharge_day >= k.from_day AND k.until_day > s.discharge_day
    LEFT JOIN mains AS m ON m.encounter_id = s.encounter_id
    WHERE COALESCE(d.main, 0) = 0 AND k.severity IS NOT NULL
        AND COALESCE(k.exclusion, '') <> COALESCE(m.main_exclusion, '-')
    GROUP BY s.encounter_id
),
listed AS (
    SELECT DISTINCT d.encounter_id
    FROM history_diagnosis AS d
),
operated AS (
    SELECT DISTINCT o.encounter_id
    FROM history_procedure AS o
),
graded AS (
    SELECT
        s.encounter_id, s.person_id, s.institution_id, s.admit_day, s.main_diagnosis_category, s.total_fen, s.discharge_way,
        CASE WHEN o.encounter_id IS NULL THEN 0 ELSE 1 END AS operated, c.severe, c.knowledge_id, c.diagnosis_id
    FROM history_stay AS s
    JOIN listed AS l ON l.encounter_id = s.encounter_id
    LEFT JOIN operated AS o ON o.encounter_id = s.encounter_id
    LEFT JOIN complications AS c ON c.encounter_id = s.encounter_id
    WHERE s.reversed = 0
),
plain AS (
    SELECT
        g.institution_id, g.main_diagnosis_category, g.operated, count(*) AS stays, CAST(sum(g.total_fen) AS BIGINT) AS total_fen
    FROM graded AS g
    WHERE g.severe IS NULL
    GROUP BY g.institution_id, g.main_diagnosis_category, g.operated
    HAVING count(*) >= :peers_at_least
),
doubtful AS (
    SELECT
        g.encounter_id, g.person_id, g.institution_id, g.admit_day, g.knowledge_id, g.diagnosis_id, g.total_fen,
        int_div(p.total_fen * :cost_basis_points, p.stays * 10000) AS bound_fen
    FROM graded AS g
    JOIN plain AS p ON p.institution_id = g.institution_id AND p.main_diagnosis_category = g.main_diagnosis_category
        AND p.operated = g.operated
    WHERE g.severe = 1
        AND COALESCE(g.discharge_way, '1') NOT IN ('2', '4', '5')   -- 转院、非医嘱离院、死亡的费用可以低
        AND EXISTS (SELECT 1 FROM subject_stay AS j WHERE j.encounter_id = g.encounter_id)
),
blamed AS (
    SELECT
        d.encounter_id, d.person_id, d.institution_id, d.admit_day, d.knowledge_id, d.diagnosis_id, d.total_fen, d.bound_fen,
        l.line_id, l.net_fen, row_number() OVER (PARTITION BY d.encounter_id ORDER BY l.line_id) AS place
    FROM doubtful AS d
    JOIN history_line AS l ON l.encounter_id = d.encounter_id
    WHERE l.reversed = 0 AND d.total_fen <= d.bound_fen
)
SELECT
    b.encounter_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    b.institution_id, b.person_id, b.admit_day AS day,
    'line' AS evidence, b.line_id AS row_id, 1 AS role,
    b.total_fen AS measured, b.bound_fen AS threshold, b.knowledge_id, b.net_fen AS at_stake_fen
FROM blamed AS b
UNION ALL
SELECT
    b.encounter_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    b.institution_id, b.person_id, b.admit_day AS day,
    'diagnosis' AS evidence, b.diagnosis_id AS row_id, 1 AS role,
    b.total_fen AS measured, b.bound_fen AS threshold, b.knowledge_id, 0 AS at_stake_fen
FROM blamed AS b
WHERE b.place = 1
