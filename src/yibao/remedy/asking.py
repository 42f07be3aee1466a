"""What this room asks of the rooms before it: a determination made anew, what it weighs, where somebody stands, and that
effects follow what the file says now."""

from __future__ import annotations

from collections.abc import Iterable

from yibao import consequence
from yibao.archive import files, points
from yibao.archive.files import Fact
from yibao.archive.points import Adjustment, Answer, Responsible
from yibao.casework.cases import Desk
from yibao.consequence import Standing, State
from yibao.policy import Policy
from yibao.remedy.model import Change, Seriousness
from yibao.store import UnitOfWork, defer


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


def effects_follow(unit: UnitOfWork, *subjects: int) -> None:
    """Put off to a background job that the effects on these subjects follow their files: what fell is undone everywhere."""
    for one in dict.fromkeys(subjects):
        number = files.subject(unit, one).number
        defer(unit, consequence.FOLLOWS, {"subject": one}, key=f"{consequence.FOLLOWS}:{number}")


def publications(desk: Desk, subject: int, fact: int) -> list[Standing]:
    """Give the effects that a public-credit repair of a fact ends, such as its publication; whatever became of them."""
    return [
        one
        for one in consequence.orders_about(desk, subject)
        if one.order.cause == fact and "repaired" in consequence.effect(one.order.effect).ends_on
    ]


def published_as(desk: Desk, subject: int, fact: int) -> Seriousness | None:
    """Give as which class of information a fact was published; None where it was not."""
    levels = [
        one.order.body["level"] for one in publications(desk, subject, fact) if "level" in one.order.body
    ]
    return Seriousness(str(levels[-1])) if levels else None


def not_undone(desk: Desk, subject: int, fact: int) -> list[str]:
    """Give the effects that a repair is to end and that somebody has not confirmed to have ended."""
    over = (State.UNDONE, State.DECLINED)
    return [one.order.number for one in publications(desk, subject, fact) if one.state not in over]
