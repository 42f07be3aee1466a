-- One traceability code that came into an institution's stock as rules read it.
SELECT
    p.trace_code_purchase_id, p.institution_id, p.trace_code, p.item_id, p.kind, p.received_minute, p.received_day,
    CASE WHEN p.packs > 10000 THEN 1 ELSE 0 END AS is_case,
    p.batch
FROM raw_trace_code_purchase AS p
