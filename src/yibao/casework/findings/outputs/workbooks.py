"""Workbooks: what an institution receives of its own findings, and tables of findings that anybody takes away."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from yibao.casework.findings.model import finding_code
from yibao.casework.findings.outputs import store
from yibao.casework.findings.outputs.columnar import write_parquet
from yibao.casework.findings.outputs.columns import ANSWERS, FIELDS, cells
from yibao.casework.findings.outputs.evidence import TABLES, make_detail
from yibao.casework.findings.outputs.institutions import Institution, chosen, institutions, nobody
from yibao.casework.findings.outputs.looking import Look, looking, no_run
from yibao.casework.findings.outputs.ruletext import basis, result_name, rule_name, rule_of
from yibao.casework.findings.outputs.sheets import MAX_ROWS, Cell, Column, Workbook, fen_text
from yibao.casework.findings.outputs.styles import Style
from yibao.casework.findings.outputs.words import moment, money, region
from yibao.kernel import Refused, Text
from yibao.store import Home, Register

Progress = Callable[[str, int, int], None]

_PART: Final = 20_000
"""Rows of detail held in memory at a time."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_UNSAFE: Final = re.compile(r"[^\w\u4e00-\u9fff\u3400-\u4dbf()（）-]+")
_KINDS: Final = (".xlsx", ".csv", ".parquet")
_SHEET_OF_DETAIL: Final = "疑点明细"
_NOT_DECIDED: Final = (
    "各行均为审核疑点，尚未认定；「初审违规金额」「违规金额」「违规内容」是国家表的列名，不表示已认定违规。"
)


def write_workbooks(
    home: Home,
    register: Register,
    folder: Path,
    institutions_asked: Sequence[str] | None = None,
    progress: Progress = lambda what, done, of: None,
) -> list[Path]:
    """Write one workbook per institution that has findings: 说明 (what this is, how to answer) and 疑点明细.

    ``institutions_asked`` are codes or parts of names; None means all. A workbook shows an institution its own rows
    only, and persons masked. Raises `Refused`: ``casework.no_run``, ``casework.unknown_institution``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    newest, ids = _newest(register), None
    with looking(home, register, TABLES, known_no=newest.known_no, on_disk=True) as look:
        known = institutions(look)
        if institutions_asked is not None:
            ids = sorted({key for asked in institutions_asked for key in chosen(known, asked)})
        _show(look, register, ids)
        progress("整理证据", 0, 1)
        make_detail(look)
        spans = look.rows(
            "SELECT institution_id, min(place) AS first, max(place) AS last FROM detail "
            "GROUP BY institution_id ORDER BY min(place)"
        )
        written: list[Path] = []
        names: set[str] = set()
        for at, span in enumerate(spans):
            one = known.get(span["institution_id"]) or nobody(span["institution_id"])
            progress(f"写入 {one.name}", at, len(spans))
            path = folder / _file_name(one, names)
            with Workbook(path) as book:
                _write_guide(book, look, one, newest)
                _write_sheets(book, look, "detail", (span["first"], span["last"]), known)
            written.append(path)
        progress("工作簿已写好", len(spans), len(spans))
    return written


def write_findings(
    home: Home, register: Register, path: Path, institution: str | None = None, rule: str | None = None
) -> int:
    """Write findings with their evidence to one file; give their number.

    As .xlsx or .csv the columns are those of the workbooks, as .parquet those of `columnar.COLUMNS`. Money is credited
    as in the whole: a line that another rule holds as well is not counted again because only one rule is asked for.
    Raises `Refused`: ``casework.no_run``, ``casework.unknown_institution``, ``casework.export_kind``.
    """
    kind = path.suffix.lower()
    if kind not in _KINDS:
        raise Refused(
            "casework.export_kind",
            zh="只能导出为 .xlsx、.csv 或 .parquet",
            en="findings are exported as .xlsx, .csv or .parquet",
            wanted=" | ".join(_KINDS),
            came=path.name,
            todo=Text(zh="改文件名的后缀", en="change the suffix"),
        )
    newest, ids = _newest(register), None
    with looking(home, register, TABLES, known_no=newest.known_no, on_disk=True) as look:
        known = institutions(look)
        if institution is not None:
            ids = chosen(known, institution)
        _show(look, register, ids)
        make_detail(look)
        asked = "place > 0" if rule is None else "rule = ?"
        words = None if rule is None else [rule]
        number = look.rows(f"SELECT count(DISTINCT finding_id) AS n FROM detail WHERE {asked}", words)[0]["n"]
        look.engine.execute_native(
            f"CREATE OR REPLACE TABLE chosen_detail AS SELECT * REPLACE (row_number() OVER (ORDER BY place) AS place) "
            f"FROM detail WHERE {asked}",
            words,
        )
        last = look.rows("SELECT count(*) AS n FROM chosen_detail")[0]["n"]
        parts = _parts(look, "chosen_detail", 1, last, known)
        if kind == ".csv":
            _write_csv(path, parts)
        elif kind == ".parquet":
            write_parquet(path, parts, newest.number, newest.known_no)
        else:
            with Workbook(path) as book:
                _write_sheets(book, look, "chosen_detail", (1, last), known)
    return int(number)


def _newest(register: Register) -> Any:
    with register.unit_of_work(actor="outputs") as unit:
        newest = store.newest_run(unit.connection)
    if newest is None:
        raise no_run()
    return newest


def _show(look: Look, register: Register, ids: Sequence[int] | None) -> None:
    with register.unit_of_work(actor="outputs") as unit:
        headers = store.open_headers(unit.connection, institution_ids=ids)
    look.show_findings(headers)
    look.show_ranks()


def _parts(
    look: Look, name: str, first: int, last: int, known: Mapping[int, Institution]
) -> Iterator[dict[str, list[Any]]]:
    """Give rows of detail in their order, a part at a time, column by column."""
    for begin in range(first, last + 1, _PART):
        end = min(begin + _PART - 1, last)
        table = look.table(f"SELECT * FROM {name} WHERE place BETWEEN ? AND ? ORDER BY place", [begin, end])
        part = {column: table.column(column).to_pylist() for column in table.column_names}
        part["institution"] = [known.get(key) or nobody(key) for key in part["institution_id"]]
        yield part


def _write_sheets(
    book: Workbook, look: Look, name: str, span: tuple[int, int], known: Mapping[int, Institution]
) -> None:
    """Write rows of detail to 疑点明细, and on to 疑点明细2 … where one sheet cannot hold them."""
    first, last = span
    columns = [field.column for field in FIELDS]
    for number, begin in enumerate(range(first, max(first, last) + 1, MAX_ROWS), start=1):
        title = _SHEET_OF_DETAIL if number == 1 else f"{_SHEET_OF_DETAIL}{number}"
        with book.sheet(title, columns, landscape=True, note=_NOT_DECIDED) as sheet:
            for part in _parts(look, name, begin, min(begin + MAX_ROWS - 1, last), known):
                sheet.part(cells(part))


def _write_guide(book: Workbook, look: Look, one: Institution, run: Any) -> None:
    """Write the first sheet: what this is, for whom, in sum, and how to answer."""
    totals = look.rows(
        "SELECT rule, result, count(*) AS findings, CAST(sum(finding_fen) AS BIGINT) AS fen "
        "FROM detail WHERE institution_id = ? AND first = 1 GROUP BY rule, result ORDER BY fen DESC, rule",
        [one.institution_id],
    )
    findings, fen = sum(t["findings"] for t in totals), sum(t["fen"] for t in totals)
    columns = [
        Column("", width=30),
        Column("", width=14),
        Column("", width=10),
        Column("", width=16),
        Column("", width=60),
    ]
    with book.sheet("说明", columns) as sheet:
        sheet.line([f"{one.name} 医保审核疑点"], Style.TITLE, height=26)
        for name, value in (
            ("医药机构编码", one.code),
            ("机构等级 · 医保区划", f"{one.standing} · {region(one.region)}"),
            ("审核运行", f"第 {run.number} 次，{moment(run.finished_at)}（{run.engine}）"),
            ("疑点 · 涉及金额", f"{findings} 条 · {money(fen)}（{fen_text(fen)} 元）"),
        ):
            sheet.line([name, value], Style.PLAIN)
        sheet.line([], Style.PLAIN)
        sheet.line(["规则", "判定", "疑点数", "涉及金额(元)", "依据（核实情况）"], Style.HEADING)
        for row in totals:
            sheet.line(
                [rule_name(row["rule"]).zh, result_name(row["result"]).zh, str(row["findings"]),
                 fen_text(row["fen"]), basis(row["rule"])], Style.TEXT,
            )  # fmt: skip
        sheet.line(["合计", "", str(findings), fen_text(fen), ""], Style.STRONG)
        for heading, lines in (("怎么看", _how_to_read(totals)), ("怎么答复", _HOW_TO_ANSWER)):
            sheet.line([], Style.PLAIN)
            sheet.line([heading], Style.STRONG)
            for line in lines:
                sheet.line([line], Style.PLAIN)


_HOW_TO_ANSWER: Final = (
    f"1. 在「{_SHEET_OF_DETAIL}」的「机构意见」列选 {'、'.join(ANSWERS)}，在「机构说明」列写理由；"
    "一条疑点只需在其首行填写。",
    "2. 请勿改动「疑点编号」。回收时按疑点编号对应，行的增减和次序不影响。",
    "3. 申诉截止日期以正式通知为准；本表导出时尚未发出通知的，该列为空。",
    "4. 请使用「住院门诊号」「费用日期」「医师编码」与院内系统对应；参保人与医师姓名、证件号码已脱敏，诊断只显示类目。",
)


def _how_to_read(totals: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield "本表所列为疑点，尚未作出认定；认定以复核后的决定为准。列名中的「违规」是国家表的用词。"
    yield "同一疑点可有多行：「疑点行」是涉及的费用，「关联行」是作为对照的记录，不计金额。"
    yield "「初审违规金额」为该规则单独计算的金额；「违规金额」为去重后的金额：同一明细被多条规则命中只计一次。"
    yield "「疑点金额」写在疑点的首行，为该疑点去重后的金额；各列可以直接求和。"
    yield "「已退回金额」是通知之后冲销的部分，仍含在「疑点金额」之中。"
    yield "属于其他机构的关联行只显示「其他机构」和月份。「统筹支付」按账单支付，明细行没有该项金额，留空。"
    for rule in dict.fromkeys(row["rule"] for row in totals):
        one = rule_of(rule)
        if one is not None and one.innocent:
            yield f"「{one.name.zh}」不属于疑点的情形：{'；'.join(i.zh for i in one.innocent)}。"


def _write_csv(path: Path, parts: Iterable[dict[str, list[Any]]]) -> None:
    draft = path.with_name(f".{path.name}.part")
    kinds = [field.column.kind for field in FIELDS]
    with draft.open("w", encoding="utf-8-sig", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow([field.column.heading for field in FIELDS])
        for part in parts:
            columns = [
                [csv_text(cell, kind) for cell in column]
                for kind, column in zip(kinds, cells(part), strict=True)
            ]
            writer.writerows(zip(*columns, strict=True))
    draft.replace(path)


def csv_text(cell: Cell, kind: str) -> str:
    """Write one cell of a CSV file: a text that a spreadsheet would run as a formula gets an apostrophe before it.

    >>> csv_text("=1+1", "text"), csv_text(-5, "fen"), csv_text(None, "text")
    ("'=1+1", '-0.05', '')
    """
    if cell is None:
        return ""
    if kind == "fen":
        return fen_text(int(cell))
    text = str(cell)
    return f"'{text}" if kind == "text" and text.startswith(_FORMULA) else text


def _file_name(one: Institution, taken: set[str]) -> str:
    """Give a file name that every system accepts, from code and name; never a path, never the same twice."""
    stem = _UNSAFE.sub("_", f"{one.code}_{one.name}").strip("_-")[:60] or finding_code(one.institution_id)
    name, again = f"{stem}.xlsx", 2
    while name.casefold() in taken:
        name, again = f"{stem}_{again}.xlsx", again + 1
    taken.add(name.casefold())
    return name
