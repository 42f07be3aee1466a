"""The verbs: what is due, order and decline, draw what follows by law, carry out, undo.

Everything runs in the caller's one transaction with its ledger entry. What a named person decides is asked of `access`;
what follows by law is ordered in the name of the instrument, whoever happens to run it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from yibao.access import NO_CASE, Permission, allows, check, scope
from yibao.archive.files import FactKind, Subject, SubjectKind, fact, facts_of_kinds, subject
from yibao.casework.cases import Desk
from yibao.consequence import store
from yibao.consequence.acting import SENDS, governs, head_of, lock, look, orders_of, target, write
from yibao.consequence.catalogue import effect, effects
from yibao.consequence.choosing import Choice, Settled, settle
from yibao.consequence.deriving import View, wanted
from yibao.consequence.folding import Standing, has_fallen, standing
from yibao.consequence.model import Due, Order, Verb
from yibao.consequence.refusing import by_law, must, no_reason, not_due, ordered_already
from yibao.kernel import Json, Refused, date_of
from yibao.ledger import Tag, record
from yibao.policy import Policy
from yibao.store import UnitOfWork, defer


def due(desk: Desk, said: int | str, day: int, known_on: int | None = None) -> list[Due]:
    """Give the effects that ought to stand on a day and were neither ordered nor declined.

    What the subject may ask for is not due. ``known_on`` asks what was due as it was known on that day.
    """
    head = head_of(desk.unit, said)
    check(desk.actor, Permission.EFFECT_READ, target(head))
    view = look(desk.unit, desk.policy, head, day, known_on)
    return left_over(desk.unit, view, desk.policy, known_on)


def left_over(unit: UnitOfWork, view: View, policy: Policy, known_on: int | None = None) -> list[Due]:
    """Give what ought to stand in a view and does not yet."""
    known = [one for one in orders_of(unit, view.subject) if known_on is None or one.ordered_day <= known_on]
    stand = {(o.order.effect, o.order.cause) for o in map(standing, known) if o.active or o.order.declined}
    return [
        one for one in wanted(view, policy) if (one.effect, one.cause) not in stand and one.mode != "asked"
    ]


def order(desk: Desk, choice: Choice, day: int) -> Order:
    """Order an effect; the person who decides gives the reason, and what the instrument leaves open.

    Raises `Refused`: ``consequence.no_effect``, ``consequence.not_due``, ``consequence.once``, ``consequence.no_reason``,
    ``consequence.not_listed``, ``consequence.onto``, ``consequence.level``, ``consequence.term_range``, ``access.denied``.
    """
    head, view, found = _the_due(desk, choice, day)
    settled = settle(desk.unit, desk.policy, choice, found, head, day)
    refuse_twice(desk.unit, found, settled.onto.id)
    if _instead(found, left_over(desk.unit, view, desk.policy)):
        raise must(f"{found.effect} {head.number}")
    return write_order(desk.unit, settled, day, choice.reason)


def decline(desk: Desk, choice: Choice, day: int) -> Order:
    """Decide not to order an effect, with the reason; what follows by law or must be ordered cannot be declined."""
    head, _, found = _the_due(desk, choice, day)
    where = f"{found.effect} {head.number}"
    if found.mode == "law":
        raise by_law(where)
    if found.must:
        raise must(where)
    if not choice.reason.strip():
        raise no_reason(where)
    refuse_twice(desk.unit, found, head.id)
    return write_order(desk.unit, Settled(head, found), day, choice.reason, declined=True)


def _the_due(desk: Desk, choice: Choice, day: int) -> tuple[Subject, View, Due]:
    """Find what is to be ordered, see that this person may, and that it is due; locks the subject."""
    one = effect(choice.effect)
    head = subject(desk.unit, fact(desk.unit, choice.cause).subject)
    lock(desk.unit, head)
    view = look(desk.unit, desk.policy, head, day)
    found = next(
        (d for d in wanted(view, desk.policy) if (d.effect, d.cause) == (one.id, choice.cause)), None
    )
    mode = one.mode if found is None else found.mode
    side = Permission.EFFECT_ORDER_BUREAU if one.by == "bureau" else Permission.EFFECT_ORDER_AGENCY
    check(desk.actor, Permission.EFFECT_EXECUTE if mode == "law" else side, target(head))
    if found is None or found.mode == "asked":
        raise not_due(one.id, choice.cause, day, _why_not(head, view, choice.cause))
    return head, view, found


def _why_not(head: Subject, view: View, cause: int) -> str:
    if all(f.id != cause for f in view.facts):
        return "已撤销、尚未生效或者不在档 / annulled, not in effect yet, or not there"
    return f"{head.number} 的这一事实不引起这项后果，或者期限已过 / it does not bring this about, or its time is over"


def refuse_twice(unit: UnitOfWork, found: Due, onto: int) -> None:
    """Refuse what stands already, or was declined: one cause, one effect, once."""
    for one in orders_of(unit, found.subject):
        state = standing(one)
        same = (one.effect, one.cause) == (found.effect, found.cause) and onto in (one.subject, found.subject)
        if same and (state.active or one.declined):
            raise ordered_already(one.number, str(state.state))


def _instead(found: Due, left: Sequence[Due]) -> bool:
    """Tell whether a suspension is about to take the place of the termination that proven fraud demands."""
    return found.effect == "suspend_agreement" and any(
        one.must and one.effect == "terminate_agreement" for one in left
    )


def write_order(
    unit: UnitOfWork, settled: Settled, day: int, reason: str, *, declined: bool = False
) -> Order:
    """Write an order, its ledger entry, what is in force with it, and the letters that are to leave."""
    found, onto = settled.due, settled.onto
    one = effect(found.effect)
    number = store.next_order(unit.connection)
    turn = store.turns(unit.connection, found.effect, onto.id, found.cause) + 1
    made = Order(
        number, found.effect, onto.id, found.cause, found.subject, turn, declined, found.mode, found.from_day,
        found.until_day, dict(found.body), day, unit.actor, 0,
    )  # fmt: skip
    tag = Tag.CONSEQUENCE_EFFECT_DECLINED if declined else Tag.CONSEQUENCE_EFFECT_ORDERED
    receipt = record(
        unit, tag, made.number, sworn_order(made), personal={"reason": reason} if reason.strip() else {}
    )
    institution = onto.lake_key if onto.kind is SubjectKind.INSTITUTION else None
    store.write_order(
        unit.connection,
        {
            "id": number, "effect": made.effect, "subject": made.subject, "cause": made.cause,
            "cause_subject": made.cause_subject, "turn": turn, "declined": declined, "mode": made.mode,
            "region": onto.region, "institution_id": institution, "from_day": made.from_day,
            "until_day": made.until_day, "body": dict(made.body), "ordered_day": day, "actor": unit.actor,
            "ledger_entry": receipt.entry,
        },
    )  # fmt: skip
    made = replace(made, entry=receipt.entry)
    if not declined:
        if one.carried_out == "itself":
            write(unit, made, Verb.EXECUTED, day)
        ask_to_send(unit, made)
    return store.orders(unit.connection, [number])[0]


def ask_to_send(unit: UnitOfWork, made: Order) -> None:
    """Put off to a background job whatever letters an order needs; one job stands for all that is due to a partner."""
    for partner in effect(made.effect).partners:
        defer(unit, SENDS, {"order": made.id, "partner": partner}, key=f"{SENDS}:{made.number}:{partner}")


def sworn_order(one: Order) -> dict[str, Json]:
    """Give what the ledger is told of an order."""
    return {
        "order": one.id, "effect": one.effect, "subject": one.subject, "cause": one.cause,
        "cause_subject": one.cause_subject, "turn": one.turn, "declined": one.declined, "mode": one.mode,
        "from": date_of(one.from_day).isoformat(),
        "until": None if one.until_day is None else date_of(one.until_day).isoformat(),
        "day": date_of(one.ordered_day).isoformat(), "body": dict(one.body),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Followed:
    """What was drawn for a file: what was ordered by law, what was undone, and what could not be ordered and why."""

    ordered: tuple[Order, ...]
    undone: tuple[Order, ...]
    refused: tuple[Refused, ...]


def follow(desk: Desk, said: int | str, day: int) -> Followed:
    """Draw the consequences for a file: undo what has fallen, and order what follows by law."""
    head = head_of(desk.unit, said)
    check(desk.actor, Permission.EFFECT_EXECUTE, target(head))
    return follow_by_law(desk.unit, desk.policy, head, day)


def follow_by_law(unit: UnitOfWork, policy: Policy, head: Subject, day: int) -> Followed:
    """Do what `follow` does, in the name of the instruments: nobody's decision, so nobody's permission."""
    lock(unit, head)
    undone = undo_the_fallen(unit, policy, head, day)
    view = look(unit, policy, head, day)
    left = left_over(unit, view, policy)
    made, refused = [], []
    for one in left:
        if one.mode != "law":
            continue
        try:
            if _instead(one, left):
                raise must(f"{one.effect} {head.number}")
            settled = settle(unit, policy, Choice(one.effect, one.cause), one, head, day)
        except Refused as why:
            refused.append(why)
            continue
        made.append(write_order(unit, settled, day, ""))
    return Followed(tuple(made), tuple(undone), tuple(refused))


def undo_the_fallen(unit: UnitOfWork, policy: Policy, head: Subject, day: int) -> list[Order]:
    """Undo, wherever it went, what rests on facts of this file and stands no more; give the orders."""
    view = look(unit, policy, head, day)
    ought = {(one.effect, one.cause) for one in wanted(view, policy)}
    undone = []
    for one in orders_of(unit, head.id):
        mine = one.cause_subject == head.id or any(f.id == one.cause for f in view.facts)
        if not mine or not standing(one).active:
            continue
        why = has_fallen(one, view.facts, day)
        if why is None and (one.effect, one.cause) not in ought:
            why = _by_what_it_follows(one)
        if why is not None:
            begin_undoing(unit, one, day, why)
            undone.append(one)
    return undone


def _by_what_it_follows(one: Order) -> str | None:
    """Say what must have changed where the cause still stands but no longer brings the effect about."""
    triggers = effect(one.effect).triggers
    if any(trigger.points for trigger in triggers):
        return "status"
    return "policy" if any(trigger.grades or trigger.by_grade for trigger in triggers) else None


def undo_fallen(desk: Desk, day: int) -> list[Order]:
    """Undo everywhere what stands no more, in all files of the region whose policy lies on the desk; give the orders."""
    undone = []
    for number in sorted({one.cause_subject for one in store.open_orders(desk.unit.connection)}):
        head = subject(desk.unit, number)
        if not governs(desk.policy, head) or not allows(desk.actor, Permission.EFFECT_EXECUTE, target(head)):
            continue
        lock(desk.unit, head)
        undone += undo_the_fallen(desk.unit, desk.policy, head, day)
    return undone


def begin_undoing(unit: UnitOfWork, one: Order, day: int, why: str, reason: str = "") -> None:
    """Begin to undo an order: at once where nobody was told and nothing was done, else once everybody has confirmed."""
    store.lock_order(unit.connection, one.id)
    one = store.orders(unit.connection, [one.id])[0]
    state = standing(one)
    write(unit, one, Verb.UNDOING, day, {"why": why}, personal={"reason": reason} if reason.strip() else {})
    done_by_hand = effect(one.effect).carried_out == "person" and any(
        act.verb is Verb.EXECUTED for act in one.acts
    )
    told = any(partner.may_know for partner in state.told.values())
    if not told and not done_by_hand:
        write(unit, one, Verb.UNDONE, day, {"partners": 0})
    elif told:
        ask_to_send(unit, one)


def open_regions(unit: UnitOfWork) -> list[str]:
    """Give the regions in whose files something was ordered and is not undone: each is looked at under its own policy."""
    heads = {one.cause_subject for one in store.open_orders(unit.connection)}
    return sorted({subject(unit, number).region for number in heads})


def to_follow(desk: Desk) -> list[tuple[int, str]]:
    """Give the files from which something may follow, or on which something stands: subject and region, by number.

    For whoever may carry effects out and goes through all of them, nightly for instance: what a case decides is followed
    by itself.
    """
    unit = desk.unit
    kinds = {
        trigger.fact for one in effects().values() for trigger in one.triggers if trigger.fact is not None
    }
    kinds |= {FactKind.POINTS, FactKind.RATING_CONFIRMED}
    found = {one.subject for one in facts_of_kinds(unit, kinds)}
    found |= {one.cause_subject for one in store.open_orders(unit.connection)}
    heads = [subject(unit, number) for number in sorted(found)]
    return [
        (head.id, head.region)
        for head in heads
        if allows(desk.actor, Permission.EFFECT_EXECUTE, target(head))
    ]


def list_orders(desk: Desk, limit: int = 50) -> list[Standing]:
    """List the ordered effects that somebody may see, newest last."""
    seen = scope(
        desk.actor,
        Permission.EFFECT_READ,
        person="NULL",
        practitioner="NULL",
        partner="NULL",
        subject=NO_CASE,
    )
    return [standing(one) for one in store.listed(desk.unit.connection, seen, limit)]


def orders_about(desk: Desk, said: int | str) -> list[Standing]:
    """Give every effect of one subject, whatever became of it."""
    head = head_of(desk.unit, said)
    check(desk.actor, Permission.EFFECT_READ, target(head))
    return [standing(one) for one in orders_of(desk.unit, head.id)]
