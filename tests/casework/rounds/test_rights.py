"""The lines of a round are in the list of rights: 疑点申诉 while the answer is awaited, 扣款复议 after the deduction."""

from __future__ import annotations

import pytest
from tests.casework.rounds.conftest import Bureau

from yibao import remedy
from yibao.archive import files
from yibao.archive.files import Subject, SubjectKind
from yibao.casework.cases import institution_of
from yibao.remedy import RightKind

pytestmark = pytest.mark.xdist_group("money")


def test_lines_wait_for_an_answer_and_deductions_may_be_reconsidered(sent_bureau: tuple[Bureau, str]) -> None:
    bureau, code = sent_bureau
    waiting = bureau.lines(code)
    line = waiting[0]
    mine = [one for one in waiting if one.institution_id == line.institution_id]
    with bureau.at("zhang") as desk:
        known = institution_of(desk.unit, line.institution_id)
        assert known is not None
        head = Subject(0, SubjectKind.INSTITUTION, known[2], known[0], known[1], line.institution_id, "")
        files.open_subjects(desk.unit, [head])
    with bureau.at(f"inst:{line.institution_id}") as desk:
        listed = remedy.rights(desk, known[0], bureau.day)
    assert {one.kind for one in listed} == {RightKind.LINE_APPEAL}
    assert sum(one.count for one in listed) == len(mine), "all lines of one day are one right with a count"
    assert all(one.suspends and one.by_day is not None and one.by_day > bureau.day for one in listed)
    bureau.deducted(line)
    with bureau.at(f"inst:{line.institution_id}") as desk:
        listed = remedy.rights(desk, known[0], bureau.day)
    [right] = [one for one in listed if one.kind is RightKind.RECONSIDERATION]
    assert (right.on, right.count, right.suspends) == (line.number, 1, False)
    with bureau.at("qian") as desk:
        [same] = [one for one in remedy.rights(desk, line.number, bureau.day)]
    assert same == right
