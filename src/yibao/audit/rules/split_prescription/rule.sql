-- The drugs that one doctor prescribed for one person on one day at an outpatient department were spread over several bills.
WITH drugs AS (
    SELECT
        l.line_id, l.person_id, l.institution_id, l.practitioner_id, l.item_class, l.fee_day, l.fee_minute,
        l.settlement_id, l.encounter_id, l.net_fen
    FROM subject_line AS l
    WHERE l.reversed = 0 AND l.self_paid = 0
        AND l.item_class IN (1, 4) AND l.practitioner_id IS NOT NULL
),
busy AS (   -- whoever has a single bill is done with here
    SELECT d.person_id, d.institution_id, d.practitioner_id, d.item_class, d.fee_day
    FROM drugs AS d
    GROUP BY d.person_id, d.institution_id, d.practitioner_id, d.item_class, d.fee_day
    HAVING min(d.settlement_id) <> max(d.settlement_id)
),
prescribed AS (
    SELECT
        d.line_id, d.person_id, d.institution_id, d.practitioner_id, d.item_class, d.fee_day, d.fee_minute,
        d.settlement_id, d.net_fen, v.kind
    FROM busy AS b
    JOIN drugs AS d ON d.person_id = b.person_id AND d.institution_id = b.institution_id
        AND d.practitioner_id = b.practitioner_id AND d.item_class = b.item_class AND d.fee_day = b.fee_day
    JOIN history_visit AS v ON v.encounter_id = d.encounter_id
    WHERE v.visit_class = 1 AND v.emergency = 0
),
bills AS (
    SELECT
        p.person_id, p.institution_id, p.practitioner_id, p.item_class, p.fee_day, p.kind, p.settlement_id,
        min(p.fee_minute) AS first_minute
    FROM prescribed AS p
    GROUP BY p.person_id, p.institution_id, p.practitioner_id, p.item_class, p.fee_day, p.kind, p.settlement_id
),
counted AS (
    SELECT
        b.settlement_id, b.practitioner_id, b.item_class, b.fee_day,
        row_number() OVER (
            PARTITION BY b.person_id, b.institution_id, b.practitioner_id, b.item_class, b.fee_day, b.kind
            ORDER BY b.first_minute, b.settlement_id
        ) AS place,
        count(*) OVER (
            PARTITION BY b.person_id, b.institution_id, b.practitioner_id, b.item_class, b.fee_day, b.kind
        ) AS bills
    FROM bills AS b
)
SELECT
    p.person_id AS key_1, p.practitioner_id AS key_2, p.institution_id AS key_3, p.fee_day AS key_4,
    p.institution_id, p.person_id, p.fee_day AS day,
    'line' AS evidence, p.line_id AS row_id,
    CASE WHEN c.place > 1 THEN 1 ELSE 2 END AS role,
    c.bills AS measured, :bills AS threshold, CAST(NULL AS BIGINT) AS knowledge_id,
    CASE WHEN c.place > 1 THEN p.net_fen ELSE 0 END AS at_stake_fen
FROM counted AS c
JOIN prescribed AS p ON p.settlement_id = c.settlement_id AND p.practitioner_id = c.practitioner_id
    AND p.item_class = c.item_class AND p.fee_day = c.fee_day
WHERE c.bills >= :bills
