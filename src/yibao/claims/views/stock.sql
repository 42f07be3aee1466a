-- One stock movement as rules read it: its kind, and of a change its own kind, turned into a signed quantity. A change
-- that does not say its kind adds: nobody is held short by what is not known.
SELECT
    m.stock_movement_id, m.institution_id, m.item_id, m.kind, m.change, m.moved_minute, m.moved_day, m.moved_ymd,
    CASE
        WHEN m.kind IN ('3504', '3505') THEN 0 - m.quantity
        WHEN m.kind = '3502' AND m.change IN ('102', '104', '105', '107', '109', '111') THEN 0 - m.quantity
        ELSE m.quantity
    END AS signed_quantity,
    m.batch
FROM raw_stock_movement AS m
