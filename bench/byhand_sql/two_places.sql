WITH uses AS (
    SELECT s.settlement_id, s.institution_id, s.settled_day, i.region,
        s.settled_minute - lag(s.settled_minute) OVER w AS gap,
        lag(s.institution_id) OVER w AS earlier_institution_id, lag(i.region) OVER w AS earlier_region
    FROM settlement AS s
    JOIN institution AS i ON i.institution_id = s.institution_id
    WHERE left(s.kind, 2) NOT IN ('21', '22', '23', '52') AND s.settled_minute % 1440 <> 0
        AND substr(i.region, 5, 2) NOT IN ('00', '99')
        AND s.settlement_id NOT IN (SELECT settlement_id FROM fallen)
    WINDOW w AS (PARTITION BY s.person_id ORDER BY s.settled_minute, s.settlement_id)
),
clashes AS (
    SELECT settlement_id FROM uses
    WHERE settled_day >= :from_day AND gap <= :within_minutes
        AND institution_id <> earlier_institution_id AND region <> earlier_region
)
SELECT l.line_id, l.amount_fen + COALESCE(r.fen, 0) AS fen
FROM line AS l
JOIN clashes AS c ON c.settlement_id = l.settlement_id
LEFT JOIN returned AS r ON r.encounter_id = l.encounter_id AND r.line_no = l.line_no
WHERE l.reverses IS NULL
    AND l.amount_fen + COALESCE(r.fen, 0) > 0 AND l.quantity + COALESCE(r.quantity, 0) > 0
