"""The unit of work: one request or one job is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from yibao.store.tables import outbox


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened (事件), told to other rooms after the transaction that caused it.

    ``kind`` is a dotted name (``batch.published``), ``subject`` names the thing (``batch:12``), ``body`` is
    any JSON object. ``id``, ``actor`` and ``written_at`` are filled in when the event is delivered.
    """

    kind: str
    subject: str
    body: Mapping[str, Any]
    id: int | None = None
    actor: str | None = None
    written_at: datetime | None = None


class UnitOfWork:
    """An open transaction with the name of who acts; committed or rolled back by whoever opened it."""

    def __init__(self, connection: Connection, actor: str) -> None:
        self.connection = connection
        self.actor = actor
        self._at_end: list[Callable[[], None]] = []

    def emit(self, event: Event) -> None:
        """Write an event to the outbox; it is delivered only if this transaction commits."""
        self.connection.execute(
            outbox.insert().values(
                kind=event.kind, subject=event.subject, body=dict(event.body), actor=self.actor
            )
        )

    def at_end(self, action: Callable[[], None]) -> None:
        """Call something after this transaction is over, whether it was committed or not."""
        self._at_end.append(action)

    def finish(self) -> None:
        """Run what was to be done after the end; called once, by whoever opened the transaction."""
        while self._at_end:
            self._at_end.pop(0)()
