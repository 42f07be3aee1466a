-- Components of a package item were billed beside the package, or all of them instead of it and for more than its price.
WITH points AS (   -- of two points on one component, the one that came into force later speaks
    SELECT
        k.knowledge_id, k.package_id, k.component_id, k.span, k.least, k.price_fen, k.from_day, k.until_day,
        lag(k.from_day) OVER (
            PARTITION BY k.package_id, k.component_id, k.span ORDER BY k.from_day DESC, k.knowledge_id DESC
        ) AS replaced_day
    FROM knowledge_package_component AS k
),
components AS (
    SELECT
        l.person_id, l.institution_id, k.package_id, k.span, k.knowledge_id, k.least, k.price_fen,
        l.line_id, l.item_id, l.fee_day, l.fee_minute, l.net_quantity, l.net_fen,
        CASE WHEN k.span = '单日' THEN l.fee_day ELSE l.encounter_id END AS window_no
    FROM points AS k
    JOIN history_line AS l
        ON l.item_id = k.component_id
        AND l.fee_day >= k.from_day AND l.fee_day < k.until_day AND (k.replaced_day IS NULL OR l.fee_day < k.replaced_day)
    WHERE l.reversed = 0 AND l.self_paid = 0
),
bundles AS (
    SELECT DISTINCT k.package_id, k.span
    FROM points AS k
),
packages AS (   -- whoever paid for a package, its components are in it
    SELECT
        l.person_id, l.institution_id, k.package_id, k.span, l.line_id, l.net_quantity,
        CASE WHEN k.span = '单日' THEN l.fee_day ELSE l.encounter_id END AS window_no
    FROM bundles AS k
    JOIN history_line AS l ON l.item_id = k.package_id
    WHERE l.reversed = 0
),
parts AS (   -- the components, each counted in the order of time
    SELECT
        c.person_id, c.institution_id, c.package_id, c.span, c.window_no, c.knowledge_id, c.least, c.price_fen,
        c.line_id, c.fee_day, c.fee_minute, c.net_quantity, c.net_fen,
        CAST(sum(c.net_quantity) OVER (
            PARTITION BY c.person_id, c.institution_id, c.package_id, c.span, c.window_no, c.item_id
            ORDER BY c.fee_minute, c.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) - c.net_quantity AS before,
        row_number() OVER (
            PARTITION BY c.person_id, c.institution_id, c.package_id, c.span, c.window_no, c.item_id
            ORDER BY c.fee_minute, c.line_id
        ) AS turn
    FROM components AS c
),
wholes AS (
    SELECT p.person_id, p.institution_id, p.package_id, p.span, p.window_no, CAST(sum(p.net_quantity) AS BIGINT) AS quantity
    FROM packages AS p
    GROUP BY p.person_id, p.institution_id, p.package_id, p.span, p.window_no
),
shares AS (   -- beside a package as many of a component as there are packages; instead of it one of each
    SELECT
        p.person_id, p.institution_id, p.package_id, p.span, p.window_no, p.knowledge_id, p.least, p.price_fen,
        p.line_id, p.fee_day, p.fee_minute, p.turn, h.quantity AS whole,
        CASE
            WHEN h.quantity IS NULL AND p.turn = 1 THEN share_fen(p.net_fen, least2(p.net_quantity, 10000), p.net_quantity)
            WHEN p.before < h.quantity THEN share_fen(p.net_fen, least2(p.net_quantity, h.quantity - p.before), p.net_quantity)
            ELSE 0
        END AS share_of_it
    FROM parts AS p
    LEFT JOIN wholes AS h
        ON h.person_id = p.person_id AND h.institution_id = p.institution_id AND h.package_id = p.package_id
        AND h.span = p.span AND h.window_no = p.window_no
),
summed AS (
    SELECT
        s.person_id, s.institution_id, s.package_id, s.span, s.window_no, s.line_id, s.whole, s.share_of_it,
        min(s.knowledge_id) OVER (PARTITION BY s.person_id, s.institution_id, s.package_id, s.span, s.window_no) AS knowledge_id,
        min(s.fee_day) OVER (PARTITION BY s.person_id, s.institution_id, s.package_id, s.span, s.window_no) AS day,
        max(s.least) OVER (PARTITION BY s.person_id, s.institution_id, s.package_id, s.span, s.window_no) AS least,
        max(s.price_fen) OVER (PARTITION BY s.person_id, s.institution_id, s.package_id, s.span, s.window_no) AS price_fen,
        CAST(sum(CASE WHEN s.turn = 1 THEN 1 ELSE 0 END) OVER (
            PARTITION BY s.person_id, s.institution_id, s.package_id, s.span, s.window_no
        ) AS BIGINT) AS components,
        CAST(sum(s.share_of_it) OVER (
            PARTITION BY s.person_id, s.institution_id, s.package_id, s.span, s.window_no
            ORDER BY s.fee_minute, s.line_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far_fen
    FROM shares AS s
),
staked AS (
    SELECT
        s.person_id, s.institution_id, s.package_id, s.span, s.window_no, s.line_id, s.knowledge_id, s.day, s.components,
        CASE WHEN s.whole IS NOT NULL THEN 1 ELSE s.least END AS threshold,
        CASE
            WHEN j.line_id IS NULL THEN 0
            WHEN s.whole IS NOT NULL THEN s.share_of_it
            WHEN s.so_far_fen > s.price_fen THEN least2(s.share_of_it, s.so_far_fen - s.price_fen)
            ELSE 0   -- without a price nobody can say that too much was charged
        END AS stake_fen
    FROM summed AS s
    LEFT JOIN subject_line AS j ON j.line_id = s.line_id
    WHERE s.whole IS NOT NULL OR s.components >= s.least
),
placed AS (   -- a component of two packages is at stake once
    SELECT
        s.person_id, s.institution_id, s.package_id, s.span, s.window_no, s.line_id, s.knowledge_id, s.day, s.components, s.threshold,
        s.stake_fen,
        row_number() OVER (PARTITION BY s.line_id ORDER BY s.stake_fen DESC, s.package_id, s.window_no) AS place
    FROM staked AS s
),
kept AS (
    SELECT
        p.person_id, p.institution_id, p.package_id, p.span, p.window_no, p.line_id, p.knowledge_id, p.day, p.components, p.threshold,
        p.stake_fen, p.place,
        CAST(sum(CASE WHEN p.stake_fen > 0 AND p.place = 1 THEN 1 ELSE 0 END) OVER (
            PARTITION BY p.person_id, p.institution_id, p.package_id, p.span, p.window_no
        ) AS BIGINT) AS blamed
    FROM placed AS p
),
found AS (
    SELECT DISTINCT
        p.person_id, p.institution_id, p.package_id, p.span, p.window_no, p.knowledge_id, p.day, p.components, p.threshold
    FROM kept AS p
    WHERE p.blamed > 0
)
SELECT
    p.person_id AS key_1, p.package_id AS key_2, p.institution_id AS key_3, p.window_no AS key_4,
    p.institution_id, p.person_id, p.day,
    'line' AS evidence, p.line_id AS row_id,
    CASE WHEN p.stake_fen > 0 THEN 1 ELSE 2 END AS role,
    p.components AS measured, p.threshold, p.knowledge_id, p.stake_fen AS at_stake_fen
FROM kept AS p
WHERE p.blamed > 0 AND (p.stake_fen = 0 OR p.place = 1)
UNION ALL
SELECT
    f.person_id AS key_1, f.package_id AS key_2, f.institution_id AS key_3, f.window_no AS key_4,
    f.institution_id, f.person_id, f.day,
    'line' AS evidence, p.line_id AS row_id, 2 AS role,
    f.components AS measured, f.threshold, f.knowledge_id, 0 AS at_stake_fen
FROM found AS f
JOIN packages AS p
    ON p.person_id = f.person_id AND p.institution_id = f.institution_id AND p.package_id = f.package_id
    AND p.span = f.span AND p.window_no = f.window_no
