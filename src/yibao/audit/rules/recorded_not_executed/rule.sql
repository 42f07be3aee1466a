-- More of a service was settled in a visit or stay than the institution's own system recorded as executed.
WITH executed AS (
    SELECT x.encounter_id, x.item_id, CAST(sum(x.quantity) AS BIGINT) AS quantity
    FROM history_execution AS x
    GROUP BY x.encounter_id, x.item_id
),
reported AS (   -- of the others the system told nothing
    SELECT DISTINCT v.encounter_id, v.person_id, v.institution_id, v.start_day
    FROM subject_visit AS v
    JOIN executed AS x ON x.encounter_id = v.encounter_id
    WHERE v.reversed = 0
),
services AS (   -- treatment is always executed by order; anything else only where there is a record of it
    SELECT
        r.encounter_id, r.person_id, r.institution_id, r.start_day,
        l.line_id, l.item_id, l.fee_minute, l.net_quantity, l.net_fen, COALESCE(x.quantity, 0) AS executed
    FROM reported AS r
    JOIN history_line AS l ON l.encounter_id = r.encounter_id
    LEFT JOIN executed AS x ON x.encounter_id = l.encounter_id AND x.item_id = l.item_id
    WHERE l.item_class = 2 AND l.reversed = 0 AND l.self_paid = 0
        AND (x.item_id IS NOT NULL OR substr(l.charge, 1, 2) = '05')
),
over AS (
    SELECT s.encounter_id, s.item_id, share_fen(s.executed, :ratio, 10000) AS allowed
    FROM services AS s
    GROUP BY s.encounter_id, s.item_id, s.executed
    HAVING CAST(sum(s.net_quantity) AS BIGINT) > share_fen(s.executed, :ratio, 10000)
),
running AS (
    SELECT
        s.encounter_id, s.person_id, s.institution_id, s.start_day, s.line_id, s.item_id,
        s.net_quantity, s.net_fen, s.executed, o.allowed,
        CAST(sum(s.net_quantity) OVER (
            PARTITION BY s.encounter_id, s.item_id
            ORDER BY s.fee_minute, s.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far,
        CAST(sum(s.net_quantity) OVER (PARTITION BY s.encounter_id, s.item_id) AS BIGINT) AS in_all
    FROM over AS o
    JOIN services AS s ON s.encounter_id = o.encounter_id AND s.item_id = o.item_id
)
SELECT
    r.encounter_id AS key_1, r.item_id AS key_2, 0 AS key_3, 0 AS key_4,
    r.institution_id, r.person_id, r.start_day AS day,
    'line' AS evidence, r.line_id AS row_id,
    CASE WHEN r.so_far > r.executed THEN 1 ELSE 2 END AS role,
    r.in_all AS measured, r.allowed AS threshold, CAST(NULL AS BIGINT) AS knowledge_id,
    CASE
        WHEN r.so_far > r.executed
            THEN share_fen(r.net_fen, least2(r.net_quantity, r.so_far - r.executed), r.net_quantity)
        ELSE 0
    END AS at_stake_fen
FROM running AS r
