"""Write the reference pages of the docs from what the code itself says: run by ``make docs``.

Nothing in ``docs/reference/_generated`` is written by hand or kept in git, so that no page can say something else than
the command line, the contract, the rules, the policy packs and the refusals do. Pages are Chinese first, English beside.
"""

from __future__ import annotations

import csv
import importlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from typer.main import get_command

from tools.effects_page import effects_page
from tools.permissions import permissions
from tools.pieces import cell, code, grid, page, toctree
from tools.refusals import refusals
from yibao.audit import KIND_NAMES, RESULT_NAMES, Rule, as_key, reads, rule_file, rules
from yibao.casework.findings.outputs.columnar import COLUMNS, VERSION
from yibao.claims import Column, Table, knowledge_tables, tables
from yibao.kernel import date_of, read_yaml
from yibao.policy import Parameter, Value, load, regions

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "yibao"
TARGET = ROOT / "docs" / "reference" / "_generated"

ROOMS = (
    "kernel", "engine", "store", "ledger", "access", "policy", "claims", "collect", "audit", "casework", "archive",
    "consequence", "remedy", "city", "bootstrap", "story", "cli",
)  # fmt: skip
STATUS_NAMES = {"confirmed": "已核实 confirmed", "secondary": "转引 secondary", "assumed": "**假定 assumed**"}
SENSITIVITY_NAMES = {"public": "公开", "internal": "内部", "personal": "个人", "sensitive": "敏感"}
STAGE_NAMES = {"pre": "事前", "mid": "事中", "post": "事后"}
UNITS = {
    "money": "分 fen", "quantity": "1/10 000", "price": "1/1 000 000 元 yuan", "ratio": "基点 basis points",
    "day": "日 days, ymd", "moment": "分钟 minutes, 日 days, ymd, 月 month", "flag": "0 / 1",
}  # fmt: skip


def main() -> None:
    """Write all pages anew."""
    shutil.rmtree(TARGET, ignore_errors=True)
    for name, text in pages().items():
        path = TARGET / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Give every page by its name."""
    found = {
        "command-line": command_line(),
        "tables": table_index(),
        "codes": code_sets(),
        "rules": rule_index(),
        "knowledge": knowledge(),
        "policy": policy(),
        "findings": findings_table(),
        "effects": effects_page(),
        "permissions": permissions(),
        "refusals": refusal_page(),
        "rooms": toctree("# 各室前门 Front doors", [f"rooms/{room}" for room in ROOMS]),
    }
    found |= {f"tables/{t.table}": table_page(t) for t in tables().values()}
    found |= {f"rules/{rule.id}": rule_page(rule) for rule in rules().values()}
    return found | {f"rooms/{room}": room_page(room) for room in ROOMS}


# — the command line —


def command_line() -> str:
    """Write every command with its arguments and options."""
    from yibao.cli.app import app

    found = list(commands(get_command(app), "yibao"))
    codes = "退出码 exit codes：0 完成 done，1 拒绝 refused（说明原因），2 用法错误 misuse，130 按 Ctrl-C 中断 interrupted。"
    return page("# 命令行 Command line", codes, *(command_section(name, c) for name, c in found))


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Walk a command and its sub-commands by their full names."""
    if hasattr(command, "commands"):
        for word, sub in command.commands.items():
            yield from commands(sub, f"{name} {word}")
    else:
        yield name, command


def command_section(name: str, command: Any) -> str:
    """Write one command."""
    parameters = [p for p in command.params if p.name != "help"]
    rows = []
    for parameter in parameters:
        option = parameter.param_type_name == "option"
        spelled = ", ".join(code(o) for o in [*parameter.opts, *parameter.secondary_opts]) if option else ""
        shown = spelled or code((parameter.metavar or parameter.name or "").upper())
        default = parameter.default
        plain = default if isinstance(default, str | int | Path) and not isinstance(default, bool) else ""
        variable = f"（{code(parameter.envvar)}）" if parameter.envvar else ""
        rows.append((shown, cell(parameter.help or "") + variable, code(plain) if str(plain) else ""))
    table = grid(("参数 parameter", "说明 meaning", "默认 default"), rows) if rows else ""
    return page(f"## {name}", cell(command.help or "").replace("\\*", "*"), table).strip()


# — the contract —


def table_index() -> str:
    """Write the list of tables."""
    rows = [
        (f"[{t.table}](tables/{t.table}.md)", cell(t.text.zh), cell(t.text.en), code(t.extract or ""), cell(t.grain["zh"]))
        for t in tables().values()
    ]  # fmt: skip
    head = ("表 table", "名称", "name", "国家表 extract", "一行是什么 grain")
    tree = toctree("", (f"tables/{t}" for t in tables())).replace(":maxdepth: 1", ":hidden:")
    return page("# 数据字典 Data dictionary", grid(head, rows), tree.strip())


def table_page(table: Table) -> str:
    """Write one table of the contract."""
    facts = [
        f"- 主键 key：{'、'.join(code(k) for k in table.key)}",
        f"- 整数键 integer key：{code(table.id)}（{table.identity}）",
        f"- 国家表 extract：{code(table.extract)}" if table.extract else "",
        f"- 知识类别 kind：{code(table.kind)}" if table.kind else "",
        f"- 冲销 reverses：{code(table.reverses.column)}" if table.reverses else "",
    ]
    head = (
        "列 column",
        "名称 name",
        "表头 headers",
        "类型 type",
        "存储列 stored",
        "单位 unit",
        "必填",
        "敏感度",
    )
    sums = [
        f"- {code(i.code)} {cell(i.zh)} / {cell(i.en)}（{cell(' + '.join(i.parts))} = {cell(i.total)}；{cell(i.source)}）"
        for i in table.identities
    ]
    checks = [f"- {code(c.code)} {cell(c.zh)} / {cell(c.en)}" for c in table.checks]
    return page(
        f"# {table.table} {table.text.zh}",
        f"{cell(table.grain['zh'])} / {cell(table.grain['en'])}",
        "\n".join(fact for fact in facts if fact),
        grid(head, (column_row(c) for c in table.columns)),
        page("## 必须成立的等式 Identities", "\n".join(sums)) if sums else "",
        page("## 行内检查 Checks", "\n".join(checks)) if checks else "",
    )


def column_row(column: Column) -> tuple[str, ...]:
    """Write one column as a row."""
    kind: str = column.type
    if column.of:
        kind += f" → [{column.of}]({column.of}.md)"
    if column.set:
        kind += f" [{column.set}](../codes.md#{column.set.replace('_', '-')})"
    required = "是" if column.required else ""
    lenient = "（不合规则留空并记录）" if column.lenient else ""
    return (
        code(column.name), cell(f"{column.zh} / {column.en}"), " ".join(code(h) for h in column.headers), kind,
        " ".join(code(name) for name, _ in column.stored()), UNITS.get(column.type, ""), required + lenient,
        f"{SENSITIVITY_NAMES[column.sensitivity]} {column.sensitivity}",
    )  # fmt: skip


def code_sets() -> str:
    """Write every code set with its spellings and sources."""
    folder = resources.files("yibao.claims") / "codes"
    parts = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        rows = list(csv.DictReader(entry.read_text(encoding="utf-8").splitlines()))
        listed = grid(
            ("代码 code", "名称 name", "也写作 also", "证据 evidence", "来源 source"),
            [(code(r["code"]), *(cell(r[k]) for k in ("name", "also", "evidence", "source"))) for r in rows],
        )
        parts.append(page(f"## {entry.name.removesuffix('.csv')}", listed).strip())
    return page("# 代码集 Code sets", *parts)


# — rules, knowledge, policy —


def rule_index() -> str:
    """Write the list of rules."""
    rows = [
        (f"[{r.id}](rules/{r.id}.md)", cell(r.name.zh), cell(r.name.en), RESULT_NAMES[r.result].zh, r.origin)
        for r in rules().values()
    ]
    tree = toctree("", (f"rules/{r}" for r in rules())).replace(":maxdepth: 1", ":hidden:")
    head = ("规则 rule", "名称", "name", "至多判定 at most", "来源 origin")
    return page("# 规则 Rules", grid(head, rows), tree.strip())


def rule_page(rule: Rule) -> str:
    """Write one rule: words, basis, parameters, SQL, examples, innocent cases."""
    facts = grid(
        ("", ""),
        [
            ("判定 result（至多）", f"{RESULT_NAMES[rule.result].zh} {rule.result}"),
            ("类别 kind", KIND_NAMES[rule.kind].both()),
            ("来源 origin", rule.origin),
            ("版本 version", f"{rule.version}，{rule.status}，{rule.period}"),
            ("环节 stages", "·".join(STAGE_NAMES[s] for s in rule.stages)),
            ("判什么 subject", f"{rule.subject}，一条疑点 one finding：{' + '.join(rule.unit)}"),
            (
                "按键 partition",
                cell(", ".join(f"{k}: {' + '.join(as_key(v))}" for k, v in rule.partition.items())),
            ),
            ("读取 reads", " ".join(code(name) for name in reads(rule))),
            ("知识 knowledge", code(rule.knowledge or "")),
            ("测得值 measured", cell(f"{rule.measured.zh} / {rule.measured.en}")),
            ("阈值 threshold", cell(f"{rule.threshold.zh} / {rule.threshold.en}")),
            ("案由 cause", cell(f"{rule.case_cause.list} {rule.case_cause.item} {rule.case_cause.zh}")),
            ("目录 catalogue", " ".join(rule.catalogue)),
        ],
    )
    basis = grid(
        ("文件 instrument", "条款 article", "状态 status"),
        [(cell(b.instrument), cell(b.article), STATUS_NAMES[b.status]) for b in rule.basis],
    )
    known = {p.key: p for p in load("000000").parameters()}
    named = [(n, v) for n, k in rule.parameters.items() for v in known[k].values]
    return page(
        f"# {rule.id} {rule.name.zh}",
        f"{cell(rule.name.en)}",
        f"{cell(rule.says.zh)}。 / {cell(rule.says.en)}.",
        facts,
        page("## 依据 Basis", basis),
        page("## 参数 Parameters", values(named)) if named else "",
        page("## 不算违规 Innocent", "\n".join(f"- {cell(i.zh)} / {cell(i.en)}" for i in rule.innocent)),
        page("## SELECT", f"```sql\n{rule.select.rstrip()}\n```"),
        page("## 试例 Examples", examples(rule)),
    )


def examples(rule: Rule) -> str:
    """Write the examples of a rule as a table; what a case does not say stands in the defaults."""
    raw: Any = read_yaml(rule_file(rule, "examples.yaml"), f"rules/{rule.id}/examples.yaml")
    rows = []
    for case in raw["cases"]:
        given = "<br>".join(row_text(t, row) for t, rows_ in case.get("given", {}).items() for row in rows_)
        hits = "<br>".join(f"{code(line)} {cell(yuan)} 元" for line, yuan in case.get("hits", {}).items())
        rows.append((cell(f"{case['case']['zh']} / {case['case']['en']}"), given, hits or "无 none"))
    shared = [row_text(t, row) for t, rows_ in raw.get("given", {}).items() for row in rows_]
    defaults = [row_text(t, row) for t, row in raw.get("defaults", {}).items()]
    return page(
        grid(("例 case", "给定 given", "应命中 hits"), rows),
        page("各例共有的行 rows of every case：", "\n".join(f"- {text}" for text in shared))
        if shared
        else "",
        page("未写明时 defaults：", "\n".join(f"- {text}" for text in defaults)) if defaults else "",
    )


def row_text(table: str, row: Mapping[str, object]) -> str:
    """Write one row of an example on one line."""
    return f"{code(table)} {cell(', '.join(f'{k}={v}' for k, v in row.items()))}"


def knowledge() -> str:
    """Write the kinds of knowledge and the mapping by which the official points are loaded."""
    used = {r.knowledge: r.id for r in rules().values() if r.knowledge}
    rows = [
        (code(kind), cell(t.text.both()), f"[{t.table}](tables/{t.table}.md)",
         f"[{used[kind]}](rules/{used[kind]}.md)" if kind in used else "")
        for kind, t in knowledge_tables().items()
    ]  # fmt: skip
    parts = [page("# 知识点 Knowledge", grid(("类别 kind", "名称 name", "表 table", "规则 rule"), rows))]
    for path in sorted((SOURCE / "audit" / "knowledge").glob("*/source.yaml")):
        text = path.read_text(encoding="utf-8").rstrip()
        parts.append(page(f"## 对应关系 Mapping: {path.parent.name}", f"```yaml\n{text}\n```"))
    return page(*parts)


VALUE_HEAD = (
    "取值 value",
    "期间 period",
    "区划 region",
    "依据 instrument",
    "状态 status",
    "获知 known since",
)


def values(named: Sequence[tuple[str, Value]]) -> str:
    """Write values as a table with the notes below it; where they have names, those come first."""
    head = ("名 name", *VALUE_HEAD) if any(name for name, _ in named) else VALUE_HEAD
    rows = [(*((code(name),) if name else ()), *value_row(value)) for name, value in named]
    notes = dict.fromkeys(f"- {cell(v.value)} {v.unit}：{cell(v.note.both())}" for _, v in named if v.note)
    return page(grid(head, rows), "\n".join(notes)).strip()


def value_row(value: Value) -> tuple[str, ...]:
    """Write one value of a parameter as a row."""
    return (
        f"{cell(value.value)} {value.unit}", cell(value.period), cell(f"{value.region} {value.region.full_name}"),
        cell(f"{value.instrument} {value.article or ''}"), STATUS_NAMES[value.status],
        date_of(value.known_since).isoformat(),
    )  # fmt: skip


def policy() -> str:
    """Write every parameter with the values of every region's pack."""
    merged: dict[str, tuple[Parameter, list[Value]]] = {}
    for region in regions():
        for parameter in load(region).parameters():
            _, found = merged.setdefault(parameter.key, (parameter, []))
            found += [v for v in parameter.values if v.where not in {known.where for known in found}]
    sections = []
    for key, (parameter, found) in merged.items():
        bounds = f"，{parameter.bounds[0]} … {parameter.bounds[1]}" if parameter.bounds else ""
        about = f"{cell(parameter.meaning.both())}（{parameter.unit}{bounds}）"
        sections.append(page(f"## {key}", about, values([("", v) for v in found])).strip())
    return page("# 政策参数 Policy parameters", *sections)


# — refusals —


def findings_table() -> str:
    """Describe the table that ``yibao findings --export x.parquet`` writes."""
    rows = [(code(c.name), code(c.type), c.text.zh, c.text.en) for c in COLUMNS]
    head = (
        f"# 疑点导出表 Exported findings (Parquet, version {VERSION})\n\n"
        "一行是一条证据；列名、类型和含义不变，新列加在最后。One row a row of evidence; a column keeps its name, type and "
        "meaning, new ones come at the end."
    )
    return page(head, grid(("列 column", "类型 type", "含义", "meaning"), rows))


def refusal_page() -> str:
    """Write every code with which the house refuses."""
    rows = [(code(r.code), cell(r.zh), cell(r.en), code(r.where)) for r in refusals()]
    return page(
        "# 拒绝代码 Refusals",
        "每次拒绝都说明位置、要求、实际和办法；`…` 处填入具体内容。Each refusal says where, wanted, came and what to do.",
        grid(("代码 code", "说明", "meaning", "出处 from"), rows),
    )


# — front doors —


def room_page(room: str) -> str:
    """Write the front door of a room."""
    module = importlib.import_module(f"yibao.{room}")
    exported = getattr(module, "__all__", None)
    members = "" if exported is None else f"   :members: {', '.join(exported)}\n"
    directive = f".. automodule:: yibao.{room}\n{members or '   :members:' + chr(10)}"
    return page(f"# {room}", f"```{{eval-rst}}\n{directive}```")


if __name__ == "__main__":
    main()
