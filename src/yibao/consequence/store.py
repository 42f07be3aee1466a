"""Every SQL statement of the consequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from yibao.access import Scope
from yibao.consequence.model import Act, Order, Verb
from yibao.consequence.tables import effect_act, effect_order, effect_partner
from yibao.store import copy_rows, next_numbers
from yibao.store import unguarded as unguarded_of

GUARDED = (effect_order.name, effect_act.name, effect_partner.name)


def lock_subject(connection: Connection, subject: int) -> None:
    """Let nobody else order, send or undo effects of this subject until this transaction is over."""
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('effect_order'), CAST(:one AS int))"),
        {"one": subject % 2_000_000_000},
    )


def lock_order(connection: Connection, order: int) -> None:
    """Let nobody else act on this order until this transaction is over."""
    connection.execute(
        select(effect_order.c.id).where(effect_order.c.id == order).with_for_update()
    ).one_or_none()


def next_order(connection: Connection) -> int:
    """Take the number of an order about to be written."""
    return next_numbers(connection, effect_order, 1)[0]


def write_order(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write an order under a number taken before."""
    copy_rows(connection, effect_order, [row])


def write_act(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write an act; its number is taken here."""
    copy_rows(connection, effect_act, [row])


def turns(connection: Connection, effect: str, subject: int, cause: int) -> int:
    """Give how often this was ordered already."""
    query = select(func.max(effect_order.c.turn)).where(
        effect_order.c.effect == effect, effect_order.c.subject == subject, effect_order.c.cause == cause
    )
    return int(connection.execute(query).scalar() or 0)


def orders(connection: Connection, ids: Sequence[int]) -> list[Order]:
    """Give orders with their acts, by number."""
    return _orders(connection, effect_order.c.id.in_(sorted(set(ids))))


def orders_on(connection: Connection, subjects: Sequence[int]) -> list[Order]:
    """Give the orders that fall on these subjects, or rest on facts of their files, by number."""
    wanted = sorted(set(subjects))
    return _orders(connection, effect_order.c.subject.in_(wanted) | effect_order.c.cause_subject.in_(wanted))


def open_orders(connection: Connection) -> list[Order]:
    """Give every order that is neither declined nor undone, by number."""
    over = select(effect_act.c.effect_order).where(effect_act.c.verb == str(Verb.UNDONE))
    return _orders(connection, ~effect_order.c.declined & effect_order.c.id.not_in(over))


def listed(connection: Connection, scope: Scope, limit: int) -> list[Order]:
    """Give the orders that a scope on ``x`` lets be seen, newest first."""
    ids = connection.scalars(
        text(f"SELECT x.id FROM effect_order x WHERE ({scope.sql}) ORDER BY x.id DESC LIMIT :most"),
        {**scope.parameters, "most": limit},
    )
    return list(reversed(orders(connection, list(ids))))


def of_effect(connection: Connection, effect: str) -> list[Order]:
    """Give every order of one effect, by number."""
    return _orders(connection, effect_order.c.effect == effect)


def every_order(connection: Connection) -> list[Order]:
    """Give every order there is, by number."""
    return _orders(connection, effect_order.c.id > 0)


def _orders(connection: Connection, condition: Any) -> list[Order]:
    rows = connection.execute(select(effect_order).where(condition).order_by(effect_order.c.id)).all()
    acts: dict[int, list[Act]] = {row.id: [] for row in rows}
    query = (
        select(effect_act)
        .join(effect_order, effect_order.c.id == effect_act.c.effect_order)
        .where(condition)
        .order_by(effect_act.c.id)
    )
    for row in connection.execute(query):
        acts[row.effect_order].append(_act(row))
    return [_order(row, tuple(acts[row.id])) for row in rows]


def _act(row: Row[Any]) -> Act:
    return Act(
        row.id, row.effect_order, Verb(row.verb), row.partner, row.ordinal, row.day, row.actor, row.body,
        row.ledger_entry,
    )  # fmt: skip


def _order(row: Row[Any], acts: tuple[Act, ...]) -> Order:
    return Order(
        row.id, row.effect, row.subject, row.cause, row.cause_subject, row.turn, row.declined, row.mode, row.from_day,
        row.until_day, row.body, row.ordered_day, row.actor, row.ledger_entry, acts,
    )  # fmt: skip


def write_partner(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write who a partner is, and its key."""
    copy_rows(connection, effect_partner, [row])


def partners(connection: Connection) -> dict[str, tuple[str, str | None]]:
    """Give the partners by code: name and key, the newest of each."""
    rows = connection.execute(select(effect_partner).order_by(effect_partner.c.id))
    return {row.code: (row.name, row.key) for row in rows}


def unguarded(connection: Connection) -> list[str]:
    """Give the tables of this room that lost the trigger which lets them only grow."""
    return unguarded_of(connection, GUARDED)
