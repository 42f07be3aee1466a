-- One visit supplied a drug for more days than a prescription of it may, beyond the last pack that is needed to reach them.
WITH points AS (   -- of two points on one drug, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.unit_days, k.ordinary_days, k.long_days, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_drug_supply AS k
),
supplies AS (
    SELECT
        l.line_id, l.encounter_id, l.item_id, l.person_id, l.institution_id, l.net_quantity, l.net_fen,
        v.start_day, k.knowledge_id, k.unit_days,
        CASE
            WHEN v.visit_class = 3 OR substr(v.kind, 1, 2) = '14'
                OR v.kind IN ('16', '9901', '9904', '991702', '992102') THEN k.long_days
            ELSE k.ordinary_days
        END AS longest,
        CAST(sum(l.net_quantity) OVER (
            PARTITION BY l.encounter_id, l.item_id
            ORDER BY l.fee_minute, l.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far,
        CAST(sum(l.net_quantity) OVER (PARTITION BY l.encounter_id, l.item_id) AS BIGINT) AS in_all
    FROM history_line AS l
    JOIN points AS k ON k.item_id = l.item_id AND k.unit_days > 0
    JOIN subject_visit AS v ON v.encounter_id = l.encounter_id AND v.start_day >= k.from_day AND v.start_day < k.until_day
        AND (k.replaced_day IS NULL OR v.start_day < k.replaced_day)
    WHERE l.reversed = 0 AND l.self_paid = 0
        AND v.visit_class IN (1, 3)
),
allowed AS (   -- whole units until the limit is reached: nobody can be given two thirds of a pack
    SELECT
        s.line_id, s.encounter_id, s.item_id, s.person_id, s.institution_id, s.net_quantity, s.net_fen, s.start_day,
        s.knowledge_id, s.so_far, s.in_all,
        int_div(s.longest * 10000 + s.unit_days - 1, s.unit_days) * 10000 AS needed
    FROM supplies AS s
)
SELECT
    a.encounter_id AS key_1, a.item_id AS key_2, 0 AS key_3, 0 AS key_4,
    a.institution_id, a.person_id, a.start_day AS day,
    'line' AS evidence, a.line_id AS row_id,
    CASE WHEN a.so_far > a.needed THEN 1 ELSE 2 END AS role,
    a.in_all AS measured, a.needed AS threshold, a.knowledge_id,
    CASE
        WHEN a.so_far > a.needed
            THEN share_fen(a.net_fen, least2(a.net_quantity, a.so_far - a.needed), a.net_quantity)
        ELSE 0
    END AS at_stake_fen
FROM allowed AS a
WHERE a.in_all > a.needed
