"""At whose desk an act is done, what a case is opened about, and a step about to be taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from yibao.access import Actor
from yibao.casework.cases.machine import Move
from yibao.casework.cases.model import Case, Doing
from yibao.kernel import today
from yibao.policy import Policy
from yibao.store import UnitOfWork

Step: TypeAlias = "tuple[Case, Move, Doing]"
"""One act about to be done: on which case, by which move, how."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case is opened about: whom, for which cause, by which findings, and who handles it."""

    region: str
    cause: str
    institution_id: int | None = None
    person_id: int | None = None
    handler: str | None = None
    findings: tuple[int, ...] = ()
    taken_from: frozenset[int] = frozenset()
    """The cases from which this one takes the money of findings over: they handed it on by an act of their own."""
    practitioner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """At whose desk an act is done: the transaction, the person, the policy in force, and the day it is."""

    unit: UnitOfWork
    actor: Actor
    policy: Policy
    today: int = field(default_factory=today)
    """No act of a case is dated later."""
