"""What this room asks of the rooms before it: a determination made anew, what it weighs, and where somebody stands."""

from __future__ import annotations

from collections.abc import Iterable

from yibao.archive import points
from yibao.archive.files import Fact
from yibao.archive.points import Adjustment, Answer, Responsible
from yibao.casework.cases import Desk
from yibao.policy import Policy
from yibao.remedy.model import Change


def redetermine(desk: Desk, responsible: Fact, change: Change, reason: str, day: int) -> int:
    """Let a determination be made anew as a review changed it; give the new one, which the agency then records."""
    anew = _as_changed(desk, responsible, change, reason, day)
    return points.redetermine(
        desk, responsible.id, anew.level, reason, day, behaviour=anew.behaviour, adjusted=anew.adjusted,
        by_band=anew.by_band,
    )  # fmt: skip


def weight(desk: Desk, responsible: Fact, change: Change | None, day: int) -> int:
    """Give how many points a determination comes to: as it stands, or as a change would make it."""
    if change is None and "value" in responsible.body:
        return int(responsible.body["value"])
    return points.value_of(desk.policy, _as_changed(desk, responsible, change or Change(), "—", day), day)


def _as_changed(desk: Desk, responsible: Fact, change: Change, reason: str, day: int) -> Responsible:
    """A circumstance that was found the first time stays, unless the review says another behaviour or level."""
    body = responsible.body
    said = change.level or str(body["level"])
    adjusted = body.get("adjusted")
    return Responsible(
        responsible.subject,
        change.behaviour or str(body["behaviour"]),
        points.level_of(desk.policy, said, day),
        reason,
        adjusted=None if adjusted is None else Adjustment(adjusted),
        by_band=bool(body.get("by_band", False)),
    )


def answer_on(known: Iterable[Fact], policy: Policy, day: int) -> Answer:
    """Give what settlement is told of somebody on a day, by what is known of him now."""
    return points.fold(known, policy, day).answer
