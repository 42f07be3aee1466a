"""How an act on an ordered effect is written: the row and its ledger entry, in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from yibao.access import Target
from yibao.archive.files import Subject, SubjectKind, find_subject, known_of, subject, target_of, together
from yibao.consequence import store
from yibao.consequence.deriving import View, view_of
from yibao.consequence.folding import Standing, standing
from yibao.consequence.model import Order, Verb, order_number
from yibao.consequence.qualification import qualification
from yibao.consequence.refusing import no_order, other_policy
from yibao.kernel import Json, Region, RegionLevel, date_of
from yibao.ledger import Tag, record
from yibao.policy import Policy
from yibao.store import UnitOfWork

SENDS: Final = "consequence.send"
"""The kind of the background job that lets a letter leave."""
FOLLOWS: Final = "consequence.follow"
"""The kind of the background job that draws the consequences for a file."""

TAGS: Final[Mapping[Verb, Tag]] = {
    Verb.EXECUTED: Tag.CONSEQUENCE_EFFECT_EXECUTED,
    Verb.SENDING: Tag.CONSEQUENCE_EFFECT_SENT,
    Verb.SENT: Tag.CONSEQUENCE_EFFECT_SENT,
    Verb.ACKNOWLEDGED: Tag.CONSEQUENCE_EFFECT_ACKNOWLEDGED,
    Verb.REFUSED: Tag.CONSEQUENCE_EFFECT_ACKNOWLEDGED,
    Verb.REMINDED: Tag.CONSEQUENCE_EFFECT_REMINDED,
    Verb.ESCALATED: Tag.CONSEQUENCE_EFFECT_REMINDED,
    Verb.UNDOING: Tag.CONSEQUENCE_EFFECT_UNDONE,
    Verb.WITHDRAWING: Tag.CONSEQUENCE_EFFECT_SENT,
    Verb.WITHDRAWN: Tag.CONSEQUENCE_EFFECT_SENT,
    Verb.WITHDRAWAL_ACKNOWLEDGED: Tag.CONSEQUENCE_EFFECT_ACKNOWLEDGED,
    Verb.UNDONE: Tag.CONSEQUENCE_EFFECT_UNDONE,
}


def write(
    unit: UnitOfWork,
    order: Order,
    verb: Verb,
    day: int,
    body: Mapping[str, Json] | None = None,
    *,
    partner: str = "",
    ordinal: int = 0,
    personal: Mapping[str, str] | None = None,
) -> None:
    """Write one act and its ledger entry. A verb is done once to an order and partner; the register holds that."""
    said = dict(body or {})
    receipt = record(
        unit, TAGS[verb], order.number, sworn(verb, partner, ordinal, day, said), personal=personal
    )
    store.write_act(
        unit.connection,
        {
            "effect_order": order.id, "verb": str(verb), "partner": partner, "ordinal": ordinal, "day": day,
            "body": said, "actor": unit.actor, "ledger_entry": receipt.entry,
        },
    )  # fmt: skip


def sworn(verb: Verb, partner: str, ordinal: int, day: int, body: Mapping[str, Json]) -> dict[str, Json]:
    """Give what the ledger is told of an act."""
    return {
        "verb": str(verb), "partner": partner, "ordinal": ordinal, "day": date_of(day).isoformat(), "body": dict(body),
    }  # fmt: skip


def the_order(unit: UnitOfWork, number: int) -> Standing:
    """Give an order as it stands, locked: nobody else acts on it until this transaction is over."""
    store.lock_order(unit.connection, number)
    found = store.orders(unit.connection, [number])
    if not found:
        raise no_order(order_number(number))
    return standing(found[0])


def order_id(number: str) -> int:
    """Give the id behind a number like ``L0000012``. Raises `Refused` (``consequence.no_order``)."""
    said = number.strip().upper()
    if not (said.startswith("L") and said[1:].isascii() and said[1:].isdigit() and len(said) >= 8):
        raise no_order(number)
    return int(said[1:])


def governs(policy: Policy, head: Subject) -> bool:
    """Tell whether a policy is that of the file's own region, or of the city over it: what is tied to a grade differs."""
    own = Region(head.region)
    return policy.region == own or (policy.region in own.chain and policy.region.level is RegionLevel.CITY)


def check_governs(policy: Policy, head: Subject) -> None:
    """Refuse a policy of another region (``consequence.other_policy``): it would do, or undo, what is not its own."""
    if not governs(policy, head):
        raise other_policy(head.number, head.region, str(policy.region))


def lock(unit: UnitOfWork, head: Subject) -> None:
    """Let nobody else order or undo effects of this subject, whichever of its joined files he comes from."""
    store.lock_subject(unit.connection, min(together(unit, head.id)))


def look(
    unit: UnitOfWork,
    policy: Policy,
    head: Subject,
    day: int,
    known_on: int | None = None,
) -> View:
    """Look at a file as this room sees it on a day, with what its points come to."""
    check_governs(policy, head)
    facts = known_of(unit, head.id)
    points = qualification(facts, policy, day, known_on) if head.kind is SubjectKind.PRACTITIONER else None
    return view_of(head.id, head.kind, facts, day, known_on, points, own=together(unit, head.id))


def orders_of(unit: UnitOfWork, head: int) -> list[Order]:
    """Give the orders that fall on a subject or rest on facts of its file, joined files among them."""
    return store.orders_on(unit.connection, together(unit, head))


def head_of(unit: UnitOfWork, said: int | str) -> Subject:
    """Give a subject by id, by the number of its file, or by its code."""
    return subject(unit, said) if isinstance(said, int) else find_subject(unit, said)


def target(head: Subject, done_by: Sequence[str] = ()) -> Target:
    """Give a file as access knows it, with who did the step before."""
    whole = target_of(head)
    return Target(
        whole.region, whole.institution_id, whole.person_id, whole.practitioner_id, None, whole.subject,
        frozenset(done_by),
    )  # fmt: skip
