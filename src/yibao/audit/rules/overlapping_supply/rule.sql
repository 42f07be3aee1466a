-- A person was supplied with a drug again, at any place, while an earlier supply of the same substance lasted for days.
WITH points AS (   -- of two points on one drug, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.item_id, k.unit_days, k.from_day, k.until_day,
        min(k.item_id) OVER (PARTITION BY COALESCE(k.substance, k.code)) AS substance,
        lag(k.from_day) OVER (PARTITION BY k.item_id ORDER BY k.from_day DESC, k.knowledge_id DESC) AS replaced_day
    FROM knowledge_drug_supply AS k
),
supplies AS (   -- no pack lasts for ten years, nobody is given a hundred thousand: beyond that a figure is no evidence
    SELECT
        l.encounter_id, k.substance,
        CAST(sum(least2(l.net_quantity, 1000000000) * least2(k.unit_days, 36500000)) AS BIGINT) AS tenths
    FROM history_line AS l
    JOIN points AS k ON k.item_id = l.item_id AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
        AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
    WHERE l.reversed = 0 AND l.self_paid = 0
    GROUP BY l.encounter_id, k.substance
),
visited AS (   -- at one visit a drug is supplied once, on however many lines and bills
    SELECT
        v.person_id, v.encounter_id, v.institution_id, v.start_minute, v.start_day, s.substance,
        int_div(s.tenths, 100000000) AS days
    FROM supplies AS s
    JOIN history_visit AS v ON v.encounter_id = s.encounter_id
    WHERE v.visit_class IN (1, 3)
),
stocks AS (
    SELECT
        v.person_id, v.encounter_id, v.institution_id, v.substance, v.start_day, v.days,
        max(v.start_day + v.days) OVER (
            PARTITION BY v.person_id, v.substance
            ORDER BY v.start_minute, v.encounter_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS lasts_until
    FROM visited AS v
),
early AS (
    SELECT
        s.person_id, s.encounter_id, s.institution_id, s.substance, s.start_day, s.days,
        s.lasts_until - s.start_day AS remaining
    FROM stocks AS s
    WHERE s.lasts_until - s.start_day > :days AND s.days > 0
        AND EXISTS (SELECT 1 FROM subject_visit AS j WHERE j.encounter_id = s.encounter_id)
),
again AS (
    SELECT
        e.person_id, e.encounter_id, e.institution_id, e.substance, e.start_day, e.days, e.remaining,
        l.line_id, l.item_id, l.net_fen, k.knowledge_id
    FROM early AS e
    JOIN history_line AS l ON l.encounter_id = e.encounter_id
    JOIN points AS k ON k.item_id = l.item_id AND k.substance = e.substance
        AND l.fee_day >= k.from_day AND l.fee_day < k.until_day
        AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
    WHERE l.reversed = 0 AND l.self_paid = 0
)
SELECT
    a.encounter_id AS key_1, a.item_id AS key_2, 0 AS key_3, 0 AS key_4,
    a.institution_id, a.person_id, a.start_day AS day,
    'line' AS evidence, a.line_id AS row_id, 1 AS role,
    a.remaining AS measured, :days AS threshold, a.knowledge_id,
    share_fen(a.net_fen, least2(a.remaining, a.days), a.days) AS at_stake_fen
FROM again AS a
UNION ALL
SELECT DISTINCT
    a.encounter_id AS key_1, a.item_id AS key_2, 0 AS key_3, 0 AS key_4,
    a.institution_id, a.person_id, a.start_day AS day,
    'encounter' AS evidence, p.encounter_id AS row_id, 2 AS role,
    a.remaining AS measured, :days AS threshold, a.knowledge_id, 0 AS at_stake_fen
FROM again AS a
JOIN visited AS p ON p.person_id = a.person_id AND p.substance = a.substance
WHERE p.start_day <= a.start_day AND p.encounter_id <> a.encounter_id
    AND p.start_day + p.days - a.start_day = a.remaining   -- the supply that lasts longest
