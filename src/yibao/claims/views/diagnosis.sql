-- One diagnosis of a settlement list as rules read it, with whose and where it is.
SELECT
    d.diagnosis_id, d.settlement_id, d.encounter_id, e.person_id, e.institution_id,
    d.kind, d.main, d.code, d.code_category, d.batch
FROM raw_diagnosis AS d
JOIN raw_encounter AS e ON e.encounter_id = d.encounter_id
