"""Nobody gives himself a right: accounts, roles and recusals on a real register."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.access.conftest import CITY, Member

from yibao.access import (
    CASE_ROLES,
    Permission,
    Role,
    Target,
    acting,
    actor_of,
    allows,
    check,
    close_account,
    found,
    give_role,
    lift_recusal,
    list_accounts,
    open_account,
    recuse,
    take_role,
)
from yibao.kernel import Refused, Region
from yibao.store import Register

HERE = Target(region=CITY)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def test_a_home_without_accounts_has_one_user(fresh_register: Register) -> None:
    local = acting(fresh_register, None)
    assert local.is_local and local.roles == CASE_ROLES and local.region == Region("000000")
    check(local, Permission.PENALTY_DECIDE, HERE)
    with pytest.raises(Refused) as refused:
        check(local, Permission.ACCESS_OPEN_ACCOUNT, HERE)
    assert code_of(refused) == "access.denied"
    with pytest.raises(Refused) as refused:
        acting(fresh_register, "somebody")
    assert code_of(refused) == "access.unknown_account"
    assert "yibao access found" in str(refused.value)


def test_with_accounts_the_single_user_is_no_more(founded: Register) -> None:
    for name in (None, "local", "nobody.here"):
        with pytest.raises(Refused) as refused:
            acting(founded, name)
        assert code_of(refused) == ("access.who" if name is None else "access.unknown_account")
    assert acting(founded, "an.quan").roles == {Role.SECURITY_ADMINISTRATOR}


def test_a_home_is_founded_once_by_three_people(fresh_register: Register) -> None:
    with pytest.raises(Refused) as refused, fresh_register.unit_of_work("t") as unit:
        found(unit, CITY, system="one", security="one", audit="two")
    assert code_of(refused) == "access.duties"
    for again in (False, True):
        if again:
            with pytest.raises(Refused) as refused, fresh_register.unit_of_work("t") as unit:
                found(unit, CITY, system="a.a", security="b.b", audit="c.c")
            assert code_of(refused) == "access.founded"
        else:
            with fresh_register.unit_of_work("t") as unit:
                found(unit, CITY, system="aa", security="bb", audit="cc")


def test_an_account_needs_two_people_before_it_is_of_use(founded: Register) -> None:
    system, security = acting(founded, "xi.tong"), acting(founded, "an.quan")
    with founded.unit_of_work("xi.tong") as unit:
        open_account(unit, system, "li", holder="李某", region=CITY)
        assert not allows(actor_of(unit, "li"), Permission.POLICY_READ, HERE)
    for who, act in ((system, give_role), (security, open_account)):
        with pytest.raises(Refused) as refused, founded.unit_of_work(who.name) as unit:
            if act is give_role:
                give_role(unit, who, "li", Role.SUPERVISOR)
            else:
                open_account(unit, who, "wang", holder="王某", region=CITY)
        assert code_of(refused) == "access.denied"
    with founded.unit_of_work("an.quan") as unit:
        give_role(unit, security, "li", Role.SUPERVISOR)
        check(actor_of(unit, "li"), Permission.PENALTY_OPEN, HERE)
        shown = {account.name: account for account in list_accounts(unit, system)}
    assert shown["li"].roles == {Role.SUPERVISOR: "an.quan"} and shown["li"].opened_by == "xi.tong"


@pytest.mark.parametrize(
    ("held", "given"),
    [
        (Role.SUPERVISOR, Role.AUDIT_ADMINISTRATOR),
        (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR),
        (Role.SECURITY_ADMINISTRATOR, Role.CASE_HANDLER),
        (Role.AUDIT_ADMINISTRATOR, Role.AUDITOR),
    ],
)
def test_duties_are_held_apart(founded: Register, member: Member, held: Role, given: Role) -> None:
    member("li", held)
    with pytest.raises(Refused) as refused, founded.unit_of_work("an.quan") as unit:
        give_role(unit, actor_of(unit, "an.quan"), "li", given)
    assert code_of(refused) == "access.duties"


def test_two_duties_are_refused_by_the_register_itself(founded: Register) -> None:
    """Also where somebody writes rows by hand; and what gets past all that can do nothing."""
    insert = text(
        "INSERT INTO account_role (account, role, given_by) SELECT id, :role, 'x' FROM account WHERE name = :n"
    )
    with pytest.raises(IntegrityError), founded.unit_of_work("t") as unit:
        unit.connection.execute(insert, {"role": "audit_administrator", "n": "xi.tong"})
    with founded.unit_of_work("t") as unit:
        unit.connection.execute(insert, {"role": "deciding_head", "n": "xi.tong"})
    with pytest.raises(Refused) as refused:
        check(acting(founded, "xi.tong"), Permission.ACCESS_OPEN_ACCOUNT, HERE)
    assert code_of(refused) == "access.duties"


def test_two_at_once_cannot_give_what_excludes_each_other(founded: Register, member: Member) -> None:
    """One gives a case role, the other a duty: the second waits for the first and sees what it did."""
    member("li")
    member("second", Role.SECURITY_ADMINISTRATOR)
    refused: list[str] = []
    begun = threading.Event()

    def give_duty() -> None:
        begun.set()
        try:
            with founded.unit_of_work("second") as unit:
                give_role(unit, actor_of(unit, "second"), "li", Role.AUDIT_ADMINISTRATOR)
        except Refused as error:
            refused.append(error.code)

    other = threading.Thread(target=give_duty)
    with founded.unit_of_work("an.quan") as unit:
        give_role(unit, actor_of(unit, "an.quan"), "li", Role.SUPERVISOR)
        other.start()
        begun.wait(10)
        other.join(
            0.2
        )  # it waits for the row; were it not to wait, it would be through by now or refused wrongly
    other.join(30)
    assert refused == ["access.duties"]
    assert acting(founded, "li").roles == {Role.SUPERVISOR}


def test_nobody_changes_his_own_rights(founded: Register) -> None:
    with founded.unit_of_work("an.quan") as unit:
        security, system = actor_of(unit, "an.quan"), actor_of(unit, "xi.tong")
        for act in (
            lambda: give_role(unit, security, "an.quan", Role.SUPERVISOR),
            lambda: take_role(unit, security, "an.quan", Role.SECURITY_ADMINISTRATOR),
            lambda: close_account(unit, system, "xi.tong"),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert code_of(refused) == "access.self"


def test_the_last_of_a_duty_stays(founded: Register, member: Member) -> None:
    system = acting(founded, "xi.tong")
    with pytest.raises(Refused) as refused, founded.unit_of_work("xi.tong") as unit:
        close_account(unit, system, "an.quan")
    assert code_of(refused) == "access.last_duty"
    member("second", Role.SECURITY_ADMINISTRATOR)
    with founded.unit_of_work("xi.tong") as unit:
        close_account(unit, system, "an.quan")
    with pytest.raises(Refused) as refused:
        acting(founded, "an.quan")
    assert code_of(refused) == "access.closed_account"


def test_names_are_never_used_again(founded: Register, member: Member) -> None:
    member("li", Role.SUPERVISOR)
    system = acting(founded, "xi.tong")
    with founded.unit_of_work("xi.tong") as unit:
        close_account(unit, system, "li")
    for name in ("li", "Li", "local", "王某", "a", "x y"):
        with pytest.raises(Refused) as refused, founded.unit_of_work("xi.tong") as unit:
            open_account(unit, system, name, holder="x", region=CITY)
        assert code_of(refused) == "access.account_name"


def test_an_administrator_has_no_power_elsewhere(founded: Register, member: Member) -> None:
    elsewhere = Region("990200")
    with pytest.raises(Refused) as refused, founded.unit_of_work("t") as unit:
        open_account(unit, actor_of(unit, "xi.tong"), "li", holder="x", region=elsewhere)
    assert code_of(refused) == "access.denied"
    member("county", Role.SYSTEM_ADMINISTRATOR, region=Region("990101"))
    with founded.unit_of_work("t") as unit:
        assert [a.name for a in list_accounts(unit, actor_of(unit, "county"))] == ["county"]


def test_a_role_for_ones_own_things_needs_something_of_ones_own(founded: Register, member: Member) -> None:
    with pytest.raises(Refused) as refused:
        member("zhang", Role.INSTITUTION_STAFF)
    assert code_of(refused) == "access.belongs"
    staff = member("wang", Role.INSTITUTION_STAFF, institution_id=7)
    check(staff, Permission.ROUND_ANSWER, Target(region=CITY, institution_id=7))
    assert not allows(staff, Permission.ROUND_ANSWER, Target(region=CITY, institution_id=8))


def test_roles_are_given_once_and_taken_once(founded: Register, member: Member) -> None:
    member("li", Role.SUPERVISOR)
    security = acting(founded, "an.quan")
    with founded.unit_of_work("an.quan") as unit:
        with pytest.raises(Refused) as refused:
            give_role(unit, security, "li", Role.SUPERVISOR)
        assert code_of(refused) == "access.role_held"
        take_role(unit, security, "li", Role.SUPERVISOR)
        with pytest.raises(Refused) as refused:
            take_role(unit, security, "li", Role.SUPERVISOR)
        assert code_of(refused) == "access.role_not_held"
        give_role(unit, security, "li", Role.SUPERVISOR)
        kept = unit.connection.scalar(text("SELECT count(*) FROM account_role WHERE role = 'supervisor'"))
    assert kept == 2  # what was taken stays on record


def test_who_is_recused_stays_out(founded: Register, member: Member) -> None:
    handler, head = member("li", Role.CASE_HANDLER), member("zhao", Role.DECIDING_HEAD)
    case, clinic = Target(region=CITY, subject="penalty:12"), Target(region=CITY, institution_id=7)
    with founded.unit_of_work("li") as unit:
        own = recuse(unit, handler, "li", subject="penalty:12", reason="与当事人有亲属关系")
        with pytest.raises(Refused) as refused:
            recuse(unit, handler, "zhao", subject="penalty:12", reason="x")
        assert code_of(refused) == "access.denied"
    with founded.unit_of_work("zhao") as unit:
        recuse(unit, head, "li", institution_id=7, reason="曾在该院任职")
        handler = actor_of(unit, "li")
    for target in (case, clinic):
        for permission in (Permission.PENALTY_INVESTIGATE, Permission.PENALTY_READ, Permission.FILE_READ):
            with pytest.raises(Refused) as refused:
                check(handler, permission, target)
            assert code_of(refused) == "access.recused"
    check(handler, Permission.PENALTY_READ, Target(region=CITY, subject="penalty:13"))
    with founded.unit_of_work("li") as unit, pytest.raises(Refused):
        lift_recusal(unit, handler, own, reason="x")
    with founded.unit_of_work("zhao") as unit:
        lift_recusal(unit, head, own, reason="经查无利害关系")
        check(actor_of(unit, "li"), Permission.PENALTY_READ, case)
        with pytest.raises(Refused) as refused:
            lift_recusal(unit, head, own, reason="x")
        assert code_of(refused) == "access.recusal"


def test_a_recusal_says_of_what_and_why(founded: Register, member: Member) -> None:
    handler = member("li", Role.CASE_HANDLER)
    for given in ({}, {"subject": "penalty:1", "institution_id": 7}, {"subject": "penalty:1", "reason": " "}):
        with pytest.raises(Refused) as refused, founded.unit_of_work("li") as unit:
            recuse(unit, handler, "li", **{"reason": "x", **given})  # type: ignore[arg-type]
        assert code_of(refused) == "access.recusal"


def test_a_head_does_not_lift_his_own_recusal(founded: Register, member: Member) -> None:
    head = member("zhao", Role.DECIDING_HEAD)
    with founded.unit_of_work("zhao") as unit:
        number = recuse(unit, head, "zhao", institution_id=7, reason="x")
        with pytest.raises(Refused) as refused:
            lift_recusal(unit, head, number, reason="x")
    assert code_of(refused) == "access.self"
