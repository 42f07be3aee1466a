-- One stock movement as rules read it: the kind turned into a signed quantity.
SELECT
    m.stock_movement_id, m.institution_id, m.item_id, m.kind, m.moved_minute, m.moved_day, m.moved_ymd,
    CASE WHEN m.kind IN ('3504', '3505') THEN 0 - m.quantity ELSE m.quantity END AS signed_quantity,
    m.batch
FROM raw_stock_movement AS m
