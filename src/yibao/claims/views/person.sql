-- The insured person as rules read them.
SELECT p.person_id, p.sex, p.birth_day, p.birth_ymd, p.death_day, p.insured_region, p.batch
FROM raw_person AS p
