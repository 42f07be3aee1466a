"""The columns of the detail sheet: the 32 of the national extract in their order, then ours.

What our data do not hold stays empty rather than guessed (申诉截止日期 is set when a notice is sent, 支付地点类别 does
not come with the extracts, 统筹支付 of a single line does not exist: the fund pays bills, not lines).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from yibao.casework.model import STATE_NAMES, finding_code
from yibao.casework.outputs.institutions import Institution
from yibao.casework.outputs.ruletext import basis, content, result_name, rule_name, rule_of
from yibao.casework.outputs.sheets import Cell, Column
from yibao.casework.outputs.words import EVIDENCE_NAMES, ROLE_NAMES, measure, month, named, price, quantity
from yibao.kernel import date_of, mask_citizen_id, mask_diagnosis, mask_name, month_of

OTHER_INSTITUTION: Final = "其他机构"
ANSWERS: Final = ("认可", "部分认可", "不认可")
_INPATIENT: Final = ("21", "22", "23", "52")

Row = Mapping[str, Any]
"""One row of ``detail``, with the finding's institution under ``institution``."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column and how its cell is made from a row."""

    column: Column
    cell: Callable[[Row, Institution], Cell]


def _day(number: int | None) -> str | None:
    return None if number is None else date_of(number).isoformat()


def _own_day(name: str) -> Callable[[Row, Institution], Cell]:
    return lambda row, _: _day(row[name]) if row["own"] else None


def _stay_day(name: str) -> Callable[[Row, Institution], Cell]:
    return lambda row, _: _day(row[name]) if str(row["visit_kind"] or "")[:2] in _INPATIENT else None


def _plain(name: str) -> Callable[[Row, Institution], Cell]:
    return lambda row, _: row[name]


def _named(name: str, set_name: str) -> Callable[[Row, Institution], Cell]:
    return lambda row, _: named(set_name, row[name])


def _masked(name: str, mask: Callable[[str], str]) -> Callable[[Row, Institution], Cell]:
    remembered = cache(mask)
    return lambda row, _: remembered(row[name]) if row[name] else None


def _event_day(row: Row, _: Institution) -> Cell:
    if row["day"] is None:
        return None
    return _day(row["day"]) if row["own"] else month(month_of(row["day"]))


def _shown(side: str) -> Callable[[Row, Institution], Cell]:
    def cell(row: Row, _: Institution) -> Cell:
        rule = rule_of(row["rule"])
        form = (rule.measured if side == "measured" else rule.threshold).form if rule is not None else "count"
        return measure(form, row[side])

    return cell


def _text(heading: str, cell: Callable[[Row, Institution], Cell], width: int = 12) -> Field:
    return Field(Column(heading, "text", width), cell)


def _money(heading: str, cell: Callable[[Row, Institution], Cell]) -> Field:
    return Field(Column(heading, "fen", 13), cell)


def _of_line(name: str) -> Callable[[Row, Institution], Cell]:
    """Money is at stake in lines; a bill or a stay beside them repeats none of it."""
    return lambda row, _: row[name] if row["role"] == 1 and row["evidence"] == "line" else None


def _never(row: Row, _: Institution) -> Cell:
    return None


NATIONAL: Final = (
    _text("申诉截止日期", _never),
    _text("支付地点类别", _never),
    _text("疑点状态", lambda row, _: STATE_NAMES["open"].zh, 9),
    _text("医保区划", lambda row, i: i.region if row["own"] else None, 9),
    _text("医药机构编码", lambda row, i: i.code if row["own"] else None, 16),
    _text("医药机构名称", lambda row, i: i.name if row["own"] else OTHER_INSTITUTION, 24),
    _text("科室名称", _plain("department"), 10),
    _text("医生姓名", _masked("practitioner_name", mask_name), 9),
    _text("医疗类别", _named("visit_kind", "med_type"), 10),
    _text("住院门诊号", _plain("local_no"), 14),
    _text("参保人", _masked("person_name", mask_name), 9),
    _text("入院日期", _stay_day("start_day")),
    _text("出院日期", _stay_day("end_day")),
    _text("结算日期", _own_day("settled_day")),
    _text("身份证号", _masked("certificate_no", mask_citizen_id), 21),
    _text("医保项目编码", _plain("item_no"), 24),
    _text("医保项目名称", _plain("item_name"), 22),
    _text("医院项目名称", _plain("local_name"), 22),
    _text("规则名称", lambda row, _: rule_name(row["rule"]).zh, 24),
    _money("初审违规金额", _of_line("at_stake_fen")),
    _money("违规金额", _of_line("credited_fen")),
    _text("违规内容", lambda row, _: content(row["rule"], row["measured"], row["threshold"]), 44),
    _text("诊断信息", _masked("main_diagnosis", mask_diagnosis), 10),
    _text("费用日期", _event_day),
    _text("险种类型", _named("scheme", "insutype"), 18),
    Field(Column("数量", "decimal", 8), lambda row, _: quantity(row["quantity"]) if row["quantity"] is not None else None),
    Field(Column("单价", "decimal", 10), lambda row, _: price(row["unit_price"]) if row["unit_price"] is not None else None),
    _money("金额", _plain("amount_fen")),
    _money("统筹支付", _plain("pool_fen")),
    _text("规格", _plain("spec")),
    _text("剂型", _plain("dose_form"), 10),
    _text("机构等级", lambda row, i: i.level if row["own"] else None, 10),
)  # fmt: skip
"""The columns of the national extract that an institution receives, in its order."""

OURS: Final = (
    _text("疑点编号", lambda row, _: finding_code(row["finding_id"]), 17),
    _text("规则编号", _plain("rule"), 22),
    _text("判定", lambda row, _: result_name(row["result"]).zh, 10),
    _text("依据", lambda row, _: basis(row["rule"]), 40),
    _text("测得值", _shown("measured"), 10),
    _text("阈值", _shown("threshold"), 10),
    _text("证据角色", lambda row, _: ROLE_NAMES[row["role"]].zh, 9),
    _text("证据类型", lambda row, _: EVIDENCE_NAMES[row["evidence"]].zh, 9),
    _text("单据流水号", _plain("document_no"), 18),
    _text("医师编码", _plain("practitioner_no"), 12),
    _money("疑点金额(元)", lambda row, _: row["finding_fen"] if row["first"] else None),
    Field(Column("机构意见", "text", 10, ANSWERS), _never),
    _text("机构说明", _never, 30),
)
"""The columns we add: what the finding rests on, and where the institution answers."""

FIELDS: Final = (*NATIONAL, *OURS)


def cells(row: Row, institution: Institution) -> list[Cell]:
    """Give the cells of one row of the detail sheet."""
    return [field.cell(row, institution) for field in FIELDS]


