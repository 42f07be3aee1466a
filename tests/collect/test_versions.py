"""Versions of a row: which one stands, whatever the order in which they are sent."""

from __future__ import annotations

import itertools
import signal
from pathlib import Path

import pytest
from tests.collect.conftest import Desk
from tests.collect.extracts import LINE, PERSON, Row, write, write_city
from tests.collect.programs import start

from yibao.collect import read_source

OLD = {**LINE, "pric": "5.5", "det_item_fee_sumamt": "11.00"}
NEW = {**LINE, "pric": "6", "det_item_fee_sumamt": "12.00"}
THIRD = {**LINE, "pric": "7", "det_item_fee_sumamt": "14.00"}
LATER_THAN_ANY = "2190-01-01 00:00:00"


def at(row: Row, second: int) -> dict[str, str]:
    """The row as the sender changed it at a second of one minute."""
    return {**row, "updt_time": f"2025-03-06 10:00:{second:02}"}


@pytest.fixture
def city(desk: Desk, tmp_path: Path) -> Desk:
    """A lake with everything that a line hangs on, and no line."""
    desk.collect(write_city(tmp_path / "city", fee_list_d=[]))
    return desk


class Sender:
    """Sends lines, a file per list, and tells what became of them."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk, self.folder, self.sent = desk, folder, itertools.count()

    def send(self, *files: list[Row]) -> dict[str, int]:
        folder = self.folder / f"sent-{next(self.sent)}"
        for number, rows in enumerate(files):
            write(folder / f"fee_list_d_{number}.csv", rows)
        outcome = self.desk.collect(folder)
        counts = outcome.tables["line"]
        assert outcome.batch is not None or not counts["accepted"]
        return {name: n for name, n in counts.items() if n}

    def stands(self) -> list[int]:
        return [row["amount_fen"] for row in self.desk.standing("line")]


@pytest.fixture
def sender(city: Desk, tmp_path: Path) -> Sender:
    return Sender(city, tmp_path)


ACCEPTED, CORRECTED = {"accepted": 1}, {"accepted": 1, "corrected": 1}
KNOWN, OUTDATED = {"known": 1}, {"known": 1, "old": 1}


def test_an_older_file_sent_again_takes_no_correction_back(sender: Sender) -> None:
    assert sender.send([OLD]) == ACCEPTED
    assert sender.send([NEW]) == CORRECTED
    assert sender.send([OLD]) == OUTDATED
    assert sender.send([NEW]) == KNOWN
    assert sender.send([THIRD]) == CORRECTED
    assert sender.send([OLD], [NEW]) == {"known": 2, "old": 2}
    assert sender.stands() == [1400]
    assert len(sender.desk.lake.batches()) == 4
    assert sender.desk.refused() == []


def test_a_folder_that_holds_what_was_replaced(sender: Sender) -> None:
    sender.send([OLD])
    sender.send([NEW])
    assert sender.send([OLD], [NEW]) == {"known": 2, "old": 1}
    assert sender.send([OLD], [THIRD]) == {"accepted": 1, "corrected": 1, "known": 1, "old": 1}
    assert sender.send([THIRD], [NEW], [OLD]) == {"known": 3, "old": 2}
    assert (sender.stands(), sender.desk.refused()) == ([1400], [])


def test_two_versions_at_once_without_a_time_are_for_the_sender_to_say(sender: Sender) -> None:
    assert sender.send([OLD], [NEW]) == {"accepted": 1, "quarantined": 1}
    assert sender.send([NEW], [OLD]) == {"known": 1, "quarantined": 1}, "the one that the lake holds stands"
    assert (sender.stands(), len(sender.desk.refused())) == ([1100], 1)
    assert sender.send([NEW]) == CORRECTED
    assert sender.send([OLD], [NEW]) == {"known": 2, "old": 1}


ORDERS = list(itertools.permutations(range(3)))


def test_the_last_change_stands_whatever_the_order(sender: Sender) -> None:
    versions = [at(OLD, 1), at(NEW, 2), at(THIRD, 3)]
    for turn in range(3):  # a line per order
        sender.send([{**versions[order[turn]], "bkkp_sn": f"L{n}"} for n, order in enumerate(ORDERS)])
    assert (sender.stands(), sender.desk.refused()) == ([1400] * 6, [])


def test_the_last_change_of_a_folder_stands_whatever_the_order(sender: Sender) -> None:
    versions = [at(OLD, 3), at(NEW, 2), at(OLD, 1)]
    files: list[list[Row]] = [
        [{**versions[order[turn]], "bkkp_sn": f"L{n}"} for n, order in enumerate(ORDERS)] for turn in range(3)
    ]
    assert sender.send(*files) == {"accepted": 6, "known": 12, "old": 6}
    assert (sender.stands(), sender.desk.refused()) == ([1100] * 6, [])
    assert sender.send(*files) == {"known": 18, "old": 6}


def test_back_to_the_old_values_with_a_later_time(sender: Sender) -> None:
    sender.send([at(OLD, 1)])
    sender.send([at(NEW, 2)])
    assert sender.send([at(OLD, 1)]) == OUTDATED
    assert sender.send([OLD]) == OUTDATED, "no time, no new word"
    assert sender.send([at(OLD, 3)]) == CORRECTED
    assert sender.send([at(NEW, 2)]) == OUTDATED
    assert sender.send([at(OLD, 4)]) == KNOWN, "the time is no content"
    assert sender.stands() == [1100]


def test_an_earlier_change_that_nobody_sent_before_rests(sender: Sender) -> None:
    sender.send([at(NEW, 2)])
    assert sender.send([at(THIRD, 1)]) == OUTDATED
    assert sender.stands() == [1200]


def test_a_time_after_the_day_of_collection_overrules_what_came_without_one(sender: Sender) -> None:
    sender.send([OLD])
    sender.send([NEW])
    assert sender.send([at(OLD, 1)]) == OUTDATED, "in 2025 nobody knew of the correction"
    assert sender.send([{**OLD, "updt_time": LATER_THAN_ANY}]) == CORRECTED
    assert sender.send([NEW]) == OUTDATED
    assert sender.stands() == [1100]


def test_a_mapping_gives_a_whole_file_its_time(sender: Sender, tmp_path: Path) -> None:
    sender.send([OLD])
    sender.send([NEW])
    mapping = f"""
        source: back
        name: {{zh: 改回, en: back}}
        files: [{{match: ["*"], table: line, columns: {{updated: {{constant: "{LATER_THAN_ANY}"}}}}}}]
    """
    path = write(tmp_path / "back.csv", [OLD])
    outcome = sender.desk.collect(path, source=read_source(mapping, where="test"))
    assert (outcome.tables["line"]["corrected"], sender.stands()) == (1, [1100])


def test_a_time_that_cannot_be_read_loses_no_row(sender: Sender) -> None:
    assert sender.send([{**OLD, "updt_time": "yesterday"}]) == {"accepted": 1, "noted": 1}
    assert [row["updated_micros"] for row in sender.desk.standing("line")] == [None]


def test_versions_that_differ_at_one_time_are_for_the_sender_to_say(sender: Sender) -> None:
    assert sender.send([at(OLD, 1)], [at(NEW, 1)]) == {"accepted": 1, "quarantined": 1}
    assert [code for _, _, code, _ in sender.desk.refused()] == ["repeated"]


def test_what_rides_along_has_no_time_of_its_own(desk: Desk, tmp_path: Path) -> None:
    bill = {
        "mdtrt_id": "M9",
        "psn_no": "P1",
        "fixmedins_code": "H1",
        "med_type": "21",
        "begntime": "2025-03-01",
    }
    rider = {**bill, "psn_name": "张三", "gend": "1", "brdy": "1990-03-07", "fixmedins_name": "一院"}
    desk.collect(write(tmp_path / "in" / "mdtrt_d.csv", [at(rider, 9)]))
    outcome = desk.collect(write(tmp_path / "psn_info_b.csv", [at({**PERSON, "psn_name": "张叁"}, 1)]))
    assert outcome.tables["person"]["corrected"] == 1
    assert [row["updated_micros"] for row in desk.stored("encounter")] != [None]


@pytest.mark.parametrize("point", ["judged", "renamed"])
def test_a_killed_correction_leaves_the_row_and_comes_again(
    sender: Sender, tmp_path: Path, point: str
) -> None:
    sender.send([OLD])
    program = start(point, sender.desk.register, write(tmp_path / "killed" / "fee_list_d.csv", [NEW]))
    _, told = program.communicate(timeout=120)
    assert program.returncode == -signal.SIGKILL, told
    assert sender.stands() == [1100]
    assert sender.send([OLD]) == KNOWN
    assert sender.send([NEW]) == CORRECTED
    assert sender.send([OLD]) == OUTDATED
    assert sender.stands() == [1200]


def test_a_faulty_row_beside_the_right_one_is_settled_and_no_news(sender: Sender) -> None:
    faulty = {**OLD, "cnt": "x"}
    assert sender.send([faulty]) == {"quarantined": 1}
    assert sender.send([faulty], [OLD]) == {"accepted": 1, "quarantined": 1}
    batches = len(sender.desk.lake.batches())
    assert sender.send([faulty], [OLD]) == {"known": 1, "quarantined": 1}
    assert (len(sender.desk.lake.batches()), len(sender.desk.refused())) == (batches, 1)


def test_a_product_beyond_64_bits_is_refused(sender: Sender) -> None:
    most = {**LINE, "cnt": "100000", "pric": "9000", "det_item_fee_sumamt": "40000000"}
    assert sender.send([most]) == ACCEPTED
    assert sender.send([{**most, "bkkp_sn": "L2", "pric": "9000.000001"}]) == {"quarantined": 1}
    assert sender.send([{**most, "bkkp_sn": "L3", "cnt": "-100000", "pric": "-4000000"}]) == {
        "quarantined": 1
    }
    assert {(code, column) for _, _, code, column in sender.desk.refused()} == {
        ("product", None),
        ("same_sign", None),
    }
    [entry, *_] = sender.desk.stored("quarantine")
    assert "9 亿元" in entry["reason_zh"] and "900 million" in entry["reason_en"]
    assert "数量=100000" in entry["came"] and "单价=9000.000001" in entry["came"]
