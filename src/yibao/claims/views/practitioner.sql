-- The practitioner as rules read them: where registered, and the code under which their qualification is kept.
SELECT p.practitioner_id, p.practitioner_no, p.kind, p.institution_id, p.department, p.batch
FROM raw_practitioner AS p
