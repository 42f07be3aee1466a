"""``yibao rules``: the rules in words, their examples, and how well they find what was planted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.syntax import Syntax
from rich.table import Table

from yibao.access import Permission
from yibao.audit import (
    KIND_NAMES,
    LIFE_NAMES,
    RESULT_NAMES,
    Rule,
    choose,
    complaints,
    effective_result,
    reads,
)
from yibao.audit import rules as all_rules
from yibao.bootstrap import check_examples, region_policy
from yibao.casework import rounds
from yibao.city import measure as measure_rules
from yibao.claims import code_set
from yibao.cli import trials
from yibao.cli.console import (
    DEFAULT_HOME,
    ENGINE_WORDS,
    AsOption,
    HomeOption,
    JsonOption,
    one_of,
    open_house,
    out,
    say_json,
)
from yibao.engine import ENGINES
from yibao.kernel import Region, Text, today
from yibao.policy import Status, Value

STAGES = {"pre": "事前", "mid": "事中", "post": "事后"}

PrecisionOption = Annotated[
    bool,
    typer.Option("--precision", help="附人工确认准确率，读登记库 / with the share that people confirmed"),
]

group = typer.Typer(name="rules", help="规则：查看、试例、度量 / the rules", no_args_is_help=True)


@group.command("list")
def list_rules(
    precision: PrecisionOption = False,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """列出全部规则；--precision 附人工确认准确率 / list all rules, with what people confirmed of them."""
    told = confirmed(home, who) if precision else {}
    if as_json:
        fields = {"id", "version", "name", "result", "kind", "origin"}
        listed = [
            {
                **r.model_dump(mode="json", include=fields),
                "status": r.step_on(today()).status,
                "at_most": bool(lowered_by(r)),
                **({"confirmed": _of_rule(told, r.id)} if precision else {}),
            }
            for r in all_rules().values()
        ]
        say_json({"rules": listed})
        return
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("编号", "名称", "判定", "来源", "环节", "状态", *(("人工确认准确率",) if precision else ())):
        grid.add_column(name, no_wrap=name != "名称", overflow="fold")
    for rule in all_rules().values():
        stages = "·".join(STAGES[s].removeprefix("事") for s in rule.stages)
        status = LIFE_NAMES[rule.step_on(today()).status].zh
        newest = told.get((rule.id, rule.version))
        share = ((newest.text.zh if newest else "—"),) if precision else ()
        grid.add_row(rule.id, rule.name.zh, claim(rule).zh, rule.origin, stages, status, *share)
    out.print(grid)
    out.print("至多：参数或知识点不够确实时只判可疑；各条条件见 yibao rules show <编号>。", style="dim")


@group.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="RULE")],
    region: Annotated[str, typer.Option(help="区划 / region")] = "000000",
    precision: PrecisionOption = False,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """显示一条规则：含义、依据、参数、SQL / show one rule: what it says, on which ground, its SQL."""
    rule = choose([rule_id])[0]
    told = confirmed(home, who) if precision else {}
    policy = region_policy(home, region)  # a bureau's own packs say what its audits use
    adopted = policy.adoptions(rule.id)
    values = {n: policy.parameter(key).values for n, key in rule.parameters.items()}
    if as_json:
        shown = rule.model_dump(mode="json", by_alias=True)
        shown["at_most"] = [why.both() for why in lowered_by(rule)]
        shown["reads"] = reads(rule)
        shown["status"] = rule.step_on(today()).status
        shown["versions"] = [{"version": v.version, "period": str(v.period)} for v in rule.versions]
        shown["adoptions"] = [
            {
                "instrument": a.instrument, "article": a.article, "approver": a.approver, "region": str(a.region),
                "period": str(a.period),
            }
            for a in adopted
        ]  # fmt: skip
        if precision:
            shown["confirmed"] = _of_rule(told, rule.id)
        shown["complaints"] = [c.text.both() for c in complaints(rule)]
        say_json(shown)
        return
    said = code_set("point_status").names
    out.print(f"{rule.name.zh}  {rule.name.en}", style="bold")
    out.print(rule.says.zh)
    out.print(f"判定 {claim(rule).zh}；来源 {rule.origin}；案由 {rule.case_cause.zh}")
    stages = "·".join(STAGES[s] for s in rule.stages)
    out.print(f"版本 {rule.version}；{KIND_NAMES[rule.kind].zh}；环节 {stages}")
    for why in lowered_by(rule):
        out.print(f"至多 {why.zh}")
    for (_, version), share in sorted((key, one) for key, one in told.items() if key[0] == rule.id):
        out.print(f"第 {version} 版人工确认准确率 {share.text.zh}")
    _show_life(rule)
    for one in adopted:
        out.print(
            f"采信 {one.period} 在{one.region.full_name}判明确违规：{one}，批准 {one.approver}",
            soft_wrap=True,
        )
    for basis in rule.basis:
        out.print(f"依据 {basis}（{said[basis.status]}）")
    for name, found in values.items():
        for value in found:
            out.print(
                f"参数 {name} = {value.value} {value.unit}（{said[value.status]}{_lowers(rule, value)}），"
                f"{value.period}，{value.instrument}"
            )
    for innocent in rule.innocent:
        out.print(f"不算 {innocent.zh}")
    out.print(Syntax(rule.select, "sql", word_wrap=True, background_color="default"))


def confirmed(home: Path, who: str | None) -> dict[tuple[str, int], rounds.Precision]:
    """Give by rule and version how often people confirmed what it found; refuses who may not try rules."""
    with open_house(home) as house:
        house.entrusted(who, Permission.RULE_TRY)
        with house.register.unit_of_work(house.actor) as unit:
            found = rounds.precision(unit, house.policy(), today())
    return {(one.rule, one.version): one for one in found}


def _of_rule(told: Mapping[tuple[str, int], rounds.Precision], rule: str) -> list[dict[str, Any]]:
    return [{**one.as_json(), "text": one.text.both()} for key, one in sorted(told.items()) if key[0] == rule]


def _show_life(rule: Rule) -> None:
    """Print the steps of a rule's life and the days of its versions, where it has any."""
    now = rule.step_on(today())
    for step in rule.life:
        about = [
            *(Region(code).full_name for code in step.regions),
            *filter(None, (step.instrument, step.approver)),
        ]
        mark = "（现在）" if step == now else ""
        out.print(
            f"{LIFE_NAMES[step.status].zh} {step.from_} 起{mark} {' '.join(about)}".rstrip(), soft_wrap=True
        )
    if not rule.life and rule.status != "published":
        out.print(f"状态 {LIFE_NAMES[rule.status].zh}，不形成疑点")
    for version in rule.versions if rule.earlier else ():
        out.print(f"第 {version.version} 版判 {version.period} 的账单")


def claim(rule: Rule) -> Text:
    """Say the result a rule claims, with «at most» where something could make it say less."""
    name = RESULT_NAMES[rule.result]
    return Text(zh=f"至多 {name.zh}", en=f"at most {name.en}") if lowered_by(rule) else name


def lowered_by(rule: Rule) -> list[Text]:
    """Say what makes a rule that claims a clear violation say only that something is suspicious."""
    if rule.result != "clear":
        return []
    why = []
    if effective_result(rule, ()) != "clear":
        why.append(
            Text(
                zh="来源不是国家公布或法规，只判可疑", en="suspicious: its origin is neither official nor law"
            )
        )
    if rule.parameters:
        why.append(
            Text(zh="有一个参数未核实，即只判可疑", en="suspicious while any parameter is not confirmed")
        )
    if rule.knowledge:
        why.append(
            Text(
                zh="有一条知识点为假定，即只判可疑；依据自行加载的知识点的疑点，只判可疑",
                en="suspicious while any knowledge point is assumed, and where the point was loaded by the bureau",
            )
        )
    return why


def _lowers(rule: Rule, value: Value) -> str:
    return "，只判可疑" if rule.result == "clear" and value.status is not Status.CONFIRMED else ""


@group.command()
def test(
    rule_id: Annotated[list[str] | None, typer.Argument(metavar="[RULE]…")] = None,
    engine: Annotated[
        str, typer.Option(parser=one_of(lambda: ENGINES), metavar=ENGINE_WORDS, help="引擎 / engine")
    ] = "duckdb",
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
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """对照植入的标准答案度量规则 / hold the findings against what was planted (a regression test)."""
    with open_house(home) as house:
        house.entrusted(who, Permission.RULE_TRY)
        measured = measure_rules(house.home, house.register, truth)
    if as_json:
        say_json({"rules": [m.as_json() for m in measured]})
        return
    grid = Table(
        box=None, padding=(0, 1, 0, 0), caption="对照合成城市植入的标准答案，是回归测试，不是现场准确率"
    )
    for name in ("规则", "判定", "植入", "发现", "正确", "准确率", "召回率", "95% 区间"):
        words = name in ("规则", "判定")
        grid.add_column(name, justify="left" if words else "right", no_wrap=words)
    for m in measured:
        grid.add_row(
            m.rule, RESULT_NAMES[m.result].zh, str(m.planted), str(m.found), str(m.correct),
            f"{m.precision:.3f}", f"{m.recall:.3f}", f"{m.low:.3f}–{m.high:.3f}",
        )  # fmt: skip
    out.print(grid)


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    trials.add_to(group)
    app.add_typer(group)
