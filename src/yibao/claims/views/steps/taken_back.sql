-- What was taken back of a charge line, by that line: a return is a row of its own, in the same encounter, and names the
-- number of the line.
WITH returned AS (
    SELECT r.encounter_id, r.reverses AS line_no, CAST(sum(r.quantity) AS BIGINT) AS quantity, CAST(sum(r.amount_fen) AS BIGINT) AS amount_fen,
        CAST(sum(COALESCE(r.over_limit_fen, 0)) AS BIGINT) AS over_limit_fen,
        CAST(sum(COALESCE(r.in_scope_fen, 0)) AS BIGINT) AS in_scope_fen
    FROM raw_line AS r
    WHERE r.reverses IS NOT NULL
    GROUP BY r.encounter_id, r.reverses
)
SELECT l.line_id, t.quantity, t.amount_fen, t.over_limit_fen, t.in_scope_fen
FROM returned AS t
JOIN raw_line AS l ON l.encounter_id = t.encounter_id AND l.line_no = t.line_no
