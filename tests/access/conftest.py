"""A home with its first three administrators, and what the tests of this room share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yibao.access import Actor, Role, actor_of, found, give_role, open_account
from yibao.kernel import Region
from yibao.store import Register

CITY = Region("990100")

Member = Callable[..., Actor]


@pytest.fixture
def founded(fresh_register: Register) -> Register:
    with fresh_register.unit_of_work("test") as unit:
        found(unit, CITY, system="xi.tong", security="an.quan", audit="shen.ji")
    return fresh_register


@pytest.fixture
def member(founded: Register) -> Member:
    """Open an account and give it roles, each by the administrator whose duty it is; give its actor."""

    def make(name: str, *roles: Role, region: Region = CITY, **belonging: int | str) -> Actor:
        with founded.unit_of_work("test") as unit:
            system, security = actor_of(unit, "xi.tong"), actor_of(unit, "an.quan")
            open_account(unit, system, name, holder=name.title(), region=region, **belonging)  # type: ignore[arg-type]
            for role in roles:
                give_role(unit, security, name, role)
            return actor_of(unit, name)

    return make
