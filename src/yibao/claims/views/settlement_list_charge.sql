-- What a settlement list says it charged, by category, as rules read it.
SELECT
    c.settlement_list_charge_id, c.settlement_id, c.encounter_id, e.person_id, e.institution_id,
    c.charge, c.amount_fen, c.class_a_fen, c.class_b_fen, c.self_paid_fen, c.other_fen, c.batch
FROM raw_settlement_list_charge AS c
JOIN raw_encounter AS e ON e.encounter_id = c.encounter_id
