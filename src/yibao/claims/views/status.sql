-- One period of the payment qualification of an institution, a practitioner or a person, with the key of whom it is.
SELECT
    s.status_period_id, s.subject_kind,
    COALESCE(i.institution_id, p.practitioner_id, n.person_id) AS subject_id,
    s.status, s.from_day, s.until_day, s.batch
FROM raw_status_period AS s
LEFT JOIN raw_institution AS i ON s.subject_kind = 'institution' AND i.institution_no = s.subject
LEFT JOIN raw_practitioner AS p ON s.subject_kind = 'practitioner' AND p.practitioner_no = s.subject
LEFT JOIN raw_person AS n ON s.subject_kind = 'person' AND n.person_no = s.subject
WHERE COALESCE(i.institution_id, p.practitioner_id, n.person_id) IS NOT NULL
