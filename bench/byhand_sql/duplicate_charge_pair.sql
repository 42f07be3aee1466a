WITH items AS (
    SELECT main_id AS item_id FROM knowledge_duplicate_pair UNION SELECT sub_id FROM knowledge_duplicate_pair
),
offered AS MATERIALIZED (
    SELECT l.line_id, l.line_no, l.settlement_id, l.encounter_id, l.person_id, l.institution_id, l.item_id,
        l.fee_day, l.fee_minute, l.quantity, l.amount_fen, l.self_paid_fen
    FROM line AS l
    JOIN items USING (item_id)
    WHERE l.reverses IS NULL
),
pairs AS (
    SELECT s.line_id AS sub_id, m.line_id AS main_id
    FROM offered AS s
    JOIN knowledge_duplicate_pair AS k ON k.sub_id = s.item_id AND s.fee_day >= k.from_day AND s.fee_day < k.until_day
    JOIN offered AS m ON m.person_id = s.person_id AND m.institution_id = s.institution_id AND m.item_id = k.main_id
    WHERE s.fee_day >= :from_day AND (s.self_paid_fen IS NULL OR s.self_paid_fen < s.amount_fen)
        AND CASE k.span
            WHEN '单日' THEN m.fee_day = s.fee_day
            WHEN '单次就诊' THEN m.encounter_id = s.encounter_id
            WHEN '6小时' THEN abs(m.fee_minute - s.fee_minute) <= 360 AND s.fee_minute % 1440 <> 0 AND m.fee_minute % 1440 <> 0
            WHEN '同一小时' THEN abs(m.fee_minute - s.fee_minute) < 60 AND s.fee_minute % 1440 <> 0 AND m.fee_minute % 1440 <> 0
        END
),
standing AS (   -- only now is it worth asking what was taken back
    SELECT l.line_id, l.amount_fen + COALESCE(r.fen, 0) AS fen
    FROM offered AS l
    LEFT JOIN returned AS r ON r.encounter_id = l.encounter_id AND r.line_no = l.line_no
    WHERE l.line_id IN (SELECT sub_id FROM pairs UNION ALL SELECT main_id FROM pairs)
        AND l.amount_fen + COALESCE(r.fen, 0) > 0 AND l.quantity + COALESCE(r.quantity, 0) > 0
        AND l.settlement_id NOT IN (SELECT settlement_id FROM fallen)
)
SELECT DISTINCT s.line_id, s.fen
FROM pairs AS p
JOIN standing AS s ON s.line_id = p.sub_id
JOIN standing AS m ON m.line_id = p.main_id
