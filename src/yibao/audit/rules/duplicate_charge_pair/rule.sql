-- An item was billed beside another item whose price already contains it, in the window the knowledge point names.
WITH pairs AS (
    SELECT
        s.line_id AS sub_line_id, m.line_id AS main_line_id, k.knowledge_id,
        s.institution_id, s.person_id, s.fee_day, s.net_fen,
        row_number() OVER (PARTITION BY s.line_id ORDER BY m.fee_minute, m.line_id, k.knowledge_id) AS place
    FROM subject_line AS s
    JOIN knowledge_duplicate_pair AS k ON k.sub_id = s.item_id AND s.fee_day >= k.from_day AND s.fee_day < k.until_day
    JOIN history_line AS m
        ON m.person_id = s.person_id AND m.institution_id = s.institution_id AND m.item_id = k.main_id
    WHERE s.reversed = 0 AND s.self_paid = 0 AND m.reversed = 0
        AND (
            (k.span = '单日' AND m.fee_day = s.fee_day)
            OR (k.span = '单次就诊' AND m.encounter_id = s.encounter_id)
            OR (
                s.fee_minute <> s.fee_day * 1440 AND m.fee_minute <> m.fee_day * 1440   -- a day without a time of day proves no hour
                AND (
                    (k.span = '6小时' AND m.fee_minute - s.fee_minute <= 360 AND s.fee_minute - m.fee_minute <= 360)
                    OR (k.span = '同一小时' AND m.fee_minute - s.fee_minute < 60 AND s.fee_minute - m.fee_minute < 60)
                )
            )
        )
)
SELECT
    p.sub_line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    p.institution_id, p.person_id, p.fee_day AS day,
    'line' AS evidence, p.sub_line_id AS row_id, 1 AS role,
    2 AS measured, 1 AS threshold, p.knowledge_id, p.net_fen AS at_stake_fen
FROM pairs AS p
WHERE p.place = 1
UNION ALL
SELECT
    p.sub_line_id AS key_1, 0 AS key_2, 0 AS key_3, 0 AS key_4,
    p.institution_id, p.person_id, p.fee_day AS day,
    'line' AS evidence, p.main_line_id AS row_id, 2 AS role,
    2 AS measured, 1 AS threshold, p.knowledge_id, 0 AS at_stake_fen
FROM pairs AS p
WHERE p.place = 1
