"""Carrying out by hand (落实), and undoing: what people do and sign for, and what stands on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from yibao.access import Permission, check
from yibao.archive.files import Fact, in_force, known_of, subject, together
from yibao.casework.cases import Desk
from yibao.consequence import store
from yibao.consequence.acting import target, the_order, write
from yibao.consequence.catalogue import effect, effects
from yibao.consequence.folding import Standing, has_fallen, standing
from yibao.consequence.model import Order, State, Verb
from yibao.consequence.refusing import by_law, no_reason, voucher_wanted, wrong_state
from yibao.consequence.service import begin_undoing
from yibao.kernel import date_of
from yibao.store import UnitOfWork


def execute(desk: Desk, number: int, voucher: str, day: int) -> Order:
    """Say that somebody carried an effect out, with the voucher; by another person than who decided it.

    Raises `Refused`: ``consequence.state``, ``consequence.voucher``, ``access.four_eyes``.
    """
    state = _at(desk, number, Permission.EFFECT_EXECUTE)
    one = effect(state.order.effect)
    if state.state is not State.ORDERED or one.carried_out != "person":
        raise wrong_state(
            state.order.number, f"{State.ORDERED} (person)", f"{state.state} ({one.carried_out})"
        )
    if not voucher.strip():
        raise voucher_wanted(state.order.number)
    write(desk.unit, state.order, Verb.EXECUTED, day, {"voucher": voucher.strip()})
    return store.orders(desk.unit.connection, [number])[0]


def execute_undoing(desk: Desk, number: int, voucher: str, day: int) -> Order:
    """Say that what was carried out by hand was undone by hand: the money is back, the persons are resumed.

    Raises `Refused` as `execute` does.
    """
    state = _at(desk, number, Permission.EFFECT_EXECUTE)
    one = effect(state.order.effect)
    if state.state is not State.UNDOING or one.carried_out != "person":
        raise wrong_state(
            state.order.number, f"{State.UNDOING} (person)", f"{state.state} ({one.carried_out})"
        )
    if not voucher.strip():
        raise voucher_wanted(state.order.number)
    write(desk.unit, state.order, Verb.UNDONE, day, {"voucher": voucher.strip()})
    return store.orders(desk.unit.connection, [number])[0]


def undo(desk: Desk, number: int, reason: str, day: int) -> Order:
    """Undo what a person decided, wherever it went; by another person of the same side, with the reason.

    What follows by law falls with its instrument only, and so does what had to be ordered.
    Raises `Refused`: ``consequence.by_law``, ``consequence.state``, ``consequence.no_reason``, ``access.four_eyes``.
    """
    state = _at(desk, number, Permission.EFFECT_UNDO)
    order = state.order
    one = effect(order.effect)
    side = Permission.EFFECT_ORDER_BUREAU if one.by == "bureau" else Permission.EFFECT_ORDER_AGENCY
    check(desk.actor, side, target(subject(desk.unit, order.subject)))
    duty = any(t.must for t in one.triggers) and order.mode == "person"
    if order.mode == "law" or duty:
        raise by_law(order.number)
    if not state.active:
        raise wrong_state(
            order.number, f"{State.ORDERED} | {State.SENT} | {State.IN_FORCE}", str(state.state)
        )
    if not reason.strip():
        raise no_reason(order.number)
    begin_undoing(desk.unit, order, day, "decided", reason)
    return store.orders(desk.unit.connection, [number])[0]


def _at(desk: Desk, number: int, permission: Permission) -> Standing:
    state = the_order(desk.unit, number)
    decided = state.order.mode == "person"
    done_by = (state.order.actor,) if decided else ()
    check(desk.actor, permission, target(subject(desk.unit, state.order.subject), done_by))
    return state


def standing_effects(unit: UnitOfWork, subject_id: int, day: int) -> list[Standing]:
    """Give the effects that are on a subject on a day: ordered, not undone, and with a cause that still stands.

    A cause that fell takes its effect away at once, also before anybody has undone it.
    """
    mine = together(unit, subject_id)
    counted: dict[int, list[Fact]] = {}
    found = []
    for one in store.orders_on(unit.connection, mine):
        state = standing(one)
        if one.subject not in mine or not state.active or day < one.from_day:
            continue
        if one.cause_subject not in counted:
            counted[one.cause_subject] = in_force(known_of(unit, one.cause_subject), day)
        if has_fallen(one, counted[one.cause_subject], day) is None:
            found.append(state)
    return found


@dataclass(frozen=True, slots=True)
class Terms:
    """What settlement has to know of a subject on a day; None and False are what holds for everybody."""

    subject: int
    day: int
    pays_first: bool = False
    """The insured person pays first and claims from the agency afterwards."""
    refused: bool = False
    """Charges are not settled, except for emergency and rescue."""
    departments_stopped: bool = False
    """Charges of the departments that the instrument names are not settled, except for emergency and rescue."""
    withheld_fen: int = 0
    prepayment_bp: int | None = None
    deposit_bp: int | None = None
    audit_bp: int | None = None
    budget_bp: int | None = None
    why: dict[str, list[str]] = field(default_factory=dict)
    """For each of these by name, the numbers of the effects behind it."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "subject": self.subject, "day": date_of(self.day).isoformat(), "pays_first": self.pays_first,
            "refused": self.refused, "settled_in_emergency": True, "departments_stopped": self.departments_stopped,
            "withheld_fen": self.withheld_fen, "prepayment_bp": self.prepayment_bp, "deposit_bp": self.deposit_bp,
            "audit_bp": self.audit_bp, "budget_bp": self.budget_bp, "why": self.why,
        }  # fmt: skip


def terms(unit: UnitOfWork, subject_id: int, day: int) -> Terms:
    """Give what settlement has to know of a subject on a day. Emergency and rescue are always settled."""
    said: dict[str, Any] = {}
    why: dict[str, list[str]] = {}
    for state in standing_effects(unit, subject_id, day):
        order = state.order
        kind = effects()[order.effect].settlement
        if kind is None:
            continue
        why.setdefault(kind, []).append(order.number)
        if kind == "withheld":
            held = sum(int(order.body.get(name, 0)) for name in ("fund_fen", "patient_fen"))
            said["withheld_fen"] = said.get("withheld_fen", 0) + held
        elif kind == "departments":
            said["departments_stopped"] = True
        elif kind in ("refused", "pays_first"):
            said[kind] = True
        else:
            said[kind] = int(order.body["basis_points"])
    return Terms(subject_id, day, **said, why=why)
