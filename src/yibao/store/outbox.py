"""The outbox: events leave only with the transaction that wrote them, and arrive at least once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from yibao.kernel import Event
from yibao.store.tables import outbox
from yibao.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Delivered:
    """An event on its way to a handler: with its number and when it was written."""

    id: int
    event: Event
    written_at: datetime


Handler = Callable[[UnitOfWork, Delivered], None]
OpenUnit = Callable[[str], AbstractContextManager[UnitOfWork]]

DELIVERY = "outbox"


def deliver(unit_of_work: OpenUnit, handlers: Mapping[str, Handler], limit: int) -> int:
    """Hand waiting events to the handlers of their kinds, oldest first, and say how many were delivered.

    Each event is handled and marked delivered in one transaction of its own, so it is delivered at least
    once and its effect inside the register exactly once. Several workers may deliver side by side
    (SKIP LOCKED); between them order is not kept. A handler that raises leaves its event waiting; the other
    events are still delivered, and the first such error is raised at the end.
    """
    delivered = 0
    failed: list[int] = []
    first_error: Exception | None = None
    while delivered + len(failed) < limit:
        waiting: Delivered | None = None
        try:
            with unit_of_work(DELIVERY) as unit:
                waiting = _next(unit, list(handlers), failed)
                if waiting is None:
                    break
                handlers[waiting.event.kind](unit, waiting)
                unit.connection.execute(
                    outbox.update().where(outbox.c.id == waiting.id).values(delivered_at=func.now())
                )
            delivered += 1
        except Exception as error:
            if waiting is None:
                raise  # not a handler's failure but the register's
            failed.append(waiting.id)
            first_error = first_error or error
    if first_error is not None:
        raise first_error
    return delivered


def _next(unit: UnitOfWork, kinds: Sequence[str], without: Sequence[int]) -> Delivered | None:
    row = unit.connection.execute(
        select(outbox)
        .where(outbox.c.delivered_at.is_(None), outbox.c.kind.in_(kinds), outbox.c.id.not_in(without))
        .order_by(outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    return Delivered(row.id, Event(row.kind, row.subject, row.body, row.actor), row.written_at)
