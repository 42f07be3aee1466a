"""What the points say of a person, as this room needs it: the status, since when, until when, and by which fact.

The fold itself belongs to the points; here it is only asked. What bills and letters are told is never kept beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from yibao.archive.files import Fact
from yibao.policy import Policy


@dataclass(frozen=True, slots=True)
class Qualification:
    """The status of a person's payment qualification on a day (``normal``, ``suspended``, ``terminated``)."""

    status: str
    from_day: int
    until_day: int | None
    cause: int
    """The fact that brought the status about."""


class PointsFold(Protocol):
    """Whoever can say what the points of a person come to."""

    def __call__(
        self, facts: Sequence[Fact], policy: Policy, day: int, known_on: int | None
    ) -> Qualification | None:
        """Give the status on a day as known on a day; None where there is nothing but the normal one."""
        ...


def house_fold(facts: Sequence[Fact], policy: Policy, day: int, known_on: int | None) -> Qualification | None:
    """Say that nothing follows from points while no room of the house counts them."""
    return None
