-- One traceability code that came into an institution's stock as rules read it: counted, transferred or bought. What a
-- customer brings back, or goes back to the supplier, does not come in by that.
SELECT
    p.trace_code_purchase_id, p.institution_id, p.trace_code, p.item_id, p.kind, p.received_minute, p.received_day,
    CASE WHEN p.packs > 10000 THEN 1 ELSE 0 END AS is_case,
    p.batch
FROM raw_trace_code_purchase AS p
WHERE p.kind IN ('3501', '3502', '3503')
