-- One period in an intensive care unit as rules read it, with whose and where it is.
SELECT
    i.intensive_care_id, i.settlement_id, i.encounter_id, e.person_id, e.institution_id,
    i.ward, i.entered_minute, i.entered_day, i.left_minute, i.left_day, i.batch
FROM raw_intensive_care AS i
JOIN raw_encounter AS e ON e.encounter_id = i.encounter_id
