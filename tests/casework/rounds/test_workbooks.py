"""The workbook goes out and comes back: reordered, shortened, lengthened, doubled, tampered with, somebody else's, late."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.casework.findings.outputs.test_workbooks import THE_32
from tests.casework.rounds.conftest import Bureau

from yibao.casework import rounds
from yibao.casework.rounds import Answer, LineState
from yibao.casework.rounds.incoming import as_text, read_back
from yibao.kernel import Refused

SHEET = "疑点明细"
OPINION, ACCEPTED, STATEMENT = "机构意见", "认可金额(元)", "机构说明"
Sheet = list[list[Any]]


class Office:
    """An institution that was sent a round, with the workbook it received."""

    def __init__(self, bureau: Bureau, code: str, folder: Path) -> None:
        self.bureau = bureau
        with bureau.at("li") as desk:
            self.round = rounds.find_round(desk, code)
        with bureau.at("li") as desk:
            self.paths = rounds.workbooks(desk, bureau.home, bureau.register, self.round.code, to=folder)
        lines = bureau.lines(self.round.code)
        counts: dict[int, int] = {}
        for line in lines:
            counts[line.institution_id] = counts.get(line.institution_id, 0) + 1
        self.institution = max(counts, key=lambda key: counts[key])
        self.lines = [line for line in lines if line.institution_id == self.institution]
        self.foreign = next(line for line in lines if line.institution_id != self.institution)
        self.path = next(p for p in self.paths if self.lines[0].finding in codes(p))
        self.folder = folder

    def rows(self) -> tuple[list[str], Sheet]:
        _, head, *body = (
            list(row) for row in openpyxl.load_workbook(self.path)[SHEET].iter_rows(values_only=True)
        )
        return [str(name) for name in head], body

    def save(self, head: Sequence[str], body: Sheet, note: str = "") -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        if note:
            sheet.append([note])
        sheet.append(list(head))
        for row in body:
            sheet.append(row)
        path = self.folder / f"back_{len(list(self.folder.iterdir()))}.xlsx"
        book.save(path)
        return path

    def hand_in(self, path: Path) -> rounds.Receipt:
        with self.bureau.at(f"inst:{self.institution}") as desk:
            return rounds.take_back(desk, self.bureau.home, self.round.code, path, day=self.bureau.day)

    def states(self) -> dict[str, str]:
        return {line.finding: line.state for line in self.bureau.lines(self.round.code)}


def codes(path: Path) -> set[str]:
    return {row.code for row in read_back(path)}


def put(head: list[str], row: list[Any], **cells: object) -> None:
    for name, value in {
        OPINION: cells.get("opinion"),
        ACCEPTED: cells.get("accepted"),
        STATEMENT: cells.get("why"),
    }.items():
        row[head.index(name)] = value


@pytest.fixture
def office(sent_bureau: tuple[Bureau, str], tmp_path: Path) -> Office:
    return Office(*sent_bureau, tmp_path / "mail")


def test_the_national_columns_come_first_and_only_own_rows(office: Office) -> None:
    head, body = office.rows()
    assert head[:32] == THE_32
    assert head[-3:] == [OPINION, ACCEPTED, STATEMENT]
    sums = ("疑点金额(元)", "其中统筹(元)", "其中个人(元)")
    by = {n: [row[head.index(n)] for row in body] for n in ("疑点编号", "申诉截止日期", "疑点状态", *sums)}
    assert set(by["疑点编号"]) == {line.finding for line in office.lines}
    assert set(by["申诉截止日期"]) == {"2026-03-17"} and set(by["疑点状态"]) == {"待申诉"}
    total, fund, patient = (round(100 * sum(x or 0 for x in by[name])) for name in sums)
    assert total == fund + patient == sum(line.at_stake.total_fen for line in office.lines)
    guide = openpyxl.load_workbook(office.path)["说明"].iter_rows(values_only=True)
    told = " ".join(str(cell) for row in guide for cell in row)
    assert "2026-03-17" in told and "不是违规认定" in told


def test_rows_added_removed_reordered_doubled_and_retyped_do_no_harm(office: Office) -> None:
    head, body = office.rows()
    first = {line.finding: line for line in office.lines}
    accepted, parted, disputed, silent = list(first)[:4]
    parts = first[parted].at_stake.total_fen // 2
    for row in body:
        code = row[head.index("疑点编号")]
        if code == accepted:
            put(head, row, opinion="认可")
        elif code == parted:
            put(head, row, opinion="部分认可", accepted=f" {parts / 100:,.2f} ", why="一部分确需")
        elif code == disputed:
            put(head, row, opinion="不认可", why="见病历")
    amount = head.index("金额")
    for row in body:
        row[amount] = None if row[amount] is None else f"{row[amount]:.2f}"  # a number comes back as text
    body = [row for row in body if row[head.index("疑点编号")] != silent]
    body += [
        [*body[0]],
        ["我们自己加的一行", *[None] * (len(head) - 1)],
        ["小计", *[None] * (len(head) - 2), "x"],
    ]
    random.Random(1).shuffle(body)
    order = list(range(len(head)))
    random.Random(2).shuffle(order)
    receipt = office.hand_in(
        office.save([head[i] for i in order], [[row[i] for i in order] for row in body], "贵局：")
    )
    assert receipt.matched.text.zh == "已接收 3 · 未识别 1 · 已过期 0"
    assert receipt.matched.unknown[0].reason.zh == "没有疑点编号"
    assert receipt.compared and receipt.matched.alterations == 0, receipt.matched.altered
    states = office.states()
    assert (states[accepted], states[parted], states[disputed]) == (
        "accepted",
        "second_review",
        "second_review",
    )
    assert states[silent] == "to_assign"
    again = {line.finding: line for line in office.bureau.lines(office.round.code)}
    assert again[parted].disputed.total_fen == first[parted].at_stake.total_fen - parts
    assert again[disputed].statement == "见病历"


def test_what_is_not_taken_is_told_row_by_row_and_stops_no_other(office: Office) -> None:
    head, body = office.rows()
    code, statement = head.index("疑点编号"), office.lines[0]
    row = next(r for r in body if r[code] == statement.finding)
    blank = [None] * len(head)

    def made(of: str, **cells: object) -> list[Any]:
        new = [*blank]
        new[code] = of
        put(head, new, **cells)
        return new

    put(head, row, opinion="不认可", why="见病历")
    second, third, fourth, fifth = (line.finding for line in office.lines[1:5])
    wrong = [
        made(office.foreign.finding, opinion="认可"),
        made("F123", opinion="认可"),
        made("F0000000000000", opinion="认可"),
        made(second, opinion="同意"),
        made(third, opinion="不认可"),
        made(fourth, opinion="部分认可", accepted="abc", why="x"),
        made(fifth, opinion="认可"),
        made(fifth, opinion="不认可", why="x"),
    ]
    receipt = office.hand_in(office.save(head, [row, *wrong]))
    assert receipt.matched.text.zh == "已接收 1 · 未识别 7 · 已过期 0"
    reasons = " ".join(u.reason.zh for u in receipt.matched.unknown)
    for word in ("属于其他机构", "不是疑点编号", "不在本批次", "机构意见须为", "要写明理由", "不同意见"):
        assert word in reasons
    assert all("!" in u.place for u in receipt.matched.unknown), "each says where it stands"
    assert [s for f, s in office.states().items() if f != statement.finding] == ["to_assign"] * 59
    assert office.bureau.value("SELECT received FROM round_receipt WHERE number = :n", n=receipt.number) == 1


def test_a_second_time_nothing_changes_and_nothing_is_taken_twice(office: Office) -> None:
    head, body = office.rows()
    put(head, body[0], opinion="不认可", why="见病历")
    path = office.save(head, body)
    assert len(office.hand_in(path).matched.said) == 1
    again = office.hand_in(path).matched
    assert (len(again.said), again.repeated, len(again.unknown)) == (0, 1, 0)
    put(head, body[0], opinion="认可")
    changed = office.hand_in(office.save(head, body)).matched
    assert "已不在申诉阶段" in changed.unknown[0].reason.zh


def test_tampering_with_our_columns_is_noticed_and_of_no_use(office: Office) -> None:
    head, body = office.rows()
    amount = next(i for i, row in enumerate(body) if row[head.index("疑点金额(元)")])
    before = {line.finding: line.at_stake for line in office.lines}
    body[amount][head.index("疑点金额(元)")] = 0.01
    body[amount][head.index("规则编号")] = "none"
    put(head, body[amount], opinion="认可")
    receipt = office.hand_in(office.save(head, body))
    assert {a.heading for a in receipt.matched.altered} == {"疑点金额(元)", "规则编号"}
    assert receipt.matched.alterations == 2
    assert {line.finding: line.at_stake for line in office.bureau.lines(office.round.code)} | before == {
        line.finding: line.at_stake for line in office.bureau.lines(office.round.code)
    }


def test_late_rows_are_told_as_late_and_a_reviewer_may_still_take_them(office: Office) -> None:
    head, body = office.rows()
    put(head, body[0], opinion="不认可", why="见病历")
    code = body[0][head.index("疑点编号")]
    path = office.save(head, body)
    office.bureau.day += 15
    assert len(office.hand_in(path).matched.said) == 1, "the fifteenth day is in time"
    put(head, body[-1], opinion="认可")
    office.bureau.day += 1
    late = office.hand_in(office.save(head, body)).matched
    assert late.text.zh == "已接收 0 · 未识别 0 · 已过期 1" and late.repeated == 1
    with office.bureau.at("wang") as desk:
        rounds.cut_off(desk, office.round.code, day=office.bureau.day)
    lapsed = next(line for line in office.bureau.lines(office.round.code) if line.state == LineState.LAPSED)
    assert lapsed.finding != code
    with office.bureau.at("wang") as desk:
        said = rounds.Said(Answer.DISPUTE, "系统故障")
        rounds.take_late(desk, lapsed, said, day=office.bureau.day, reason="机构停电，情况属实")
    assert office.states()[lapsed.finding] == "second_review"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda p: p.write_bytes(b"PK\x03\x04 broken"), "casework.unreadable_workbook"),
        (lambda p: openpyxl.Workbook().save(p), "casework.no_finding_column"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(
    office: Office, make: Callable[[Path], object], code: str
) -> None:
    path = office.folder / "none.xlsx"
    make(path)
    with pytest.raises(Refused) as refused:
        office.hand_in(path)
    assert refused.value.code == code
    assert set(office.states().values()) == {"to_assign"}


def test_numbers_and_the_same_numbers_as_text_are_one() -> None:
    assert as_text(1234.5) == as_text("1,234.50") == as_text("１２３４．５") == "1234.5"
    assert as_text("000123") == "000123", "what looks like a code stays a code"
    assert as_text(0.1 + 0.2) == "0.3"
