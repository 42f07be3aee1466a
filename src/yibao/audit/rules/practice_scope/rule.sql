-- An item was ordered by somebody whose scope of practice does not include it.
WITH points AS (
    SELECT k.knowledge_id, k.item_id, k.charge, k.practitioner_kind, k.department, k.from_day, k.until_day
    FROM knowledge_practice_scope AS k
    WHERE k.practitioner_kind IS NOT NULL OR k.department IS NOT NULL   -- a point that bars nobody bars nothing
),
ordered AS (   -- the item itself, or anything of the whole charge category
    SELECT
        l.line_id, l.institution_id, l.person_id, l.practitioner_id, l.encounter_id, l.fee_day, l.net_fen, l.reversed, l.self_paid,
        k.knowledge_id, k.practitioner_kind, k.department, k.from_day, k.until_day
    FROM subject_line AS l
    JOIN points AS k ON k.item_id = l.item_id AND (k.charge IS NULL OR k.charge = l.charge)
    UNION ALL
    SELECT
        l.line_id, l.institution_id, l.person_id, l.practitioner_id, l.encounter_id, l.fee_day, l.net_fen, l.reversed, l.self_paid,
        k.knowledge_id, k.practitioner_kind, k.department, k.from_day, k.until_day
    FROM subject_line AS l
    JOIN points AS k ON k.charge = l.charge AND k.item_id IS NULL
),
barred AS (   -- of several points that bar it, the one that came into force last speaks
    SELECT
        o.line_id, o.institution_id, o.person_id, o.fee_day, o.net_fen, o.knowledge_id,
        row_number() OVER (PARTITION BY o.line_id ORDER BY o.from_day DESC, o.knowledge_id DESC) AS place
    FROM ordered AS o
    JOIN practitioner AS p ON p.practitioner_id = o.practitioner_id
    WHERE o.reversed = 0 AND o.self_paid = 0
        AND o.fee_day >= o.from_day AND o.fee_day < o.until_day
        AND (o.practitioner_kind IS NULL OR o.practitioner_kind = p.kind)
        AND (o.department IS NULL OR o.department = p.department)
        AND NOT EXISTS (SELECT 1 FROM history_visit AS v WHERE v.encounter_id = o.encounter_id AND v.emergency = 1)
)
SELECT
    b.line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    b.institution_id, b.person_id, b.fee_day AS day,
    'line' AS evidence, b.line_id AS row_id, 1 AS role,
    0 AS measured, 1 AS threshold, b.knowledge_id, b.net_fen AS at_stake_fen
FROM barred AS b
WHERE b.place = 1
