"""``yibao rules``: the rules in words, their examples, and how well they find what was planted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.syntax import Syntax
from rich.table import Table

from yibao.audit import KIND_NAMES, RESULT_NAMES, choose, complaints, reads
from yibao.audit import rules as all_rules
from yibao.bootstrap import check_examples, open_house
from yibao.city import measure as measure_rules
from yibao.cli.console import DEFAULT_HOME, HomeOption, JsonOption, out, say_json
from yibao.engine import ENGINES
from yibao.policy import load as load_policy

group = typer.Typer(name="rules", help="规则：查看、试例、度量 / the rules", no_args_is_help=True)


@group.command("list")
def list_rules(as_json: JsonOption = False) -> None:
    """列出全部规则 / list all rules."""
    if as_json:
        fields = {"id", "version", "name", "result", "kind", "origin", "status"}
        say_json({"rules": [r.model_dump(mode="json", include=fields) for r in all_rules().values()]})
        return
    grid = Table()
    for name in ("编号", "名称", "类别", "判定", "来源", "环节", "版本"):
        grid.add_column(name)
    for rule in all_rules().values():
        stages = {"pre": "事前", "mid": "事中", "post": "事后"}
        grid.add_row(
            rule.id, rule.name.zh, KIND_NAMES[rule.kind].zh, RESULT_NAMES[rule.result].zh, rule.origin,
            "·".join(stages[s] for s in rule.stages), str(rule.version),
        )  # fmt: skip
    out.print(grid)


@group.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="RULE")],
    region: Annotated[str, typer.Option(help="区划 / region")] = "000000",
    as_json: JsonOption = False,
) -> None:
    """显示一条规则：含义、依据、参数、SQL / show one rule: what it says, on which ground, its SQL."""
    rule = choose([rule_id])[0]
    policy = load_policy(region)
    values = {n: policy.parameter(key).values for n, key in rule.parameters.items()}
    if as_json:
        shown = rule.model_dump(mode="json", by_alias=True)
        shown["reads"] = reads(rule)
        shown["complaints"] = [c.text.both() for c in complaints(rule)]
        say_json(shown)
        return
    out.print(f"{rule.name.zh}  {rule.name.en}", style="bold")
    out.print(rule.says.zh)
    out.print(f"判定 {RESULT_NAMES[rule.result].zh}；来源 {rule.origin}；案由 {rule.case_cause.zh}")
    for basis in rule.basis:
        out.print(f"依据 {basis}（{basis.status}）")
    for name, found in values.items():
        for value in found:
            mark = "（假定）" if value.assumed else ""
            out.print(f"参数 {name} = {value.value} {value.unit}{mark}，{value.period}，{value.instrument}")
    for innocent in rule.innocent:
        out.print(f"不算 {innocent.zh}")
    out.print(Syntax(rule.select, "sql", word_wrap=True, background_color="default"))


@group.command()
def test(
    rule_id: Annotated[list[str] | None, typer.Argument(metavar="[RULE]…")] = None,
    engine: Annotated[str, typer.Option(help=" | ".join(ENGINES))] = "duckdb",
    as_json: JsonOption = False,
) -> None:
    """运行规则的试例 / run the examples of the rules."""
    results = list(check_examples(choose(rule_id or None), engine))
    failed = [(rule, title, wrong) for rule, title, wrong in results if wrong]
    if as_json:
        say_json({"engine": engine, "passed": len(results) - len(failed), "failed": [
            {"rule": r.id, "case": t.zh, "wrong": [w.both() for w in wrong]} for r, t, wrong in failed]})  # fmt: skip
    else:
        for rule, title, wrong in failed:
            out.print(f"{rule.id} {title.zh}: {'；'.join(w.zh for w in wrong)}", style="red")
        out.print(f"{len(results) - len(failed)} 个试例相符，{len(failed)} 个不符（{engine}）")
    if failed:
        raise typer.Exit(1)


@group.command()
def measure(
    truth: Annotated[Path | None, typer.Option(help="标准答案 truth.csv / the truth file")] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """对照植入的标准答案度量规则 / hold the findings against what was planted (a regression test)."""
    with open_house(home) as house:
        measured = measure_rules(house.home, house.register, truth)
    if as_json:
        say_json({"rules": [m.as_json() for m in measured]})
        return
    grid = Table(caption="对照合成城市植入的标准答案，是回归测试，不是现场准确率")
    for name in ("规则", "判定", "植入", "发现", "正确", "准确率", "召回率", "95% 区间"):
        grid.add_column(name, justify="right" if name not in ("规则", "判定") else "left")
    for m in measured:
        grid.add_row(
            m.rule, RESULT_NAMES[m.result].zh, str(m.planted), str(m.found), str(m.correct),
            f"{m.precision:.3f}", f"{m.recall:.3f}", f"{m.low:.3f}–{m.high:.3f}",
        )  # fmt: skip
    out.print(grid)


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    app.add_typer(group)
