-- What was taken back, gathered once: few rows of many, that every rule below looks up.
CREATE TEMP TABLE returned AS
SELECT encounter_id, reverses AS line_no, sum(quantity)::BIGINT AS quantity, sum(amount_fen)::BIGINT AS fen,
    sum(COALESCE(over_limit_fen, 0))::BIGINT AS over_limit_fen
FROM line
WHERE reverses IS NOT NULL
GROUP BY ALL;

CREATE TEMP TABLE fallen AS   -- bills that were taken back, and the bills that take back
SELECT reverses_id AS settlement_id FROM settlement WHERE refund = 1 AND reverses_id IS NOT NULL
UNION
SELECT settlement_id FROM settlement WHERE refund = 1;
