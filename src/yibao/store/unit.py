"""The unit of work: one request or one job is one transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from yibao.kernel import Event
from yibao.store.tables import outbox


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
                kind=str(event.kind),
                subject=event.subject,
                body=dict(event.body),
                actor=event.actor or self.actor,
            )
        )

    def at_end(self, action: Callable[[], None]) -> None:
        """Call something after this transaction is over, whether it was committed or not.

        An action equal to one that is there already is called once.
        """
        if action not in self._at_end:
            self._at_end.append(action)

    def finish(self) -> None:
        """Run what was to be done after the end; called once, by whoever opened the transaction."""
        while self._at_end:
            self._at_end.pop(0)()
