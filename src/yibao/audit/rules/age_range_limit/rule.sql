-- A service for people of working age was billed to a person who is too young or too old for it.
WITH points AS (   -- of two points on one item, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.age_range, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_age_range AS k
),
aged AS (
    SELECT
        l.line_id, l.institution_id, l.person_id, l.fee_day, l.net_fen, k.knowledge_id,
        int_div(l.fee_ymd - p.birth_ymd, 10000) AS age,
        CASE WHEN p.sex = '2' THEN :working_age_until_female ELSE :working_age_until_male END AS until_age
    FROM subject_line AS l
    JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
        AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
    JOIN person AS p ON p.person_id = l.person_id
    WHERE l.reversed = 0 AND l.self_paid = 0
        AND k.age_range = '法定就业年龄' AND l.fee_ymd >= p.birth_ymd
)
SELECT
    a.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    a.institution_id, a.person_id, a.fee_day AS day,
    'line' AS evidence, a.line_id AS row_id, 1 AS role,
    a.age AS measured,
    CASE WHEN a.age < :working_age_from THEN :working_age_from ELSE a.until_age - 1 END AS threshold,
    a.knowledge_id, a.net_fen AS at_stake_fen
FROM aged AS a
WHERE a.age < :working_age_from OR a.age >= a.until_age
