-- One execution of an order as rules read it, with whose it is. What the institution took back does not count.
SELECT
    x.execution_id, x.encounter_id, e.person_id, x.institution_id, x.item_id,
    x.executed_minute, x.executed_day, x.executed_ymd,
    CASE WHEN x.valid = 0 THEN 0 ELSE x.quantity END AS quantity,
    x.batch
FROM raw_execution AS x
JOIN raw_encounter AS e ON e.encounter_id = x.encounter_id
