-- One visit supplied a drug for more days than a prescription of it may, beyond the last pack that is needed to reach them.
WITH points AS (   -- of two points on one drug, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.unit_days, k.ordinary_days, k.long_days, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_drug_supply AS k
),
needs AS (   -- whole units until the limit is reached: nobody can be given two thirds of a pack
    SELECT
        p.knowledge_id, p.item_id, p.from_day, p.until_day, p.replaced_day,
        int_div(p.ordinary_days * 10000 + p.unit_days - 1, p.unit_days) * 10000 AS ordinary,
        int_div(p.long_days * 10000 + p.unit_days - 1, p.unit_days) * 10000 AS long
    FROM points AS p
    WHERE p.unit_days > 0
),
supplies AS (
    SELECT l.encounter_id, l.item_id, n.knowledge_id, n.ordinary, n.long, CAST(sum(l.net_quantity) AS BIGINT) AS in_all
    FROM history_line AS l
    JOIN needs AS n ON n.item_id = l.item_id AND l.fee_day >= n.from_day AND l.fee_day < n.until_day
        AND (n.replaced_day IS NULL OR l.fee_day < n.replaced_day)
    WHERE l.reversed = 0 AND l.self_paid = 0
    GROUP BY l.encounter_id, l.item_id, n.knowledge_id, n.ordinary, n.long
    HAVING CAST(sum(l.net_quantity) AS BIGINT) > least2(n.ordinary, n.long)
),
allowed AS (
    SELECT
        s.encounter_id, s.item_id, s.knowledge_id, s.in_all, v.person_id, v.institution_id, v.start_day,
        CASE
            WHEN v.visit_class = 3 OR substr(v.kind, 1, 2) = '14'
                OR v.kind IN ('16', '9901', '9904', '991702', '992102') THEN s.long
            ELSE s.ordinary
        END AS needed
    FROM supplies AS s
    JOIN subject_visit AS v ON v.encounter_id = s.encounter_id
    WHERE v.visit_class IN (1, 3)
),
running AS (
    SELECT
        a.encounter_id, a.item_id, a.knowledge_id, a.in_all, a.person_id, a.institution_id, a.start_day, a.needed,
        l.line_id, l.net_quantity, l.net_fen,
        CAST(sum(l.net_quantity) OVER (
            PARTITION BY l.encounter_id, l.item_id, a.knowledge_id
            ORDER BY l.fee_minute, l.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far
    FROM allowed AS a
    JOIN history_line AS l ON l.encounter_id = a.encounter_id AND l.item_id = a.item_id
    JOIN needs AS n ON n.knowledge_id = a.knowledge_id AND l.fee_day >= n.from_day AND l.fee_day < n.until_day
        AND (n.replaced_day IS NULL OR l.fee_day < n.replaced_day)
    WHERE a.in_all > a.needed AND l.reversed = 0 AND l.self_paid = 0
)
SELECT
    r.encounter_id AS key_1, r.item_id AS key_2, 0 AS key_3, 0 AS key_4,
    r.institution_id, r.person_id, r.start_day AS day,
    'line' AS evidence, r.line_id AS row_id,
    CASE WHEN r.so_far > r.needed THEN 1 ELSE 2 END AS role,
    r.in_all AS measured, r.needed AS threshold, r.knowledge_id,
    CASE
        WHEN r.so_far > r.needed
            THEN share_fen(r.net_fen, least2(r.net_quantity, r.so_far - r.needed), r.net_quantity)
        ELSE 0
    END AS at_stake_fen
FROM running AS r
