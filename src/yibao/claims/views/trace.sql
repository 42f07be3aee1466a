-- One traceability code on a charge line as rules read it, with the line, the person and the drug it was settled for.
-- Line numbers are the institution's own, so that both together find the line. The first seven digits of a code say of
-- which product the pack is (药品标识码).
SELECT
    u.trace_code_use_id, u.trace_code, u.split_pack, u.institution_id,
    l.line_id, l.settlement_id, l.encounter_id, l.person_id, l.item_id,
    u.used_minute, u.used_day, u.used_ymd,
    CASE
        WHEN l.reverses IS NOT NULL OR f.settlement_id IS NOT NULL THEN 1
        WHEN l.quantity + COALESCE(t.quantity, 0) <= 0 THEN 1
        ELSE 0
    END AS reversed,
    substr(u.trace_code, 1, 7) AS prefix,
    u.batch
FROM raw_trace_code_use AS u
JOIN raw_line AS l ON l.line_no = u.line AND l.institution_id = u.institution_id
LEFT JOIN taken_back AS t ON t.line_id = l.line_id
LEFT JOIN fallen_bill AS f ON f.settlement_id = l.settlement_id
