"""Every look at a sensitive file is written down, and what is written down stays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.access.conftest import CITY, Member

from yibao.access import Permission, Purpose, Role, Target, acting, read_log, read_of_file, watermark
from yibao.kernel import Refused, Region
from yibao.store import Register

BILL = Target(region=CITY, institution_id=7, person_id=3)


def test_a_look_is_written_down_with_who_what_whose_why_and_when(founded: Register, member: Member) -> None:
    handler = member("li", Role.CASE_HANDLER)
    with founded.unit_of_work("li") as unit:
        read_of_file(unit, handler, what="bill", subject="B1", target=BILL, purpose=Purpose.BROWSE)
        read_of_file(
            unit, handler, what="bill", subject="B1", target=BILL, purpose=Purpose.CASEWORK, case="penalty:12",
            case_open=True, unmasked=("personal", "sensitive"),
        )  # fmt: skip
    with founded.unit_of_work("shen.ji") as unit:
        looks = read_log(unit, acting(founded, "shen.ji"), account="li")
    assert [(k.account, k.permission, k.what, k.subject, k.purpose, k.case) for k in looks] == [
        ("li", Permission.FILE_UNMASK, "bill", "B1", Purpose.CASEWORK, "penalty:12"),
        ("li", Permission.FILE_READ, "bill", "B1", Purpose.BROWSE, None),
    ]
    assert abs((datetime.now(UTC) - looks[0].at).total_seconds()) < 600


def test_a_look_that_is_not_allowed_is_refused(founded: Register, member: Member) -> None:
    handler, system = member("li", Role.CASE_HANDLER), acting(founded, "xi.tong")
    for actor, target, unmasked, code in (
        (system, BILL, (), "access.denied"),
        (handler, Target(region=Region("990200")), (), "access.denied"),
        (handler, BILL, ("personal",), "access.unmask"),
    ):
        with pytest.raises(Refused) as refused, founded.unit_of_work(actor.name) as unit:
            read_of_file(
                unit,
                actor,
                what="bill",
                subject="B1",
                target=target,
                purpose=Purpose.CASEWORK,
                unmasked=unmasked,
            )
        assert refused.value.code == code
    with founded.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM access_log")) == 0


@pytest.mark.parametrize(
    "change", ["UPDATE access_log SET account = 'x'", "DELETE FROM access_log", "TRUNCATE access_log"]
)
def test_the_log_is_only_ever_added_to(founded: Register, member: Member, change: str) -> None:
    handler = member("li", Role.CASE_HANDLER)
    with founded.unit_of_work("li") as unit:
        read_of_file(unit, handler, what="bill", subject="B1", target=BILL, purpose=Purpose.BROWSE)
    with pytest.raises(DBAPIError, match="只增不改"), founded.unit_of_work("li") as unit:
        unit.connection.execute(text(change))


def test_reading_the_log_is_a_line_of_it_and_stays_in_the_region(founded: Register, member: Member) -> None:
    county = Region("990101")
    handler, clerk = member("li", Role.CASE_HANDLER), member("wu", Role.AGENCY_CLERK)
    auditor = member("sun", Role.AUDITOR, region=county)
    with founded.unit_of_work("li") as unit:
        read_of_file(unit, handler, what="bill", subject="B1", target=BILL, purpose=Purpose.BROWSE)
        there = Target(region=county)
        read_of_file(unit, handler, what="bill", subject="B2", target=there, purpose=Purpose.BROWSE)
    with founded.unit_of_work("sun") as unit:
        assert [k.subject for k in read_log(unit, auditor)] == ["*", "B2"]
    with founded.unit_of_work("shen.ji") as unit:
        looks = read_log(unit, acting(founded, "shen.ji"), limit=3)
        assert [(k.account, k.what) for k in looks] == [
            ("shen.ji", "access log"),
            ("sun", "access log"),
            ("li", "bill"),
        ]
    with pytest.raises(Refused), founded.unit_of_work("wu") as unit:
        read_log(unit, clerk)


def test_a_watermark_says_who_when_what_for_and_which(member: Member) -> None:
    actor = member("li", Role.AGENCY_CLERK)
    at = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
    mark = watermark(actor, at, Purpose.CASEWORK, b"rows")
    assert mark.zh == "Li（li） 2026-12-01 00:30 用于办理案件 bc51e9e65d79"
    assert watermark(actor, at, Purpose.CASEWORK, b"other rows") != mark
