-- A person was supplied with a drug again, at any place, while an earlier supply of the same substance lasted for days.
WITH points AS (   -- of two points on one drug, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, COALESCE(k.substance, k.code) AS substance, k.unit_days, k.from_day, k.until_day,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_drug_supply AS k
),
supplies AS (   -- at one visit a drug is supplied once, on however many lines and bills
    SELECT
        v.person_id, v.encounter_id, v.start_minute, v.start_day, k.substance, l.item_id, k.knowledge_id, k.unit_days,
        CAST(sum(l.net_quantity) AS BIGINT) AS quantity
    FROM history_line AS l
    JOIN points AS k ON k.item_id = l.item_id
    JOIN history_visit AS v ON v.encounter_id = l.encounter_id AND v.start_day >= k.from_day AND v.start_day < k.until_day
        AND (k.replaced_day IS NULL OR v.start_day < k.replaced_day)
    WHERE l.reversed = 0 AND l.self_paid = 0
        AND v.visit_class IN (1, 3)
    GROUP BY
        v.person_id, v.encounter_id, v.start_minute, v.start_day, k.substance, l.item_id, k.knowledge_id, k.unit_days
),
lasting AS (   -- no pack lasts for ten years, nobody is given a million: beyond that a figure is no evidence
    SELECT
        s.person_id, s.encounter_id, s.start_minute, s.start_day, s.substance, s.item_id, s.knowledge_id,
        int_div(least2(s.quantity, 10000000000) * least2(s.unit_days, 36500000), 100000000) AS days
    FROM supplies AS s
),
visited AS (
    SELECT
        s.person_id, s.encounter_id, s.start_minute, s.start_day, s.substance,
        CAST(sum(s.days) AS BIGINT) AS days
    FROM lasting AS s
    GROUP BY s.person_id, s.encounter_id, s.start_minute, s.start_day, s.substance
),
stocks AS (
    SELECT
        v.person_id, v.encounter_id, v.substance, v.start_day, v.days,
        max(v.start_day + v.days) OVER (
            PARTITION BY v.person_id, v.substance
            ORDER BY v.start_minute, v.encounter_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS lasts_until
    FROM visited AS v
),
early AS (
    SELECT
        s.person_id, s.encounter_id, s.substance, s.start_day, s.days, s.lasts_until - s.start_day AS remaining
    FROM stocks AS s
    WHERE s.lasts_until - s.start_day > :days AND s.days > 0
        AND EXISTS (SELECT 1 FROM subject_visit AS j WHERE j.encounter_id = s.encounter_id)
)
SELECT
    e.encounter_id AS key_1, t.item_id AS key_2, 0 AS key_3, 0 AS key_4,
    l.institution_id, e.person_id, e.start_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    e.remaining AS measured, :days AS threshold, t.knowledge_id,
    share_fen(l.net_fen, least2(e.remaining, e.days), e.days) AS at_stake_fen
FROM early AS e
JOIN lasting AS t ON t.encounter_id = e.encounter_id AND t.substance = e.substance
JOIN history_line AS l ON l.encounter_id = t.encounter_id AND l.item_id = t.item_id
WHERE l.reversed = 0 AND l.self_paid = 0
UNION ALL
SELECT
    e.encounter_id AS key_1, t.item_id AS key_2, 0 AS key_3, 0 AS key_4,
    v.institution_id, e.person_id, e.start_day AS day,
    'encounter' AS evidence, p.encounter_id AS row_id, 2 AS role,
    e.remaining AS measured, :days AS threshold, t.knowledge_id, 0 AS at_stake_fen
FROM early AS e
JOIN lasting AS t ON t.encounter_id = e.encounter_id AND t.substance = e.substance
JOIN history_visit AS v ON v.encounter_id = e.encounter_id
JOIN visited AS p ON p.person_id = e.person_id AND p.substance = e.substance
WHERE p.start_day <= e.start_day AND p.encounter_id <> e.encounter_id
    AND p.start_day + p.days - e.start_day = e.remaining   -- the supply that lasts longest
