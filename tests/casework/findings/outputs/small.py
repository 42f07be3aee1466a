"""A delivery small enough to check by hand: three institutions, four persons, each of eight rules hit once."""

from __future__ import annotations

import csv
from pathlib import Path

RULES = (
    "sex_limit", "child_limit", "duplicate_charge_pair", "frequency_per_day", "price_over_limit", "split_stay", "two_places",
    "stock_against_settlement",
)  # fmt: skip
"""The rules that are judged: between them lines, bills, stays and stock, lines shared by three, and every status."""

INSTITUTIONS = [
    "fixmedins_code,fixmedins_name,fixmedins_type,hosp_lv,fix_blng_admdvs",
    "H1,示例市第一人民医院,1,02,990101",
    "H2,=幸福社区卫生服务中心,1,08,990102",
    "D1,示例大药房,2,,990102",
]
PERSONS = [
    "psn_no,psn_name,psn_cert_type,certno,gend,brdy",
    "P1,张三丰,01,110101199003071233,1,1990-03-07",
    "P2,李小红,01,110101198501052225,2,1985-01-05",
    "P3,王大明,01,110101197001012214,1,1970-01-01",
    "P4,赵敏,01,110101198001012227,2,1980-01-01",
]
STAFF = [
    "prac_psn_code,prac_psn_name,prac_psn_type,fixmedins_code,dept_codg",
    "DR1,孙思邈,1,H1,A03",
]
ENCOUNTERS = [
    "mdtrt_id,psn_no,fixmedins_code,insutype,med_type,begntime,endtime,ipt_otp_no,adm_dept_codg,dscg_maindiag_code",
    "M1,P1,H1,310,11,2025-06-02 08:30:00,2025-06-02 09:30:00,OP0001,A03,N40.x00",
    "M2,P2,H2,390,11,2025-06-03 08:30:00,2025-06-03 09:30:00,OP0002,A12,K02.900",
    "M3,P3,H1,310,21,2025-06-01 08:30:00,2025-06-05 09:30:00,IP0003,A03,J18.900",
    "M4,P3,H1,310,21,2025-06-10 08:30:00,2025-06-15 09:30:00,IP0004,A03,J18.100",
    "M5,P1,H1,310,11,2025-07-01 08:30:00,2025-07-01 09:00:00,OP0005,A03,J06.900",
    "M6,P1,D1,310,41,2025-07-01 09:10:00,2025-07-01 09:10:00,,,",
    "M7,P4,H1,310,11,2025-07-02 09:10:00,2025-07-02 09:40:00,OP0007,A20,I10.x00",
]
SETTLEMENTS = [
    "setl_id,mdtrt_id,psn_no,fixmedins_code,insutype,med_type,setl_time,medfee_sumamt,hifp_pay,fund_pay_sumamt,psn_pay,refd_setl_flag",
    "S1,M1,P1,H1,310,11,2025-06-02 09:30:00,200.00,140,140,60,0",
    "S2,M2,P2,H2,390,11,2025-06-03 09:30:00,50.00,30,30,20,0",
    "S3,M3,P3,H1,310,21,2025-06-05 09:30:00,300.00,210,210,90,0",
    "S4,M4,P3,H1,310,21,2025-06-15 09:30:00,175.00,120,120,55,0",
    "S5,M5,P1,H1,310,11,2025-07-01 09:00:00,20.00,14,14,6,0",
    "S6,M6,P1,D1,310,41,2025-07-01 09:10:00,140.00,100,100,40,0",
    "S7,M7,P4,H1,310,11,2025-07-02 09:40:00,130.00,90,90,40,0",
]
_LINE = (
    "bkkp_sn,setl_id,mdtrt_id,psn_no,fixmedins_code,fee_ocur_time,hilist_code,medins_list_name,list_type,cnt,pric,"
    "det_item_fee_sumamt,bilg_dept_codg,bilg_dr_code"
)
LINES = [
    _LINE,
    "L01,S1,M1,P1,H1,2025-06-02 09:00:00,002101030300000,子宫造影,201,1,200,200.00,A03,DR1",  # sex
    'L02,S2,M2,P2,H2,2025-06-03 09:00:00,001302000010000,=HYPERLINK("x"),201,1,50,50.00,A12,',  # child
    "L03,S3,M3,P3,H1,2025-06-02 09:00:00,X01,普通药,101,10,30,300.00,A03,DR1",
    "L04,S4,M4,P3,H1,2025-06-11 09:00:00,001102000050000,住院诊查费,201,3,25,75.00,A03,DR1",  # daily limit, price, split
    "L05,S4,M4,P3,H1,2025-06-12 09:00:00,X01,+普通药,101,10,10,100.00,A03,DR1",
    "L06,S5,M5,P1,H1,2025-07-01 08:40:00,X01,@普通药,101,2,10,20.00,A03,DR1",
    "L07,S6,M6,P1,D1,2025-07-01 09:10:00,X02,-感冒药,101,14,10,140.00,,",  # stock, two places
    "L08,S7,M7,P4,H1,2025-07-02 09:10:00,001103000010000,急诊监护费,201,1,100,100.00,A20,DR1",
    "L09,S7,M7,P4,H1,2025-07-02 09:11:00,001102000030000,急诊诊查费,201,1,30,30.00,A20,DR1",  # contained in L08
]
ITEMS = [
    "med_list_codg,hilist_name,list_type,spec,dosform_name",
    "X01,普通药片,101,10mg*10,片剂",
    "X02,感冒灵颗粒,101,10g*9,颗粒剂",
    "002101030300000,子宫造影,201,,",
    "001302000010000,儿童龋齿预防保健,201,,",
    "001102000050000,住院诊查费,201,,",
    "001103000010000,急诊监护费,201,,",
    "001102000030000,急诊诊查费,201,,",
]
PRICE_LIMITS = [
    "med_list_codg,lmtpric_hosp_lv,pric_uplmt_amt,begndate,enddate,docno",
    "001102000050000,3,20,2025-01-01,,示例价〔2025〕1号",
]
STOCK = [
    "inv_chg_sn,fixmedins_code,med_list_codg,inv_data_type,inv_chg_time,cnt,pric",
    "V1,D1,X02,3501,2025-01-01 00:00:00,4,8",
    "V2,D1,X02,3503,2025-06-01 00:00:00,6,8",
]
BAD_LINES = [
    _LINE,
    "L20,S3,M3,P3,H1,2025-06-02 09:00:00,X01,普通药,101,一,30,300.00,A03,DR1",
    "L21,S3,M3,P3,H1,not a day,X01,普通药,101,1,30,30.00,A03,DR1",
]
MENDED_LINES = [_LINE, "L21,S3,M3,P3,H1,2025-06-03 09:00:00,X01,普通药,101,1,30,30.00,A03,DR1"]
BAD_PERSONS = [PERSONS[0], "P9,钱多多,01,110101199003071231,7,1990-03-07"]

KNOWLEDGE = {
    "sex.csv": [
        "code,name,sex,restriction,release,status,from,source",
        "002101030300000,子宫造影,女,女性专用,第一批,secondary,2025-05-23,示例来源甲",
    ],
    "age.csv": [
        "code,name,audience,release,status,from,source",
        "001302000010000,儿童龋齿预防保健,儿童,第一批,secondary,2025-05-23,示例来源乙",
    ],
    "pair.csv": [
        "main_code,sub_code,frequency,release,status,from,source",
        "001103000010000,001102000030000,单日,第七批,secondary,2021-05-01,示例来源丙",
    ],
    "frequency.csv": [
        "code,name,limit,unit,release,status,from,source",
        "001102000050000,住院诊查费,1,日,第八批,secondary,2021-05-01,示例来源丁",
    ],
}
SOURCE_OF_KNOWLEDGE = """
source: small_knowledge
name: {zh: 小知识库, en: small knowledge}
files:
  - {match: ["sex*"], table: knowledge_sex_limit}
  - {match: ["age*"], table: knowledge_age_limit}
  - {match: ["pair*"], table: knowledge_duplicate_pair}
  - {match: ["frequency*"], table: knowledge_frequency_limit}
"""

FILES = {
    "fixmedins_b.csv": INSTITUTIONS,
    "psn_info_b.csv": PERSONS,
    "medins_staff_b.csv": STAFF,
    "mdtrt_d.csv": ENCOUNTERS,
    "setl_d.csv": SETTLEMENTS,
    "fee_list_d.csv": LINES,
    "hilist_b.csv": ITEMS,
    "hilist_pric_uplmt_d.csv": PRICE_LIMITS,
    "inv_chg_d.csv": STOCK,
    "fee_list_bad.csv": BAD_LINES,
    "psn_info_bad.csv": BAD_PERSONS,
}
MENDED_FILES = {
    "fee_list_mended.csv": MENDED_LINES,
    "fee_list_again.csv": [BAD_LINES[0], BAD_LINES[1].replace("一", "二")],
}
"""L21 comes again and is good; L20 comes again, and is still bad."""


def write(folder: Path, files: dict[str, list[str]]) -> Path:
    """Write the files of a delivery and give their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as sink:
            csv.writer(sink, lineterminator="\n").writerows(
                [part.replace('"', "'") for part in line.split(",")] for line in lines
            )
    return folder
