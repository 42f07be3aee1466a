-- One period of a person's insurance as rules read it.
SELECT e.enrolment_id, e.person_id, e.scheme, e.category, e.status, e.from_day, e.until_day, e.region, e.batch
FROM raw_enrolment AS e
