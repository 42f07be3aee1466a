"""Nobody is in two places at once: records of one officer that overlap are refused, in one case and across cases."""

from __future__ import annotations

import pytest
from tests.casework.documents.samples import DAY, OFFICERS, anything

from yibao.casework.documents import CaseRef, Document, issue, kind, void
from yibao.kernel import Refused
from yibao.policy import Policy
from yibao.store import Home, UnitOfWork

ONE, OTHER = CaseRef("penalty", 71), CaseRef("penalty", 72)


@pytest.fixture
def record(unit: UnitOfWork, home: Home, policy: Policy):  # type: ignore[no-untyped-def]
    def made(
        case: CaseRef,
        start: str,
        end: str,
        officers: list[object] | None = None,
        slug: str = "inquiry_record",
    ) -> Document:
        who = "inquirers" if slug == "inquiry_record" else "inspectors"
        said = {
            **anything(kind(slug)), "started_at": f"2026-03-05T{start}", "ended_at": f"2026-03-05T{end}",
            who: officers or OFFICERS,
        }  # fmt: skip
        return issue(unit, home, policy, slug, case, said, "li", day=DAY)

    return made


def test_an_officer_does_not_question_two_people_at_once(record) -> None:  # type: ignore[no-untyped-def]
    record(ONE, "09:00", "10:30")
    with pytest.raises(Refused, match=r"casework\.document_hours") as refused:
        record(ONE, "10:29", "11:00")
    assert "99010001" in refused.value.text.zh and "2026-03-05 10:30" in str(refused.value.wanted)
    record(ONE, "10:30", "11:00")


def test_nor_inspect_elsewhere_in_another_case_meanwhile(record) -> None:  # type: ignore[no-untyped-def]
    record(ONE, "09:00", "10:30")
    for start, end in (("08:00", "09:01"), ("09:10", "09:20"), ("08:00", "12:00")):
        with pytest.raises(Refused, match=r"casework\.document_hours"):
            record(OTHER, start, end, ["赵敏（执法证号99010002）", "sun（99010003）"], "onsite_record")
    record(OTHER, "09:00", "10:30", ["sun（99010003）", "qian（99010004）"], "onsite_record")


def test_a_record_that_was_voided_takes_nobodys_time(record, unit: UnitOfWork) -> None:  # type: ignore[no-untyped-def]
    first = record(ONE, "09:00", "10:30")
    void(unit, first.id, "时间写错", "li", day=DAY)
    record(ONE, "09:00", "10:00")


def test_a_record_does_not_end_before_it_began(record) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused, match=r"casework\.document_hours.*早于"):
        record(ONE, "10:00", "09:59")
