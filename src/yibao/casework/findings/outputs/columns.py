"""The columns of the detail sheet: the 32 of the national extract in their order, then ours.

What our data do not hold stays empty rather than guessed (申诉截止日期 is set when a notice is sent, 支付地点类别 does
not come with the extracts, 统筹支付 of a single line does not exist: the fund pays bills, not lines).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from yibao.casework.findings.model import STATE_NAMES, finding_code
from yibao.casework.findings.outputs.institutions import Institution
from yibao.casework.findings.outputs.ruletext import basis, content, result_name, rule_name, rule_of
from yibao.casework.findings.outputs.sheets import Cell, Column
from yibao.casework.findings.outputs.words import (
    EVIDENCE_NAMES,
    ROLE_NAMES,
    about,
    measure,
    month,
    named,
    price,
    quantity,
)
from yibao.kernel import date_of, mask_citizen_id, mask_diagnosis, mask_name, month_of

OTHER_INSTITUTION: Final = "其他机构"
ANSWERS: Final = ("认可", "部分认可", "不认可")
_INPATIENT: Final = ("21", "22", "23", "52")
_REMEMBERED: Final = 65_536

Part: TypeAlias = Mapping[str, Sequence[Any]]
"""Some rows of ``detail``, column by column; ``institution`` holds the finding's `Institution`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column and how its cells are made: column by column, because a city has millions of cells."""

    column: Column
    cells: Callable[[Part], Sequence[Cell]]


def cells(part: Part) -> list[Sequence[Cell]]:
    """Give the cells of some rows, column by column."""
    return [field.cells(part) for field in FIELDS]


# — how cells are made —


def _from(function: Callable[..., Cell], *names: str) -> Callable[[Part], Sequence[Cell]]:
    """Make a cell from some values of its row; what was made once is remembered."""
    remembered = lru_cache(_REMEMBERED)(function)
    return lambda part: list(map(remembered, *(part[name] for name in names)))


def _plain(name: str) -> Callable[[Part], Sequence[Cell]]:
    return lambda part: part[name]


def _never(part: Part) -> Sequence[Cell]:
    return [None] * len(part["own"])


def _known(function: Callable[..., Cell], name: str) -> Callable[[Part], Sequence[Cell]]:
    return _from(lambda value: function(value) if value else None, name)


def _day(number: int | None) -> str | None:
    return None if number is None else date_of(number).isoformat()


def _stay_day(number: int | None, visit_kind: str | None) -> str | None:
    return _day(number) if (visit_kind or "")[:2] in _INPATIENT else None


def _event_day(number: int | None, own: int) -> str | None:
    """Give the day, and of another institution's row the month."""
    return _day(number) if number is None or own else month(month_of(number))


def _number(function: Callable[[int], str], name: str) -> Callable[[Part], Sequence[Cell]]:
    return _from(lambda value: None if value is None else function(value), name)


def _of_institution(
    function: Callable[[Institution], str], other: str | None = None
) -> Callable[[Part], Sequence[Cell]]:
    return _from(lambda one, own: function(one) if own else other, "institution", "own")


def _of_line(fen: int | None, role: int, evidence: str) -> int | None:
    """Money is at stake in lines; a bill or a stay beside them repeats none of it."""
    return fen if role == 1 and evidence == "line" else None


def _measured(rule_id: str, value: int) -> str:
    rule = rule_of(rule_id)
    return measure(rule.measured.form if rule is not None else "count", value)


def _threshold(rule_id: str, value: int) -> str:
    rule = rule_of(rule_id)
    return measure(rule.threshold.form if rule is not None else "count", value)


def _text(heading: str, made: Callable[[Part], Sequence[Cell]], width: int = 12) -> Field:
    return Field(Column(heading, "text", width), made)


def _money(heading: str, made: Callable[[Part], Sequence[Cell]]) -> Field:
    return Field(Column(heading, "fen", 13), made)


# — the columns —

NATIONAL: Final = (
    _text("申诉截止日期", _never),
    _text("支付地点类别", _never),
    _text("疑点状态", _from(lambda _: STATE_NAMES["open"].zh, "own"), 9),
    _text("医保区划", _of_institution(lambda one: one.region), 9),
    _text("医药机构编码", _of_institution(lambda one: one.code), 16),
    _text("医药机构名称", _of_institution(lambda one: one.name, OTHER_INSTITUTION), 24),
    _text("科室名称", _plain("department"), 10),
    _text("医生姓名", _known(mask_name, "practitioner_name"), 9),
    _text("医疗类别", _known(lambda code: named("med_type", code), "visit_kind"), 10),
    _text("住院门诊号", _plain("local_no"), 14),
    _text("参保人", _known(mask_name, "person_name"), 9),
    _text("入院日期", _from(_stay_day, "start_day", "visit_kind")),
    _text("出院日期", _from(_stay_day, "end_day", "visit_kind")),
    _text("结算日期", _from(_day, "settled_day")),
    _text("身份证号", _known(mask_citizen_id, "certificate_no"), 21),
    _text("医保项目编码", _plain("item_no"), 24),
    _text("医保项目名称", _plain("item_name"), 22),
    _text("医院项目名称", _plain("local_name"), 22),
    _text("规则名称", _from(lambda rule: rule_name(rule).zh, "rule"), 24),
    _money("初审违规金额", _from(_of_line, "at_stake_fen", "role", "evidence")),
    _money("违规金额", _from(_of_line, "credited_fen", "role", "evidence")),
    _text("违规内容", _from(content, "rule", "measured", "threshold"), 44),
    _text("诊断信息", _known(mask_diagnosis, "main_diagnosis"), 10),
    _text("费用日期", _from(_event_day, "day", "own")),
    _text("险种类型", _known(lambda code: named("insutype", code), "scheme"), 18),
    Field(Column("数量", "decimal", 8), _number(quantity, "quantity")),
    Field(Column("单价", "decimal", 10), _number(price, "unit_price")),
    _money("金额", _plain("amount_fen")),
    _money("统筹支付", _plain("pool_fen")),
    _text("规格", _plain("spec")),
    _text("剂型", _plain("dose_form"), 10),
    _text("机构等级", _of_institution(lambda one: one.standing), 10),
)
"""The columns of the national extract that an institution receives, in its order."""

NOT_DECIDED: Final = "疑点，未认定"
"""What stands in every row: the national headings say 违规… of rows that nobody has decided upon."""

OURS: Final = (
    _text("认定情况", _from(lambda _: NOT_DECIDED, "own"), 13),
    _text("疑点编号", _from(finding_code, "finding_id"), 17),
    _text("规则编号", _plain("rule"), 22),
    _text("判定", _from(lambda result: result_name(result).zh, "result"), 10),
    _text("依据", _from(basis, "rule"), 40),
    _text("测得值", _from(_measured, "rule", "measured"), 10),
    _text("阈值", _from(_threshold, "rule", "threshold"), 10),
    _text("证据角色", _from(lambda role: ROLE_NAMES[role].zh, "role"), 9),
    _text("证据类型", _from(lambda evidence: EVIDENCE_NAMES[evidence].zh, "evidence"), 9),
    _text("单据流水号", _plain("document_no"), 18),
    _text("记录内容", _from(about, "evidence", "about", "main"), 14),
    _text("追溯码", _plain("trace_codes"), 24),
    _text("医师编码", _plain("practitioner_no"), 12),
    _money("疑点金额(元)", _from(lambda fen, first: fen if first else None, "finding_fen", "first")),
    _money(
        "已退回金额(元)", _from(lambda fen, first: (fen or None) if first else None, "returned_fen", "first")
    ),
    Field(Column("机构意见", "text", 10, ANSWERS), _never),
    _text("机构说明", _never, 30),
)
"""The columns we add: that nothing is decided, what the finding rests on, and where the institution answers."""

FIELDS: Final = (*NATIONAL, *OURS)
