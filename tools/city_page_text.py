"""The words of the page about the city; the figures come from a built city."""

from __future__ import annotations

from typing import Final

CALENDAR: Final = {
    "outpatient": "kind = '11'",
    "chronic_visits": "kind = '140104'",
    "pharmacy": "purchase",
    "inpatient_all": "stay",
}
"""The streams of the calendar, and which visits belong to each."""

HEAD: Final = """# 示例城市与全国 The city against the nation

`yibao city` 造的城市不是任何真实城市；它的人群、机构、就诊、费用与支付按公开的全国数字校准。
本页由 `make city-page` 从一座建成的城市（{people:,} 人、{houses} 家机构、{lines:,} 条费用明细，种子 1）逐项算出，
不计埋设的违规、相似而无辜的案例和有组织的骗保。{all} 项中 {inside} 项在允许范围之内，在外的照实列出。
没有把握的全国数字标为“假定”：它们只说明城市是否合乎我们自己的估计，不说明城市像真的。

No real city is in these data. Every row is computed from a built city, without its plants, and set beside the
national figure it was calibrated to; rows outside their band are shown as they are, and a national figure marked
**假定** is our own estimate."""

FOOT: Final = """上表的“目标”是城市日历自己的系数（除星期与月份外，还有春节、国庆和短假）。除慢病门诊的月份依一项
904,488 名糖尿病门诊患者的研究（12 市，2019 年发表）外均为假定；各行以均值为 1，春节所在的月份因假期低于目标。

## 有组织的骗保 Organised schemes

每座城市至少各有一起：回流药（每百万人 0.6 起）、虚假住院（0.35 起）、季节性高套（1.2 起），起数为假定，
手法取自公开案例。它们的每张单据单看都合规，列在 `truth_schemes.csv`；规则在这些单据上命中，
`yibao rules measure` 既不算对也不算错。

Each city has at least one of each kind; their bills are listed in `truth_schemes.csv`, and what a rule finds in them
counts neither for nor against it.

## 大小 Size

同一种子、人数和年份给出同样的字节，与进程数无关。五万人以上的城市写成编号的文件，最多十六组；
超过五万人的城市，埋设的数量与五万人的城市相同。编造的身份证号在约九百万人以内不重复。

## 城市没有的 What the city does not have

- 15 日内再住院几乎只有“埋设”的案例：普通人的再次住院至少相隔 45 天，以便规则的准确率可以数清，因此这一项低于全国。
- 村卫生室、诊所与基层医院合为一级；床位与护士没有建模；异地就医、零星报销没有。
- 目录价格、包装、甲乙丙类是编的；以 `SYN-` 开头的编码不可能是国家编码。
- 诊断、手术编码与名称是医保版的，`SYN-` 以外的药品、项目编码与名称是国家公布的；谁得什么病、开什么药的比例是我们的估计。

Readmission within 15 days is low on purpose: ordinary stays of one person lie at least 45 days apart, so that every
close one is a plant and the precision of rules can be counted."""
