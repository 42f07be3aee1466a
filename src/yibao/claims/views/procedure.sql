-- One operation or procedure of a settlement list as rules read it, with whose and where it is.
SELECT
    o.procedure_id, o.settlement_id, o.encounter_id, e.person_id, e.institution_id,
    o.main, o.code, o.performed_day, o.performed_ymd, o.surgeon_id,
    o.anaesthesia, o.anaesthetist, o.anaesthesia_from_minute, o.anaesthesia_until_minute, o.batch
FROM raw_procedure AS o
JOIN raw_encounter AS e ON e.encounter_id = o.encounter_id
