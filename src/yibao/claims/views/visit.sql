-- One encounter of any kind (visit, stay, purchase) as rules read it, with the bill that stands for it.
SELECT
    e.encounter_id, e.person_id, e.institution_id, e.scheme, e.kind, e.department,
    CASE
        WHEN substr(e.kind, 1, 2) IN ('21', '22', '23', '52') THEN 2
        WHEN substr(e.kind, 1, 2) = '41' THEN 3
        ELSE 1
    END AS visit_class,
    CASE WHEN e.kind IN ('13', '120', '210104', '9902', '9914') THEN 1 ELSE 0 END AS emergency,
    e.start_minute, e.start_day, e.start_ymd, e.start_month, e.end_minute, e.end_day, e.end_ymd,
    e.main_diagnosis, e.main_diagnosis_category, e.discharge_way, e.referred_from,
    COALESCE(b.total_fen, 0) AS total_fen, COALESCE(b.fund_fen, 0) AS fund_fen,
    CASE WHEN b.encounter_id IS NULL THEN 1 ELSE 0 END AS reversed,
    e.batch
FROM raw_encounter AS e
LEFT JOIN standing_bill AS b ON b.encounter_id = e.encounter_id
