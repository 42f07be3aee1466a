-- One charge line as rules read it: net of what was taken back, with a flag where nothing stands and one where the
-- fund has no part; what is in scope of the policy is NULL where nobody said so. Class 1 is bought by the pack; 4 is
-- weighed (中药饮片) or made in the house (自制剂).
SELECT
    l.line_id, l.settlement_id, l.encounter_id, l.person_id, l.institution_id, l.practitioner_id, l.item_id,
    CASE WHEN l.kind = '201' THEN 2 WHEN l.kind = '301' THEN 3 WHEN l.kind IN ('103', '104') THEN 4 ELSE 1 END AS item_class,
    l.charge, l.department,
    l.fee_minute, l.fee_day, l.fee_ymd, l.fee_month,
    l.quantity, l.unit_price, l.amount_fen,
    l.quantity + COALESCE(t.quantity, 0) AS net_quantity,
    l.amount_fen + COALESCE(t.amount_fen, 0) AS net_fen,
    COALESCE(l.over_limit_fen, 0) + COALESCE(t.over_limit_fen, 0) AS net_over_limit_fen,
    CASE WHEN l.self_paid_fen >= l.amount_fen THEN 1 ELSE 0 END AS self_paid,
    CASE
        WHEN l.reverses IS NOT NULL OR f.settlement_id IS NOT NULL THEN 1
        WHEN l.quantity + COALESCE(t.quantity, 0) <= 0 OR l.amount_fen + COALESCE(t.amount_fen, 0) <= 0 THEN 1
        ELSE 0
    END AS reversed,
    l.level, l.in_scope_fen + COALESCE(t.in_scope_fen, 0) AS net_in_scope_fen,
    l.batch
FROM raw_line AS l
LEFT JOIN taken_back AS t ON t.line_id = l.line_id
LEFT JOIN fallen_bill AS f ON f.settlement_id = l.settlement_id
