from __future__ import annotations

import io
import json

import pytest
from rich.console import Console
from tests.casework.findings.outputs import small
from tests.casework.findings.outputs.conftest import Audited

from yibao.audit import rules
from yibao.casework.findings.outputs import Explanation, explain, list_findings
from yibao.kernel import Refused

pytestmark = pytest.mark.xdist_group("outputs")

Told = dict[str, Explanation]


@pytest.fixture(scope="module")
def told_of(audited: Audited) -> Told:
    """Every finding explained, by its rule: each rule of the delivery has one."""
    rows = list_findings(audited.home, audited.register)
    return {row.rule: explain(audited.home, audited.register, row.code.lower()) for row in rows}


def test_every_row_leads_back_to_its_file(told_of: Told) -> None:
    told = told_of["two_places"]
    assert [(r.role, r.evidence, r.number, r.file, r.source_row) for r in told.evidence] == [
        (1, "line", "L07", "fee_list_d.csv", 8),
        (1, "settlement", "S6", "setl_d.csv", 7),
        (2, "settlement", "S5", "setl_d.csv", 6),
    ]
    assert told.evidence[2].institution == "示例市第一人民医院", "the bureau sees both places"


def test_an_institution_sees_its_own_rows_and_of_others_the_month(audited: Audited, told_of: Told) -> None:
    code = told_of["two_places"].code
    told = explain(audited.home, audited.register, code, for_institution=True)
    assert [(r.own, r.number, r.when, r.institution) for r in told.evidence] == [
        (True, "L07", "2025-07-01 09:10", "示例大药房"),
        (True, "S6", "2025-07-01 09:10", "示例大药房"),
        (False, None, "2025-07", "其他机构"),
    ]
    other = told.evidence[2]
    shown = {n for n in other.__slots__ if getattr(other, n) not in (None, 0, False)}
    assert shown == {"role", "evidence", "when", "institution"}
    sink = io.StringIO()
    told.render(Console(file=sink, width=160))
    text = sink.getvalue() + json.dumps(told.as_json(), ensure_ascii=False)
    assert "D1" in text
    for of_the_hospital in ("H1", "第一人民医院", "S5", "M5", "OP0005", "2025-07-01 09:00", "08:30", "None"):
        assert of_the_hospital not in text
    assert "第一人民医院" in json.dumps(told_of["two_places"].as_json(), ensure_ascii=False), (
        "the bureau sees both"
    )


def test_a_finding_that_rests_on_its_own_rows_only_is_told_alike(audited: Audited, told_of: Told) -> None:
    for rule in set(small.RULES) - {"two_places"}:
        bureau = told_of[rule]
        told = explain(audited.home, audited.register, bureau.code, for_institution=True)
        assert told.evidence == bureau.evidence and told.shared == bureau.shared, rule


def test_it_says_why_in_words_with_units(told_of: Told) -> None:
    said = {rule: told.comparison for rule, told in told_of.items()}
    assert said["sex_limit"].zh == "参保人性别：男；限定性别：女"
    assert said["price_over_limit"].zh == "收费单价：25.00 元；价格上限：20.00 元"
    assert said["frequency_per_day"].zh == "当日数量：3；限定数量：1"
    assert said["stock_against_settlement"].zh == "结算数量：14；可供数量：10"
    assert said["sex_limit"].en == "sex of the person: male; sex the item is limited to: female"


def test_it_names_who_else_holds_the_line_and_who_is_credited(told_of: Told) -> None:
    told = told_of["split_stay"]
    assert (told.at_stake_fen, told.attributed_fen) == (17500, 12500)
    assert [(s.line_no, s.rule, s.at_stake_fen, s.credited_fen) for s in told.shared] == [
        ("L04", "frequency_per_day", 5000, 5000),
        ("L04", "price_over_limit", 1500, 0),
    ]
    assert "限定频次" in told.credit.zh and "超标准" not in told.credit.zh
    assert {r.number: r.credited_fen for r in told.evidence if r.evidence == "line"} == {
        "L04": 2500,
        "L05": 10000,
    }


def test_credits_of_rows_add_up_to_the_finding(told_of: Told) -> None:
    for rule, told in told_of.items():
        assert sum(r.credited_fen for r in told.evidence) == told.attributed_fen, rule
        assert sum(r.at_stake_fen for r in told.evidence if r.role == 1) == told.at_stake_fen, rule


def test_the_knowledge_point_comes_with_source_and_status(told_of: Told) -> None:
    point = told_of["sex_limit"].knowledge
    assert point is not None
    assert {name.zh: value for name, value in point.fields} == {
        "国标代码": "002101030300000", "名称": "子宫造影", "限定性别": "女性", "说明": "女性专用", "批次": "第一批",
        "生效日期": "2025-05-23", "失效日期": "—",
    }  # fmt: skip
    assert (point.source, point.status, point.status_name.zh) == ("示例来源甲", "secondary", "转引")
    assert (point.batch, point.mapping) == (1, "small_knowledge"), "who loaded it shows"
    limit = told_of["frequency_per_day"].knowledge
    assert limit is not None and dict((n.zh, v) for n, v in limit.fields)["限制数量"] == "1"


def test_parameters_in_force_show_that_they_are_assumed(told_of: Told) -> None:
    [gap] = told_of["split_stay"].parameters
    assert (gap.key, gap.value, gap.status) == ("audit.split_stay.gap_days", 15, "assumed")
    assert told_of["price_over_limit"].parameters == []


def test_it_renders_and_is_json_and_names_no_person(told_of: Told) -> None:
    for rule, told in told_of.items():
        sink = io.StringIO()
        for language in ("zh", "en"):
            told.render(Console(file=sink, width=160), "zh" if language == "zh" else "en")
        text = sink.getvalue() + json.dumps(told.as_json(), ensure_ascii=False)
        for name in ("张三丰", "李小红", "王大明", "赵敏", "110101199003071233"):
            assert name not in text, rule
        assert told.code in text
        assert rules()[rule].innocent[0].zh in text
        assert rules()[rule].basis[0].instrument[:20] in text


def test_lists_are_by_money_and_can_be_narrowed(audited: Audited) -> None:
    rows = list_findings(audited.home, audited.register)
    amounts = [row.attributed_fen for row in rows]
    assert amounts == sorted(amounts, reverse=True) and len(rows) == 8
    assert {
        row.institution_code for row in list_findings(audited.home, audited.register, institution="大药房")
    } == {"D1"}
    assert len(list_findings(audited.home, audited.register, institution="H1", rule="sex_limit")) == 1
    assert len(list_findings(audited.home, audited.register, limit=3)) == 3
    assert (
        rows[0].as_json()["why"]
        == "参保人性别：男；限定性别：女 / sex of the person: male; sex the item is limited to: female"
    )


@pytest.mark.parametrize(
    ("code", "refusal"), [("X123", "casework.finding_code"), ("F0000000000001", "casework.unknown_finding")]
)
def test_an_unknown_code_is_refused(audited: Audited, code: str, refusal: str) -> None:
    with pytest.raises(Refused) as refused:
        explain(audited.home, audited.register, code)
    assert refused.value.code == refusal


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"institution": "没有这家"}, "casework.unknown_institution"),
        ({"rule": "no_such_rule"}, "audit.unknown_rule"),
    ],
)
def test_unknown_wishes_are_refused(audited: Audited, asked: dict[str, str], refusal: str) -> None:
    with pytest.raises(Refused) as refused:
        list_findings(audited.home, audited.register, **asked)
    assert refused.value.code == refusal
