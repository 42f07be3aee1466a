"""A delivery whose findings rest on every kind of row there is: a stay with its settlement list, and packs with codes."""

from __future__ import annotations

INSTITUTIONS = [
    "fixmedins_code,fixmedins_name,fixmedins_type,hosp_lv,fix_blng_admdvs",
    "H1,示例市第一人民医院,1,02,990101",
    "D1,示例大药房,2,,990102",
    "D2,另一家大药房,2,,990102",
]
PERSONS = [
    "psn_no,psn_name,psn_cert_type,certno,gend,brdy",
    "P1,张三丰,01,110101199003071233,1,1990-03-07",
    "P2,李小红,01,110101198501052225,2,1985-01-05",
]
ENCOUNTERS = [
    "mdtrt_id,psn_no,fixmedins_code,insutype,med_type,begntime,endtime,ipt_otp_no,adm_dept_codg,dscg_maindiag_code",
    "M1,P1,H1,310,21,2025-06-02 08:30:00,2025-06-09 09:30:00,IP0001,A03,J18.900",
    "M2,P1,D1,310,41,2025-06-20 09:00:00,2025-06-20 09:00:00,,,",
    "M3,P2,D2,310,41,2025-06-25 09:00:00,2025-06-25 09:00:00,,,",
]
SETTLEMENTS = [
    "setl_id,mdtrt_id,psn_no,fixmedins_code,insutype,med_type,setl_time,medfee_sumamt,hifp_pay,fund_pay_sumamt,psn_pay,refd_setl_flag",
    "S1,M1,P1,H1,310,21,2025-06-09 09:30:00,3000.00,2100,2100,900,0",
    "S2,M2,P1,D1,310,41,2025-06-20 09:00:00,10.00,7,7,3,0",
    "S3,M3,P2,D2,310,41,2025-06-25 09:00:00,10.00,7,7,3,0",
]
LINES = [
    "bkkp_sn,setl_id,mdtrt_id,psn_no,fixmedins_code,fee_ocur_time,hilist_code,medins_list_name,list_type,cnt,pric,"
    "det_item_fee_sumamt,bilg_dept_codg,bilg_dr_code",
    "L01,S1,M1,P1,H1,2025-06-03 09:00:00,X01,住院费用,201,3,1000,3000.00,A03,",
    "L02,S2,M2,P1,D1,2025-06-20 09:00:00,X02,感冒药,101,1,10,10.00,,",
    "L03,S3,M3,P2,D2,2025-06-25 09:00:00,X02,感冒药,101,1,10,10.00,,",
]
ITEMS = [
    "med_list_codg,hilist_name,list_type,spec,dosform_name",
    "X01,住院诊疗,201,,",
    "X02,感冒灵颗粒,101,10g*9,颗粒剂",
]
LISTS = [
    "setl_id,mdtrt_id,hi_no,gend,brdy,adm_time,dscg_time,act_ipt_days",
    "S1,M1,P1,1,1990-03-07,2025-06-02 08:30:00,2025-06-09 09:30:00,30",
]
CHARGES = ["setl_id,mdtrt_id,med_chrgitm,amt", "S1,M1,01,1000.00", "S1,M1,09,2500.00"]
DIAGNOSES = [
    "setl_list_diag_id,setl_id,mdtrt_id,diag_type,maindiag_flag,diag_code,diag_name",
    "G1,S1,M1,1,1,J18.900,肺炎",
    "G2,S1,M1,1,0,J18.900,肺炎",
]
PROCEDURES = [
    "setl_list_oprn_id,setl_id,mdtrt_id,main_oprn_flag,oprn_oprt_code,oprn_oprt_name,oprn_oprt_date",
    "O1,S1,M1,1,33.2400,支气管镜下活组织检查,2025-06-20",
]
INTENSIVE_CARE = [
    "setl_id,mdtrt_id,scs_cutd_ward_type,scs_cutd_inpool_time,scs_cutd_exit_time",
    "S1,M1,重症医学科,2025-06-08 20:00:00,2025-06-12 08:00:00",
]
TRACE_CODES = [
    "feedetl_sn,drug_trac_codg,trdn_flag,fixmedins_code,sel_retn_time",
    "L02,81000010000000010001,0,D1,2025-06-20 09:00:00",
    "L03,81000010000000010001,0,D2,2025-06-25 09:00:00",
]

FILES = {
    "fixmedins_b.csv": INSTITUTIONS,
    "psn_info_b.csv": PERSONS,
    "mdtrt_d.csv": ENCOUNTERS,
    "setl_d.csv": SETTLEMENTS,
    "fee_list_d.csv": LINES,
    "hilist_b.csv": ITEMS,
    "setl_list_d.csv": LISTS,
    "setl_list_chrgitm_d.csv": CHARGES,
    "setl_list_diag_d.csv": DIAGNOSES,
    "setl_list_oprn_d.csv": PROCEDURES,
    "setl_list_icu_d.csv": INTENSIVE_CARE,
    "drug_trac_d.csv": TRACE_CODES,
}
EVIDENCE_OF = {
    "list_days": "settlement_list",
    "list_total": "settlement_list_charge",
    "list_duplicate_diagnosis": "diagnosis",
    "list_procedure_day": "procedure",
    "list_intensive_care": "intensive_care",
    "code_sold_twice": "line",
}
"""The rules that are judged, each with the kind of row besides the charge lines that its finding rests on."""
