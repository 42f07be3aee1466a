"""The figures of a built city that can be held against the nation, each as one SQL over its Parquet files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Shown = Literal["number", "percent", "yuan"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what the nation has, within what it should lie, where the national figure comes from, and the SQL.

    ``within`` is relative. ``status`` is that of the national figure: confirmed, secondary, derived or assumed.
    """

    group: str
    name: str
    nation: float
    within: float
    status: str
    source: str
    sql: str
    shown: Shown = "number"


BULLETIN: Final = "国家医疗保障局 2023 年全国医疗保障事业发展统计公报"
BULLETIN_2024: Final = "国家医疗保障局 2024 年全国医疗保障事业发展统计公报"
HEALTH: Final = "国家卫生健康委 2023 年我国卫生健康事业发展统计公报"
QUARTER: Final = "国家卫生健康委 2022 年 1–3 月公立医院病人费用"
OURS: Final = "本项目估计 our estimate"
CENSUS: Final = "第七次全国人口普查，推算至 2024 年末"

_P = "给付与使用 Use"
_C = "费用 Cost"
_F = "基金 Fund"
_W = "人群 People"
_I = "机构 Institutions"
_B = "账单 Bills"

_EMPLOYEES, _RESIDENTS = "insutype = '310'", "insutype = '390'"


def _rate(kind: str, who: str) -> str:
    return f"SELECT (SELECT count(*) FROM visit WHERE {kind} AND {who}) / (SELECT count(*) FROM insured WHERE {who})"


def _mean(where: str) -> str:
    return f"SELECT avg(total) FROM bill WHERE {where}"


def _ratio(where: str) -> str:
    return f"SELECT sum(fund) / sum(in_scope) FROM bill WHERE stay AND {where}"


def _share(part: str, whole: str, table: str = "bill") -> str:
    return f"SELECT count(*) FILTER ({part}) / count(*) FROM {table} WHERE {whole}"


def _drugs(where: str) -> str:
    return (
        "SELECT sum(det_item_fee_sumamt) FILTER (list_type[1] = '1') / sum(det_item_fee_sumamt) "
        f"FROM fee_list_d JOIN visit USING (mdtrt_id) WHERE {where}"
    )


FIGURES: Final = (
    Figure(_W, "职工医保参保人占比 employees of all insured", 0.2861, 0.03, "confirmed", BULLETIN_2024,
           f"SELECT count(*) FILTER ({_EMPLOYEES}) / count(*) FROM insured", "percent"),
    Figure(_W, "退休与在职之比 retired to on duty", 0.3802, 0.05, "confirmed", BULLETIN_2024,
           "SELECT count(*) FILTER (psn_type LIKE '12%') / count(*) FILTER (psn_type LIKE '11%') FROM insured"),
    Figure(_W, "65 岁及以上人口占比 aged 65 and over", 0.156, 0.05, "derived", CENSUS,
           "SELECT count(*) FILTER (age >= 65) / count(*) FROM insured", "percent"),
    Figure(_P, "职工住院率 admissions of employees", 0.2186, 0.05, "confirmed", BULLETIN,
           _rate("stay", _EMPLOYEES), "percent"),
    Figure(_P, "居民住院率 admissions of residents", 0.207, 0.05, "confirmed", BULLETIN,
           _rate("stay", _RESIDENTS), "percent"),
    Figure(_P, "在职门诊人次 visits, on duty", 4.35, 0.08, "assumed", OURS,
           _rate("outpatient", "psn_type LIKE '11%'")),
    Figure(_P, "退休门诊人次 visits, retired", 8.6, 0.08, "assumed", OURS,
           _rate("outpatient", "psn_type LIKE '12%'")),
    Figure(_P, "居民门诊人次 visits, residents", 2.35, 0.08, "assumed", OURS,
           _rate("outpatient", _RESIDENTS)),
    Figure(_P, "职工人均购药次数 purchases, employees", 5.81, 0.08, "assumed", OURS,
           _rate("purchase", _EMPLOYEES)),
    Figure(_P, "居民人均购药次数 purchases, residents", 0.55, 0.08, "assumed", OURS,
           _rate("purchase", _RESIDENTS)),
    Figure(_P, "住院者中 65 岁及以上占比 stays, aged 65 and over", 0.417, 0.12, "assumed", OURS,
           _share("age >= 65", "stay"), "percent"),
    Figure(_P, "住院者中女性占比 stays, women", 0.511, 0.06, "assumed", OURS,
           _share("gend = '2'", "stay"), "percent"),
    Figure(_P, "医院平均住院日 days of stay, hospitals", 8.8, 0.07, "confirmed", HEALTH,
           "SELECT avg(nights) FROM bill WHERE stay AND tier <= 1"),
    Figure(_P, "三级住院占比 stays in tertiary hospitals", 0.44, 0.08, "assumed", OURS,
           _share("tier = 0", "stay"), "percent"),
    Figure(_P, "二级住院占比 stays in secondary hospitals", 0.31, 0.08, "assumed", OURS,
           _share("tier = 1", "stay"), "percent"),
    Figure(_P, "每千人分娩 deliveries per 1000 people", 6.4, 0.12, "secondary", "国家统计局，出生率，转引",
           "SELECT 1000 * (SELECT count(*) FROM bill WHERE stay AND delivery) / (SELECT count(*) FROM insured)"),
    Figure(_P, "剖宫产占比 caesarean share", 0.45, 0.15, "assumed", OURS,
           _share("caesarean", "stay AND delivery"), "percent"),
    Figure(_P, "转诊住院占比 stays after a referral", 0.035, 0.3, "assumed", OURS,
           _share("referred", "stay"), "percent"),
    Figure(_P, "15 日内再住院 readmitted within 15 days", 0.085, 0.3, "secondary", "财经媒体 2025-05-20 报道的省市数据", """
           SELECT count(*) FILTER (begin_day - before <= 15) / count(*) FROM (SELECT begin_day, lag(end_day) OVER (
           PARTITION BY psn_no ORDER BY begin_day) AS before FROM bill WHERE stay)""", "percent"),
    Figure(_C, "职工次均住院费用 cost of a stay, employees", 12175, 0.05, "confirmed", BULLETIN,
           _mean(f"stay AND {_EMPLOYEES}"), "yuan"),
    Figure(_C, "居民次均住院费用 cost of a stay, residents", 7674, 0.05, "confirmed", BULLETIN,
           _mean(f"stay AND {_RESIDENTS}"), "yuan"),
    Figure(_C, "三级次均住院费用 cost of a stay, tertiary", 13930.6, 0.08, "confirmed", QUARTER,
           _mean("stay AND tier = 0"), "yuan"),
    Figure(_C, "二级次均住院费用 cost of a stay, secondary", 6762.3, 0.08, "confirmed", QUARTER,
           _mean("stay AND tier = 1"), "yuan"),
    Figure(_C, "一级及以下次均住院费用 cost of a stay, primary", 3149, 0.12, "assumed", OURS,
           _mean("stay AND tier = 2"), "yuan"),
    Figure(_C, "三级次均门诊费用 cost of a visit, tertiary", 354.4, 0.1, "confirmed", QUARTER,
           _mean("outpatient AND tier = 0"), "yuan"),
    Figure(_C, "二级次均门诊费用 cost of a visit, secondary", 218.6, 0.1, "confirmed", QUARTER,
           _mean("outpatient AND tier = 1"), "yuan"),
    Figure(_C, "基层次均门诊费用 cost of a visit, primary", 103, 0.15, "assumed", OURS,
           _mean("outpatient AND tier = 2"), "yuan"),
    Figure(_C, "次均购药费用 cost of a purchase", 88, 0.12, "assumed", OURS,
           _mean("purchase"), "yuan"),
    Figure(_F, "职工住院政策内基金支付比 fund ratio in scope, employees", 0.846, 0.025, "confirmed", BULLETIN,
           _ratio(_EMPLOYEES), "percent"),
    Figure(_F, "居民住院政策内基金支付比 fund ratio in scope, residents", 0.681, 0.045, "confirmed", BULLETIN,
           _ratio(_RESIDENTS), "percent"),
    *(
        Figure(_F, f"{zh}住院政策内支付比，{level} in scope, {en}, {level_en}", value, 0.03, "confirmed", BULLETIN,
               _ratio(f"{who} AND tier = {tier}"), "percent")
        for zh, en, who, values in (
            ("职工", "employees", _EMPLOYEES, (0.835, 0.874, 0.894)),
            ("居民", "residents", _RESIDENTS, (0.632, 0.724, 0.808)),
        )
        for tier, (level, level_en, value) in enumerate(
            zip(("三级", "二级", "一级及以下"), ("tertiary", "secondary", "primary"), values, strict=True)
        )
    ),
    Figure(_F, "住院费用政策内占比 in scope of the cost of stays", 0.86, 0.05, "assumed", OURS,
           "SELECT sum(in_scope) / sum(total) FROM bill WHERE stay", "percent"),
    Figure(_F, "职工人均统筹支出 pooled spending per employee", 3484, 0.1, "derived", BULLETIN_2024,
           f"SELECT (SELECT sum(fund) FROM bill WHERE {_EMPLOYEES}) / (SELECT count(*) FROM insured WHERE {_EMPLOYEES})",
           "yuan"),
    Figure(_F, "居民人均基金支出 fund spending per resident", 1126, 0.1, "derived", BULLETIN_2024,
           f"SELECT (SELECT sum(fund) FROM bill WHERE {_RESIDENTS}) / (SELECT count(*) FROM insured WHERE {_RESIDENTS})",
           "yuan"),
    Figure(_F, "职工人均个人账户支出 account spending per employee", 1549, 0.15, "derived", BULLETIN_2024,
           f"SELECT (SELECT sum(account) FROM bill) / (SELECT count(*) FROM insured WHERE {_EMPLOYEES})", "yuan"),
    Figure(_B, "每次住院明细条数中位数 lines of a stay, median", 85, 0.3, "assumed", OURS,
           "SELECT median(lines) FROM bill WHERE stay"),
    Figure(_B, "人均年明细条数 lines per head and year", 40, 0.3, "assumed", OURS,
           "SELECT (SELECT sum(lines) FROM bill) / (SELECT count(*) FROM insured)"),
    Figure(_B, "三级住院药占比 drugs of the cost of stays, tertiary", 0.26, 0.2, "assumed", OURS,
           _drugs("stay AND tier = 0"), "percent"),
    Figure(_B, "二级住院药占比 drugs of the cost of stays, secondary", 0.28, 0.2, "assumed", OURS,
           _drugs("stay AND tier = 1"), "percent"),
    Figure(_B, "门诊慢病药占比 drugs of chronic visits", 0.855, 0.1, "secondary", "一份约 1.6 万人的公开标注数据集",
           _drugs("kind = '140104'"), "percent"),
    Figure(_B, "住院诊断条数 diagnoses of a stay", 3.9, 0.15, "secondary", "一份 700 例去标识住院样本的总体均值",
           "SELECT avg(diagnoses) FROM bill WHERE stay"),
    *(
        Figure(_I, f"每十万人{zh} {en} per 100 000", value, 0.15, status, source, f"houses {tier}")
        for tier, (zh, en, value, status, source) in enumerate((
            ("三级医院", "tertiary hospitals", 0.274, "secondary", HEALTH),
            ("二级医院", "secondary hospitals", 1.065, "secondary", HEALTH),
            ("一级及基层机构", "primary institutions", 6.3, "assumed", OURS),
            ("定点药店", "designated pharmacies", 33.7, "assumed", OURS),
        ))
    ),
)  # fmt: skip
"""Institutions are those of a city of a million: a small one has at least a few of each kind."""
