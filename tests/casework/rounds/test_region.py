"""A round holds findings of its maker's region, of the region he asked for, and of no institution that he must avoid."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text
from tests.casework.rounds.conftest import START, Bureau

from yibao.access import Actor
from yibao.casework import rounds
from yibao.casework.cases import Desk
from yibao.casework.rounds import Order
from yibao.kernel import Region
from yibao.store import UnitOfWork


def taken(bureau: Bureau, actor: Actor, order: Order) -> tuple[set[str], set[int]]:
    """Make a round and give the regions and institutions of its findings; it is rolled back."""
    house = bureau.bench.house
    with house.register.engine.connect() as connection, connection.begin() as transaction:
        desk = Desk(UnitOfWork(connection, actor.name), actor, house.policy())
        made = rounds.new_round(desk, house.home, house.register, order, day=START, seed=7)
        rows = connection.execute(
            text(
                "SELECT i.region, i.institution_id FROM round_line l JOIN institution i USING (institution_id) "
                "WHERE l.round = :number"
            ),
            {"number": made.number},
        ).all()
        transaction.rollback()
    return {row.region for row in rows}, {row.institution_id for row in rows}


def test_a_round_stays_in_the_region_of_who_makes_it(bureau: Bureau) -> None:
    city = bureau.actor("zhang")
    everywhere, everybody = taken(bureau, city, Order())
    county = sorted(everywhere - {str(city.region)})[0]
    assert len(everywhere) > 1
    asked, _ = taken(bureau, city, Order(region=county))
    own, _ = taken(bureau, replace(city, region=Region(county)), Order(region=county))
    assert asked == own == {county}
    avoided = min(everybody)
    _, others = taken(bureau, replace(city, recused_institutions=frozenset({avoided})), Order())
    assert others == everybody - {avoided}
