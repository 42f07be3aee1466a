-- One leave of a patient from the ward as rules read it, with whose it is.
SELECT
    a.absence_id, a.encounter_id, e.person_id, a.institution_id,
    a.left_minute, a.left_day, a.back_minute, a.back_day,
    a.batch
FROM raw_absence AS a
JOIN raw_encounter AS e ON e.encounter_id = a.encounter_id
