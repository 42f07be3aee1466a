"""Findings as a Parquet table for other programs: one row a row of evidence, typed, under names that stay.

`COLUMNS` is a promise: a column keeps its name, type and meaning; new ones come at the end, and `VERSION` counts up when
one has to go. Names are masked and rows of other institutions show nothing but their month, as in the workbooks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from yibao.casework.findings.model import finding_code
from yibao.casework.findings.outputs.ruletext import rule_name
from yibao.casework.findings.outputs.words import about
from yibao.kernel import Text, date_of, mask_citizen_id, mask_diagnosis, mask_name, moment_of, month_of

VERSION: Final = "1"

Part = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class ParquetColumn:
    """One column of the exported table: name, type, what it says, and how its values are made of rows of detail."""

    name: str
    type: pa.DataType
    text: Text
    values: Callable[[Part], Sequence[Any]]


def _of(function: Callable[..., Any], *names: str) -> Callable[[Part], Sequence[Any]]:
    return lambda part: list(map(function, *(part[name] for name in names)))


def _as_is(name: str) -> Callable[[Part], Sequence[Any]]:
    return lambda part: part[name]


def _where(function: Callable[[Any], Any], name: str) -> Callable[[Part], Sequence[Any]]:
    """Make a value where there is one."""
    return _of(lambda value: None if value is None or value == "" else function(value), name)


def _scaled(places: int) -> Callable[[int], Decimal]:
    return lambda value: Decimal(value).scaleb(-places)


def _own_day(number: int | None, own: int) -> Any:
    return date_of(number) if number is not None and own else None


def _column(
    name: str, kind: pa.DataType, zh: str, en: str, values: Callable[[Part], Sequence[Any]] | None = None
) -> ParquetColumn:
    return ParquetColumn(name, kind, Text(zh=zh, en=en), values or _as_is(name))


_TEXT, _INT, _DAY = pa.string(), pa.int64(), pa.date32()
_MOMENT = pa.timestamp("ms")

COLUMNS: Final = (
    _column("finding", _TEXT, "疑点编号", "code of the finding", _of(finding_code, "finding_id")),
    _column("first_row", pa.bool_(), "是否疑点的首行；疑点的金额只在首行相加",
            "whether this is the finding's first row: add its money there only",
            _of(bool, "first")),
    _column("rule", _TEXT, "规则编号", "id of the rule"),
    _column("rule_name", _TEXT, "规则名称",
            "name of the rule in Chinese", _of(lambda rule: rule_name(rule).zh, "rule")),
    _column("result", _TEXT, "判定：clear 明确违规，suspicious 可疑", "clear or suspicious"),
    _column("institution_code", _TEXT, "疑点所涉机构的编码", "code of the institution that the finding is about",
            _of(lambda one: one.code, "institution")),
    _column("institution_name", _TEXT, "机构名称", "its name", _of(lambda one: one.name, "institution")),
    _column("institution_level", _TEXT, "机构等级或类别",
            "its level, or kind", _of(lambda one: one.standing, "institution")),
    _column("institution_region", _TEXT, "机构所属区划代码",
            "code of its region", _of(lambda one: one.region, "institution")),
    _column("finding_at_stake_fen", _INT, "疑点单独计算的金额，分", "money of the finding alone, fen"),
    _column("finding_credited_fen", _INT, "疑点去重后的金额，分",
            "money credited to the finding, fen", _as_is("finding_fen")),
    _column("finding_returned_fen", _INT, "通知后退回的金额，分",
            "money that came back after notice, fen", _as_is("returned_fen")),
    _column("measured", _INT, "测得值，单位见规则", "what was measured, in the unit of the rule"),
    _column("threshold", _INT, "阈值，单位见规则", "what it was held against"),
    _column("evidence", _TEXT, "证据所在的表", "the table of the row of evidence"),
    _column("role", _INT, "1 疑点行，2 关联行", "1 suspected row, 2 related row"),
    _column("own", pa.bool_(), "是否该机构自己的行；不是的只显示月份",
            "whether it is the institution's own row; of others only the month shows",
            _of(bool, "own")),
    _column("document_no", _TEXT, "单据流水号", "number of the document"),
    _column("day", _DAY, "发生日期", "day of the row", _of(_own_day, "day", "own")),
    _column("month", _INT, "发生月份，如 202603", "month of the row, such as 202603", _where(month_of, "day")),
    _column("at", _MOMENT, "发生时间（北京时间）", "moment of the row, China's time", _where(moment_of, "minute")),
    _column("about", _TEXT, "记录内容（就诊类别、收费项目、掩码诊断等）",
            "what the row is: kind of visit or charge, masked diagnosis …",
            _of(about, "evidence", "about", "main")),
    _column("item_code", _TEXT, "医保项目编码", "catalogue code of the item", _as_is("item_no")),
    _column("item_name", _TEXT, "医保项目名称", "its name in the catalogue"),
    _column("local_name", _TEXT, "医院项目名称", "its name in the institution"),
    _column("trace_codes", _TEXT, "追溯码，空格分隔，至多五个", "traceability codes, at most five"),
    _column("quantity", pa.decimal128(18, 4), "数量", "quantity", _where(_scaled(4), "quantity")),
    _column("unit_price", pa.decimal128(18, 6), "单价，元", "unit price, yuan", _where(_scaled(6), "unit_price")),
    _column("amount_fen", _INT, "该行金额，分", "money of the row, fen"),
    _column("at_stake_fen", _INT, "该行由本规则涉及的金额，分", "money of the row that the rule puts at stake, fen"),
    _column("credited_fen", _INT, "该行计入本疑点的金额，分；各行可以相加",
            "money of the row credited to the finding, fen; rows add up"),
    _column("person", _TEXT, "参保人（脱敏）", "insured person, masked", _where(mask_name, "person_name")),
    _column("certificate", _TEXT, "身份证号（脱敏）", "certificate, masked", _where(mask_citizen_id, "certificate_no")),
    _column("scheme", _TEXT, "险种类型代码", "code of the scheme"),
    _column("visit_kind", _TEXT, "医疗类别代码", "code of the kind of visit"),
    _column("visit_no", _TEXT, "住院门诊号", "number of the visit in the institution", _as_is("local_no")),
    _column("department", _TEXT, "科室", "department"),
    _column("practitioner_code", _TEXT, "医师编码", "code of the doctor", _as_is("practitioner_no")),
    _column("diagnosis", _TEXT, "主诊断（只到类目）",
            "main diagnosis, category only", _where(mask_diagnosis, "main_diagnosis")),
    _column("start_day", _DAY, "就诊开始日期", "first day of the visit", _where(date_of, "start_day")),
    _column("end_day", _DAY, "就诊结束日期", "last day of the visit", _where(date_of, "end_day")),
    _column("settled_day", _DAY, "结算日期", "day of settlement", _where(date_of, "settled_day")),
    _column("batch", _INT, "该行来自的批次", "batch that brought the row"),
    _column("source_file", _INT, "批次中的文件序号", "number of the file in the batch"),
    _column("source_row", _INT, "文件中的行号", "row in the file"),
)  # fmt: skip
"""The columns, in their order."""


def schema(run: int, known_no: int) -> pa.Schema:
    """Give the schema of a file: what each column says stands with it, and which run it is of with the table."""
    fields = [pa.field(c.name, c.type, metadata={"zh": c.text.zh, "en": c.text.en}) for c in COLUMNS]
    told = {"yibao.findings": VERSION, "yibao.run": str(run), "yibao.known_no": str(known_no)}
    return pa.schema(fields, metadata=told)


def write_parquet(path: Path, parts: Iterable[Part], run: int, known_no: int) -> None:
    """Write rows of detail, part by part; the file appears when it is whole."""
    draft = path.with_name(f".{path.name}.part")
    columns = schema(run, known_no)
    try:
        with pq.ParquetWriter(draft, columns, compression="zstd") as writer:
            for part in parts:
                arrays = [pa.array(column.values(part), column.type) for column in COLUMNS]
                writer.write_table(pa.table(arrays, schema=columns))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
