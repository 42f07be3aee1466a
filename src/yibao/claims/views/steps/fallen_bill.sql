-- The bills that were taken back, and the bills that take back.
SELECT s.reverses_id AS settlement_id
FROM raw_settlement AS s
WHERE s.refund = 1 AND s.reverses_id IS NOT NULL
UNION
SELECT s.settlement_id
FROM raw_settlement AS s
WHERE s.refund = 1
