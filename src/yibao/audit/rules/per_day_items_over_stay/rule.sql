-- Items that are charged by the day (bed, nursing) were billed for more days than the stay had.
WITH points AS (   -- of two points on one item, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.family, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_per_day_item AS k
),
charged AS (
    SELECT
        s.encounter_id, s.person_id, s.institution_id, s.admit_day,
        (s.discharge_day - s.admit_day + :tolerance_days) * 10000 AS allowed,
        k.family, k.knowledge_id, l.line_id, l.fee_minute, l.net_quantity, l.net_fen
    FROM points AS k
    JOIN history_line AS l
        ON l.item_id = k.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
        AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
    JOIN subject_stay AS s ON s.encounter_id = l.encounter_id AND s.person_id = l.person_id
    WHERE l.reversed = 0 AND l.self_paid = 0 AND s.reversed = 0
),
running AS (
    SELECT
        c.encounter_id, c.person_id, c.institution_id, c.admit_day, c.allowed, c.line_id, c.net_quantity, c.net_fen,
        min(c.knowledge_id) OVER (PARTITION BY c.encounter_id, c.family) AS knowledge_id,
        CAST(sum(c.net_quantity) OVER (
            PARTITION BY c.encounter_id, c.family
            ORDER BY c.fee_minute, c.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far,
        CAST(sum(c.net_quantity) OVER (PARTITION BY c.encounter_id, c.family) AS BIGINT) AS in_all
    FROM charged AS c
)
SELECT
    r.encounter_id AS key_1, r.knowledge_id AS key_2, 0 AS key_3, 0 AS key_4,
    r.institution_id, r.person_id, r.admit_day AS day,
    'line' AS evidence, r.line_id AS row_id,
    CASE WHEN r.so_far > r.allowed THEN 1 ELSE 2 END AS role,
    r.in_all AS measured, r.allowed AS threshold, r.knowledge_id,
    CASE
        WHEN r.so_far > r.allowed
            THEN share_fen(r.net_fen, least2(r.net_quantity, r.so_far - r.allowed), r.net_quantity)
        ELSE 0
    END AS at_stake_fen
FROM running AS r
WHERE r.in_all > r.allowed
UNION ALL
SELECT DISTINCT
    r.encounter_id AS key_1, r.knowledge_id AS key_2, 0 AS key_3, 0 AS key_4,
    r.institution_id, r.person_id, r.admit_day AS day,
    'encounter' AS evidence, r.encounter_id AS row_id, 2 AS role,
    r.in_all AS measured, r.allowed AS threshold, r.knowledge_id, 0 AS at_stake_fen
FROM running AS r
WHERE r.in_all > r.allowed
