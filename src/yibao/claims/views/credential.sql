-- With which credential a settlement was made, as rules read it; NULL where none was read.
SELECT s.settlement_id, s.institution_id, s.card_type AS credential, s.batch
FROM raw_settlement AS s
