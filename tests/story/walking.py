"""What a walk over the three tracks needs: an office and its people, how a workbook is filled in, how a paper is read."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from pypdf import PdfReader

from yibao.casework.documents import Field

PEOPLE = {
    "zhao": "supervisor", "li": "case_handler", "wang": "case_handler", "lawyer": "legal_reviewer",
    "head": "deciding_head", "clerk": "agency_clerk", "sender": "agency_clerk", "rev": "reviewer", "third": "reviewer",
    "chief": "agency_head", "e1": "expert", "e2": "expert", "e3": "expert",
}  # fmt: skip
BUREAU, AGENCY = "示例市医疗保障局", "示例市医疗保障事业中心"
OFFICE = {
    "bureau": {"full_name": BUREAU, "address": "政务路8号", "phone": "0000-8888001", "channels": ["书面", "口头"]},
    "agency": {"full_name": AGENCY, "address": "社保路2号", "phone": "0000-8888002", "channels": ["平台", "Excel 回传"]},
    "review_body": "示例市人民政府", "review_address": "政务服务中心", "review_online": "复议网", "court": "示例市人民法院",
    "police": "示例市公安局", "supervision": "示例市监察委员会", "partner": {"name": "示例市卫生健康委员会"},
    "fund_account": {"name": "基金财政专户", "bank": "示例银行", "no": "6200000000000001"},
    "fine_collection": {"bank": "罚款代收银行", "code": "9900001"},
}  # fmt: skip
NO_WAIT = """
casework.round.recall_minutes:
  values:
    - {value: 0, from: 2026-01-01, instrument: 示例市内部规定, status: assumed, known_since: 2026-01-01}
"""


def read(made: dict[str, Any]) -> str:
    """The words of a paper, as both its files hold them; what stays out of a PDF's text layer fails here."""
    assert zipfile.is_zipfile(made["docx"]) and Path(made["pdf"]).read_bytes().startswith(b"%PDF-1.7")
    pages = PdfReader(made["pdf"]).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def typed(field: Field) -> Any:
    """What somebody types into a field that the case does not know."""
    match field.kind:
        case "date":
            return "2026-09-01"
        case "datetime":
            return "2026-09-01T09:30"
        case "int" | "months" | "days_wd" | "days_cal" | "multiple" | "percent":
            return 1
        case "money":
            return 100
        case "bool":
            return True
        case "list" | "file_list" | "officers":
            return [field.label]
        case "table":
            return [{column.name: typed(column) for column in field.columns.values()}]
        case _:
            return field.label


def in_yuan(fen: int) -> str:
    return f"{fen / 100:,.2f}元"


def answer(file: Path, heads: list[Any]) -> None:
    """Fill a workbook in as people do: one line disputed, a strange row added, the last rows removed, all turned round."""
    book = openpyxl.load_workbook(file)
    sheet = book["疑点明细"]
    at = {name: heads.index(name) for name in ("疑点编号", "机构意见", "机构说明")}
    rows = [list(row) for row in sheet.iter_rows(min_row=3, values_only=True)]
    rows[0][at["机构意见"]], rows[0][at["机构说明"]] = "不认可", "符合诊疗规范"
    strange: list[Any] = [None] * len(heads)
    strange[at["疑点编号"]], strange[at["机构意见"]] = "F0000000000000", "认可"
    last = rows[-1][at["疑点编号"]]
    kept = [row for row in rows if row[at["疑点编号"]] != last or row is rows[0]]
    sheet.delete_rows(3, sheet.max_row)
    for number, row in enumerate([strange, *reversed(kept)], start=3):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column, value)
    book.save(file)
