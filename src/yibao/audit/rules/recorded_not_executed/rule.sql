-- More of a service was settled in a visit or stay than the institution's own system recorded as executed.
WITH executed AS (
    SELECT x.encounter_id, x.item_id, CAST(sum(x.quantity) AS BIGINT) AS quantity
    FROM history_execution AS x
    GROUP BY x.encounter_id, x.item_id
),
reported AS (   -- of the others the system told nothing
    SELECT DISTINCT x.encounter_id
    FROM executed AS x
),
services AS (   -- treatment is always executed by order; anything else only where there is a record of it
    SELECT l.encounter_id, l.item_id, min(substr(l.charge, 1, 2)) AS charge, CAST(sum(l.net_quantity) AS BIGINT) AS quantity
    FROM reported AS r
    JOIN history_line AS l ON l.encounter_id = r.encounter_id
    WHERE l.item_class = 2 AND l.reversed = 0 AND l.self_paid = 0
    GROUP BY l.encounter_id, l.item_id
),
excess AS (
    SELECT
        s.encounter_id, s.item_id, s.quantity AS in_all,
        COALESCE(x.quantity, 0) AS executed, share_fen(COALESCE(x.quantity, 0), :ratio, 10000) AS allowed
    FROM services AS s
    LEFT JOIN executed AS x ON x.encounter_id = s.encounter_id AND x.item_id = s.item_id
    WHERE (x.item_id IS NOT NULL OR s.charge = '05')
        AND s.quantity > share_fen(COALESCE(x.quantity, 0), :ratio, 10000)
),
over AS (
    SELECT e.encounter_id, e.item_id, v.person_id, v.institution_id, v.start_day, e.in_all, e.executed, e.allowed
    FROM excess AS e
    JOIN subject_visit AS v ON v.encounter_id = e.encounter_id
),
running AS (
    SELECT
        o.encounter_id, o.person_id, o.institution_id, o.start_day, o.item_id, o.in_all, o.executed, o.allowed,
        l.line_id, l.net_quantity, l.net_fen,
        CAST(sum(l.net_quantity) OVER (
            PARTITION BY l.encounter_id, l.item_id
            ORDER BY l.fee_minute, l.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far
    FROM over AS o
    JOIN history_line AS l ON l.encounter_id = o.encounter_id AND l.item_id = o.item_id
    WHERE l.reversed = 0 AND l.self_paid = 0
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
