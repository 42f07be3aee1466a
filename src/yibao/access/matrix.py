"""Who may do what, as a table: every permission for every role, on own and on others' things.

The table is asked from the policies, never written; ``tests/access/matrix.yaml`` is what people have read and agreed to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import Final

from yibao.access.cedar import decide
from yibao.access.masks import SENSITIVITIES
from yibao.access.model import Actor, Purpose, Role, Target
from yibao.access.permissions import Permission
from yibao.access.words import Labelled
from yibao.kernel import Region


class Reach(Labelled):
    """How far a permission reaches: on whose things a role has it."""

    ANYTHING = "anything", "不限", "anything"
    OWN_INSTITUTION = "own_institution", "本机构", "own institution"
    OWN_PARTNER = "own_partner", "移送给本部门的", "what is transferred to the own department"
    OWN_PERSON = "own_person", "本人（参保人）", "oneself (insured)"
    OWN_PRACTITIONER = "own_practitioner", "本人（医务人员）", "oneself (practitioner)"
    OWN_REGION = "own_region", "本区", "own region"


@dataclass(frozen=True, slots=True)
class Situation:
    """A target by what it shares with the actor: the region, or not, and one more tie, or none."""

    region: bool
    tie: str | None

    def fits(self, reach: Reach) -> bool:
        """Tell whether a permission of this reach covers the situation."""
        if reach is Reach.ANYTHING:
            return True
        return self.region if reach is Reach.OWN_REGION else self.tie == reach.removeprefix("own_")


_TIES: Final = ("institution", "practitioner", "person", "partner")
_OWN_REGION: Final = Region("990100")
_OWN: Final = {"institution_id": 1, "practitioner_id": 1, "person_id": 1, "partner": "police"}
_OTHER: Final = {"institution_id": 2, "practitioner_id": 2, "person_id": 2, "partner": "health"}
_OTHER_REGIONS: Final = (Region("990200"), Region("990000"))
"""Another city, and the province above: neither lies in the own region."""
_INSIDE: Final = (_OWN_REGION, Region("990101"))
"""The city, and a county in it."""

SITUATIONS: Final = tuple(Situation(region, tie) for region in (True, False) for tie in (None, *_TIES))


@cache
def matrix() -> Mapping[Role, Mapping[Permission, frozenset[Reach]]]:
    """Give, role by role, the permissions that it has and how far each reaches.

    Raises `ValueError` where the policies reach in a way that `Reach` has no word for.
    """
    return MappingProxyType({role: MappingProxyType(dict(_of_role(role, Permission))) for role in Role})


@cache
def holders(permission: Permission) -> tuple[Role, ...]:
    """Give the roles that have a permission, on whatever."""
    return tuple(role for role in Role if dict(_of_role(role, [permission])))


def _of_role(role: Role, permissions: Iterable[Permission]) -> Iterator[tuple[Permission, frozenset[Reach]]]:
    actor = Actor(
        id=1, name="matrix", roles=frozenset({role}), region=_OWN_REGION, institution_id=1, practitioner_id=1,
        person_id=1, partner="police",
    )  # fmt: skip
    cells = [
        (permission, situation, target)
        for permission in permissions
        for situation in SITUATIONS
        for target in _targets(situation)
    ]
    allowed: dict[Permission, set[Situation]] = {}
    refused: dict[Permission, set[Situation]] = {}
    for (permission, situation, _), yes in zip(cells, _most(actor, cells), strict=True):
        (allowed if yes else refused).setdefault(permission, set()).add(situation)
    for permission, situations in allowed.items():
        yield permission, _reach(role, permission, situations, refused.get(permission, set()))


def _most(actor: Actor, cells: Sequence[tuple[Permission, Situation, Target]]) -> list[bool]:
    """Decide the cells; a field counts as shown where there is a purpose for which it is, while a case is open."""
    requests = [(permission, target) for permission, _, target in cells]
    found = [decision.allowed for decision in decide(actor, requests)]
    masked = [at for at, (permission, _) in enumerate(requests) if permission is Permission.FILE_UNMASK]
    for purpose, sensitivity in product(Purpose, SENSITIVITIES) if masked else ():
        decisions = decide(
            actor, [requests[at] for at in masked], purpose=purpose, case_open=True, sensitivity=sensitivity
        )
        for at, decision in zip(masked, decisions, strict=True):
            found[at] = found[at] or decision.allowed
    return found


def _targets(situation: Situation) -> Iterator[Target]:
    ties = dict(_OTHER)
    if situation.tie is not None:
        field = situation.tie if situation.tie == "partner" else f"{situation.tie}_id"
        ties[field] = _OWN[field]
    inside, outside = ((_OWN_REGION,), _OTHER_REGIONS[:1]) if situation.tie else (_INSIDE, _OTHER_REGIONS)
    for region in inside if situation.region else outside:
        yield Target(region=region, **ties)  # type: ignore[arg-type]


def _reach(
    role: Role, permission: Permission, allowed: set[Situation], refused: set[Situation]
) -> frozenset[Reach]:
    """Name the reach that covers what was allowed and nothing else."""
    reaches = frozenset(
        reach
        for reach in Reach
        if all(s in allowed and s not in refused for s in SITUATIONS if s.fits(reach))
    )
    if Reach.ANYTHING in reaches:
        return frozenset({Reach.ANYTHING})
    covered = {s for s in SITUATIONS if any(s.fits(reach) for reach in reaches)}
    if covered != allowed or allowed & refused:
        raise ValueError(
            f"{role}: {permission} reaches in a way that has no name: {sorted(map(str, allowed))}"
        )
    return reaches
