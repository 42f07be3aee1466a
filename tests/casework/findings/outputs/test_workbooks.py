from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from tests.casework.findings.outputs.conftest import Audited

from yibao.casework.findings.outputs import list_findings, store, write_findings, write_workbooks
from yibao.casework.findings.outputs.columns import FIELDS, NATIONAL
from yibao.casework.findings.outputs.evidence import TABLES, make_detail
from yibao.casework.findings.outputs.looking import looking
from yibao.kernel import Refused

pytestmark = pytest.mark.xdist_group("outputs")

THE_32 = [
    "申诉截止日期", "支付地点类别", "疑点状态", "医保区划", "医药机构编码", "医药机构名称", "科室名称", "医生姓名",
    "医疗类别", "住院门诊号", "参保人", "入院日期", "出院日期", "结算日期", "身份证号", "医保项目编码", "医保项目名称",
    "医院项目名称", "规则名称", "初审违规金额", "违规金额", "违规内容", "诊断信息", "费用日期", "险种类型", "数量", "单价",
    "金额", "统筹支付", "规格", "剂型", "机构等级",
]  # fmt: skip
"""The national extract's columns, in its order."""

NAMES = ("张三丰", "李小红", "王大明", "赵敏", "孙思邈")


@pytest.fixture(scope="module")
def books(audited: Audited, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("books")
    steps: list[tuple[str, int, int]] = []
    paths = write_workbooks(audited.home, audited.register, folder, None, lambda *step: steps.append(step))
    assert sorted(p.name for p in folder.iterdir()) == sorted(p.name for p in paths), "no drafts are left"
    assert steps[-1][1:] == (3, 3)
    return {path.name.split("_")[0]: path for path in paths}


def rows(path: Path, sheet: str = "疑点明细") -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(path)
    _, head, *body = book[sheet].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


def everything(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return "\n".join(
        str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row
    )


def test_the_national_columns_come_first_and_in_order(books: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(books["H1"])
    assert book.sheetnames == ["说明", "疑点明细"]
    head = [cell.value for cell in book["疑点明细"][2]]
    assert head[:32] == THE_32 == [field.column.heading for field in NATIONAL]
    assert head == [field.column.heading for field in FIELDS]
    assert book["疑点明细"].freeze_panes == "A3"
    assert book["疑点明细"].auto_filter.ref.startswith("A2:")


def test_nobody_takes_a_suspicion_for_a_decision(
    audited: Audited, books: dict[str, Path], tmp_path: Path
) -> None:
    note = openpyxl.load_workbook(books["H1"])["疑点明细"]["A1"].value
    assert "尚未认定" in note and all(
        f"「{h}」" in note for h in THE_32 if h.startswith(("初审违规", "违规"))
    )
    assert {row["认定情况"] for row in rows(books["H1"])} == {"疑点，未认定"}
    text = tmp_path / "f.csv"
    write_findings(audited.home, audited.register, text)
    with text.open(encoding="utf-8-sig", newline="") as source:
        assert {line["认定情况"] for line in csv.DictReader(source)} == {"疑点，未认定"}


def test_one_workbook_an_institution_with_its_own_rows_only(books: dict[str, Path]) -> None:
    assert sorted(books) == ["D1", "H1", "H2"]
    pharmacy = everything(books["D1"])
    assert "S5" not in pharmacy and "H1" not in pharmacy and "第一人民医院" not in pharmacy
    [other] = [row for row in rows(books["D1"]) if row["医药机构名称"] == "其他机构"]
    assert other["费用日期"] == "2025-07", "of another institution only the month shows"
    told = {k for k, v in other.items() if v is not None}
    assert told == {
        "疑点状态", "医药机构名称", "规则名称", "违规内容", "费用日期", "疑点编号", "规则编号", "判定", "依据",
        "测得值", "阈值", "证据角色", "证据类型", "认定情况",
    }  # fmt: skip


def test_persons_are_masked(books: dict[str, Path]) -> None:
    for path in books.values():
        text = everything(path)
        assert not [name for name in NAMES if name in text]
        assert "1101011990" not in text and "J18.9" not in text
    first = next(row for row in rows(books["H1"]) if row["规则编号"] == "sex_limit")
    assert (first["参保人"], first["身份证号"], first["诊断信息"]) == ("张**", "1****************3", "N40.*")
    assert (first["医生姓名"], first["医师编码"], first["住院门诊号"]) == ("孙**", "DR1", "OP0001")


def test_columns_add_up_to_the_register(audited: Audited, books: dict[str, Path]) -> None:
    findings = list_findings(audited.home, audited.register)
    for code, path in books.items():
        mine = [f for f in findings if f.institution_code == code]
        table = rows(path)
        fen = sum(f.attributed_fen for f in mine)
        assert round(100 * sum(row["违规金额"] or 0 for row in table)) == fen
        assert round(100 * sum(row["疑点金额(元)"] or 0 for row in table)) == fen
        assert round(100 * sum(row["初审违规金额"] or 0 for row in table)) == sum(
            f.at_stake_fen for f in mine
        )
        assert {row["疑点编号"] for row in table} == {f.code for f in mine}


def test_codes_keep_their_digits_and_numbers_are_numbers(books: dict[str, Path]) -> None:
    row = next(r for r in rows(books["H1"]) if r["规则编号"] == "frequency_per_day")
    assert row["医保项目编码"] == "001102000050000"
    assert (row["数量"], row["单价"], row["金额"]) == (3, 25, 75)
    assert (row["入院日期"], row["出院日期"], row["结算日期"]) == ("2025-06-10", "2025-06-15", "2025-06-15")
    assert (row["医疗类别"], row["机构等级"], row["险种类型"]) == ("普通住院", "三级甲等", "职工基本医疗保险")


def test_nothing_is_a_formula(books: dict[str, Path]) -> None:
    texts = []
    for path in books.values():
        for sheet in openpyxl.load_workbook(path):
            for line in sheet.iter_rows():
                for cell in line:
                    if isinstance(cell.value, str) and cell.value[0] in "=+-@":
                        # openpyxl guesses a formula from the sign; the file says that the cell is an inline text
                        texts.append(cell.value)
                        assert cell.number_format == "@"
    assert {"=幸福社区卫生服务中心", "+普通药", "-感冒药"} <= set(texts)
    for path in books.values():
        with zipfile.ZipFile(path) as parts:
            for name in parts.namelist():
                assert b"<f>" not in parts.read(name)


def test_the_guide_says_who_how_much_and_how_to_answer(books: dict[str, Path]) -> None:
    guide = [row for row in openpyxl.load_workbook(books["H1"])["说明"].iter_rows(values_only=True)]
    text = "\n".join(str(value) for row in guide for value in row if value)
    for word in ("示例市第一人民医院", "405.00", "5 条", "怎么答复", "疑点编号", "已脱敏", "第三十八条"):
        assert word in text
    answers = openpyxl.load_workbook(books["H1"])["疑点明细"].data_validations.dataValidation
    assert [a.formula1 for a in answers] == ['"认可,部分认可,不认可"']


def test_only_the_asked_institutions(audited: Audited, tmp_path: Path) -> None:
    [path] = write_workbooks(audited.home, audited.register, tmp_path, ["大药房"])
    assert path.name == "D1_示例大药房.xlsx"
    with pytest.raises(Refused) as refused:
        write_workbooks(audited.home, audited.register, tmp_path, ["没有"])
    assert refused.value.code == "casework.unknown_institution"


def test_the_same_findings_give_the_same_bytes(
    audited: Audited, books: dict[str, Path], tmp_path: Path
) -> None:
    for path in write_workbooks(audited.home, audited.register, tmp_path):
        assert path.read_bytes() == books[path.name.split("_")[0]].read_bytes()


def test_findings_export_as_a_workbook_and_as_text(audited: Audited, tmp_path: Path) -> None:
    book, text = tmp_path / "f.xlsx", tmp_path / "f.csv"
    assert write_findings(audited.home, audited.register, book) == 8
    assert write_findings(audited.home, audited.register, text) == 8
    with text.open(encoding="utf-8-sig", newline="") as source:
        lines = list(csv.DictReader(source))
    table = rows(book)
    assert [line["疑点编号"] for line in lines] == [row["疑点编号"] for row in table]
    names = {line["医院项目名称"] for line in lines}
    assert {"'+普通药", "'-感冒药"} <= names, "a text that a spreadsheet would run is quoted"


def test_one_rule_alone_is_credited_as_in_the_whole(audited: Audited, tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    assert write_findings(audited.home, audited.register, path, institution="H1", rule="split_stay") == 1
    assert {row["规则编号"] for row in rows(path)} == {"split_stay"}
    assert sum(row["违规金额"] or 0 for row in rows(path)) == 125


def test_other_kinds_of_file_are_refused(audited: Audited, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        write_findings(audited.home, audited.register, tmp_path / "f.pdf")
    assert refused.value.code == "casework.export_kind"


def test_what_is_another_institutions_shows_not_even_its_money(audited: Audited) -> None:
    """A finding that blames lines of others as well: were the pharmacy blamed for the hospital's second stay."""
    with audited.register.unit_of_work(actor="test") as unit:
        headers = store.open_headers(unit.connection)
    stay, pharmacy = (
        next(h for h in headers.to_pylist() if h["rule"] == rule) for rule in ("split_stay", "two_places")
    )
    blamed = pa.Table.from_pylist([{**stay, "institution_id": pharmacy["institution_id"]}], headers.schema)
    with looking(audited.home, audited.register, TABLES) as look:
        look.show_findings(blamed)
        look.show_ranks()
        make_detail(look)
        rows = look.rows("SELECT * FROM detail")
    assert {row["evidence"] for row in rows} == {"line", "encounter"}
    for row in rows:
        told = {name for name, value in row.items() if value is not None}
        assert told <= {
            "place", "first", "finding_id", "rule", "result", "institution_id", "measured", "threshold", "day",
            "finding_at_stake_fen", "finding_fen", "evidence", "row_id", "role", "own",
            "returned_fen",
        }  # fmt: skip
