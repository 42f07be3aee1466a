-- The drugs that one doctor prescribed for one person were settled on several outpatient bills of one day.
WITH busy AS (   -- whoever has a single bill is done with here
    SELECT s.person_id, s.institution_id, s.settled_day
    FROM subject_settlement AS s
    WHERE s.reversed = 0 AND s.visit_class = 1
    GROUP BY s.person_id, s.institution_id, s.settled_day
    HAVING min(s.settlement_id) <> max(s.settlement_id)
),
same_day AS (
    SELECT s.settlement_id, s.settled_minute, s.settled_day, s.person_id, s.institution_id, v.kind
    FROM busy AS b
    JOIN subject_settlement AS s
        ON s.person_id = b.person_id AND s.institution_id = b.institution_id AND s.settled_day = b.settled_day
    JOIN history_visit AS v ON v.encounter_id = s.encounter_id
    WHERE s.reversed = 0 AND v.visit_class = 1 AND v.emergency = 0
),
prescribed AS (
    SELECT
        s.settlement_id, s.settled_minute, s.settled_day, s.person_id, s.institution_id, s.kind,
        l.line_id, l.practitioner_id, l.item_class, l.net_fen
    FROM same_day AS s
    JOIN history_line AS l ON l.settlement_id = s.settlement_id
    WHERE l.reversed = 0 AND l.self_paid = 0
        AND l.item_class IN (1, 4) AND l.practitioner_id IS NOT NULL
),
bills AS (
    SELECT DISTINCT
        p.person_id, p.institution_id, p.settled_day, p.practitioner_id, p.item_class, p.kind,
        p.settlement_id, p.settled_minute
    FROM prescribed AS p
),
counted AS (
    SELECT
        b.settlement_id, b.practitioner_id, b.item_class,
        row_number() OVER (
            PARTITION BY b.person_id, b.institution_id, b.settled_day, b.practitioner_id, b.item_class, b.kind
            ORDER BY b.settled_minute, b.settlement_id
        ) AS place,
        count(*) OVER (
            PARTITION BY b.person_id, b.institution_id, b.settled_day, b.practitioner_id, b.item_class, b.kind
        ) AS bills
    FROM bills AS b
)
SELECT
    p.person_id AS key_1, p.practitioner_id AS key_2, p.institution_id AS key_3, p.settled_day AS key_4,
    p.institution_id, p.person_id, p.settled_day AS day,
    'line' AS evidence, p.line_id AS row_id,
    CASE WHEN c.place > 1 THEN 1 ELSE 2 END AS role,
    c.bills AS measured, :bills AS threshold, CAST(NULL AS BIGINT) AS knowledge_id,
    CASE WHEN c.place > 1 THEN p.net_fen ELSE 0 END AS at_stake_fen
FROM counted AS c
JOIN prescribed AS p ON p.settlement_id = c.settlement_id AND p.practitioner_id = c.practitioner_id AND p.item_class = c.item_class
WHERE c.bills >= :bills
