"""A case is seen by whom it concerns, nobody else's list has it, and whoever opens the file has been written down."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.casework.cases import people
from tests.casework.cases.people import CLERK, ELSEWHERE, HEAD, LI, ZHAO, person

from yibao.access import Actor, Role
from yibao.casework import penalty
from yibao.casework.cases import Doing, Opening, Track, lay_open, work_list
from yibao.kernel import Refused, day_of_ymd
from yibao.store import Register

DAY = day_of_ymd(20260302)
MACHINES = {Track.PENALTY: penalty.MACHINE}
FAR = person("far", Role.DECIDING_HEAD, region=ELSEWHERE)


@pytest.fixture
def case(fresh_register: Register) -> tuple[int, str]:
    with fresh_register.unit_of_work("zhao") as unit:
        opened = penalty.register(
            people.desk(unit, ZHAO),
            Opening(people.CITY, "重复收费", institution_id=7),
            Doing(DAY, "举报线索"),
        )
    return opened.id, opened.number


def seen_by(register: Register, actor: Actor) -> list[str]:
    with register.unit_of_work(actor.name) as unit:
        return [row.number for row in work_list(people.desk(unit, actor), MACHINES, DAY)]


def open_file(register: Register, actor: Actor, case: int) -> None:
    with register.unit_of_work(actor.name) as unit:
        lay_open(people.desk(unit, actor), MACHINES, case)


def test_the_list_has_what_the_file_would_open(fresh_register: Register, case: tuple[int, str]) -> None:
    key, number = case
    recused = (
        replace(LI, recused=frozenset({number})),
        replace(LI, recused_institutions=frozenset({7})),
    )
    for actor in (LI, ZHAO, HEAD):
        assert seen_by(fresh_register, actor) == [number]
        open_file(fresh_register, actor, key)
    for actor in (*recused, CLERK, FAR):
        assert seen_by(fresh_register, actor) == []
        with pytest.raises(Refused) as refused:
            open_file(fresh_register, actor, key)
        assert refused.value.code == ("access.recused" if actor in recused else "access.denied")
    with fresh_register.engine.connect() as connection:
        looks = connection.execute(
            text("SELECT account, what, subject, case_subject FROM access_log ORDER BY id")
        ).all()
        leaves = connection.scalars(
            text("SELECT subject FROM ledger_leaf WHERE tag = 'access:file:read'")
        ).all()
    assert [tuple(look) for look in looks] == [
        (who, "case file", number, number) for who in ("li", "zhao", "head")
    ]
    assert leaves == [number] * 3
