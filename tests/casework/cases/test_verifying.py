"""Acts and amounts only grow; and who takes the guard away to change them is found out by the ledger."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from tests.casework.cases import people
from tests.casework.cases.people import CLERK, HEAD, ZHAO
from tests.casework.cases.plant import plant

from yibao.casework import penalty
from yibao.casework.cases import CaseFault, Doing, opening_about
from yibao.casework.tracks import verify_cases
from yibao.kernel import Refused, day_of_ymd
from yibao.store import Register

DAY = day_of_ymd(20260302)


@pytest.fixture
def filed(fresh_register: Register) -> Register:
    codes = plant(fresh_register, 10_000)
    with fresh_register.unit_of_work("zhao") as unit:
        desk = people.desk(unit, ZHAO)
        opening, stake = opening_about(unit, codes, "重复收费")
        case = penalty.register(desk, opening, Doing(DAY, "举报线索", amounts=stake)).id
        penalty.act(desk, case, "propose_filing", Doing(DAY, "属实"))
    with fresh_register.unit_of_work("head") as unit:
        penalty.act(people.desk(unit, HEAD), case, "file", Doing(DAY))
    return fresh_register


def faults(register: Register) -> list[CaseFault]:
    with register.unit_of_work("head") as unit:
        checked, found = verify_cases(people.desk(unit, HEAD))
    assert checked >= 2
    return found


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE case_act SET reason = '别的理由'",
        "DELETE FROM case_act",
        "TRUNCATE case_act CASCADE",
        "UPDATE case_amount SET fund_fen = 1",
        "DELETE FROM case_amount",
        "DELETE FROM case_link",
    ],
)
def test_the_register_refuses_to_change_what_was_done(filed: Register, change: str) -> None:
    for session in ("SET session_replication_role = 'origin'", "SET session_replication_role = 'replica'"):
        with filed.engine.connect() as connection:
            connection.execute(text(session))
            with pytest.raises(ProgrammingError, match="只增不改"):
                connection.execute(text(change))
    assert faults(filed) == []


@pytest.mark.parametrize(
    ("table", "change", "kind", "shown"),
    [
        (
            "case_act",
            "UPDATE case_act SET reason = '改' WHERE verb = 'propose_filing'",
            "changed",
            "reason: 改",
        ),
        ("case_act", "UPDATE case_act SET reason = '添' WHERE verb = 'file'", "changed", "reason: 添"),
        ("case_act", "UPDATE case_act SET actor = 'wang' WHERE verb = 'file'", "changed", "actor: wang"),
        (
            "case_act",
            "UPDATE case_act SET day = day - 30 WHERE verb = 'register'",
            "changed",
            "day: 2026-01-31",
        ),
        (
            "case_act",
            "UPDATE case_act SET body = '{\"harm\": true}' WHERE verb = 'file'",
            "changed",
            "body: {'harm': True}",
        ),
        ("case_act", "DELETE FROM case_act WHERE verb = 'file'", "lost", "—"),
        ("case_amount", "UPDATE case_amount SET fund_fen = 9", "changed", "'fund_fen': 9"),
        ("case_amount", "DELETE FROM case_amount", "changed", "amounts: {}"),
        ("case_file", "UPDATE case_file SET state = 'not_filed'", "head", "not_filed"),
    ],
)
def test_what_is_changed_behind_the_guard_is_named(
    filed: Register, table: str, change: str, kind: str, shown: str
) -> None:
    with filed.engine.begin() as connection:
        if table != "case_file":
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER only_grows"))
        connection.execute(text(change))
        if table != "case_file":
            connection.execute(text(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows"))
    found = [one for one in faults(filed) if one.kind == kind]
    assert any(shown in one.found for one in found) and found[0].case == "C000001"


def test_an_act_that_was_slipped_in_and_a_guard_that_is_gone(filed: Register) -> None:
    with filed.engine.begin() as connection:
        connection.execute(text("ALTER TABLE case_amount DISABLE TRIGGER only_grows"))
        connection.execute(
            text(
                "INSERT INTO case_act (case_id, verb, came_from, led_to, day, actor, body, ledger_entry) "
                "SELECT case_id, 'drop', led_to, 'revoked', day, actor, '{}', 999999 FROM case_act "
                "ORDER BY number DESC LIMIT 1"
            )
        )
    assert {one.kind for one in faults(filed)} == {"unguarded", "unsworn", "head"}


def test_not_everybody_may_verify(filed: Register) -> None:
    for who in (people.HOSPITAL, CLERK):
        with filed.unit_of_work(who.name) as unit, pytest.raises(Refused, match=r"access\.denied"):
            verify_cases(people.desk(unit, who))
