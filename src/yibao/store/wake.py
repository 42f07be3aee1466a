"""Wake-up: workers learn at once of what was committed, where the database can tell them (LISTEN/NOTIFY).

It only shortens a wait. A worker asks again after its poll interval in any case, so nothing here may fail and
nothing depends on it: some databases of PostgreSQL's family have no NOTIFY at all.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from psycopg import Error
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from yibao.kernel import Refused

CHANNEL = "yibao_wake"


@dataclass(frozen=True, slots=True)
class Wake:
    """Tell waiting workers that something was committed; called when the unit of work is over.

    After the commit and not within it: PostgreSQL lets only one transaction that notifies commit at a time,
    and a database that does not know NOTIFY would fail the transaction of somebody who did nothing wrong.
    """

    engine: Engine

    def __call__(self) -> None:
        """Notify, or leave it to the workers' next poll."""
        with (
            suppress(DBAPIError, Refused),
            self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})


class Ear:
    """One worker's listening session; deaf where the database has no LISTEN or the session was lost."""

    def __init__(self, engine: Engine, *, listen: bool) -> None:
        self._engine = engine
        self._listen = listen
        self._session: Connection | None = None

    def open(self) -> None:
        """Begin to listen, before looking for work: what comes between looking and waiting is not missed."""
        if not self._listen or self._session is not None:
            return
        self._session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            self._session.exec_driver_sql(f"LISTEN {CHANNEL}")
        except OperationalError:  # the register is away
            self.close()
            raise
        except DBAPIError:  # it does not know the word
            self.close()
            self._listen = False

    def wait(self, seconds: float) -> None:
        """Sleep until somebody calls `Wake`, at most so many seconds."""
        deadline = time.monotonic() + seconds
        if self._session is not None:
            driver: Any = self._session.connection.driver_connection
            try:
                for _ in driver.notifies(timeout=seconds, stop_after=1):
                    return
            except Error:
                self.close()
        time.sleep(max(0.0, deadline - time.monotonic()))

    def close(self) -> None:
        """End the session; it listens, so nobody else may have it."""
        if self._session is not None:
            self._session.invalidate()
            self._session.close()
            self._session = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
