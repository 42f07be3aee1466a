"""The workbook that goes out with a round: one an institution, its own rows only, the 32 national columns first.

What was sent is kept under ``reports/rounds`` with its digest on record, so that what comes back can be held against it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from yibao.casework.cases import Desk
from yibao.casework.cases.stakes import SHARE_BASIS
from yibao.casework.findings.outputs import store as output_store
from yibao.casework.findings.outputs.columns import ANSWERS, NATIONAL, OURS, Field
from yibao.casework.findings.outputs.evidence import TABLES, make_detail
from yibao.casework.findings.outputs.institutions import Institution, institutions, nobody
from yibao.casework.findings.outputs.looking import Look, known_by_run, looking
from yibao.casework.findings.outputs.ruletext import basis, rule_name
from yibao.casework.findings.outputs.sheets import MAX_ROWS, Column, Workbook
from yibao.casework.findings.outputs.styles import Style
from yibao.casework.findings.outputs.words import yuan
from yibao.casework.rounds import store
from yibao.casework.rounds.acting import find_round, permit
from yibao.casework.rounds.listing import sent_lines
from yibao.casework.rounds.model import Dispatch, Line, Round, round_code
from yibao.kernel import Refused, Text, date_of
from yibao.ledger import Tag, record
from yibao.store import Home, Register

Progress = Callable[[str, int, int], None]

SHEET: Final = "疑点明细"
CODE: Final = "疑点编号"
OPINION: Final = "机构意见"
ACCEPTED: Final = "认可金额(元)"
STATEMENT: Final = "机构说明"
ANSWER_COLUMNS: Final = (OPINION, ACCEPTED, STATEMENT)
"""The columns that the institution fills in; all others are ours."""

_PART: Final = 20_000
_NOTE: Final = "各行均为疑点，终审以前不作认定；「初审违规金额」「违规金额」「违规内容」是国家表的列名。"


def _plain(name: str) -> Callable[[Mapping[str, Sequence[Any]]], Sequence[Any]]:
    return lambda part: part[name]


def _empty(part: Mapping[str, Sequence[Any]]) -> Sequence[None]:
    return [None] * len(part["finding_id"])


_REPLACED: Final = {
    "申诉截止日期": Field(Column("申诉截止日期", "text", 12), _plain("due")),
    "疑点状态": Field(Column("疑点状态", "text", 9), _plain("state_name")),
}
"""What a round knows of the national columns beyond the findings themselves."""

FIELDS: Final = (
    *(_REPLACED.get(field.column.heading, field) for field in NATIONAL),
    *(field for field in OURS if field.column.heading not in ANSWER_COLUMNS),
    Field(Column("其中统筹(元)", "fen", 12), _plain("fund_fen")),
    Field(Column("其中个人(元)", "fen", 12), _plain("patient_fen")),
    Field(Column("批次编号", "text", 10), _plain("round")),
    Field(Column(OPINION, "text", 10, ANSWERS), _empty),
    Field(Column(ACCEPTED, "decimal", 12), _empty),
    Field(Column(STATEMENT, "text", 30), _empty),
)
"""The columns of the workbook: the 32 national ones in their order, ours, and those that the institution fills in."""


def workbooks(
    desk: Desk, home: Home, register: Register, code: str | int, *, to: Path | None = None,
    progress: Progress = lambda what, done, of: None,
) -> list[Path]:  # fmt: skip
    """Write the workbooks of a round that was sent, and copy them to a folder where one is given; give their paths.

    A workbook that was written before stays as it was sent; an institution is given its own.
    Raises `Refused`: ``casework.not_sent``, ``access.denied``.
    """
    one, whose = find_round(desk, code), desk.actor.institution_id
    permit(desk, "round:read", one.region, whose)
    sent = {
        key: d
        for key, d in store.dispatches(desk.unit.connection, one.number).items()
        if whose is None or key == whose
    }
    if not sent:
        raise Refused(
            "casework.not_sent",
            zh="批次尚未下发，没有可以给机构的表",
            en="the round has not left; there is nothing to give to institutions",
            where=one.code,
            came=one.state_name.zh,
            todo=Text(zh="先发出：yibao round send", en="send it first with yibao round send"),
        )
    folder = home.reports / "rounds" / one.code
    folder.mkdir(parents=True, exist_ok=True)
    missing = {key: d for key, d in sent.items() if not is_as_sent(home, d)}
    if missing:
        _write(desk, home, register, one, missing, folder, progress)
    written = store.dispatches(desk.unit.connection, one.number)
    paths = [home.reports / str(written[key].workbook) for key in sent]
    if to is not None:
        to.mkdir(parents=True, exist_ok=True)
        paths = [Path(shutil.copyfile(path, to / path.name)) for path in paths]
    return paths


def is_as_sent(home: Home, one: Dispatch) -> bool:
    """Say whether the kept workbook is there and is the one that was sent."""
    if one.workbook is None or one.digest is None:
        return False
    path = home.reports / one.workbook
    return path.is_file() and digest(path) == one.digest


def digest(path: Path) -> str:
    """Give the SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(
    desk: Desk, home: Home, register: Register, one: Round, missing: Mapping[int, Dispatch], folder: Path,
    progress: Progress,
) -> None:  # fmt: skip
    lines = sent_lines(desk, store.lines(desk.unit.connection, number=one.number))
    mine = [line for line in lines if line.institution_id in missing]
    with looking(home, register, TABLES, known_no=known_by_run(register), on_disk=True) as look:
        known = institutions(look, missing)
        look.show_findings(output_store.open_headers(desk.unit.connection, institution_ids=list(missing)))
        look.show_ranks()
        progress("整理证据", 0, len(missing))
        make_detail(look)
        _choose(look, mine, missing)
        for at, (key, dispatch) in enumerate(sorted(missing.items())):
            whose = known.get(key) or nobody(key)
            progress(f"写入 {whose.name}", at, len(missing))
            path = folder / f"{one.code}_{whose.code if whose.code.isalnum() else key}.xlsx"
            with Workbook(path) as book:
                _write_guide(book, whose, dispatch, [line for line in mine if line.institution_id == key])
                _write_rows(book, look, key, whose)
            told = digest(path)
            store.change_dispatch(
                desk.unit.connection,
                one.number,
                key,
                workbook=str(path.relative_to(home.reports)),
                digest=told,
            )
            record(
                desk.unit, Tag.AUDIT_FILE_EXPORTED, one.code,
                {"institution": whose.code, "sha256": told, "lines": dispatch.lines},
            )  # fmt: skip


def _choose(look: Look, lines: Sequence[Line], sent: Mapping[int, Dispatch]) -> None:
    """Keep of the detail the rows of the lines, with what the round says of them beside."""
    said = pa.table(
        {
            "finding_id": pa.array([line.finding_id for line in lines], pa.int64()),
            "total_fen": pa.array([line.at_stake.total_fen for line in lines], pa.int64()),
            "line_fund_fen": pa.array([line.at_stake.fund_fen for line in lines], pa.int64()),
            "line_patient_fen": pa.array([line.at_stake.patient_fen for line in lines], pa.int64()),
            "due": pa.array(
                [date_of(sent[line.institution_id].due_day).isoformat() for line in lines], pa.string()
            ),
            "round": pa.array([round_code(line.round) for line in lines], pa.string()),
        }
    )
    look.engine.register_arrow("said", said)
    look.engine.execute_native(
        "CREATE OR REPLACE TABLE sent_detail AS SELECT "
        "d.* REPLACE (row_number() OVER (PARTITION BY d.institution_id ORDER BY d.place) AS place, "
        "s.total_fen AS finding_fen), s.due, s.round, '待申诉' AS state_name, "
        "CASE WHEN d.first = 1 THEN s.line_fund_fen END AS fund_fen, "
        "CASE WHEN d.first = 1 THEN s.line_patient_fen END AS patient_fen "
        "FROM detail d JOIN said s USING (finding_id)"
    )


def _write_rows(book: Workbook, look: Look, institution: int, whose: Institution) -> None:
    columns = [field.column for field in FIELDS]
    last = look.rows("SELECT count(*) AS n FROM sent_detail WHERE institution_id = ?", [institution])[0]["n"]
    for number, begin in enumerate(range(1, max(1, last) + 1, MAX_ROWS), start=1):
        title = SHEET if number == 1 else f"{SHEET}{number}"
        with book.sheet(title, columns, landscape=True, note=_NOTE) as sheet:
            for part in _parts(look, institution, begin, min(begin + MAX_ROWS - 1, last)):
                part["institution"] = [whose] * len(part["finding_id"])
                sheet.part([field.cells(part) for field in FIELDS])


def _parts(look: Look, institution: int, first: int, last: int) -> Iterator[dict[str, list[Any]]]:
    for begin in range(first, last + 1, _PART):
        table = look.table(
            "SELECT * FROM sent_detail WHERE institution_id = ? AND place BETWEEN ? AND ? ORDER BY place",
            [institution, begin, min(begin + _PART - 1, last)],
        )
        yield {column: table.column(column).to_pylist() for column in table.column_names}


def _write_guide(book: Workbook, whose: Institution, one: Dispatch, lines: Sequence[Line]) -> None:
    """Write the first sheet: what this is, in sum, until when and how to answer."""
    columns = [
        Column("", width=26),
        Column("", width=12),
        Column("", width=14),
        Column("", width=14),
        Column("", width=60),
    ]
    by_rule: dict[str, list[Line]] = {}
    for line in lines:
        by_rule.setdefault(line.rule, []).append(line)
    with book.sheet("说明", columns) as sheet:
        sheet.line([f"{whose.name} 医保支付审核疑点 {round_code(one.round)}"], Style.TITLE, height=26)
        for name, value in (
            ("医药机构编码", whose.code),
            ("下发日期", date_of(one.sent_day).isoformat()),
            ("责任人确认截止", date_of(one.confirm_day).isoformat()),
            ("申诉截止日期", date_of(one.due_day).isoformat()),
            ("疑点", f"{one.lines} 条"),
            ("涉及金额(元)", yuan(one.at_stake.total_fen)),
            ("其中统筹 · 个人(元)", f"{yuan(one.at_stake.fund_fen)} · {yuan(one.at_stake.patient_fen)}"),
        ):
            sheet.line([name, value], Style.PLAIN)
        sheet.line([], Style.PLAIN)
        sheet.line(["规则", "疑点数", "统筹(元)", "个人(元)", "依据（核实情况）"], Style.HEADING)
        for rule, mine in sorted(by_rule.items()):
            fund, patient = (
                sum(getattr(line.at_stake, p) for line in mine) for p in ("fund_fen", "patient_fen")
            )
            sheet.line(
                [rule_name(rule).zh, str(len(mine)), yuan(fund), yuan(patient), basis(rule)], Style.TEXT
            )
        for line_of_text in ("", *_HOW_TO_ANSWER):
            sheet.line([line_of_text], Style.PLAIN)


_HOW_TO_ANSWER: Final = (
    "本表所列为疑点，不是违规认定；终审以前不扣款。列名中的「违规」是国家表的用词。",
    f"1. 在「{OPINION}」列选 {'、'.join(ANSWERS)}；部分认可的在「{ACCEPTED}」写明金额；"
    f"不认可、部分认可的在「{STATEMENT}」写理由。",
    f"2. 一条疑点有多行的，只需填写一行。请勿改动「{CODE}」：回收时按它对应，行的增减、次序和重复不影响。",
    "3. 其他列的改动不被采用，但会被发现并写入接收回执。",
    "4. 逾期未答的，由复审人确认后进入终审；有正当理由的可以说明情况。",
    f"5. {SHARE_BASIS}。",
)
