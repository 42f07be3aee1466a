"""Every kind of row that a rule may give as evidence is shown in words, wherever findings are shown."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console
from tests.casework.findings.outputs import papers
from tests.casework.findings.outputs.conftest import Audited

from yibao.audit import rules
from yibao.casework.findings.outputs import Explanation, explain, list_findings, write_report, write_workbooks
from yibao.casework.findings.outputs.evidence import _POINTED
from yibao.casework.findings.outputs.words import EVIDENCE_NAMES

pytestmark = pytest.mark.xdist_group("outputs")

NAMED = {
    "settlement_list": (("结算清单", "settlement list"), None),
    "settlement_list_charge": (("清单收费项目", "charge of a settlement list"), "床位费"),
    "diagnosis": (("诊断", "diagnosis"), "J18.*"),
    "procedure": (("手术操作", "procedure"), "33.* 主要"),
    "intensive_care": (("重症监护", "intensive care"), "重症医学科"),
    "line": (("费用明细", "charge line"), None),
}


@pytest.fixture(scope="module")
def told_of(audited_papers: Audited) -> dict[str, Explanation]:
    rows = list_findings(audited_papers.home, audited_papers.register)
    return {row.rule: explain(audited_papers.home, audited_papers.register, row.code) for row in rows}


def test_every_table_that_a_rule_names_is_one_that_the_outputs_know() -> None:
    given = {
        name for rule in rules().values() for name in re.findall(r"'([a-z_]+)' AS evidence", rule.select)
    }
    assert {"line", "diagnosis", "settlement_list"} <= given <= set(_POINTED)
    assert set(_POINTED) == set(EVIDENCE_NAMES)


@pytest.mark.parametrize("rule", papers.EVIDENCE_OF)
def test_a_row_of_every_table_is_told_in_words(told_of: dict[str, Explanation], rule: str) -> None:
    told, kind = told_of[rule], papers.EVIDENCE_OF[rule]
    (zh, en), about = NAMED[kind]
    row = next(r for r in told.evidence if r.evidence == kind)
    assert row.own and row.file and row.source_row, "it is the row of the institution, and leads to its file"
    assert row.number is not None and row.when.startswith("2025-06-")
    assert (row.about.zh if row.about else None) == about
    shown = {}
    for language in ("zh", "en"):
        sink = io.StringIO()
        told.render(Console(file=sink, width=300), "zh" if language == "zh" else "en")
        shown[language] = sink.getvalue()
    assert zh in shown["zh"] and en in shown["en"] and (about or "") in shown["zh"]
    everything = shown["zh"] + shown["en"] + json.dumps(told.as_json(), ensure_ascii=False)
    assert "J18.9" not in everything and "33.24" not in everything and "肺炎" not in everything
    assert "None" not in shown["zh"] + shown["en"]


def test_lines_of_rules_about_codes_show_their_codes(told_of: dict[str, Explanation]) -> None:
    rows = told_of["code_sold_twice"].evidence
    assert [(r.number, r.trace_codes) for r in rows] == [
        ("L03", "81000010000000010001"),
        ("L02", "81000010000000010001"),
    ]
    assert all(r.trace_codes is None for r in told_of["list_days"].evidence)


def test_of_another_pharmacy_not_even_the_code_shows(
    audited_papers: Audited, told_of: dict[str, Explanation]
) -> None:
    code = told_of["code_sold_twice"].code
    told = explain(audited_papers.home, audited_papers.register, code, for_institution=True)
    assert [(r.own, r.number, r.trace_codes, r.about) for r in told.evidence] == [
        (True, "L03", "81000010000000010001", None),
        (False, None, None, None),
    ]


def test_workbooks_and_report_show_them_too(audited_papers: Audited, tmp_path: Path) -> None:
    home, register = audited_papers
    books = {path.name.split("_")[0]: path for path in write_workbooks(home, register, tmp_path)}
    seen = {}
    for code, path in books.items():
        _, head, *body = openpyxl.load_workbook(path)["疑点明细"].iter_rows(values_only=True)
        seen[code] = [dict(zip(head, row, strict=True)) for row in body]
    kinds = {row["证据类型"]: row["记录内容"] for row in seen["H1"]}
    assert kinds == {
        "费用明细": None, "结算清单": None, "清单收费项目": "床位费", "诊断": "J18.*", "手术操作": "33.* 主要",
        "重症监护": "重症医学科",
    }  # fmt: skip
    assert {row["医药机构编码"] for row in seen["H1"]} == {"H1"}
    assert [row["追溯码"] for row in seen["D2"]] == ["81000010000000010001", None]
    page = write_report(home, register, tmp_path / "r.html").read_text(encoding="utf-8")
    assert all(rules()[rule].label.zh in page for rule in papers.EVIDENCE_OF)
