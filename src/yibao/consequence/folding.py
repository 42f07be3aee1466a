"""Where an ordered effect stands: a fold over its acts, and what was told to whom and answered; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yibao.archive.files import Fact, FactKind
from yibao.consequence.catalogue import effects
from yibao.consequence.deriving import ended, rating_of
from yibao.consequence.model import STATE_NAMES, Order, State, Verb
from yibao.kernel import date_of


@dataclass(frozen=True, slots=True)
class Told:
    """What one partner was told and what it answered: the day of each, None where not."""

    sending: int | None = None
    sent: int | None = None
    acknowledged: int | None = None
    refused: int | None = None
    withdrawing: int | None = None
    withdrawn: int | None = None
    withdrawal_acknowledged: int | None = None

    @property
    def may_know(self) -> bool:
        """Tell whether the letter may have left: then it must be told of the withdrawal too."""
        return self.sending is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """An order as it stands."""

    order: Order
    state: State
    told: Mapping[str, Told]

    @property
    def active(self) -> bool:
        """Tell whether it was ordered and nobody has begun to undo it."""
        return self.state in (State.ORDERED, State.SENT, State.IN_FORCE)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        order = self.order
        return {
            "number": order.number, "effect": order.effect, "name": effects()[order.effect].text.zh,
            "subject": order.subject, "cause": order.cause, "turn": order.turn, "mode": order.mode,
            "state": str(self.state), "state_name": STATE_NAMES[self.state].zh,
            "from": date_of(order.from_day).isoformat(),
            "until": None if order.until_day is None else date_of(order.until_day).isoformat(),
            "body": dict(order.body), "ordered": date_of(order.ordered_day).isoformat(), "actor": order.actor,
            "ledger_entry": order.entry, "acts": [act.as_json() for act in order.acts],
            "partners": {
                partner: {
                    name: None if day is None else date_of(day).isoformat()
                    for name, day in (
                        ("sent", told.sent), ("acknowledged", told.acknowledged), ("refused", told.refused),
                        ("withdrawn", told.withdrawn), ("withdrawal_acknowledged", told.withdrawal_acknowledged),
                    )
                }
                for partner, told in self.told.items()
            },
        }  # fmt: skip


_FIELD: Mapping[Verb, str] = {
    Verb.SENDING: "sending", Verb.SENT: "sent", Verb.ACKNOWLEDGED: "acknowledged", Verb.REFUSED: "refused",
    Verb.WITHDRAWING: "withdrawing", Verb.WITHDRAWN: "withdrawn",
    Verb.WITHDRAWAL_ACKNOWLEDGED: "withdrawal_acknowledged",
}  # fmt: skip


def standing(order: Order) -> Standing:
    """Fold the acts of an order."""
    told: dict[str, dict[str, int]] = {partner: {} for partner in effects()[order.effect].partners}
    for act in order.acts:
        if act.verb in _FIELD:
            told.setdefault(act.partner, {})[_FIELD[act.verb]] = act.day
    verbs = {act.verb for act in order.acts}
    by_partner = {partner: Told(**days) for partner, days in told.items()}
    if order.declined:
        state = State.DECLINED
    elif Verb.UNDONE in verbs:
        state = State.UNDONE
    elif Verb.UNDOING in verbs:
        state = State.UNDOING
    elif Verb.EXECUTED in verbs:
        state = State.IN_FORCE
    else:
        state = State.SENT if Verb.SENDING in verbs else State.ORDERED
    return Standing(order, state, by_partner)


def has_fallen(order: Order, counted: Sequence[Fact], day: int) -> str | None:
    """Say why an order stands no more on a day, judged by the facts alone; None while it stands.

    ``counted`` are the facts that count and have taken effect, of the file that has the cause.
    """
    one = effects()[order.effect]
    cause = next((f for f in counted if f.id == order.cause), None)
    if cause is None:
        return "cause"
    if order.until_day is not None and order.until_day <= day:
        return "term"
    if cause.kind is FactKind.RATING_CONFIRMED:
        rating = rating_of(counted, day)
        if rating is None or rating.fact != cause.id:
            return "grade"
    return ended(one, cause.id, counted)
