from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console
from tests.casework.findings.outputs.conftest import Audited

from yibao.casework.findings.outputs import Summary, summary
from yibao.casework.findings.outputs.report import render as page
from yibao.kernel import Language, Refused
from yibao.store import Register

pytestmark = pytest.mark.xdist_group("outputs")


@pytest.fixture(scope="module")
def told(audited: Audited) -> Summary:
    return summary(audited.home, audited.register)


def test_a_line_counts_once_in_every_total(told: Summary) -> None:
    assert told.fen == 20000 + 5000 + 3000 + 5000 + 12500 + 14000
    assert told.fen == told.clear_fen + told.suspicious_fen
    assert told.fen == sum(line.attributed_fen for line in told.rules)
    assert told.fen == sum(one.fen for one in told.institutions)
    assert told.fen == sum(month.clear_fen + month.suspicious_fen for month in told.months)
    assert (
        told.at_stake_fen == told.fen + 1500 + 5000 + 4000
    )  # price, split stay and stock hit lines counted before
    assert told.findings == 8 == sum(line.findings for line in told.rules)


def test_institutions_come_with_their_base(told: Summary) -> None:
    first = told.institutions[0]
    assert (first.code, first.level, first.region) == ("H1", "三级甲等", "990101")
    assert (first.findings, first.fen, first.clear_fen) == (5, 40500, 28000)
    assert first.lines == 4, "L01, L04 (three rules), L05, L09"
    assert (first.billed_lines, first.billed_fen) == (8, 85500)
    assert [one.code for one in told.institutions] == ["H1", "D1", "H2"]
    assert (told.institutions_with_findings, told.institutions_known) == (3, 3)


def test_only_the_asked_number_of_institutions_is_named(audited: Audited) -> None:
    told = summary(audited.home, audited.register, top=1)
    assert len(told.institutions) == 1
    assert told.institutions_with_findings == 3


def test_it_says_what_it_rests_on(told: Summary) -> None:
    assert (told.run.number, told.run.engine, told.run.region, told.run.lines) == (1, "duckdb", "990100", 10)
    assert {one.key for one in told.assumed} >= {
        "audit.split_stay.gap_days",
        "audit.two_places.within_minutes",
    }
    gap = next(one for one in told.assumed if one.key == "audit.split_stay.gap_days")
    assert (gap.shown("zh"), gap.shown_period("zh")) == ("15 日", "2021-05-01 起")
    assert "条例" in gap.instrument and gap.note is not None
    tolerance = next(one for one in told.assumed if one.key == "audit.stock.tolerance_basis_points")
    assert tolerance.shown("zh") == "100%"
    assert {"sex_limit", "split_stay", "stock_against_settlement"}.isdisjoint(
        one.rule for one in told.skipped
    )


def test_every_finding_has_its_ground(told: Summary) -> None:
    by = {one.status: one for one in told.grounds}
    assert [one.status for one in told.grounds] == ["confirmed", "secondary", "assumed"]
    assert (by["confirmed"].findings, by["secondary"].findings, by["assumed"].findings) == (1, 3, 4)
    assert by["secondary"].clear_fen == 20000 + 3000 + 5000, "sex, pair and frequency rest on a copy"
    assert by["assumed"].clear_findings == 0
    assert sum(one.fen for one in told.grounds) == told.fen
    assert told.bases == {"confirmed": 8, "secondary": 4, "assumed": 0}
    assert {one.rule: (one.secondary, one.all) for one in told.points}["sex_limit"] == (1, 1)
    assert told.assumed_points == []


def test_a_rule_that_is_sure_of_some_only_says_both(told: Summary) -> None:
    lines = [
        replace(line, findings=3, clear_findings=1) if line.rule == "sex_limit" else line
        for line in told.rules
    ]
    mixed = replace(told, rules=lines)
    sink = io.StringIO()
    mixed.render(Console(file=sink, width=120), "zh")
    assert "■ 明确违规 1 ◆ 2" in sink.getvalue()
    both = '<span class="tag clear">■ 明确违规</span> <span class="tag suspicious">◆ 可疑</span></td>'
    assert both in page(mixed, "zh", "x.html") and both not in page(told, "zh", "x.html")


def test_quarantine_counts_what_still_waits(told: Summary) -> None:
    held = told.backlog
    assert (held.rows, held.fen) == (2, 30000), "L20 once though it came twice, and P9; L21 was settled"
    assert held.notes == 0, "the certificate of P9 is one more reason, its row was refused"
    assert [(r.table.zh, r.rows, r.fen) for r in held.reasons] == [("费用明细", 1, 30000), ("参保人", 1, 0)]


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", ("595.00 元", "示例市第一人民医院", "分解住院", "假定值", "隔离区")),
     ("en", ("CNY 595.00", "Split hospital stay", "Assumed values", "Quarantine"))],
)  # fmt: skip
def test_it_renders_in_both_languages(told: Summary, language: Language, words: tuple[str, ...]) -> None:
    sink = io.StringIO()
    told.render(Console(file=sink, width=120), language)
    for word in words:
        assert word in sink.getvalue()


def test_it_is_one_json_object(told: Summary) -> None:
    back = json.loads(json.dumps(told.as_json(), ensure_ascii=False))
    assert back["fen"] == told.fen
    assert back["institutions"][0]["name"] == "示例市第一人民医院"


def test_nothing_audited_is_refused(fresh_register: Register) -> None:
    with pytest.raises(Refused) as refused:
        summary(fresh_register.home, fresh_register)
    assert refused.value.code == "casework.no_run"
