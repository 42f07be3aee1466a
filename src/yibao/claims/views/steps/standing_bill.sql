-- What was billed for an encounter and still stands.
SELECT s.encounter_id, CAST(sum(s.total_fen) AS BIGINT) AS total_fen, CAST(sum(s.fund_fen) AS BIGINT) AS fund_fen
FROM raw_settlement AS s
LEFT JOIN fallen_bill AS f ON f.settlement_id = s.settlement_id
WHERE s.refund = 0 AND f.settlement_id IS NULL
GROUP BY s.encounter_id
