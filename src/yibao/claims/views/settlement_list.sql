-- One settlement list as rules read it, with whose and where it is and the stay it speaks of as the encounter tells it.
SELECT
    s.settlement_list_id, s.settlement_id, s.encounter_id, e.person_id, e.institution_id,
    s.insured_no, s.case_no, s.declared_day, s.sex, s.birth_day, s.birth_ymd, s.age, s.age_days,
    s.newborn_type, s.birth_weight, s.admission_weight, s.stay_kind, s.admission_way, s.treatment,
    s.admitted_minute, s.admitted_day, s.admission_department, s.discharged_minute, s.discharged_day, s.discharge_department, s.days,
    s.outpatient_diagnosis, s.diagnoses, s.procedures,
    COALESCE(s.ventilator_days, 0) * 1440 + COALESCE(s.ventilator_hours, 0) * 60 + COALESCE(s.ventilator_minutes, 0) AS ventilator_minutes,
    s.blood, s.blood_quantity, s.blood_unit,
    s.special_care_days, s.first_care_days, s.second_care_days, s.third_care_days,
    s.discharge_way, s.receiver, s.readmission_planned, s.bill_code, s.bill_no, s.business_no, s.doctor, s.nurse,
    s.period_from_day, s.period_until_day, s.self_borne_fen, s.self_paid_fen, s.account_fen, s.cash_fen, s.payment,
    s.filling_department, s.filled_by,
    e.start_minute, e.start_day, e.end_minute, e.end_day, e.discharge_way AS encounter_discharge_way,
    s.batch
FROM raw_settlement_list AS s
JOIN raw_encounter AS e ON e.encounter_id = s.encounter_id
