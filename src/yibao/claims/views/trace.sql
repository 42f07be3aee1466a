-- One traceability code on a charge line as rules read it, with the line, the person and the drug it was settled for.
-- Line numbers are the institution's own, so that both together find the line. The first seven digits of a code say of
-- which product the pack is (药品标识码).
WITH returned AS (
    SELECT r.encounter_id, r.reverses AS line_no, CAST(sum(r.quantity) AS BIGINT) AS quantity
    FROM raw_line AS r
    WHERE r.reverses IS NOT NULL
    GROUP BY r.encounter_id, r.reverses
),
fallen AS (   -- bills that were taken back, and the bills that take back
    SELECT s.reverses_id AS settlement_id
    FROM raw_settlement AS s
    WHERE s.refund = 1 AND s.reverses_id IS NOT NULL
    UNION
    SELECT s.settlement_id
    FROM raw_settlement AS s
    WHERE s.refund = 1
)
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
LEFT JOIN returned AS t ON t.encounter_id = l.encounter_id AND t.line_no = l.line_no
LEFT JOIN fallen AS f ON f.settlement_id = l.settlement_id
