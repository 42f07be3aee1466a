"""What a named person chooses where the instrument leaves it open: on whom, for how long, of which class; within the law."""

from __future__ import annotations

from dataclasses import dataclass, replace

from yibao.archive.files import Subject
from yibao.consequence.acting import head_of
from yibao.consequence.catalogue import effect
from yibao.consequence.deriving import value_at
from yibao.consequence.model import LEVEL_NAMES, Due, Effect
from yibao.consequence.refusing import level_wanted, no_reason, not_listed, onto_whom, term_range
from yibao.kernel import Json, add_months
from yibao.policy import Policy
from yibao.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Choice:
    """Which effect is ordered for which fact, why, and what the order itself says."""

    effect: str
    cause: int
    """The number of the fact that brings it about."""
    reason: str = ""
    onto: int | str | None = None
    """Whose file it falls on, where that is somebody else than whose file has the cause."""
    months: int | None = None
    level: str | None = None
    """``slight``, ``general`` or ``serious``."""


@dataclass(frozen=True, slots=True)
class Settled:
    """An effect with everything settled: on whom it falls, and what is ordered."""

    onto: Subject
    due: Due


def settle(unit: UnitOfWork, policy: Policy, choice: Choice, due: Due, head: Subject, day: int) -> Settled:
    """Settle what an order says, within what the law leaves open; refuses what is outside."""
    one, where = effect(due.effect), f"{due.effect} {head.number}"
    if due.mode == "person":
        if not choice.reason.strip():
            raise no_reason(where)
        due = replace(due, from_day=max(day, due.from_day))
    check_listed(one, policy, day)
    body: dict[str, Json] = dict(due.body)
    if one.lasts.levels is not None:
        months = _level_months(one, policy, choice, day, where)
        due = replace(due, until_day=add_months(due.from_day, months))
        body |= {"level": choice.level, "months": months}
    elif one.lasts.years is not None:
        years = policy.at(one.lasts.years, day).number
        due = replace(due, until_day=add_months(due.from_day, 12 * years))
        body["years"] = years
    elif due.most:
        months = int(str(body.get("months") or 0))
        if not due.least <= months <= due.most:
            raise term_range(where, due.least, due.most, months)
    if one.carried_out == "partner":
        body["partners"] = list(one.partners)
    return Settled(_onto(unit, one, choice, head, where), replace(due, body=body))


def check_listed(one: Effect, policy: Policy, day: int) -> None:
    """Refuse a joint punishment that the lawful list does not have on the day."""
    if not one.joint:
        return
    value = value_at(policy, one.listed or "", day)
    if value is None or value.value is not True:
        raise not_listed(one.id, one.listed or "—", day, "—" if value is None else str(value.value).lower())


def _level_months(one: Effect, policy: Policy, choice: Choice, day: int, where: str) -> int:
    if choice.level not in LEVEL_NAMES:
        raise level_wanted(where, choice.level)
    least, most = (
        policy.at(f"{one.lasts.levels}.{choice.level}.{end}_months", day).number for end in ("least", "most")
    )
    months = choice.months
    if months is None and least > 0:
        return most
    if months is None or not max(least, 1) <= months <= most:  # slight: normally not published at all
        raise term_range(where, max(least, 1), most, months)
    return months


def _onto(unit: UnitOfWork, one: Effect, choice: Choice, head: Subject, where: str) -> Subject:
    if one.onto is None:
        if choice.onto is not None and head_of(unit, choice.onto).id != head.id:
            raise onto_whom(where, head.number, str(choice.onto))
        return head
    if choice.onto is None:
        raise onto_whom(where, str(one.onto), "—")
    whom = head_of(unit, choice.onto)
    if whom.kind is not one.onto:
        raise onto_whom(where, str(one.onto), f"{whom.number} {whom.kind}")
    return whom
