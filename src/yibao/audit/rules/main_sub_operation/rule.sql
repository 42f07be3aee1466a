-- A second operation of one group on one day of one visit was charged without the reduction that it has to have.
WITH points AS (   -- of two points on one item and group, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.operation_group, substr(k.code, 1, 11) AS operation, k.from_day, k.until_day,
        lag(k.from_day) OVER (
            PARTITION BY k.item_id, k.operation_group ORDER BY k.from_day DESC, k.knowledge_id DESC
        ) AS replaced_day
    FROM knowledge_operation_group AS k
),
operations AS (   -- the first 11 places of a code are the operation, the rest its variants; the dearest is the main one
    SELECT
        l.line_id, l.encounter_id, l.person_id, l.institution_id, l.item_id, l.fee_day, l.net_quantity, l.self_paid,
        l.net_fen, l.net_fen - l.net_over_limit_fen AS borne_fen, k.knowledge_id, k.operation_group, k.operation,
        row_number() OVER (
            PARTITION BY l.person_id, l.institution_id, l.encounter_id, l.fee_day, k.operation_group
            ORDER BY l.net_fen DESC, l.line_id
        ) AS place
    FROM history_line AS l
    JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
        AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
    WHERE l.reversed = 0
),
seconds AS (   -- an operation may belong to several groups; it is judged once, beside the dearest main operation
    SELECT
        o.line_id, o.person_id, o.institution_id, o.item_id, o.fee_day, o.net_quantity, o.borne_fen, o.knowledge_id,
        m.line_id AS main_line_id,
        row_number() OVER (PARTITION BY o.line_id ORDER BY m.net_fen DESC, m.line_id, o.knowledge_id) AS choice
    FROM operations AS o
    JOIN operations AS m
        ON m.person_id = o.person_id AND m.institution_id = o.institution_id AND m.encounter_id = o.encounter_id
        AND m.fee_day = o.fee_day AND m.operation_group = o.operation_group
    WHERE m.place = 1 AND o.operation <> m.operation AND o.self_paid = 0
),
priced AS (
    SELECT
        s.line_id, s.person_id, s.institution_id, s.fee_day, s.net_quantity, s.borne_fen, s.knowledge_id, s.main_line_id, p.highest,
        row_number() OVER (   -- the limit of the own level before the one for every level, the newest before older ones
            PARTITION BY s.line_id ORDER BY p.level_group DESC, p.from_day DESC, p.highest DESC, p.price_limit_id
        ) AS place
    FROM seconds AS s
    JOIN institution AS i ON i.institution_id = s.institution_id
    JOIN price_limit AS p ON p.item_id = s.item_id AND s.fee_day >= p.from_day AND s.fee_day < p.until_day
    WHERE s.choice = 1 AND p.level_group IN ('0', i.level_group)
),
allowances AS (   -- half a time is a way to write the reduction, and no reason to reduce again
    SELECT
        p.line_id, p.person_id, p.institution_id, p.fee_day, p.borne_fen, p.knowledge_id, p.main_line_id,
        share_fen(price_times_quantity_fen(p.highest, greatest2(p.net_quantity, 10000)), :share_basis_points, 10000) AS allowed_fen
    FROM priced AS p
    WHERE p.place = 1
),
hits AS (
    SELECT
        a.line_id, a.person_id, a.institution_id, a.fee_day, a.borne_fen, a.knowledge_id, a.main_line_id, a.allowed_fen
    FROM allowances AS a
    JOIN subject_line AS s ON s.line_id = a.line_id
    WHERE a.borne_fen > a.allowed_fen
)
SELECT
    h.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    h.institution_id, h.person_id, h.fee_day AS day,
    'line' AS evidence, h.line_id AS row_id, 1 AS role,
    h.borne_fen AS measured, h.allowed_fen AS threshold, h.knowledge_id, h.borne_fen - h.allowed_fen AS at_stake_fen
FROM hits AS h
UNION ALL
SELECT
    h.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    h.institution_id, h.person_id, h.fee_day AS day,
    'line' AS evidence, h.main_line_id AS row_id, 2 AS role,
    h.borne_fen AS measured, h.allowed_fen AS threshold, h.knowledge_id, 0 AS at_stake_fen
FROM hits AS h
