WITH bills AS (   -- only bills that share their sum with another of the person at the institution
    SELECT settlement_id, encounter_id, person_id, institution_id, settled_minute, settled_day
    FROM settlement
    WHERE total_fen > 0 AND settlement_id NOT IN (SELECT settlement_id FROM fallen)
    QUALIFY count(*) OVER (PARTITION BY person_id, institution_id, total_fen) > 1
),
charged AS (
    SELECT b.settlement_id, l.line_id, l.item_id, l.fee_minute,
        l.quantity + COALESCE(r.quantity, 0) AS quantity, l.amount_fen + COALESCE(r.fen, 0) AS fen
    FROM bills AS b
    JOIN line AS l ON l.settlement_id = b.settlement_id
    LEFT JOIN returned AS r ON r.encounter_id = l.encounter_id AND r.line_no = l.line_no
    WHERE l.reverses IS NULL
        AND l.amount_fen + COALESCE(r.fen, 0) > 0 AND l.quantity + COALESCE(r.quantity, 0) > 0
),
contents AS (
    SELECT settlement_id, min(fee_minute) AS first_minute, max(fee_minute) AS last_minute, count(*) AS lines, sum(fen) AS fen
    FROM charged
    GROUP BY settlement_id
    HAVING min(fee_minute) % 1440 <> 0
),
again AS (
    SELECT b.settlement_id, b.encounter_id, b.settled_minute, b.settled_day, c.lines,
        lag(b.settlement_id) OVER w AS earlier_id, lag(b.settled_minute) OVER w AS earlier_minute
    FROM contents AS c
    JOIN bills AS b ON b.settlement_id = c.settlement_id
    WINDOW w AS (
        PARTITION BY b.person_id, b.institution_id, c.first_minute, c.last_minute, c.lines, c.fen
        ORDER BY b.settled_minute, b.settlement_id
    )
),
suspects AS (
    SELECT a.settlement_id, a.earlier_id, a.lines
    FROM again AS a
    JOIN encounter AS e ON e.encounter_id = a.encounter_id
    WHERE a.settled_minute > a.earlier_minute AND a.settled_day >= :from_day
        AND COALESCE(e.main_diagnosis_category, '') <> 'Z38' AND COALESCE(e.main_diagnosis_category, '') NOT LIKE 'P%'
),
same AS (
    SELECT s.settlement_id
    FROM suspects AS s
    JOIN charged AS l ON l.settlement_id = s.settlement_id
    WHERE EXISTS (
        SELECT 1 FROM charged AS e
        WHERE e.settlement_id = s.earlier_id AND e.item_id = l.item_id AND e.fee_minute = l.fee_minute
            AND e.quantity = l.quantity AND e.fen = l.fen
    )
    GROUP BY s.settlement_id, s.lines
    HAVING count(*) = s.lines
),
packs AS (
    SELECT l.settlement_id, u.trace_code
    FROM trace_code_use AS u
    JOIN line AS l ON l.line_no = u.line AND l.institution_id = u.institution_id
    WHERE l.settlement_id IN (SELECT settlement_id FROM suspects UNION SELECT earlier_id FROM suspects)
)
SELECT l.line_id, l.fen
FROM charged AS l
JOIN suspects AS s ON s.settlement_id = l.settlement_id
WHERE s.settlement_id IN (SELECT settlement_id FROM same)
    AND NOT EXISTS (
        SELECT 1 FROM packs AS t
        WHERE t.settlement_id = s.settlement_id AND NOT EXISTS (
            SELECT 1 FROM packs AS e WHERE e.settlement_id = s.earlier_id AND e.trace_code = t.trace_code
        )
    )
