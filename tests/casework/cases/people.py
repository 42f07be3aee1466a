"""The people of a bureau and an agency, as the tracks' tests need them; each has one role and does one thing."""

from __future__ import annotations

from yibao.access import Actor, Role
from yibao.casework.cases import Desk
from yibao.kernel import Region, day_of_ymd
from yibao.policy import Policy, load
from yibao.store import UnitOfWork

CITY = "990100"
TODAY = day_of_ymd(20291231)
"""The day it is on these desks: late enough for cases to run their course."""
ELSEWHERE = "330100"


def person(
    name: str, *roles: Role, region: str = CITY, institution: int | None = None, **more: object
) -> Actor:
    """Give somebody with a name, roles and a region."""
    return Actor(
        id=abs(hash(name)) % 10_000 + 1, name=name, roles=frozenset(roles), region=Region(region),
        institution_id=institution, **more,  # type: ignore[arg-type]
    )  # fmt: skip


LI = person("li", Role.CASE_HANDLER)
WANG = person("wang", Role.CASE_HANDLER)
ZHAO = person("zhao", Role.SUPERVISOR)
LAWYER = person("lawyer", Role.LEGAL_REVIEWER)
HEAD = person("head", Role.DECIDING_HEAD)
CLERK = person("clerk", Role.AGENCY_CLERK)
SECOND_CLERK = person("second_clerk", Role.AGENCY_CLERK)
REVIEWER = person("reviewer", Role.REVIEWER)
AGENCY_HEAD = person("agency_head", Role.AGENCY_HEAD)
HOSPITAL = person("hospital", Role.INSTITUTION_STAFF, institution=7)


def policy() -> Policy:
    """Give the policy of the city."""
    return load(CITY)


def desk(unit: UnitOfWork, actor: Actor) -> Desk:
    """Give somebody's desk in a transaction."""
    return Desk(unit, actor, policy(), today=TODAY)
