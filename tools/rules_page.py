"""Write ``docs/rules.md``, the page of all rules, from their folders: ``python -m tools.rules_page``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from yibao.audit import RESULT_NAMES, Rule, rules

PAGE: Final = Path(__file__).parents[1] / "docs" / "rules.md"

GROUPS: Final = {
    100: "谁可以结算 Who may be settled for",
    300: "项目与价格 Items and prices",
    600: "住院与处方 Stays and prescriptions",
    700: "人员与追溯码 Persons and traceability codes",
    800: "进销存与结算清单 Stock and settlement lists",
    940: "规律 Patterns",
}
"""Headings by the order from which they hold."""

HEAD: Final = """# 规则一览 Rules

<!-- 由 python -m tools.rules_page 生成，请勿手改 / written by python -m tools.rules_page -->

一条规则就是一个目录：`rule.yaml` 写明含义、依据、参数、案由和不算违规的情形，`rule.sql` 是一条 SELECT，`examples.yaml`
是应当命中与不应命中的试例。A rule is a folder: what it says and rests on, one SELECT, and examples.
"""

TABLE: Final = """
## {heading}

| 规则 rule | 名称 name | 查什么 what it finds | 至多判定 at most | 目录 catalogue |
|---|---|---|---|---|
"""

FOOT: Final = """
“至多判定”是规则文件的主张；参数未核实、知识点有假定或由本地自行加载时，实际判为可疑
（[明确与可疑](explanation/clear-and-suspicious.md)）。本地可凭文件、由具名的批准人采纳一条规则。没有所需数据的规则不运行，
并在报告中说明。逐条的参数、SQL 与试例见文档站的参考部分，或运行：

```console
yibao rules show split_stay     # 含义、依据、参数、SQL
yibao rules test split_stay     # 运行它的试例
```

试算、灰度、发布、改版与停用：见[规则与疑点的一生](how-to/rules.md)。增加一条规则：见仓库根目录的 `CONTRIBUTING.md`。
"""


def page() -> str:
    """Give the text of the page."""
    text, at = HEAD, 0
    starts = [*GROUPS, 1 << 62]
    for rule in sorted(rules().values(), key=lambda r: r.order):
        while at < len(GROUPS) and rule.order >= starts[at]:
            if at + 1 == len(GROUPS) or rule.order < starts[at + 1]:
                text += TABLE.format(heading=GROUPS[starts[at]])
            at += 1
        text += _row(rule)
    return text + FOOT


def _row(rule: Rule) -> str:
    folder = f"../src/yibao/audit/rules/{rule.id}"
    files = " · ".join(f"[{name}]({folder}/{name})" for name in ("rule.yaml", "rule.sql", "examples.yaml"))
    result = RESULT_NAMES[rule.result]
    cells = (
        f"`{rule.id}`<br>{files}", f"{rule.name.zh}<br>{rule.name.en}", f"{rule.says.zh}<br>{rule.says.en}",
        f"{result.zh} {result.en}", ", ".join(rule.catalogue),
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
